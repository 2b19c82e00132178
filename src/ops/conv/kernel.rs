//! The kernel of a convolution: which element types LiteRT's kernels compute with.

use crate::op::{DType, OpError, Operands};

/// Refuses kernels that LiteRT misreads: it takes INT16 and INT2 elements for INT8 (kernels/conv.cc,
/// depthwise_conv.cc), and what it computes then has no meaning to carry over.
pub(super) fn check(io: &Operands<'_>, slot: usize) -> Result<(), OpError> {
    io.expect_dtype(slot, &[DType::Float32])?;
    let kernel = io.operand(slot)?;
    let found = kernel.packed.unwrap_or(kernel.stored);
    match found {
        DType::Float32 | DType::Int8 | DType::UInt8 | DType::Int4 => Ok(()),
        _ => Err(OpError::unsupported_operand(
            slot,
            format!("a kernel of {found}, which TFLite's own kernels do not compute with"),
        )),
    }
}
