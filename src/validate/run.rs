//! Both graphs on the same inputs, at one size: what is fed, and what is compared with what.

use std::collections::HashMap;
use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::compare::{self, Difference, Tolerance};
use super::depth::Depths;
use super::forms;
use super::guard::Unrunnable;
use super::options::{Scope, Validation};
use super::stacked::Stacked;
use super::tract_onnx::{self, OnnxRunner, Watch};
use super::verdict::{Divergence, OutputDifference, Status, Steps, Verdict, note, unverified};
use crate::convert::{Conversion, Held};
use crate::error::OpError;
use crate::ir::{DType, Graph, Value};
use crate::reference::kernels::arrange;
use crate::reference::{Reference, datum_type};

/// Why one of the two executions gave nothing.
pub(super) enum Unrun {
    /// The TFLite graph was not executed, or not on these inputs.
    Source(String),
    /// The ONNX file was not.
    Onnx(String),
}

pub(super) type Tensors = Vec<Arc<Tensor>>;

pub(super) type Named = Vec<(String, Arc<Tensor>)>;

/// Inputs, outputs, layers.
pub(super) type Executed = (Tensors, Tensors, Named);

pub(super) struct Run<'a> {
    pub(super) reference: &'a Reference,
    /// The reference's values by name.
    pub(super) values: HashMap<&'a str, &'a Value>,
    pub(super) conversion: &'a Conversion,
    /// The batch, where it is not the file's own.
    pub(super) batch: Option<Stacked<'a>>,
    pub(super) options: &'a Validation,
    pub(super) depths: Depths,
    pub(super) scope: Scope,
    /// Is each operator to read what the reference's read?
    pub(super) apart: bool,
}

