//! The reference's side of a run: seeded inputs, and what the TFLite graph makes of them.

use std::sync::Arc;

use tract_core::prelude::{Tensor, TractResult};

use super::guard::{Unrunnable, guarded};
use super::inputs::Inputs;
use super::options::Scope;
use super::run::{Executed, Named, Run, Tensors};
use crate::ir::{Value, ValueId};
use crate::lower::limits;
use crate::reference::{datum_type, dequantize};

impl Run<'_> {
    /// Seeded inputs, the outputs they give, and the layers in execution order. What integer inputs stand for
    /// is not known; where a draw is refused, others serve.
    pub(super) fn run_reference(&self, sample: usize) -> Result<Executed, String> {
        let mut refused = None;
        for draw in Draw::ALL {
            match self.run_whole(sample, draw) {
                Ok(executed) => return Ok(executed),
                // The first reason is of the likeliest values.
                Err(why) => refused.get_or_insert(why),
            };
            if !self.has_integer_inputs() {
                break;
            }
        }
        let refused = refused.unwrap_or_default();
        Err(format!("the TFLite graph on tract: {refused}"))
    }

    /// One run, or those that a larger batch is made of.
    fn run_whole(&self, sample: usize, draw: Draw) -> Result<Executed, String> {
        let Some(batch) = self.batch else {
            return self.run_once(self.inputs(sample, draw, 0)?);
        };
        let mut runs: Vec<Executed> = Vec::new();
        for run in 0..batch.runs() {
            let mut inputs = self.inputs(sample, draw, run)?;
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
        let integer = |id: &ValueId| graph.value(*id).stored.is_integer();
        graph.inputs.iter().any(integer)
    }

    /// The seeded inputs of a run; those of further runs look like the first's.
    fn inputs(&self, sample: usize, draw: Draw, run: usize) -> Result<Tensors, String> {
        let sample = sample + run * RUN_STEP;
        let inputs = self.graph().inputs.iter();
        inputs.map(|&id| self.input(sample, draw, id)).collect()
    }

    fn input(&self, sample: usize, draw: Draw, id: ValueId) -> Result<Arc<Tensor>, String> {
        let value = self.graph().value(id);
        let dims = value
            .shape
            .fixed()
            .ok_or_else(|| format!("input {:?} has a dynamic shape", value.name))?;
        // What a quantised input has become is drawn as it was: within its range, and on its steps.
        let declared = self.reference.declared(id);
        let drawn = declared.unwrap_or(value);
        let dtype = datum_type(drawn.stored)
            .ok_or_else(|| format!("input {:?} is of type {}", value.name, drawn.stored))?;
        let extents = self.reference.extents(&value.name);
        if let Some(extents) = extents.filter(|_| draw == Draw::Extents) {
            let extents: Vec<i64> = extents.iter().map(|&extent| extent as i64).collect();
            let tensor = Tensor::from_shape(&dims, &extents);
            let tensor = tensor.and_then(|tensor| Ok(tensor.cast_to_dt(dtype)?.into_owned()));
            return tensor.map(Arc::new).map_err(|error| error.to_string());
        }
        let source = draw.from(Inputs::new(self.options.seed));
        let source = match drawn.is_quantized() {
            true => source.any_integers(),
            false => source,
        };
        let tensor = source
            .tensor(&value.name, sample, dtype, &dims)
            .map_err(|error| error.to_string())?;
        let tensor = match draw {
            Draw::Positive(_) if drawn.is_quantized() => positive(&tensor, drawn)?,
            _ => tensor,
        };
        match declared {
            Some(declared) => dequantize(&tensor, declared).map_err(|error| error.to_string()),
            None => Ok(tensor),
        }
        .map(Arc::new)
    }
}

/// Quantised numbers without their signs.
fn positive(tensor: &Tensor, value: &Value) -> Result<Tensor, String> {
    let zero = value
        .quant
        .as_ref()
        .and_then(|quant| quant.zero_point.first());
    let zero = zero.copied().unwrap_or(0);
    let (_, greatest) = limits(value.stored).unwrap_or_default();
    let away = || -> TractResult<Tensor> {
        let wide = tensor.cast_to::<i64>()?;
        let wide = wide.try_as_plain_ram()?.as_slice::<i64>()?.iter();
        let codes = wide.map(|code| zero.saturating_add((code - zero).abs()).min(greatest));
        let codes: Vec<i64> = codes.collect();
        let codes = Tensor::from_shape(tensor.shape(), &codes)?;
        Ok(codes.cast_to_dt(tensor.datum_type())?.into_owned())
    };
    away().map_err(|error| error.to_string())
}

/// How integer inputs are drawn. Most are indices into tables of unknown size, some are divided by, a few are
/// shapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Draw {
    Below(u8),
    /// Without zero, and quantised numbers without signs: for divisors and roots.
    Positive(u8),
    /// The shapes that the file declares, where there are such; small numbers elsewhere.
    Extents,
}

impl Draw {
    /// What is tried, in this order.
    const ALL: [Draw; 5] = [
        Draw::Below(10),
        Draw::Below(3),
        Draw::Below(1),
        Draw::Positive(10),
        Draw::Extents,
    ];

    fn from(self, inputs: Inputs) -> Inputs {
        match self {
            Draw::Below(bound) => inputs.integers_below(bound),
            Draw::Positive(bound) => inputs.integers_below(bound).positive(),
            Draw::Extents => inputs.integers_below(3),
        }
    }
}

/// Samples between those of two runs: a multiple of the number of textures.
const RUN_STEP: usize = 3 << 16;
