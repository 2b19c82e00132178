//! Proof by execution: the source graph on tract-core in TFLite's order, the written bytes on tract-onnx,
//! the same seeded inputs, and every output compared.
//!
//! Both sides run on tract's kernels, so a shared misreading of an operator cancels out; the fixtures,
//! whose outputs TFLite's interpreter recorded, are the other leg (`docs/validation.md`).

mod compare;
mod depth;
mod forms;
mod guard;
mod inputs;
mod stacked;
mod tract_onnx;
mod tract_ops;

use std::collections::HashMap;
use std::sync::Arc;

use tract_core::prelude::Tensor;

use crate::convert::{Conversion, Held, Unwritten};
use crate::error::{Error, ErrorKind, OpError};
use crate::ir::{DType, Dim, Graph, Value};
use crate::lift::Dims;
use crate::reference::kernels::arrange;
use crate::reference::{Reference, datum_type};
use crate::registry::Registry;
use crate::source::Source;
use crate::work::Work;

use compare::{Difference, Tolerance};
use depth::Depths;
use guard::Unrunnable;
pub(crate) use guard::guarded;
use inputs::Inputs;
use stacked::Stacked;
pub(crate) use tract_onnx::{OnnxRunner, Watch};

/// How a conversion is to be validated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Validation {
    /// Seed of the inputs.
    pub seed: u64,
    /// Number of inputs tried: noise, wider noise, smooth images, in turn.
    pub samples: usize,
    /// What is compared.
    pub scope: Scope,
    /// Largest difference of a floating-point output, relative to the output's largest magnitude, in place
    /// of the default for its type and depth.
    pub tolerance: Option<f64>,
    /// Execute it whatever it takes? Otherwise large models are tried on fewer inputs, and beyond
    /// [`Validation::LIMIT`] not at all.
    pub unlimited: bool,
}

impl Validation {
    /// What all samples together may take: some minutes, and a few times as many bytes of memory.
    pub const LIMIT: Work = Work {
        multiplications: 50_000_000_000,
        bytes: 2 << 30,
    };

    /// How many inputs to try, of a model that takes so much for each; or why none.
    fn samples_of(&self, work: Work) -> Result<usize, String> {
        let asked = self.samples.max(1);
        if self.unlimited {
            return Ok(asked);
        }
        let limit = Self::LIMIT;
        if work.multiplications > limit.multiplications || work.bytes > limit.bytes {
            return Err(format!(
                "too large to be executed unasked: about {:.1} billion multiplications and {:.1} GB, where {:.0} \
                 billion and {:.1} GB are the limit; --validate-anyway lifts it",
                work.multiplications as f64 / 1e9,
                work.bytes as f64 / 1e9,
                limit.multiplications as f64 / 1e9,
                limit.bytes as f64 / 1e9,
            ));
        }
        let affordable = limit.multiplications / work.multiplications.max(1);
        Ok(asked
            .min(usize::try_from(affordable).unwrap_or(asked))
            .max(1))
    }
}

impl Default for Validation {
    fn default() -> Self {
        Validation {
            seed: 0,
            samples: 2,
            scope: Scope::Outputs,
            tolerance: None,
            unlimited: false,
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The graph's outputs.
    Outputs,
    /// Every tensor that both graphs have.
    Layers,
}

/// What a validation found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The finding.
    pub status: Status,
    /// Each output, the worst of all samples.
    pub outputs: Vec<OutputDifference>,
    /// The first tensor, in execution order, that differs by more than its tolerance; looked for after a
    /// mismatch, or where layers were asked for.
    pub divergence: Option<Divergence>,
    /// Samples that both sides ran.
    pub samples: usize,
    /// Tensors compared in each sample, outputs included.
    pub tensors: usize,
    /// Were the operators of a quantised model judged one by one, each on the operands that the reference has?
    /// The outputs' differences are then those of the whole, in which single steps have grown.
    pub apart: bool,
}

/// The finding of a validation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Both graphs ran and agree.
    Verified,
    /// One of them did not run; nothing is known.
    Unverified(String),
    /// Both ran and differ.
    Mismatch,
}

/// How far one output is from the reference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputDifference {
    /// Tensor name.
    pub name: String,
    /// Largest absolute difference.
    pub max_abs: f64,
    /// Largest absolute difference over the largest magnitude of the reference.
    pub max_rel: f64,
    /// What `max_rel` may be.
    pub tolerance: f64,
    /// Elements beyond the tolerance.
    pub mismatched: usize,
    /// Does the output match?
    pub matches: bool,
}

/// Where the two graphs part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Divergence {
    /// `CONV_2D at main[17]`
    pub operator: String,
    /// Tensor name.
    pub tensor: String,
    /// Largest absolute difference.
    pub max_abs: f64,
    /// Largest absolute difference over the largest magnitude of the reference.
    pub max_rel: f64,
}

