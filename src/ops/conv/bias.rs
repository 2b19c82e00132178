//! The bias of a convolution: one number for each output channel, or none.
//!
//! The format lets every convolution omit it, though LiteRT's float kernels of CONV_2D and DEPTHWISE_CONV_2D
//! do not.

use crate::op::{DType, LowerCx, OpError, Operands, Wire};

/// Refuses a bias that does not fit `outputs` channels.
pub(super) fn check(io: &Operands<'_>, slot: usize, outputs: usize) -> Result<(), OpError> {
    if io.get(slot).is_none() {
        return Ok(());
    }
    io.expect_dtype(slot, &[DType::Float32])?;
    let bias = io.shape(slot)?;
    if bias.count() != Some(outputs) {
        return Err(OpError::operand(slot, format!("{outputs} elements"), bias));
    }
    Ok(())
}

/// The bias as ONNX takes it, of rank 1.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    slot: usize,
    outputs: usize,
) -> Result<Option<Wire>, OpError> {
    match cx.real_opt(slot)? {
        Some(bias) => cx.reshape_to(&bias, &[outputs]).map(Some),
        None => Ok(None),
    }
}
