//! What TFLite's operators compute, on tract tensors in TFLite's own layouts (NHWC activations,
//! OHWI kernels).
//!
//! These functions are the source side of validation, so they follow LiteRT's CPU kernels
//! (`tflite/kernels`, at `f674577`) and never the ONNX operator that a lowering happens to emit.
//! They take shapes and options that the operator has already resolved: no TFLite masks, no
//! negative axes. Whatever the data can get wrong (an index out of range, a division by zero) is a
//! [`KernelError`], never a panic.
//!
//! | module | operators |
//! | --- | --- |
//! | [`mod@conv`], [`transpose_conv`], [`pool`], [`mod@matmul`] | the window and matrix operators |
//! | [`binary`], [`unary`], [`mod@cast`], [`mod@broadcast`] | one element at a time |
//! | [`mod@reduce`], [`order`], [`normalize`] | along axes: sums, extremes, sorted prefixes, softmax |
//! | [`mod@gather`], [`place`], [`slice`], [`pad`], [`arrange`], [`space`], [`resize`], [`generate`] | moving and making elements |
//! | [`window`], [`slices`] | StableHLO's windows and slices of any rank |
//! | [`suppress`] | boxes |
//! | [`spectrum`] | Fourier transforms, complex numbers |
//! | [`lstm`], [`lstm_integer`], [`lstm_basic`], [`rnn`], [`svdf`] | recurrent networks |

pub mod arrange;
pub mod binary;
pub mod broadcast;
pub mod cast;
pub mod conv;
pub mod gather;
pub mod generate;
pub mod lstm;
pub mod lstm_basic;
pub mod lstm_integer;
pub mod matmul;
pub mod normalize;
mod number;
pub mod order;
pub mod pad;
mod pick;
pub mod place;
pub mod pool;
pub mod reduce;
pub mod resize;
pub mod rnn;
mod sequence;
pub mod slice;
pub mod slices;
pub mod space;
pub mod spectrum;
pub mod suppress;
pub mod svdf;
#[cfg(test)]
mod testing;
pub mod transpose_conv;
pub mod unary;
mod walk;
pub mod window;

use std::borrow::Cow;

use tract_core::prelude::{Datum, DatumType, Tensor, TractError};

/// Why a kernel has no result.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// The operands do not fit the operator: shapes, types, or values such as an index out of range.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
    /// tract-core refused, with its chain of causes.
    #[error("tract: {0:#}")]
    Tract(TractError),
}

/// What every kernel returns.
pub type Result<T = Tensor> = std::result::Result<T, KernelError>;

impl KernelError {
    /// Operands that do not fit, in words.
    pub fn invalid(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(what.into())
    }

    /// An element type that the operator named `what` has no kernel for.
    fn dtype(what: &str, dtype: DatumType) -> Self {
        Self::invalid(format!("{what} of {dtype:?} is not a TFLite kernel"))
    }
}

impl From<TractError> for KernelError {
    fn from(error: TractError) -> Self {
        Self::Tract(error)
    }
}

/// Fails with a formatted message unless the condition holds.
macro_rules! check {
    ($condition:expr, $($message:tt)+) => {
        #[allow(clippy::neg_cmp_op_on_partial_ord, reason = "a NaN must not pass")]
        if !$condition {
            return Err($crate::reference::kernels::KernelError::invalid(format!($($message)+)));
        }
    };
}
use check;

/// Evaluates an expression with a type parameter bound to the Rust type of a run-time element type,
/// one of those listed.
macro_rules! by_type {
    ($what:literal, $dtype:expr, [$($type:ty),+ $(,)?], $T:ident => $body:expr) => {{
        use tract_core::prelude::Datum as _;
        let dtype = $dtype;
        $(if dtype == <$type>::datum_type() { type $T = $type; $body } else)+
        { Err($crate::reference::kernels::KernelError::dtype($what, dtype)) }
    }};
    ($what:literal, $dtype:expr, numbers, $T:ident => $body:expr) => {
        by_type!($what, $dtype, [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64], $T => $body)
    };
    ($what:literal, $dtype:expr, integers, $T:ident => $body:expr) => {
        by_type!($what, $dtype, [i8, i16, i32, i64, u8, u16, u32, u64], $T => $body)
    };
}
use by_type;

/// A tensor's elements in row-major order.
pub(crate) fn elements<T: Datum>(tensor: &Tensor) -> Result<&[T]> {
    Ok(tensor.try_as_plain_ram()?.as_slice::<T>()?)
}

/// A tensor of this shape, written by `fill`, which gets its zeroed elements in row-major order.
fn build<T: Datum>(shape: &[usize], fill: impl FnOnce(&mut [T])) -> Result {
    let mut tensor = Tensor::zero_dt(T::datum_type(), shape)?;
    fill(tensor.try_as_plain_ram_mut()?.as_slice_mut::<T>()?);
    Ok(tensor)
}

/// Integer operands (indices, sizes, axes) of any TFLite width as `i64`.
pub fn indices(tensor: &Tensor) -> Result<Vec<i64>> {
    by_type!("an index", tensor.datum_type(), [i32, i64, i16, u8, i8, u16, u32], T =>
    {
        #[allow(clippy::useless_conversion, reason = "one of the types is i64 itself")]
        Ok(elements::<T>(tensor)?.iter().map(|index| i64::from(*index)).collect())
    })
}

/// A shape seen from one axis: how many blocks, how many elements along the axis, how many in each
/// of those.
fn around(shape: &[usize], axis: usize) -> Result<(usize, usize, usize)> {
    let Some(&along) = shape.get(axis) else {
        return Err(KernelError::invalid(format!(
            "axis {axis} of a tensor of shape {shape:?}"
        )));
    };
    Ok((
        shape[..axis].iter().product(),
        along,
        shape[axis + 1..].iter().product(),
    ))
}

/// An index that must lie within a dimension. LiteRT's kernels refuse negative indices too.
fn within(index: i64, dimension: usize) -> Result<usize> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index < dimension)
        .ok_or_else(|| {
            KernelError::invalid(format!(
                "index {index} is outside a dimension of {dimension}"
            ))
        })
}
