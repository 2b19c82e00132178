//! ZEROS_LIKE: zeros of the operand's shape and type.
//!
//! Source: LiteRT kernels/zeros_like.cc. ONNX: an initialiser, or Expand where it is large or its shape is
//! known only at run time.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, Shape,
};
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[OpDef::new(BuiltinOperator::ZEROS_LIKE, |_| Ok(Box::new(ZerosLike))).emits(&["Expand"])];

#[derive(Debug)]
struct ZerosLike;

impl Operator for ZerosLike {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Int32, DType::Int64])?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let result = io.result(0);
        let bytes = result
            .shape
            .count()
            .and_then(|count| result.dtype.bytes_of(count));
        let zeros = result
            .shape
            .fixed()
            .zip(bytes)
            .map(|(shape, bytes)| Literal {
                dtype: result.dtype,
                shape,
                data: vec![0; bytes].into(),
            });
        Ok(zeros.map(|zeros| vec![zeros]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let zero = cx.scalar(x.dtype, 0.0)?;
        let shape = cx.shape_of(&x);
        let y = cx.node("Expand").inputs([&zero, &shape]).out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let zeros = Tensor::zero_dt(x.datum_type(), x.shape()).map_err(OpError::from_tract)?;
        cx.finish(0, zeros)
    }
}
