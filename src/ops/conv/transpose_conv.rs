//! TRANSPOSE_CONV: 2-D transposed convolution of an NHWC input with an OHWI kernel to a given shape.
//!
//! Source: LiteRT kernels/transpose_conv.cc. ONNX: ConvTranspose with explicit pads (never `output_shape` or
//! `auto_pad`, which runtimes read differently), and Slice where the pads would be lopsided.

use super::transposed::Transposed;
use crate::op::{OpDef, OpError, Operator, RawOp};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, TransposeConvOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::TRANSPOSE_CONV, parse)
    .versions(1..=5)
    .arity(3..=4, 1..=1)
    .kernel(1, "OHWI", "IOHW", &KERNEL_ORDER)
    .emits(&["ConvTranspose", "Slice"])];

/// OHWI → IOHW.
const KERNEL_ORDER: [usize; 4] = [3, 0, 1, 2];

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let TransposeConvOptionsT {
        padding,
        stride_w,
        stride_h,
        fused_activation_function,
        quantized_bias_type: _, // Only of integer kernels.
    } = options!(raw, builtin_options_as_transpose_conv_options);
    Ok(Box::new(Transposed {
        window: Window::new(padding, &[stride_h, stride_w], &[1, 1])?,
        activation: Activation::parse(fused_activation_function)?,
        kernel_order: &KERNEL_ORDER,
    }))
}
