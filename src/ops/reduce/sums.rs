//! MEAN and SUM of quantised integers: the sum of their steps from the zero point, rescaled.
//!
//! Source: LiteRT kernels/internal/reference/reduce.h (`QuantizedMeanOrSum`): multiplied by fixed-point, rounded
//! twice. For the mean of 8-bit images over height and width LiteRT has another kernel (optimized_ops.h, `Mean`),
//! which differs from it at up to 7 % of the codes; what runs there unless told otherwise is XNNPACK
//! (xnnpack_delegate.cc, `VisitReduceNode`), and is taken: one multiplication in FLOAT32, halves to the even code.

use super::forms::{Axes, Kind, Reduction};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands};
use crate::ops::integer::multiplier::Rescale;
#[cfg(feature = "validate")]
use crate::reference::kernels::{reduce as kernel, unary};

/// How a sum of steps becomes a code of the result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sum {
    /// Multiplied, and the result's zero point added, before it is rounded.
    Once { factor: f32, zero: f32 },
    /// Multiplied in fixed-point; `zeros` is the sum of the zero points.
    Twice { zeros: i64, rescale: Rescale },
}

impl Sum {
    /// Over axes of the file. `None` where the kernel computes with what the integers mean.
    pub fn of(io: &Operands<'_>, kind: Kind, axes: &[usize]) -> Option<Self> {
        let (x, y) = (io.get(0)?, io.result(0));
        let (from, zero) = x.parameters()?;
        let (to, to_zero) = y.parameters()?;
        let narrow = matches!(x.in_file(), DType::Int8 | DType::UInt8);
        let image = x.shape.rank() == 4 && axes == [1, 2];
        let once = |count: usize| Sum::Once {
            factor: from / to / count as f32,
            zero: (to_zero - y.code_zero()) as f32,
        };
        let count =
            || -> Option<usize> { axes.iter().map(|&axis| x.shape[axis].fixed()).product() };
        match kind {
            _ if axes.is_empty() => None,
            Kind::Sum if narrow => Some(once(1)),
            Kind::Mean if narrow && image => Some(once(count()?)),
            Kind::Mean => {
                let count: usize = count()?;
                Some(Sum::Twice {
                    zeros: i64::try_from(count).ok()?.checked_mul(zero)?,
                    rescale: Rescale::of_mean(f64::from(from) / f64::from(to), count),
                })
            }
            _ => None,
        }
    }

    /// Writes result 0.
    pub fn lower(
        self,
        cx: &mut LowerCx<'_>,
        axes: Vec<usize>,
        keep_dims: bool,
    ) -> Result<(), OpError> {
        let reduction = Reduction {
            kind: Kind::Sum,
            axes: Axes::Known(axes),
            keep_dims,
        };
        match self {
            Sum::Once { factor, zero } => {
                let steps = cx.scaled(0, 1.0)?;
                let sum = reduction.lower(cx, &steps)?;
                let factor = cx.floats(&[], &[factor]);
                let codes = cx.binary("Mul", &sum, &factor)?;
                // An even one moves no half to another code, so QuantizeLinear may as well add it.
                if zero % 2.0 == 0.0 {
                    return cx.finish_steps(0, codes);
                }
                let zero = cx.floats(&[], &[zero]);
                let codes = cx.binary("Add", &codes, &zero)?;
                cx.finish_codes(0, codes)
            }
            Sum::Twice { zeros, rescale } => {
                let codes = cx.stored(0)?;
                let codes = cx.cast(&codes, DType::Float32)?;
                let mut sum = reduction.lower(cx, &codes)?;
                if zeros != 0 {
                    let zeros = cx.floats(&[], &[zeros as f32]);
                    sum = cx.binary("Sub", &sum, &zeros)?;
                }
                let steps = rescale.lower(cx, &sum)?;
                cx.finish_steps(0, steps)
            }
        }
    }

    /// The same on a reference tensor.
    #[cfg(feature = "validate")]
    pub fn reference(
        self,
        cx: &mut ReferenceCx<'_>,
        axes: &[usize],
        keep_dims: bool,
    ) -> Result<(), OpError> {
        let codes = cx.stored(0)?;
        let codes = codes.cast_to::<i64>().map_err(OpError::from_tract)?;
        let sums = kernel::reduce(kernel::Reduction::Sum, &codes, axes, keep_dims)?;
        match self {
            Sum::Once { factor, zero } => {
                let from = cx.io().operand(0)?.parameters();
                let count = (codes.len() / sums.len().max(1)) as i64;
                let zeros = count * from.map_or(0, |(_, zero)| zero);
                let code = |sum: i64| (sum - zeros) as f32 * factor + zero;
                cx.finish_codes(0, &unary::map(&sums, code)?)
            }
            Sum::Twice { zeros, rescale } => {
                let step = |sum: i64| rescale.at(sum - zeros) as f32;
                cx.finish_steps(0, &unary::map(&sums, step)?)
            }
        }
    }
}