/// Executes a TFLite model and its conversion on the same inputs and compares their outputs.
///
/// `registry` is the one the conversion used. A model that takes much is tried on fewer inputs than asked, which
/// [`Verdict::samples`] tells, or is left [`Status::Unverified`]: see [`Validation::unlimited`].
///
/// # Errors
/// Only when `tflite` is not the model that was converted, or can no longer be read. What cannot be executed
/// is a [`Status::Unverified`].
pub fn validate(
    tflite: impl Into<Source>,
    conversion: &Conversion,
    registry: &Registry,
    options: &Validation,
) -> Result<Verdict, Error> {
    let tflite = &tflite.into();
    let options = &match options.samples_of(conversion.report().work) {
        Ok(samples) => Validation {
            samples,
            ..options.clone()
        },
        Err(reason) => return Ok(unverified(reason)),
    };
    let mut found: Option<Verdict> = None;
    let mut refused = String::new();
    let mut sizes = 0;
    for (dims, batch) in sizes_to_try(conversion) {
        let (entry, real) = (&conversion.trace.entry, conversion.trace.real);
        let reference = match Reference::new(tflite, registry, entry, &dims, real) {
            Ok(reference) => reference,
            // The model itself does not take these sizes.
            Err(error) if dims != Dims::Declared => {
                refused = error.to_string();
                continue;
            }
            Err(error) => return Err(error),
        };
        match validate_at(&reference, conversion, batch, options) {
            Ok(verdict) => {
                let whole = found.take();
                found = Some(whole.map_or_else(|| verdict.clone(), |whole| whole.and(&verdict)));
                sizes += 1;
            }
            Err(Unrun::Source(reason)) => refused = reason,
            Err(Unrun::Onnx(reason)) => return Ok(unverified(reason)),
        }
        if sizes == 2 {
            break;
        }
    }
    tflite.check()?;
    Ok(found.unwrap_or_else(|| unverified(refused)))
}

impl Unwritten {
    /// Executes the TFLite model and the conversion as [`validate`] does. The ONNX file is put together in
    /// memory, unless the model is too large to be executed.
    ///
    /// # Errors
    /// As [`validate`].
    pub fn validate(&self, registry: &Registry, options: &Validation) -> Result<Verdict, Error> {
        if self.needs_external_data() {
            let reason = "the ONNX file has more than the 2 GiB that can be executed";
            return Ok(unverified(reason.into()));
        }
        match options.samples_of(self.report().work) {
            Ok(_) => validate(self.source(), &self.load()?, registry, options),
            Err(reason) => Ok(unverified(reason)),
        }
    }
}

/// Sizes for the dimensions that the conversion leaves open, and for the batch; two that the model takes are
/// enough. The file's own come first, and last where nothing is open.
fn sizes_to_try(conversion: &Conversion) -> Vec<(Dims, Option<Stacked<'_>>)> {
    let stack = conversion.trace.stack.as_ref();
    let sizes = match stack.and_then(|stack| Some((stack.from, stack.to.as_ref()?))) {
        None => Vec::new(),
        Some((_, Dim::Fixed(size))) => vec![*size],
        Some((from, Dim::Symbol(_))) => vec![from, from + 2],
    };
    let batches: Vec<_> = sizes
        .into_iter()
        .filter_map(|size| {
            Some(Stacked {
                stack: stack?,
                size,
            })
        })
        .collect();
    let all = dims_to_try(conversion);
    match (batches.as_slice(), all.as_slice()) {
        ([], _) => all.into_iter().map(|dims| (dims, None)).collect(),
        (_, [dims]) => {
            let pair = |&batch| (dims.clone(), Some(batch));
            batches.iter().map(pair).collect()
        }
        _ => {
            let batches = batches.iter().map(|&batch| Some(batch)).cycle();
            all.into_iter().zip(batches).collect()
        }
    }
}

fn dims_to_try(conversion: &Conversion) -> Vec<Dims> {
    let ports = conversion.report().inputs.iter();
    let dims = ports.flat_map(|port| port.shape.dims().to_vec());
    let batch = conversion.trace.stack.as_ref();
    let batch = batch.and_then(|stack| stack.to.clone());
    let symbols: Vec<_> = dims
        .filter_map(|dim| match dim {
            Dim::Symbol(_) if Some(&dim) == batch.as_ref() => None,
            Dim::Symbol(symbol) => Some(symbol),
            Dim::Fixed(_) => None,
        })
        .collect();
    if symbols.is_empty() {
        return vec![Dims::Declared];
    }
    let bound = |size: usize| Dims::Bound(symbols.iter().map(|s| (s.clone(), size)).collect());
    let open = [2, 3, 7, 16, 64].map(bound);
    std::iter::once(Dims::Bound(Vec::new()))
        .chain(open)
        .collect()
}