impl Run<'_> {
    pub(super) fn graph(&self) -> &Graph {
        self.reference.main()
    }

    /// All samples; an error is the reason why nothing is known.
    pub(super) fn all(&self) -> Result<Verdict, Unrun> {
        let trace = &self.conversion.trace;
        let watched: Vec<String> = trace
            .shared
            .iter()
            .map(|held| held.onnx.to_string())
            .collect();
        let cuts = self.cuts();
        let watch = match self.scope {
            _ if self.apart => Watch::Apart(&cuts),
            Scope::Outputs => Watch::Outputs,
            Scope::Layers => Watch::Also(&watched),
        };
        let mut shapes = Vec::new();
        for (held, &id) in trace.inputs.iter().zip(&self.graph().inputs) {
            let shape = &self.graph().value(id).shape;
            let dims = shape.fixed().ok_or_else(|| {
                Unrun::Source(format!(
                    "input {:?} has the dynamic shape {shape}",
                    held.tensor
                ))
            })?;
            let dims = match self.batch {
                Some(batch) => batch.dims(&held.tensor, dims),
                None => dims,
            };
            shapes.push((held.onnx.to_string(), held.perm.dims(&dims)));
        }
        let onnx = OnnxRunner::load(self.conversion.bytes(), &shapes, watch).map_err(on_tract)?;
        let mut verdict = Verdict {
            status: Status::Verified,
            ..unverified(String::new())
        };
        for sample in 0..self.options.samples.max(1) {
            self.sample(sample, &onnx, &mut verdict)?;
            verdict.samples += 1;
        }
        if verdict.outputs.iter().any(|output| !output.matches) || verdict.divergence.is_some() {
            verdict.status = Status::Mismatch;
        }
        Ok(verdict)
    }

    fn sample(&self, sample: usize, onnx: &OnnxRunner, verdict: &mut Verdict) -> Result<(), Unrun> {
        let trace = &self.conversion.trace;
        let (inputs, wanted, layers) = self.run_reference(sample).map_err(Unrun::Source)?;
        let mut fed = Vec::new();
        let ports = self
            .conversion
            .report()
            .inputs
            .iter()
            .zip(&self.graph().inputs);
        for ((held, tensor), (port, &id)) in trace.inputs.iter().zip(&inputs).zip(ports) {
            let dtype = datum_type(port.dtype).unwrap_or(tensor.datum_type());
            let tensor = forms::as_onnx(tensor, self.graph().value(id), dtype)
                .map_err(|error| Unrun::Source(error.to_string()))?;
            let turned = turn(&tensor, held.perm.axes()).map_err(Unrun::Source)?;
            fed.push((held.onnx.to_string(), turned));
        }
        if self.apart {
            fed.extend(self.fed(&layers, onnx)?);
        }
        let got: HashMap<String, Arc<Tensor>> =
            onnx.run(&fed).map_err(on_tract)?.into_iter().collect();
        for (slot, (held, want)) in trace.outputs.iter().zip(&wanted).enumerate() {
            let difference = self.compare(held, want, &got).map_err(Unrun::Onnx)?;
            note(verdict, slot, difference);
        }
        if sample == 0 {
            verdict.tensors = trace.outputs.len();
        }
        let by_name: HashMap<&str, &Held> = trace
            .shared
            .iter()
            .map(|held| (held.tensor.as_ref(), held))
            .collect();
        for (name, want) in &layers {
            let Some(held) = by_name
                .get(name.as_str())
                .filter(|held| got.contains_key(&*held.onnx))
            else {
                continue;
            };
            if sample == 0 {
                verdict.tensors += 1;
            }
            if verdict.divergence.is_some() {
                break;
            }
            let found = self.compare(held, want, &got).map_err(Unrun::Onnx)?;
            if !found.matches {
                verdict.divergence = Some(Divergence {
                    operator: self.producer(name),
                    tensor: found.name,
                    max_abs: found.max_abs,
                    max_rel: found.max_rel,
                    steps: found.steps,
                });
            }
        }
        Ok(())
    }

    fn compare(
        &self,
        held: &Held,
        want: &Arc<Tensor>,
        got: &HashMap<String, Arc<Tensor>>,
    ) -> Result<OutputDifference, String> {
        let found = got
            .get(&*held.onnx)
            .ok_or_else(|| format!("tract gave no output {:?}", held.onnx))?;
        let back = held.perm.inverse();
        let found = turn(found, back.axes())?;
        let found = match self.values.get(&*held.tensor) {
            Some(value) => forms::as_reference(&found, value, want.datum_type())
                .map_err(|error| error.to_string())?,
            None => found,
        };
        let tolerance = match self.apart {
            true => self.depths.local(&held.tensor, want.datum_type()),
            false => self.depths.tolerance(&held.tensor, want.datum_type()),
        };
        let tolerance = tolerance.overridden(self.options.tolerance);
        Ok(match compare::compare(want, &found, tolerance) {
            Ok(difference) => self.describe(held, &difference, tolerance),
            // Another shape or type is as wrong as can be.
            Err(_) => OutputDifference {
                name: held.tensor.to_string(),
                max_abs: f64::INFINITY,
                max_rel: f64::INFINITY,
                tolerance: tolerance.relative,
                steps: None,
                elements: want.len(),
                equal: 0,
                mismatched: want.len(),
                matches: false,
            },
        })
    }

    fn describe(
        &self,
        held: &Held,
        difference: &Difference,
        tolerance: Tolerance,
    ) -> OutputDifference {
        let value = self.values.get(&*held.tensor);
        let steps = value.filter(|value| value.is_quantized()).map(|_| Steps {
            max: difference.max_abs,
            allowed: tolerance.absolute + tolerance.relative * difference.peak,
        });
        OutputDifference {
            name: held.tensor.to_string(),
            max_abs: difference.max_abs,
            max_rel: difference.max_rel,
            tolerance: tolerance.relative,
            steps,
            elements: difference.elements,
            equal: difference.equal,
            mismatched: difference.mismatched,
            matches: difference.is_match(),
        }
    }

    /// The values that are cut to judge each operator on its own: real numbers, stored as they are or in steps.
    fn cuts(&self) -> Vec<(String, Vec<usize>)> {
        let cut = |held: &Held| {
            let value = self.values.get(&*held.tensor)?;
            let real = value.is_quantized() || value.stored == DType::Float32;
            let dims = held.perm.dims(&value.shape.fixed()?);
            real.then(|| (held.onnx.to_string(), dims))
        };
        let shared = self.conversion.trace.shared.iter();
        shared.filter(|_| self.apart).filter_map(cut).collect()
    }

    /// What the cut values are in the reference.
    fn fed(&self, layers: &Named, onnx: &OnnxRunner) -> Result<Named, Unrun> {
        let layers: HashMap<&str, &Arc<Tensor>> = layers
            .iter()
            .map(|(name, tensor)| (&**name, tensor))
            .collect();
        let feed = |held: &Held| {
            let name = tract_onnx::fed(&held.onnx);
            let (dtype, tensor) = onnx.input_type(&name).zip(layers.get(&*held.tensor))?;
            let value = self.values.get(&*held.tensor)?;
            let tensor = forms::as_onnx(tensor, value, dtype).map_err(|error| error.to_string());
            let turned = tensor.and_then(|tensor| turn(&tensor, held.perm.axes()));
            Some(turned.map(|tensor| (name, tensor)))
        };
        let fed = self.conversion.trace.shared.iter().filter_map(feed);
        fed.collect::<Result<_, _>>().map_err(Unrun::Source)
    }

    fn producer(&self, tensor: &str) -> String {
        let graph = self.graph();
        let value = graph.values().find(|&id| &*graph.value(id).name == tensor);
        let op = value.and_then(|id| graph.producer(id));
        op.map_or_else(
            || "a graph input".into(),
            |op| graph.op(op).origin.site().to_string(),
        )
    }
}

fn on_tract(why: Unrunnable) -> Unrun {
    Unrun::Onnx(format!("the ONNX file on tract: {why}"))
}

fn turn(tensor: &Arc<Tensor>, axes: &[usize]) -> Result<Arc<Tensor>, String> {
    if axes.is_sorted() {
        return Ok(tensor.clone());
    }
    let turned = arrange::transpose(tensor, axes).map_err(OpError::from);
    turned.map(Arc::new).map_err(|error| error.to_string())
}
