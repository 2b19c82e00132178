//! The reference's side of a run: seeded inputs, and what the TFLite graph makes of them.

use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::guard::{Unrunnable, guarded};
use super::inputs::Inputs;
use super::options::Scope;
use super::run::{Executed, Named, Run, Tensors};
use crate::reference::datum_type;

impl Run<'_> {
    /// Seeded inputs, the outputs they give, and the layers in execution order. Integer inputs are
    /// indices, as a rule, into tables of unknown size: where large ones are refused, smaller ones serve.
    pub(super) fn run_reference(&self, sample: usize) -> Result<Executed, String> {
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
}

/// Samples between those of two runs: a multiple of the number of textures.
const RUN_STEP: usize = 3 << 16;
