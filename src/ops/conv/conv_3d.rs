//! CONV_3D: 3-D convolution of an NDHWC input; kernel `[D, H, W, I, O]`.
//!
//! Source: LiteRT kernels/conv3d.cc. ONNX: Conv.

use super::bias;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Order, Placement,
    RawOp, Shape, Tolerance,
};
use crate::ops::activation::Activation;
use crate::ops::window::{Laid, Window};
#[cfg(feature = "validate")]
use crate::reference::kernels;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, Conv3DOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CONV_3D, Conv3D::parse)
    .arity(2..=3, 1..=1)
    .kernel(1, "DHWIO", "OIDHW", &KERNEL_ORDER)
    .emits(&["Conv"])];

/// `[D, H, W, I, O]` → `[O, I, D, H, W]`.
const KERNEL_ORDER: [usize; 5] = [4, 3, 0, 1, 2];

#[derive(Debug)]
struct Conv3D {
    window: Window,
    activation: Activation,
}

impl Conv3D {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let (window, activation) = parse(options!(raw, builtin_options_as_conv_3_doptions))?;
        Ok(Box::new(Conv3D { window, activation }))
    }

    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let input = &io.shape(0)?.dims()[1..4];
        self.window.lay(io, input, &io.dims(1)?[..3])
    }
}

/// What the options say, of the convolution and the transposed one alike.
pub(super) fn parse(options: Conv3DOptionsT) -> Result<(Window, Activation), OpError> {
    let Conv3DOptionsT {
        padding,
        stride_d,
        stride_w,
        stride_h,
        fused_activation_function,
        dilation_d_factor,
        dilation_w_factor,
        dilation_h_factor,
    } = options;
    let window = Window::new(
        padding,
        &[stride_d, stride_h, stride_w],
        &[dilation_d_factor, dilation_h_factor, dilation_w_factor],
    )?;
    Ok((window, Activation::parse(fused_activation_function)?))
}

impl Operator for Conv3D {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 5..=5)?;
        io.expect_rank(1, 5..=5)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        let kernel = io.dims(1)?;
        bias::check(io, 2, kernel[4])?;
        if io.shape(0)?[4].fixed().is_some_and(|n| n != kernel[3]) {
            return Err(OpError::operand(
                1,
                format!("{} input channels", io.shape(0)?[4]),
                io.shape(1)?,
            ));
        }
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let laid = self.lay(io)?;
        let mut dims = vec![io.shape(0)?[0].clone()];
        dims.extend(laid.output);
        dims.push(io.shape(1)?[4].clone());
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(5).operand(0, 0..5).result(0, 0..5);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let outputs = cx.io().dims(1)?[4];
        let x = cx.real(0)?;
        let w = cx.permuted(1, &KERNEL_ORDER)?;
        let b = bias::lower(cx, 2, outputs)?;
        let node = cx.node("Conv").inputs([&x, &w]).maybe(b.as_ref());
        let y = laid.attrs(node).out_result(0);
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let window = self.lay(cx.io())?.reference();
        let (x, b) = (cx.tensor(0)?, cx.tensor_opt(2));
        // The reference kernel takes [O, D, H, W, I].
        let w = kernels::arrange::transpose(&*cx.tensor(1)?, &[4, 0, 1, 2, 3])?;
        let y = kernels::conv::conv(&x, &w, b.as_deref(), &window)?;
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
