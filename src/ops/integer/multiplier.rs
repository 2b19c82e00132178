//! The output stage of LiteRT's INT16 kernels: what they multiply an accumulator of 64 bits by.
//!
//! Source: LiteRT kernels/internal/{quantization_util,common}.cc (`QuantizeMultiplier`,
//! `MultiplyByQuantizedMultiplier`): the multiplier is rounded to 16 bits, which is up to one step in 65536 of
//! the result, and so is visible in INT16.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands, Wire};
use crate::ops::activation::Activation;

/// The multiplier that takes the place of this one.
pub(crate) fn narrowed(multiplier: f64) -> f64 {
    if !multiplier.is_normal() || multiplier < 0.0 {
        return 0.0;
    }
    // As `frexp`: multiplier = fraction · 2^shift, fraction in [0.5, 1).
    let shift = ((multiplier.to_bits() >> 52) as i32) - 1022;
    let fraction = (multiplier / f64::from(shift).exp2() * f64::from(1u32 << 31)).round();
    let (fixed, shift) = match fraction as i64 {
        0x8000_0000 => (0x4000_0000, shift + 1),
        fixed => (fixed, shift),
    };
    if shift < -31 {
        return 0.0;
    }
    let reduced = match fixed {
        0x7FFF_0000.. => 0x7FFF,
        _ => (fixed + (1 << 15)) >> 16,
    };
    reduced as f64 * f64::from(shift - 15).exp2()
}

/// The output stage of a weighted sum: steps of the result for what the sum means, one factor for all or one
/// for each output channel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutputStage {
    factors: Vec<f32>,
}

impl OutputStage {
    /// Of a sum of products of operands `left` and `right` that 64 bits accumulate; `None` where LiteRT's
    /// kernel accumulates 32 bits, or real numbers.
    pub fn of(io: &Operands<'_>, left: usize, right: usize, bias: Option<usize>) -> Option<Self> {
        let (left, right, result) = (io.get(left)?, io.get(right)?, io.result(0));
        if left.stored != DType::Int16 || result.stored != DType::Int16 {
            return None;
        }
        let bias = bias.and_then(|slot| io.get(slot));
        if bias.is_some_and(|bias| bias.stored == DType::Int32) {
            return None;
        }
        let (left, right) = (left.quant.as_ref()?, right.quant.as_ref()?);
        let ([left], [to]) = (&*left.scale, &*result.quant.as_ref()?.scale) else {
            return None;
        };
        let factor = |right: &f32| {
            let product = f64::from(*left) * f64::from(*right);
            (narrowed(product / f64::from(*to)) / product) as f32
        };
        let factors = right.scale.iter().map(factor).collect();
        Some(OutputStage { factors })
    }

    /// Gives result 0: a sum whose channels run along a physical axis.
    pub fn finish(
        &self,
        cx: &mut LowerCx<'_>,
        sum: &Wire,
        channel: usize,
        activation: Activation,
    ) -> Result<(), OpError> {
        let mut shape = vec![1; sum.rank().saturating_sub(channel)];
        match (self.factors.len(), shape.first_mut()) {
            (1, _) => shape.clear(),
            (channels, Some(first)) => *first = channels,
            (_, None) => return Err(OpError::inconsistent("channels beyond the last axis")),
        }
        let factors = cx.floats(&shape, &self.factors);
        let mut steps = cx.binary("Mul", sum, &factors)?;
        let (low, high) = activation.range();
        if (low, high) != (None, None) && !cx.saturates(0, low, high) {
            let scale = scale(cx.io())?;
            let stored = |real: f64| (real / scale).round();
            steps = cx.clip(&steps, low.map(stored), high.map(stored))?;
        }
        cx.finish_steps(0, steps)
    }

    /// The same on a reference tensor, whose channels run along its last axis.
    #[cfg(feature = "validate")]
    pub fn reference(
        &self,
        cx: &mut ReferenceCx<'_>,
        sum: &Tensor,
        activation: Activation,
    ) -> Result<(), OpError> {
        let (low, high) = activation.range();
        let scale = scale(cx.io())?;
        let low = low.map_or(f32::NEG_INFINITY, |real| (real / scale).round() as f32);
        let high = high.map_or(f32::INFINITY, |real| (real / scale).round() as f32);
        let mut steps = sum.clone();
        let view = steps.try_as_plain_ram_mut().map_err(OpError::from_tract)?;
        let view = view.as_slice_mut::<f32>().map_err(OpError::from_tract)?;
        let channels = self.factors.len();
        for (i, step) in view.iter_mut().enumerate() {
            *step = (*step * self.factors[i % channels]).clamp(low, high);
        }
        cx.finish_steps(0, &steps)
    }
}

fn scale(io: &Operands<'_>) -> Result<f64, OpError> {
    let quant = io.result(0).quant.as_ref();
    let scale = quant.and_then(|quant| quant.scale.first());
    scale
        .map(|&scale| f64::from(scale))
        .ok_or_else(|| OpError::result(0, "quantisation parameters", "none"))
}

#[cfg(test)]
mod tests {
    use super::narrowed;

    #[test]
    fn multipliers_keep_sixteen_bits() {
        assert_eq!(narrowed(0.5), 0.5);
        assert_eq!(narrowed(0.75), 0.75);
        // 0.1 = 0.8 · 2⁻³; 0.8 · 2¹⁵ = 26214.4.
        assert_eq!(narrowed(0.1), 26214.0 / 32768.0 / 8.0);
        // All ones do not round up to a power of two.
        assert_eq!(narrowed(1.0 - 1e-7), 32767.0 / 32768.0);
        assert_eq!(narrowed(0.0), 0.0);
        assert_eq!(narrowed(1e-12), 0.0);
    }
}
