//! Two straight lines that meet at the zero point, as XNNPACK multiplies 8-bit codes by them: LiteRT runs
//! LEAKY_RELU and the requantising QUANTIZE through it unless told otherwise.
//!
//! Source: XNNPACK's microkernels `qs8-vlrelu` and `qs8-vcvt`: slopes are whole 256ths, halves are rounded up;
//! LiteRT delegates/xnnpack/xnnpack_delegate.cc (`VisitUnaryNode`): which operators it takes. LiteRT's own
//! kernels have slopes of 31 bits, and so differ from it by a step at up to a quarter of the codes.
//! ONNX: LeakyRelu between DequantizeLinear and QuantizeLinear, which onnxruntime makes a table of.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands};
#[cfg(feature = "validate")]
use crate::reference::kernels::indices;
#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

/// 256ths of a step of the result for each step of the operand, above its zero point and below.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slopes {
    above: i32,
    below: i32,
}

/// Moves what is a half to the side on which it is rounded to the right number: well above FLOAT32's rounding
/// errors, well below a 256th.
const NUDGE: f64 = 1.0 / (1 << 20) as f64;

impl Slopes {
    /// Of result 0 as operand 0, negative numbers times `alpha`. `None` where XNNPACK does not compute it, or
    /// where a LeakyRelu of real numbers, rounded, gives just the same codes.
    pub fn of(io: &Operands<'_>, alpha: Option<f32>) -> Option<Self> {
        let (x, y) = (io.get(0)?, io.result(0));
        let narrow = matches!(x.in_file(), DType::Int8 | DType::UInt8);
        if !narrow || x.in_file() != y.in_file() || x.packed.is_some() || y.packed.is_some() {
            return None;
        }
        let (from, zero) = x.parameters()?;
        let (to, _) = y.parameters()?;
        let (slopes, below) = Slopes::new(from / to, alpha)?;
        // With nothing between them onnxruntime makes one pair of QuantizeLinear and DequantizeLinear of two, with a
        // scale that is neither's (core/optimizer/double_qdq_pairs_remover.cc).
        if alpha.is_none() {
            return (x.quant != y.quant).then_some(slopes);
        }
        let codes = match x.stored {
            DType::UInt8 => 0..=255,
            _ => -128..=127,
        };
        let differs = |code: i64| {
            let steps = code - zero;
            let real = steps as f32 * from;
            let real = if steps < 0 { real * below } else { real };
            (real / to).round_ties_even() as i64 != slopes.at(steps)
        };
        codes.into_iter().any(differs).then_some(slopes)
    }

    /// The slopes, and what numbers below the zero point are multiplied by; within the delegate's bounds.
    fn new(ratio: f32, alpha: Option<f32>) -> Option<(Self, f32)> {
        let alpha = alpha.unwrap_or(1.0);
        let below = ratio * alpha;
        let fits = |slope: f32| (1.0 / 256.0..=128.0).contains(&slope);
        if !alpha.is_normal() || !fits(ratio) || !fits(below.abs()) {
            return None;
        }
        let whole = |slope: f32| (slope * 256.0).round_ties_even() as i32;
        let slopes = Slopes {
            above: whole(ratio),
            below: whole(below),
        };
        Some((slopes, alpha))
    }

    /// Steps of the result for steps of the operand.
    fn at(&self, steps: i64) -> i64 {
        let slope = if steps < 0 { self.below } else { self.above };
        (steps * i64::from(slope) + 128).div_euclid(256)
    }

    /// Writes result 0.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (above, below) = (f64::from(self.above), f64::from(self.below));
        // Results above zero are made greater, those below nearer to zero.
        let nudged = match below < 0.0 {
            true => 1.0 + NUDGE,
            false => 1.0 - NUDGE,
        };
        let alpha = below / above * nudged / (1.0 + NUDGE);
        let x = cx.scaled(0, (above / 256.0 * (1.0 + NUDGE)) as f32)?;
        let node = cx.node("LeakyRelu").input(&x).attr("alpha", alpha as f32);
        let y = node.out_like(&x);
        cx.finish_steps(0, y)
    }

    /// The same on a reference tensor.
    #[cfg(feature = "validate")]
    pub fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let stored = cx.stored(0)?;
        let parameters = cx.io().operand(0)?.parameters();
        let zero = parameters.map_or(0, |(_, zero)| zero);
        let steps = indices(&stored)?.into_iter();
        let steps: Vec<f32> = steps.map(|code| self.at(code - zero) as f32).collect();
        let steps = Tensor::from_shape(stored.shape(), &steps).map_err(OpError::from_tract)?;
        cx.finish_steps(0, &steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes recorded from LiteRT with XNNPACK: LEAKY_RELU of INT8, scale 0.3 to 0.2, alpha 0.1.
    #[test]
    fn slopes_are_whole_256ths() {
        let (slopes, _) = Slopes::new(1.5, Some(0.1)).expect("within bounds");
        assert_eq!(
            slopes,
            Slopes {
                above: 384,
                below: 38
            }
        );
        // 1.5 and 2.5 steps: halves go up.
        assert_eq!((slopes.at(1), slopes.at(-1)), (2, 0));
        assert_eq!(slopes.at(127), 191);
        assert_eq!(Slopes::new(200.0, None), None);
        assert_eq!(Slopes::new(1.0, Some(0.0)), None);
    }
}
