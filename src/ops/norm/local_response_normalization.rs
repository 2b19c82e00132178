//! LOCAL_RESPONSE_NORMALIZATION: x / (bias + alpha · Σx²)^beta, the sum over `radius` channels to either side.
//!
//! Source: LiteRT kernels/local_response_norm.cc. ONNX: LRN, which divides alpha by the size of its window; its
//! arithmetic written out for an alpha or beta that onnxruntime's LRN does not take.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Order,
    Placement, RawOp, Shape, Tolerance, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::normalize;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, LocalResponseNormalizationOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(
    BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION,
    LocalResponseNormalization::parse,
)
.emits(&["LRN", "AveragePool", "Pow"])];

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

    fn size(&self) -> i64 {
        2 * self.radius as i64 + 1
    }

    /// The sum over channels as an average over a plane of channels and pixels, zeros counted.
    fn written_out(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let squares = cx.binary("Mul", x, x)?;
        let (batch, channels) = (x.shape[0].clone(), x.shape[1].clone());
        let pixels = Shape::new(x.shape.dims()[2..].iter().cloned()).count();
        let pixels = pixels.ok_or_else(|| OpError::unsupported("pixels known only at run time"))?;
        let plane = [batch, Dim::Fixed(1), channels, Dim::Fixed(pixels)];
        let squares = cx.reshape(&squares, &Shape::new(plane))?;
        let (size, radius) = (self.size(), self.radius as i64);
        let node = cx.node("AveragePool").input(&squares);
        let means = node
            .attr("kernel_shape", vec![size, 1])
            .attr("strides", vec![1, 1])
            .attr("pads", vec![radius, 0, radius, 0])
            .attr("count_include_pad", 1i64)
            .out_like(&squares);
        let means = cx.reshape(&means, &x.shape)?;
        let alpha = cx.floats(&[], &[self.alpha * size as f32]);
        let bias = cx.floats(&[], &[self.bias]);
        let beta = cx.floats(&[], &[self.beta]);
        let sums = cx.binary("Mul", &means, &alpha)?;
        let sums = cx.binary("Add", &sums, &bias)?;
        let power = cx.binary("Pow", &sums, &beta)?;
        cx.binary("Div", x, &power)
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

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.same(io, 0..io.rank(0)?.saturating_sub(1))
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        if self.alpha <= 0.0 || self.beta <= 0.0 {
            let y = self.written_out(cx, &x)?;
            return cx.finish(0, y);
        }
        let size = self.size();
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
