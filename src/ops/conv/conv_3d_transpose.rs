//! CONV_3D_TRANSPOSE: 3-D transposed convolution of an NDHWC input to a given shape; kernel `[D, H, W, O, I]`.
//!
//! Source: LiteRT kernels/conv3d_transpose.cc. ONNX: ConvTranspose, as TRANSPOSE_CONV has it.

use super::conv_3d;
use super::transposed::Transposed;
use crate::op::{OpDef, OpError, Operator, RawOp};
use crate::tflite::options;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CONV_3D_TRANSPOSE, parse)
    .arity(3..=4, 1..=1)
    .kernel(1, "DHWOI", "IODHW", &KERNEL_ORDER)
    .emits(&["ConvTranspose", "Slice"])];

/// DHWOI → IODHW.
const KERNEL_ORDER: [usize; 5] = [4, 3, 0, 1, 2];

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let options = options!(raw, builtin_options_as_conv_3_doptions);
    let (window, activation) = conv_3d::parse(options)?;
    Ok(Box::new(Transposed {
        window,
        activation,
        kernel_order: &KERNEL_ORDER,
    }))
}
