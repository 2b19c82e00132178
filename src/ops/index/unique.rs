//! UNIQUE: the different elements of a vector in the order of their first occurrence, and where each element
//! of the vector is among them.
//!
//! Source: LiteRT kernels/unique.cc. ONNX: Unique; onnxruntime has it for few types, so integers go through
//! INT64.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape};
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, TensorType, UniqueOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::UNIQUE, Unique::parse)
    .arity(1..=1, 2..=2)
    .emits(&["Unique"])];

#[derive(Debug)]
struct Unique {
    index: DType,
}

impl Unique {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let UniqueOptionsT { idx_out_type } = options!(raw, builtin_options_as_unique_options);
        let index = match idx_out_type {
            TensorType::INT32 => DType::Int32,
            TensorType::INT64 => DType::Int64,
            other => return Err(OpError::option("idx_out_type", "INT32 or INT64", other.0)),
        };
        Ok(Box::new(Unique { index }))
    }
}

impl Operator for Unique {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Float32, Int8, Int16, Int32, Int64, UInt8};
        io.expect_dtype(0, &[Float32, Int32, Int64, Int16, Int8, UInt8])?;
        io.expect_rank(0, 1..=1)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_result_dtype(1, self.index)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let found = Shape::new([io.unknown_dim(0, 0)]);
        Ok(Some(vec![found, io.shape(0)?.clone()]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.source(0)?;
        let wide = match x.dtype {
            DType::Float32 => DType::Float32,
            _ => DType::Int64,
        };
        let found = cx.result_shape(0);
        let elements = cx.cast(&x, wide)?;
        let node = cx.node("Unique").input(&elements).attr("sorted", 0i64);
        let outs = node.outs(vec![
            (wide, found.clone()),
            (DType::Int64, found),
            (DType::Int64, x.shape.clone()),
        ]);
        let [values, _, inverse] = &outs[..] else {
            return Err(OpError::inconsistent("Unique has three outputs"));
        };
        let values = cx.cast(values, x.dtype)?;
        cx.finish(0, values)?;
        let inverse = cx.cast(inverse, self.index)?;
        cx.finish(1, inverse)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (values, inverse) = place::unique(&*cx.tensor(0)?)?;
        cx.finish(0, values)?;
        cx.finish_ints(1, &[inverse.len()], &inverse)
    }
}
