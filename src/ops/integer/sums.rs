//! ADD, SUB and MUL of 16 bits, and MUL of 8 bits, rounded as the integer kernels round: halves away from zero, a
//! product of 8 bits twice. What is left out is the rounding of a sum's operands to 15 bits more than they have.
//!
//! Source: LiteRT kernels/{add,sub,mul}.cc, internal/reference/{add,sub}.h, internal/reference/integer_ops/mul.h.
//! ONNX: of 8 bits DequantizeLinear and QuantizeLinear with scale 1 around Mul, Add, Floor; of 16 bits Mul, Floor,
//! Clip in FLOAT64, since FLOAT32 is short of bits.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use super::multiplier::{Rescale, first_rounding};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpError, Operands, Shape, Value};
use crate::ops::activation::Activation;
#[cfg(feature = "validate")]
use crate::reference::kernels;

/// What is computed of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sum {
    Add,
    Sub,
    Mul,
}

impl Sum {
    fn onnx(self) -> &'static str {
        match self {
            Sum::Add => "Add",
            Sum::Sub => "Sub",
            Sum::Mul => "Mul",
        }
    }
}

/// The kernel, for operands of these scales.
#[derive(Debug)]
pub(crate) struct Exact {
    sum: Sum,
    /// Of 16 bits?
    wide: bool,
    /// Bits that the operands of a sum get, and what then brings each to the common scale.
    #[cfg(feature = "validate")]
    bits: u32,
    #[cfg(feature = "validate")]
    operands: [Rescale; 2],
    result: Rescale,
    /// Steps of the result for a step of each operand; for the product of both.
    factors: [f64; 2],
    /// A step of the result.
    scale: f64,
}

/// Halves that are multiplied by this are rounded away from zero; no other number is moved across a half.
const AWAY: f64 = 1.0 + 1.0 / (1u64 << 40) as f64;

/// Products of 8 bits with more elements stay the real product between DequantizeLinear and QuantizeLinear, which
/// runtimes fuse to one node: these are eight, of ten times the work for an element, and with few of those that is
/// less than a node costs by itself. So do those that the model gives out as they are: where nothing is computed of
/// them, the one rounding is all that they are off, at most one step.
const FEW: usize = 4096;

/// Dimensions that only a run knows count as 1: each example is computed as it is alone.
fn few(shape: &Shape) -> bool {
    let known = shape.dims().iter().filter_map(Dim::fixed);
    let count = known.fold(1usize, usize::saturating_mul);
    count <= FEW
}

impl Exact {
    /// `None` where the kernel is another one, or where of 8 bits the elements are too many or nothing is computed
    /// of them.
    pub fn of(io: &Operands<'_>, sum: Sum, powers_of_two: bool) -> Option<Self> {
        let (a, b, y) = (io.get(0)?, io.get(1)?, io.result(0));
        let stored = y.in_file();
        let alike = [a, b].iter().all(|value| value.in_file() == stored);
        let bits = match stored {
            _ if !alike => return None,
            DType::Int8 | DType::UInt8 if sum == Sum::Mul && few(&y.shape) && !io.is_final(0) => 0,
            // LiteRT's kernels refuse others (add.cc, sub.cc, mul.cc).
            DType::Int16 if [a, b, y].into_iter().all(is_symmetric) => 15,
            _ => return None,
        };
        let (left, right, to) = (scale(a)?, scale(b)?, scale(y)?);
        let power = |scale: f32| scale.log2().fract() == 0.0;
        let shifts = powers_of_two && [left, right, to].into_iter().all(power);
        if stored == DType::Int16 && sum != Sum::Mul && shifts {
            return None;
        }
        // In FLOAT32 where the kernel has it so.
        let unit = f64::from(2.0 * left.max(right));
        let product = f64::from(left * right / to);
        let (left, right, to) = (f64::from(left), f64::from(right), f64::from(to));
        let (multiplier, factors) = match sum {
            Sum::Mul => (product, [product; 2]),
            Sum::Add | Sum::Sub => (
                unit / (f64::from(1u32 << bits) * to),
                [left / to, right / to],
            ),
        };
        Some(Exact {
            sum,
            wide: stored == DType::Int16,
            #[cfg(feature = "validate")]
            bits,
            #[cfg(feature = "validate")]
            operands: [left, right].map(|scale| Rescale::new(scale / unit)),
            result: Rescale::new(multiplier),
            factors,
            scale: to,
        })
    }

    /// Gives result 0.
    pub fn lower(&self, cx: &mut LowerCx<'_>, activation: Activation) -> Result<(), OpError> {
        match self.wide {
            true => self.lower_wide(cx, activation),
            false => self.lower_narrow(cx, activation),
        }
    }

