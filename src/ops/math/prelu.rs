//! PRELU: a slope, which broadcasts to the input, times the input where it is negative.
//!
//! Source: LiteRT kernels/activations.cc; the slope never widens the input. ONNX: PRelu. (Relu(x) +
//! slope·(x − Relu(x)) is faster in onnxruntime, but it is NaN at infinities, and importers know PRelu.)

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance, broadcast,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::binary;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::PRELU, |_| Ok(Box::new(PRelu)))
    .arity(2..=2, 1..=1)
    .emits(&["PRelu"])];

#[derive(Debug)]
struct PRelu;

impl Operator for PRelu {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let (x, slope) = (io.shape(0)?, io.shape(1)?);
        if broadcast([x, slope]).as_ref() != Some(x) {
            let expected = format!("a shape that broadcasts to {x}");
            return Err(OpError::operand(1, expected, slope));
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

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (x, slope) = (cx.real(0)?, cx.broadcast(1)?);
        let y = cx.node("PRelu").inputs([&x, &slope]).out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = binary::prelu(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
