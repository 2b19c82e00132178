//! Proof by execution: the source graph on tract-core in TFLite's order, the written bytes on tract-onnx,
//! the same seeded inputs, and every output compared.
//!
//! Both sides run on tract's kernels, so a shared misreading of an operator cancels out; the fixtures,
//! whose outputs TFLite's interpreter recorded, are the other leg (`docs/validation.md`).

mod compare;
mod depth;
mod feed;
mod forms;
mod guard;
mod inputs;
mod options;
mod run;
mod sizes;
mod source_side;
mod stacked;
mod tract_onnx;
mod tract_ops;
mod verdict;

use crate::convert::{Conversion, Unwritten};
use crate::error::Error;
use crate::lift::Dims;
use crate::reference::Reference;
use crate::registry::Registry;
use crate::source::Source;

use depth::Depths;
pub(crate) use guard::guarded;
pub use options::{Scope, Validation};
use run::{Run, Unrun};
use sizes::sizes_to_try;
use stacked::Stacked;
pub(crate) use tract_onnx::{OnnxRunner, Watch};
use verdict::unverified;
pub use verdict::{Divergence, OutputDifference, Status, Steps, Verdict};

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
        // Dimensions that the conversion leaves open have a size here.
        if let Err(reason) = options.samples_of(reference.work()) {
            refused = reason;
            continue;
        }
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

fn validate_at(
    reference: &Reference,
    conversion: &Conversion,
    batch: Option<Stacked<'_>>,
    options: &Validation,
) -> Result<Verdict, Unrun> {
    let graph = reference.main();
    let named = graph.values().map(|id| {
        let value = graph.value(id);
        (&*value.name, reference.declared(id).unwrap_or(value))
    });
    let mut run = Run {
        values: named.collect(),
        reference,
        conversion,
        batch,
        options,
        depths: Depths::of(reference.model()),
        scope: options.scope,
        apart: false,
        settled: false,
    };
    let mut verdict = match run.all() {
        // tract works out shapes and paddings before it runs: what inputs say of them must be known by then.
        Err(Unrun::Onnx(_)) if run.can_settle() => {
            run.settled = true;
            run.all()?
        }
        done => done?,
    };
    // A step more or less where rounding meets a tie grows through a deep quantised network, and through a
    // sort or a comparison into something else altogether, also between TFLite's own kernels; so does a code of
    // real numbers that a run brings to 8 bits. What can be asked of each operator is that it gives what the
    // reference gives for the reference's operands.
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
