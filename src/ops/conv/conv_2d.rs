//! CONV_2D: 2-D convolution of an NHWC input with an OHWI kernel; groups are implied by the channel
//! counts.
//!
//! Source: LiteRT kernels/conv.cc. ONNX: Conv.

use super::{bias, kernel};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Bias, DType, LowerCx, OpDef, OpError, Operands, Operator, Order,
    Placement, RawOp, Shape, Tolerance,
};
use crate::ops::activation::Activation;
use crate::ops::integer::multiplier::OutputStage;
use crate::ops::window::{Laid, Window};
#[cfg(feature = "validate")]
use crate::reference::kernels;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, Conv2DOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CONV_2D, Conv2D::parse)
    .versions(1..=8)
    .arity(2..=3, 1..=1)
    .kernel(1, "OHWI", "OIHW", &KERNEL_ORDER)
    .emits(&["Conv"])];

/// OHWI → OIHW.
const KERNEL_ORDER: [usize; 4] = [0, 3, 1, 2];

#[derive(Debug)]
struct Conv2D {
    window: Window,
    activation: Activation,
}

impl Conv2D {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let Conv2DOptionsT {
            padding,
            stride_w,
            stride_h,
            fused_activation_function,
            dilation_w_factor,
            dilation_h_factor,
            quantized_bias_type: _, // Only of integer kernels.
        } = options!(raw, builtin_options_as_conv_2_doptions);
        Ok(Box::new(Conv2D {
            window: Window::new(
                padding,
                &[stride_h, stride_w],
                &[dilation_h_factor, dilation_w_factor],
            )?,
            activation: Activation::parse(fused_activation_function)?,
        }))
    }

    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let kernel = io.dims(1)?;
        let input = &io.shape(0)?.dims()[1..3];
        self.window.lay(io, input, &kernel[1..3])
    }

    /// Input channels over kernel channels.
    fn groups(io: &Operands<'_>) -> Result<usize, OpError> {
        let kernel = io.dims(1)?;
        let channels = io.shape(0)?[3].fixed().unwrap_or(kernel[3]);
        let groups = channels.checked_div(kernel[3]).unwrap_or(0);
        if groups == 0 || groups * kernel[3] != channels || kernel[0] % groups != 0 {
            return Err(OpError::operand(
                1,
                format!("a kernel that divides {channels} input channels into groups"),
                io.shape(1)?,
            ));
        }
        Ok(groups)
    }
}

impl Operator for Conv2D {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_rank(1, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        kernel::check(io, 1)?;
        bias::check(io, 2, io.dims(1)?[0])?;
        Self::groups(io)?;
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = vec![io.shape(0)?[0].clone()];
        dims.extend(self.lay(io)?.output);
        dims.push(io.shape(1)?[0].clone());
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let groups = Self::groups(cx.io())?;
        let x = cx.real(0)?;
        let w = kernel::lower(cx, 1, &KERNEL_ORDER)?;
        let outputs = cx.io().dims(1)?[0];
        let b = bias::lower(cx, 2, outputs)?;
        let node = cx.node("Conv").inputs([&x, &w]).maybe(b.as_ref());
        let y = laid.attrs(node).attr("group", groups as i64).out_result(0);
        if let Some(stage) = OutputStage::of(cx.io(), 0, 1, Some(2)) {
            return stage.finish(cx, &y, 1, self.activation);
        }
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let window = self.lay(cx.io())?.reference();
        let w = kernel::reference(cx, 1)?;
        let (x, b) = (cx.tensor(0)?, cx.tensor_opt(2));
        let y = kernels::conv::conv(&x, &w, b.as_deref(), &window)?;
        if let Some(stage) = OutputStage::of(cx.io(), 0, 1, Some(2)) {
            return stage.reference(cx, &y, self.activation);
        }
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn bias(&self) -> Option<Bias> {
        Some(Bias {
            input: 0,
            weights: 1,
            bias: 2,
        })
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
