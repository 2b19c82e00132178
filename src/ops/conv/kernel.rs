//! The kernel of a convolution: which element types LiteRT's kernels compute with.

#[cfg(feature = "validate")]
use std::sync::Arc;

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands, Wire};

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

/// LiteRT's kernels of INT8 and INT16 activations take an INT8 kernel's zero point for 0, whatever the file
/// says; a computed one may have another.
fn is_taken_as_symmetric(io: &Operands<'_>, slot: usize) -> bool {
    let Some(kernel) = io.get(slot) else {
        return false;
    };
    let centre = kernel.code_zero();
    let offset = |zero: &i64| *zero != centre;
    let has_offset = kernel
        .quant
        .as_ref()
        .is_some_and(|quant| quant.zero_point.iter().any(offset));
    let integer = |dtype| matches!(dtype, DType::Int8 | DType::Int16);
    kernel.in_file() == DType::Int8 && has_offset && integer(io.result(0).in_file())
}

/// The kernel with its axes permuted.
pub(super) fn lower(cx: &mut LowerCx<'_>, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
    match is_taken_as_symmetric(cx.io(), slot) {
        true => cx.symmetric(slot, axes),
        false => cx.permuted(slot, axes),
    }
}

/// The kernel in the file's order.
#[cfg(feature = "validate")]
pub(super) fn reference(cx: &ReferenceCx<'_>, slot: usize) -> Result<Arc<Tensor>, OpError> {
    match is_taken_as_symmetric(cx.io(), slot) {
        true => cx.symmetric(slot),
        false => cx.tensor(slot),
    }
}
