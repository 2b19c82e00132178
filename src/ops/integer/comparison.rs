//! Comparisons of quantised numbers: both are brought to 256ths of 1, and rounded there, before they are compared.
//! Numbers less than that apart can be equal.
//!
//! Source: LiteRT kernels/comparisons.cc (`ComparisonQuantized`). ONNX: Cast, Sub, Mul, Floor, Round
//! in FLOAT32; of INT16 in INT64.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use super::multiplier::Rescale;
use crate::op::{DType, LowerCx, OpError, Operands, Value, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels;

/// What the kernel multiplies steps by before it scales them.
const MORE: f32 = 256.0;

/// The kernel, for operands of these scales.
pub(crate) struct Scaled {
    operands: [(f32, Rescale); 2],
}

impl Scaled {
    /// `None` where the operands are not quantised in one of these types, and where the numbers compare as the
    /// 256ths do: those of the same parameters, when they are no less than a 256th apart. For scales of 1 and more
    /// the kernel shifts by negative numbers, which gives anything.
    pub fn of(io: &Operands<'_>, types: &[DType]) -> Option<Self> {
        let scale = |value: &Value| {
            let known = value.parameters();
            let (scale, _) = known.filter(|_| types.contains(&value.stored))?;
            (scale > 0.0 && scale < 1.0).then_some(scale)
        };
        let (a, b) = (io.get(0)?, io.get(1)?);
        let scales = [scale(a)?, scale(b)?];
        let distinct = a.quant == b.quant && scales[0] * MORE >= 1.0;
        let operands = scales.map(|scale| (scale, Rescale::new(scale.into())));
        (!distinct).then_some(Scaled { operands })
    }

    /// An operand as the kernel compares it.
    pub fn lower(&self, cx: &mut LowerCx<'_>, slot: usize) -> Result<Wire, OpError> {
        let value = cx.io().operand(slot)?;
        // FLOAT32 holds the products of 8 bits, and not those of 16.
        let wide = value.stored == DType::Int16;
        let dtype = if wide { DType::Int64 } else { DType::Float32 };
        let zero = value.parameters().map_or(0, |(_, zero)| zero);
        let x = cx.broadcast_stored(slot)?;
        let x = cx.cast(&x, dtype)?;
        let (zero, more) = (
            cx.scalar(dtype, zero as f64)?,
            cx.scalar(dtype, MORE.into())?,
        );
        let x = cx.binary("Sub", &x, &zero)?;
        let x = cx.binary("Mul", &x, &more)?;
        let (_, rescale) = self.operands[slot];
        if wide {
            return rescale.lower_whole(cx, &x);
        }
        let x = rescale.lower(cx, &x)?;
        Ok(cx.unary("Round", &x))
    }

    /// The same of a reference tensor, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn reference(&self, x: &Tensor, slot: usize) -> kernels::Result {
        let (scale, rescale) = self.operands[slot];
        kernels::unary::map(x, |x: f32| {
            let steps = (x / scale).round() as i64;
            rescale.at(steps * MORE as i64) as f32
        })
    }
}
