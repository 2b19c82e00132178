//! LOCAL_RESPONSE_NORMALIZATION: x / (bias + alpha · Σx²)^beta, the sum over `radius` channels to either side.
//!
//! Source: LiteRT kernels/local_response_norm.cc. ONNX: LRN, which divides alpha by the size of its window.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, LowerCx, OpDef, OpError, Operands, Operator, Order, Placement, RawOp, Shape,
    Tolerance,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::normalize;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, LocalResponseNormalizationOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(
    BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION,
    LocalResponseNormalization::parse,
)
.emits(&["LRN"])];

#[derive(Debug)]
struct LocalResponseNormalization {
    radius: usize,
    bias: f32,
    alpha: f32,
    beta: f32,
}

impl LocalResponseNormalization {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let LocalResponseNormalizationOptionsT {
            radius,
            bias,
            alpha,
            beta,
        } = options!(raw, builtin_options_as_local_response_normalization_options);
        Ok(Box::new(LocalResponseNormalization {
            radius: usize::try_from(radius)
                .map_err(|_| OpError::option("radius", "no negative number", radius))?,
            bias,
            alpha,
            beta,
        }))
    }
}

impl Operator for LocalResponseNormalization {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        io.expect_rank(0, 4..=4)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let size = 2 * self.radius as i64 + 1;
        let node = cx.node("LRN").input(&x).attr("size", size);
        let y = node
            .attr("alpha", self.alpha * size as f32)
            .attr("beta", self.beta)
            .attr("bias", self.bias)
            .out_result(0);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = normalize::local_response_normalization(
            &*cx.tensor(0)?,
            self.radius,
            self.bias,
            self.alpha,
            self.beta,
        )?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
