//! QUANTIZE: real numbers, or integers of other parameters, to quantised integers.
//!
//! Source: LiteRT kernels/quantize.cc. The reference kernel rounds halves away from zero, ONNX's
//! QuantizeLinear half to even: a difference of one step, at ties alone.
//! ONNX: QuantizeLinear, behind DequantizeLinear where integers are requantised.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance,
};
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::QUANTIZE, |_| Ok(Box::new(Quantize)))
            .versions(1..=6)
            .hands_on()
            .emits(&["QuantizeLinear"]),
    ];

/// The lowering quantises every quantised result; nothing is left for the operator itself to do.
#[derive(Debug)]
struct Quantize;

impl Operator for Quantize {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        let result = io.result(0);
        if result.is_quantized() {
            return Ok(());
        }
        Err(OpError::result(0, "quantisation parameters", result.stored))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        cx.finish(0, x)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        cx.finish(0, x)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
