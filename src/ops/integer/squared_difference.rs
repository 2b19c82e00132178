//! SQUARED_DIFFERENCE of INT8: both operands brought to one scale in 7 bits more than they have, and rounded
//! there.
//!
//! Source: LiteRT kernels/squared_difference.cc. ONNX: Cast, Sub, Mul, Floor in FLOAT32, which holds all but the
//! last bits of the square.

use super::multiplier::Rescale;
use crate::op::{DType, LowerCx, OpError, Operands, Value, Wire};

const MORE_BITS: i32 = 7;

/// The kernel, for operands of these scales.
pub(crate) struct SquaredDifference {
    operands: [Rescale; 2],
    square: Rescale,
}

impl SquaredDifference {
    /// `None` where the operands are not quantised to 8 bits.
    pub fn of(io: &Operands<'_>) -> Option<Self> {
        let scale = |value: &Value| {
            let (scale, _) = value.parameters().filter(|_| value.stored.is_8_bit())?;
            Some(scale)
        };
        let (a, b, y) = (scale(io.get(0)?)?, scale(io.get(1)?)?, scale(io.result(0))?);
        // Twice the greater, in FLOAT32, as the kernel has it.
        let unit = f64::from(2.0 * a.max(b));
        let operand = |scale: f32| Rescale::new(f64::from(scale) / unit);
        let more = f64::from(2 * MORE_BITS).exp2();
        Some(SquaredDifference {
            operands: [operand(a), operand(b)],
            square: Rescale::new(unit * unit / (more * f64::from(y))),
        })
    }

    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (a, b) = (self.operand(cx, 0)?, self.operand(cx, 1)?);
        let difference = cx.binary("Sub", &a, &b)?;
        let square = cx.binary("Mul", &difference, &difference)?;
        let steps = self.square.lower(cx, &square)?;
        cx.finish_steps(0, steps)
    }

    fn operand(&self, cx: &mut LowerCx<'_>, slot: usize) -> Result<Wire, OpError> {
        let x = cx.broadcast_stored(slot)?;
        let x = cx.cast(&x, DType::Float32)?;
        let parameters = cx.io().operand(slot)?.parameters();
        let zero = parameters.map_or(0, |(_, zero)| zero);
        let (zero, more) = (cx.floats(&[], &[zero as f32]), cx.floats(&[], &[128.0]));
        let x = cx.binary("Sub", &x, &zero)?;
        let x = cx.binary("Mul", &x, &more)?;
        let x = self.operands[slot].lower(cx, &x)?;
        Ok(cx.unary("Round", &x))
    }

    /// One pair of steps from the zero points, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn at(&self, a: i64, b: i64) -> i64 {
        let [left, right] = self.operands;
        let difference = left.at(a << MORE_BITS) - right.at(b << MORE_BITS);
        self.square.at(difference * difference)
    }
}
