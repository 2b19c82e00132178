//! ATAN2: the angle of the point (x, y), y being the first operand.
//!
//! Source: LiteRT kernels/atan2.cc, which is C's `atan2`. ONNX has Atan alone, so: Div, Atan, Where. Two
//! infinite operands give NaN.

use std::f64::consts::PI;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::binary;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::ATAN2, |_| Ok(Box::new(Atan2)))
    .arity(2..=2, 1..=1)
    .emits(&["Div", "Atan", "Where"])
    .note("FLOAT32; onnxruntime has no Atan of FLOAT64")];

#[derive(Debug)]
struct Atan2;

/// Is it below zero? −0 is, whose reciprocal is −∞, and so is −∞, whose reciprocal is −0.
fn negative(cx: &mut LowerCx<'_>, x: &Wire, zero: &Wire) -> Result<Wire, OpError> {
    let reciprocal = cx.unary("Reciprocal", x);
    let least = cx.binary("Min", x, &reciprocal)?;
    cx.compare("Less", &least, zero)
}

impl Operator for Atan2 {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let (y, x) = (io.shape(0)?, io.shape(1)?);
        if y != x {
            return Err(OpError::operand(1, y, x));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    /// The angle with |x| lies right of the axis; where x is negative it is taken from half a turn. Where
    /// y is 0 its quotient must be 0, not 0 / 0: there |x| is made greater, which changes nothing.
    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (y, x) = (cx.real(0)?, cx.real(1)?);
        let zero = cx.scalar(y.dtype, 0.0)?;
        let level = cx.compare("Equal", &y, &zero)?;
        let level = cx.cast(&level, y.dtype)?;
        let distance = cx.unary("Abs", &x);
        let distance = cx.binary("Add", &distance, &level)?;
        let slope = cx.binary("Div", &y, &distance)?;
        let right = cx.unary("Atan", &slope);
        let (up, down) = (cx.scalar(y.dtype, PI)?, cx.scalar(y.dtype, -PI)?);
        let below = negative(cx, &y, &zero)?;
        let half_turn = cx.select(&below, &down, &up)?;
        let left = cx.binary("Sub", &half_turn, &right)?;
        let behind = negative(cx, &x, &zero)?;
        let angle = cx.select(&behind, &left, &right)?;
        cx.finish(0, angle)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let angle = binary::atan2(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, angle)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