    /// A product of 8 bits, in FLOAT32: what it is multiplied by is part of dequantising and quantising.
    fn lower_narrow(&self, cx: &mut LowerCx<'_>, activation: Activation) -> Result<(), OpError> {
        let mut steps = Vec::new();
        for (slot, scale) in [self.result.factor(), 1.0].into_iter().enumerate() {
            let stored = cx.broadcast_stored(slot)?;
            let value = cx.io().operand(slot)?.at_scale(scale);
            steps.push(cx.real_of(&stored, &value)?);
        }
        let product = cx.binary("Mul", &steps[0], &steps[1])?;
        let y = first_rounding(cx, &product)?;
        let (low, high) = activation.range();
        if !cx.saturates(0, low, high) {
            cx.clamp_stored(0, low, high);
        }
        cx.finish_multiples(0, y, self.result.unit())
    }

    /// 16 bits, in FLOAT64: the one rounding that is left is the last.
    fn lower_wide(&self, cx: &mut LowerCx<'_>, activation: Activation) -> Result<(), OpError> {
        let mut operands = Vec::new();
        for (slot, factor) in self.factors.into_iter().enumerate() {
            let x = cx.broadcast_stored(slot)?;
            let mut x = cx.cast(&x, DType::Float64)?;
            if self.sum != Sum::Mul {
                let factor = cx.scalar(DType::Float64, factor * AWAY)?;
                x = cx.binary("Mul", &x, &factor)?;
            }
            operands.push(x);
        }
        let mut y = cx.binary(self.sum.onnx(), &operands[0], &operands[1])?;
        if self.sum == Sum::Mul {
            let factor = cx.scalar(DType::Float64, self.factors[0] * AWAY)?;
            y = cx.binary("Mul", &y, &factor)?;
        }
        // tract has no `Round` of FLOAT64.
        let half = cx.scalar(DType::Float64, 0.5)?;
        let y = cx.binary("Add", &y, &half)?;
        let y = cx.unary("Floor", &y);
        let (low, high) = activation.range();
        let bound = |real: f64| (real / self.scale).round();
        let (least, greatest) = (f64::from(i16::MIN), f64::from(i16::MAX));
        let low = low.map_or(least, |low| bound(low).max(least));
        let high = high.map_or(greatest, |high| bound(high).min(greatest));
        let y = cx.clip(&y, Some(low), Some(high))?;
        let y = cx.cast(&y, DType::Int16)?;
        cx.finish_stored(0, y)
    }

    /// Gives result 0, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn reference(
        &self,
        cx: &mut ReferenceCx<'_>,
        activation: Activation,
    ) -> Result<(), OpError> {
        let steps = |slot: usize| -> Result<Tensor, OpError> {
            let x = cx.stored(slot)?;
            let parameters = cx.io().operand(slot)?.parameters();
            let zero = parameters.map_or(0, |(_, zero)| zero);
            let codes = kernels::indices(&x)?.into_iter();
            let steps: Vec<i64> = codes.map(|code| code - zero).collect();
            Tensor::from_shape(x.shape(), &steps).map_err(OpError::from_tract)
        };
        let (low, high) = activation.range();
        let bound = |real: f64| (real / self.scale).round() as f32;
        let (low, high) = (
            low.map_or(f32::NEG_INFINITY, bound),
            high.map_or(f32::INFINITY, bound),
        );
        let one = |a: i64, b: i64| (self.at(a, b) as f32).clamp(low, high);
        let y = kernels::broadcast::broadcast(&steps(0)?, &steps(1)?, one)?;
        cx.finish_steps(0, &y)
    }

    #[cfg(feature = "validate")]
    fn at(&self, a: i64, b: i64) -> i64 {
        let [left, right] = self.operands;
        let more = |x: Rescale, n: i64| x.at(n << self.bits);
        self.result.at(match self.sum {
            Sum::Mul => a * b,
            Sum::Add => more(left, a) + more(right, b),
            Sum::Sub => more(left, a) - more(right, b),
        })
    }
}

fn is_symmetric(value: &Value) -> bool {
    let mut zero_points = value.quant.iter().flat_map(|quant| quant.zero_point.iter());
    zero_points.all(|&zero_point| zero_point == 0)
}

fn scale(value: &Value) -> Option<f32> {
    let quant = value.quant.as_ref().filter(|_| value.is_quantized())?;
    match &*quant.scale {
        [scale] => Some(*scale),
        _ => None,
    }
}
