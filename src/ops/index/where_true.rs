//! WHERE: coordinates of the elements that are not zero.
//!
//! Source: LiteRT kernels/where.cc. ONNX: NonZero, Transpose.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, QuantRule, Shape};
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::WHERE, |_| Ok(Box::new(Where)))
    .versions(1..=2)
    .emits(&["NonZero", "Transpose"])];

#[derive(Debug)]
struct Where;

impl Operator for Where {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Bool, Float32, Int8, Int32, Int64, UInt8, UInt32};
        io.expect_dtype(0, &[Bool, Float32, Int32, Int64, Int8, UInt8, UInt32])?;
        if io.rank(0)? == 0 {
            return Err(OpError::operand(0, "at least one axis", "a scalar"));
        }
        io.expect_result_dtype(0, Int64)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let dims = [io.unknown_dim(0, 0), Dim::Fixed(io.rank(0)?)];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.source(0)?;
        let x = match x.dtype {
            DType::Int8 | DType::UInt32 => cx.cast(&x, DType::Bool)?,
            _ => x,
        };
        let found = cx.result_shape(0)[0].clone();
        let shape = Shape::new([Dim::Fixed(x.rank()), found]);
        let columns = cx.node("NonZero").input(&x).out(DType::Int64, shape);
        let y = cx.transpose(&columns, &[1, 0])?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = place::where_true(&*cx.tensor(0)?)?;
        cx.finish(0, y)
    }
}
