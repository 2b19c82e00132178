//! CONV_2D: 2-D convolution of an NHWC input with an OHWI kernel; groups are implied by the channel
//! counts.
//!
//! Source: LiteRT kernels/conv.cc. ONNX: Conv.

use super::direct::{Direct, FULL};
use crate::op::{OpDef, OpError, Operator, RawOp};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, Conv2DOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CONV_2D, parse)
    .versions(1..=8)
    .arity(2..=3, 1..=1)
    .kernel(1, "OHWI", "OIHW", &FULL)
    .emits(&["Conv"])];

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
    Ok(Box::new(Direct {
        window: Window::new(
            padding,
            &[stride_h, stride_w],
            &[dilation_h_factor, dilation_w_factor],
        )?,
        activation: Activation::parse(fused_activation_function)?,
        depthwise: false,
    }))
}
