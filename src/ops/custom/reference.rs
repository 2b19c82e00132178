//! Short ways to read and write tensors in references.

use tract_core::prelude::{Datum, Tensor};

use crate::op::OpError;

/// A tensor's FLOAT32 elements.
pub(super) fn floats(tensor: &Tensor) -> Result<&[f32], OpError> {
    elements(tensor)
}

/// A tensor's elements.
pub(super) fn elements<T: Datum>(tensor: &Tensor) -> Result<&[T], OpError> {
    let plain = tensor.try_as_plain_ram().map_err(OpError::from_tract)?;
    plain.as_slice().map_err(OpError::from_tract)
}

/// A tensor of these elements.
pub(super) fn tensor<T: Datum + Copy>(shape: &[usize], data: &[T]) -> Result<Tensor, OpError> {
    Tensor::from_shape(shape, data).map_err(OpError::from_tract)
}

/// The extents of an image `[N, H, W, C]`.
pub(super) fn image(tensor: &Tensor) -> Result<[usize; 4], OpError> {
    let shape = tensor.shape();
    shape
        .try_into()
        .map_err(|_| OpError::unsupported(format!("an image of shape {shape:?}")))
}