fn validate_at(
    reference: &Reference,
    conversion: &Conversion,
    batch: Option<Stacked<'_>>,
    options: &Validation,
) -> Result<Verdict, Unrun> {
    let graph = reference.main();
    let named = graph.values().map(|id| graph.value(id));
    let mut run = Run {
        values: named.map(|value| (&*value.name, value)).collect(),
        reference,
        conversion,
        batch,
        options,
        depths: Depths::of(reference.main()),
        scope: options.scope,
        apart: false,
    };
    let mut verdict = run.all()?;
    // A step more or less where rounding meets a tie grows through a deep quantised network, and through a
    // sort or a comparison into something else altogether, also between TFLite's own kernels. What can be
    // asked of each operator is that it gives what the reference gives for the reference's operands.
    if verdict.status == Status::Mismatch && batch.is_none() && run.depths.quantized() {
        run.apart = true;
        let apart = run.all();
        run.apart = false;
        if let Ok(apart) = apart {
            if apart.status == Status::Verified {
                verdict.status = Status::Verified;
                verdict.apart = true;
                verdict.tensors = apart.tensors;
                return Ok(verdict);
            }
            if apart.divergence.is_some() {
                verdict.divergence = apart.divergence;
                return Ok(verdict);
            }
        }
    }
    if verdict.status == Status::Mismatch && run.scope == Scope::Outputs {
        run.scope = Scope::Layers;
        // The outputs' verdict stands whether or not the layers can be run as well.
        verdict.divergence = run.all().ok().and_then(|layers| layers.divergence);
    }
    Ok(verdict)
}

/// Why one of the two executions gave nothing.
enum Unrun {
    /// The TFLite graph was not executed, or not on these inputs.
    Source(String),
    /// The ONNX file was not.
    Onnx(String),
}

fn unverified(reason: String) -> Verdict {
    Verdict {
        status: Status::Unverified(reason),
        outputs: Vec::new(),
        divergence: None,
        samples: 0,
        tensors: 0,
        apart: false,
    }
}

type Tensors = Vec<Arc<Tensor>>;
type Named = Vec<(String, Arc<Tensor>)>;
/// Inputs, outputs, layers.
type Executed = (Tensors, Tensors, Named);

struct Run<'a> {
    reference: &'a Reference,
    /// The reference's values by name.
    values: HashMap<&'a str, &'a Value>,
    conversion: &'a Conversion,
    /// The batch, where it is not the file's own.
    batch: Option<Stacked<'a>>,
    options: &'a Validation,
    depths: Depths,
    scope: Scope,
    /// Is each operator to read what the reference's read?
    apart: bool,
}

impl Run<'_> {
    fn graph(&self) -> &Graph {
        self.reference.main()
    }

    /// All samples; an error is the reason why nothing is known.
    fn all(&self) -> Result<Verdict, Unrun> {
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
                });
            }
        }
        Ok(())
    }

    /// Seeded inputs, the outputs they give, and the layers in execution order. Integer inputs are
    /// indices, as a rule, into tables of unknown size: where large ones are refused, smaller ones serve.
    fn run_reference(&self, sample: usize) -> Result<Executed, String> {
        let mut refused = String::new();
        for bound in [10, 3, 1] {
            match self.run_whole(sample, bound) {
                Ok(executed) => return Ok(executed),
                Err(why) => refused = why,
            }
            if !self.has_integer_inputs() {
                break;
            }
        }
        Err(format!("the TFLite graph on tract: {refused}"))
    }

    /// One run, or those that a larger batch is made of.
    fn run_whole(&self, sample: usize, bound: u8) -> Result<Executed, String> {
        let Some(batch) = self.batch else {
            return self.run_once(self.inputs(sample, bound, 0)?);
        };
        let mut runs: Vec<Executed> = Vec::new();
        for run in 0..batch.runs() {
            let mut inputs = self.inputs(sample, bound, run)?;
            if let Some((first, ..)) = runs.first() {
                for ((input, shared), &id) in inputs.iter_mut().zip(first).zip(&self.graph().inputs)
                {
                    let name = &*self.graph().value(id).name;
                    if !batch.stack.spans.contains_key(name) {
                        *input = shared.clone();
                    }
                }
            }
            runs.push(self.run_once(inputs)?);
        }
        batch.join(self.graph(), runs)
    }

    fn run_once(&self, inputs: Tensors) -> Result<Executed, String> {
        let mut layers = Named::new();
        let mut observe = |name: &str, tensor: &Arc<Tensor>| {
            if self.apart || self.scope == Scope::Layers {
                layers.push((name.to_owned(), tensor.clone()));
            }
        };
        let mut failed = None;
        let done = guarded(|| match self.reference.run(inputs.clone(), &mut observe) {
            Ok(outputs) => Ok(Some(outputs)),
            Err(error) => {
                failed = Some(error.to_string());
                Ok(None)
            }
        });
        match (done, failed) {
            (Ok(Some(outputs)), _) => Ok((inputs, outputs, layers)),
            (Ok(None), Some(error)) => Err(error),
            (Ok(None), None) => Err("no reason given".into()),
            (Err(why @ (Unrunnable::Refused(_) | Unrunnable::Panicked(_))), _) => {
                Err(why.to_string())
            }
        }
    }

    fn has_integer_inputs(&self) -> bool {
        let graph = self.graph();
        let integer = |id: &crate::ir::ValueId| graph.value(*id).stored.is_integer();
        graph.inputs.iter().any(integer)
    }

    /// The seeded inputs of a run; those of further runs look like the first's.
    fn inputs(&self, sample: usize, bound: u8, run: usize) -> Result<Tensors, String> {
        let sample = sample + run * RUN_STEP;
        let graph = self.graph();
        let source = Inputs::new(self.options.seed).integers_below(bound);
        let mut made = Vec::new();
        for &id in &graph.inputs {
            let value = graph.value(id);
            let dims = value
                .shape
                .fixed()
                .ok_or_else(|| format!("input {:?} has a dynamic shape", value.name))?;
            let dtype = datum_type(value.stored)
                .ok_or_else(|| format!("input {:?} is of type {}", value.name, value.stored))?;
            let source = match value.is_quantized() {
                true => source.any_integers(),
                false => source,
            };
            let tensor = source
                .tensor(&value.name, sample, dtype, &dims)
                .map_err(|error| error.to_string())?;
            made.push(Arc::new(tensor));
        }
        Ok(made)
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
            Ok(difference) => describe(held, &difference, tolerance),
            // Another shape or type is as wrong as can be.
            Err(_) => OutputDifference {
                name: held.tensor.to_string(),
                max_abs: f64::INFINITY,
                max_rel: f64::INFINITY,
                tolerance: tolerance.relative,
                mismatched: want.len(),
                matches: false,
            },
        })
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

