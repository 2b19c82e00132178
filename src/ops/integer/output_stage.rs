//! The output stages of LiteRT's integer kernels that add up products: what a sum of whole numbers is multiplied by,
//! and how that is rounded.
//!
//! Source: LiteRT kernels/internal/common.cc (`MultiplyByQuantizedMultiplier` of 64 bits: halves are rounded up); XNNPACK
//! `xnn_create_deconvolution2d_nhwc_qs8` and its requantisation in FLOAT32.
//! ONNX: operands as whole numbers, whose sums are exact as far as FLOAT32's 24 bits go. Of INT16: Mul, Add, Clip in
//! FLOAT64, and Cast. Of 8 bits: Mul, and QuantizeLinear with scale 1.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use super::multiplier::narrowed;
use crate::lower::limits;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Literal, LowerCx, OpError, Operands, Wire};
use crate::ops::activation::Activation;

/// Steps of the result for a whole sum, one factor for all or one for each output channel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutputStage {
    factors: Vec<f64>,
    /// Of INT16, in FLOAT64.
    wide: bool,
}

impl OutputStage {
    /// Of a sum of products of operands `left` and `right` that 64 bits accumulate, and 16 bits of a multiplier; `None`
    /// where LiteRT's kernel accumulates 32 bits, or real numbers.
    pub fn of(io: &Operands<'_>, left: usize, right: usize, bias: Option<usize>) -> Option<Self> {
        Self::wide(io, [left, right], bias, narrowed)
    }

    /// The same of all bits of a multiplier, as FULLY_CONNECTED has it.
    pub fn whole(io: &Operands<'_>, left: usize, right: usize, bias: usize) -> Option<Self> {
        Self::wide(io, [left, right], Some(bias), |multiplier| multiplier)
    }

    fn wide(
        io: &Operands<'_>,
        [left, right]: [usize; 2],
        bias: Option<usize>,
        multiplier: fn(f64) -> f64,
    ) -> Option<Self> {
        let bias = bias.and_then(|slot| io.get(slot));
        if bias.is_some_and(|bias| bias.stored == DType::Int32) {
            return None;
        }
        let wide = io.get(left)?.stored == DType::Int16 && io.result(0).stored == DType::Int16;
        let (left, right, to) = scales(io, left, right).filter(|_| wide)?;
        let product = |right: &f32| f64::from(left) * f64::from(*right);
        let factor = |right: &f32| multiplier(product(right) / f64::from(to));
        let factors = right.iter().map(factor).collect();
        Some(OutputStage { factors, wide })
    }

    /// Of a sum of products of 8 bits that XNNPACK rounds once; `None` where they have other types.
    pub fn once(io: &Operands<'_>, left: usize, right: usize) -> Option<Self> {
        if !io.get(left)?.stored.is_8_bit() || !io.result(0).stored.is_8_bit() {
            return None;
        }
        let (left, right, to) = scales(io, left, right)?;
        let factor = |right: &f32| f64::from(left * right / to);
        let factors = right.iter().map(factor).collect();
        let wide = false;
        Some(OutputStage { factors, wide })
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
        let (least, greatest) = bounds(cx.io(), activation)?;
        if !self.wide {
            let factors: Vec<f32> = self.factors.iter().map(|&factor| factor as f32).collect();
            let factors = cx.floats(&shape, &factors);
            let steps = cx.binary("Mul", sum, &factors)?;
            let (low, high) = activation.range();
            let steps = match (low, high) == (None, None) || cx.saturates(0, low, high) {
                true => steps,
                false => cx.clip(&steps, Some(least), Some(greatest))?,
            };
            return cx.finish_steps(0, steps);
        }
        // Casts truncate: of numbers that are not negative they round down, for half of what `Floor` takes.
        let up = -least;
        let sum = cx.cast(sum, DType::Float64)?;
        let factors = self.factors.iter().flat_map(|factor| factor.to_le_bytes());
        let factors = cx.literal(Literal {
            dtype: DType::Float64,
            shape,
            data: factors.collect(),
        });
        let half = cx.scalar(DType::Float64, up + 0.5)?;
        let steps = cx.binary("Mul", &sum, &factors)?;
        let steps = cx.binary("Add", &steps, &half)?;
        let steps = cx.clip(&steps, Some(0.0), Some(greatest + up))?;
        let mut codes = cx.cast(&steps, DType::Int32)?;
        if up != 0.0 {
            let up = cx.scalar(DType::Int32, up)?;
            codes = cx.binary("Sub", &codes, &up)?;
        }
        let codes = cx.cast(&codes, DType::Int16)?;
        cx.finish_stored(0, codes)
    }

    /// The same on a reference tensor, whose channels run along its last axis.
    #[cfg(feature = "validate")]
    pub fn reference(
        &self,
        cx: &mut ReferenceCx<'_>,
        sum: &Tensor,
        activation: Activation,
    ) -> Result<(), OpError> {
        let (least, greatest) = bounds(cx.io(), activation)?;
        let mut steps = sum.clone();
        let mut view = steps.try_as_plain_ram_mut().map_err(OpError::from_tract)?;
        let view = view.as_slice_mut::<f32>().map_err(OpError::from_tract)?;
        let channels = self.factors.len();
        for (i, step) in view.iter_mut().enumerate() {
            let factor = self.factors[i % channels];
            let rounded = match self.wide {
                true => (f64::from(*step) * factor + 0.5).floor(),
                false => f64::from((*step * factor as f32).round_ties_even()),
            };
            *step = rounded.clamp(least, greatest) as f32;
        }
        cx.finish_steps(0, &steps)
    }
}

/// The scale of the left operand, those of the right, and that of the result; INT16 results have no zero point.
fn scales<'i>(io: &'i Operands<'_>, left: usize, right: usize) -> Option<(f32, &'i [f32], f32)> {
    let (left, _) = io.get(left)?.parameters()?;
    let right = io.get(right)?.quant.as_ref();
    let right = right.filter(|quant| quant.block.is_none())?;
    let (to, zero) = io.result(0).parameters()?;
    let fits = io.result(0).stored != DType::Int16 || zero == 0;
    fits.then_some((left, &*right.scale, to))
}

/// The least and the greatest steps of result 0 from its zero point, with an activation.
fn bounds(io: &Operands<'_>, activation: Activation) -> Result<(f64, f64), OpError> {
    let value = io.result(0);
    let parameters = value.parameters();
    let (Some((scale, zero)), Some((least, greatest))) = (parameters, limits(value.stored)) else {
        return Err(OpError::result(0, "quantisation parameters", "none"));
    };
    let stored = |real: f64| (real / f64::from(scale)).round();
    let (low, high) = activation.range();
    let (least, greatest) = ((least - zero) as f64, (greatest - zero) as f64);
    let low = low.map_or(least, stored).clamp(least, greatest);
    let high = high.map_or(greatest, stored).clamp(least, greatest);
    Ok((low, high))
}
