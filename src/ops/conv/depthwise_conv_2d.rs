//! DEPTHWISE_CONV_2D: every input channel is convolved with kernels of its own; kernel `[1, H, W, C·m]`, result
//! channel `c·m + k` sees input channel `c` alone.
//!
//! Source: LiteRT kernels/depthwise_conv.cc, which takes the multiplier from the shapes and not from its
//! option. ONNX: Conv with as many groups as input channels.

use super::direct::{DEPTHWISE, Direct};
use crate::op::{OpDef, OpError, Operator, RawOp};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, DepthwiseConv2DOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::DEPTHWISE_CONV_2D, parse)
    .versions(1..=7)
    .arity(2..=3, 1..=1)
    .kernel(1, "1HWC", "C1HW", &DEPTHWISE)
    .emits(&["Conv"])];

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let DepthwiseConv2DOptionsT {
        padding,
        stride_w,
        stride_h,
        depth_multiplier: _, // The shapes say it; files by other writers leave it at 0.
        fused_activation_function,
        dilation_w_factor,
        dilation_h_factor,
    } = options!(raw, builtin_options_as_depthwise_conv_2_doptions);
    Ok(Box::new(Direct {
        window: Window::new(
            padding,
            &[stride_h, stride_w],
            &[dilation_h_factor, dilation_w_factor],
        )?,
        activation: Activation::parse(fused_activation_function)?,
        depthwise: true,
    }))
}
