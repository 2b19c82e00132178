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
use super::tract_onnx::{OnnxRunner, Watch};
use super::verdict::{Divergence, OutputDifference, Status, Steps, Verdict, note, unverified};
use crate::convert::{Conversion, Held};
use crate::error::OpError;
use crate::ir::{Graph, Value};
use crate::reference::Reference;
use crate::reference::kernels::arrange;

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
    /// The reference's values by name; inputs and outputs as the file declares them.
    pub(super) values: HashMap<&'a str, &'a Value>,
    pub(super) conversion: &'a Conversion,
    /// The batch, where it is not the file's own.
    pub(super) batch: Option<Stacked<'a>>,
    pub(super) options: &'a Validation,
    pub(super) depths: Depths,
    pub(super) scope: Scope,
    /// Is each operator to read what the reference's read?
    pub(super) apart: bool,
    /// Are the inputs that can be constants of the ONNX graph?
    pub(super) settled: bool,
}

impl Run<'_> {
    pub(super) fn graph(&self) -> &Graph {
        self.reference.main()
    }

    /// All samples; an error is the reason why nothing is known.
    pub(super) fn all(&self) -> Result<Verdict, Unrun> {
        let mut verdict = Verdict {
            status: Status::Verified,
            ..unverified(String::new())
        };
        let loaded = match self.settled {
            true => None,
            false => Some(self.load(&[])?),
        };
        for sample in 0..self.options.samples.max(1) {
            let executed = self.run_reference(sample).map_err(Unrun::Source)?;
            let fed = self.face(&executed.0).map_err(Unrun::Source)?;
            match &loaded {
                Some(onnx) => self.sample(sample, (&executed, fed), onnx, &mut verdict)?,
                None => {
                    let (known, fed) = self.split(fed);
                    let onnx = self.load(&known)?;
                    self.sample(sample, (&executed, fed), &onnx, &mut verdict)?;
                }
            }
            verdict.samples += 1;
        }
        if verdict.outputs.iter().any(|output| !output.matches) || verdict.divergence.is_some() {
            verdict.status = Status::Mismatch;
        }
        Ok(verdict)
    }

    /// The ONNX file, with these inputs as constants.
    fn load(&self, known: &[(String, Arc<Tensor>)]) -> Result<OnnxRunner, Unrun> {
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
        OnnxRunner::load(self.conversion.bytes(), &shapes, known, watch).map_err(on_tract)
    }

    fn sample(
        &self,
        sample: usize,
        (executed, mut fed): (&Executed, Named),
        onnx: &OnnxRunner,
        verdict: &mut Verdict,
    ) -> Result<(), Unrun> {
        let trace = &self.conversion.trace;
        let (inputs, wanted, layers) = executed;
        if self.apart {
            fed.extend(self.fed(inputs, layers, onnx)?);
        }
        let got: HashMap<String, Arc<Tensor>> =
            onnx.run(&fed).map_err(on_tract)?.into_iter().collect();
        for (slot, (held, want)) in trace.outputs.iter().zip(wanted).enumerate() {
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
        for (name, want) in layers {
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
        let value = self.values.get(&*held.tensor).copied();
        let tolerance = match self.apart {
            true => self.depths.local(&held.tensor, want.datum_type()),
            false => self.depths.tolerance(&held.tensor, want.datum_type()),
        };
        let (want, found, tolerance) = match value {
            None => (want.clone(), found, tolerance),
            // Real numbers inside, stored at the end: two that round apart are a step apart.
            Some(value) if forms::is_stored(&found, want) => {
                let want = forms::as_onnx(want, value, found.datum_type());
                let tolerance = Tolerance {
                    absolute: 1.0,
                    ..tolerance
                };
                (want.map_err(|error| error.to_string())?, found, tolerance)
            }
            Some(value) => {
                let found = forms::as_reference(&found, value, want.datum_type());
                let found = found.map_err(|error| error.to_string())?;
                (want.clone(), found, tolerance)
            }
        };
        let tolerance = tolerance.overridden(self.options.tolerance);
        let stored = value.is_some_and(Value::is_quantized) && !want.datum_type().is_float();
        Ok(match compare::compare(&want, &found, tolerance) {
            Ok(difference) => describe(held, &difference, tolerance, stored),
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

fn describe(
    held: &Held,
    difference: &Difference,
    tolerance: Tolerance,
    stored: bool,
) -> OutputDifference {
    let steps = stored.then_some(Steps {
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

pub(super) fn turn(tensor: &Arc<Tensor>, axes: &[usize]) -> Result<Arc<Tensor>, String> {
    if axes.is_sorted() {
        return Ok(tensor.clone());
    }
    let turned = arrange::transpose(tensor, axes).map_err(OpError::from);
    turned.map(Arc::new).map_err(|error| error.to_string())
}