/// Samples between those of two runs: a multiple of the number of textures.
const RUN_STEP: usize = 3 << 16;

fn on_tract(why: Unrunnable) -> Unrun {
    Unrun::Onnx(format!("the ONNX file on tract: {why}"))
}

fn describe(held: &Held, difference: &Difference, tolerance: Tolerance) -> OutputDifference {
    OutputDifference {
        name: held.tensor.to_string(),
        max_abs: difference.max_abs,
        max_rel: difference.max_rel,
        tolerance: tolerance.relative,
        mismatched: difference.mismatched,
        matches: difference.is_match(),
    }
}

/// Keeps the worst of each output.
fn note(verdict: &mut Verdict, slot: usize, found: OutputDifference) {
    match verdict.outputs.get_mut(slot) {
        None => verdict.outputs.push(found),
        Some(known) => {
            known.max_abs = known.max_abs.max(found.max_abs);
            known.max_rel = known.max_rel.max(found.max_rel);
            known.mismatched = known.mismatched.max(found.mismatched);
            known.matches &= found.matches;
        }
    }
}

fn turn(tensor: &Arc<Tensor>, axes: &[usize]) -> Result<Arc<Tensor>, String> {
    if axes.is_sorted() {
        return Ok(tensor.clone());
    }
    let turned = arrange::transpose(tensor, axes).map_err(OpError::from);
    turned.map(Arc::new).map_err(|error| error.to_string())
}

impl Verdict {
    /// Both verdicts as one: the worst of each output.
    fn and(mut self, other: &Verdict) -> Self {
        for (slot, output) in other.outputs.iter().enumerate() {
            note(&mut self, slot, output.clone());
        }
        if other.status == Status::Mismatch {
            self.status = Status::Mismatch;
        }
        self.divergence = self.divergence.or_else(|| other.divergence.clone());
        self.apart |= other.apart;
        self.samples += other.samples;
        self
    }

    /// The error a mismatch amounts to; `None` for the other findings.
    pub fn error(&self) -> Option<Error> {
        if self.status != Status::Mismatch {
            return None;
        }
        let worst = self.outputs.iter().filter(|output| !output.matches).map(|output| {
            format!(
                "output {:?} differs by {:.3e} ({:.3e} of its largest magnitude, {:.1e} allowed)",
                output.name, output.max_abs, output.max_rel, output.tolerance
            )
        });
        let mut what: Vec<String> = worst.collect();
        if let Some(first) = &self.divergence {
            what.push(format!(
                "the first tensor to differ is {:?} of {}, by {:.3e}",
                first.tensor, first.operator, first.max_abs
            ));
        }
        Some(Error::new(ErrorKind::Mismatch, what.join("; ")))
    }
}
