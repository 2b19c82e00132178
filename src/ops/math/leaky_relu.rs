//! LEAKY_RELU: `alpha` times the input where it is not positive; `alpha` may be anything.
//!
//! Source: LiteRT kernels/activations.cc; of 8 bits as XNNPACK has it (`integer::slopes`). ONNX: LeakyRelu.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp,
    Shape, Tolerance,
};
use crate::ops::integer::slopes::Slopes;
#[cfg(feature = "validate")]
use crate::reference::kernels::unary;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, LeakyReluOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::LEAKY_RELU, LeakyRelu::parse)
    .versions(1..=2)
    .emits(&["LeakyRelu"])];

#[derive(Debug)]
struct LeakyRelu {
    alpha: f32,
}

impl LeakyRelu {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let LeakyReluOptionsT { alpha } = options!(raw, builtin_options_as_leaky_relu_options);
        Ok(Box::new(LeakyRelu { alpha }))
    }
}

impl Operator for LeakyRelu {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
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
        if let Some(slopes) = Slopes::of(cx.io(), Some(self.alpha)) {
            return slopes.lower(cx);
        }
        let x = cx.real(0)?;
        let node = cx.node("LeakyRelu").input(&x).attr("alpha", self.alpha);
        let y = node.out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(slopes) = Slopes::of(cx.io(), Some(self.alpha)) {
            return slopes.reference(cx);
        }
        let y = unary::map(&*cx.tensor(0)?, |x| unary::leaky_relu(x, self.alpha))?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
