//! Cutting and joining along axes: SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, REVERSE_V2, CONCATENATION.

use tract_core::prelude::Tensor;

use super::pick::{Run, all, pick, runs};
use super::{KernelError, Result, check};

/// SLICE: `len` indices of each axis from `begin` on.
pub fn slice(x: &Tensor, begin: &[usize], len: &[usize]) -> Result {
    check!(
        begin.len() == x.rank() && len.len() == x.rank(),
        "slicing {:?} at {begin:?} by {len:?}",
        x.shape()
    );
    for ((begin, len), dimension) in begin.iter().zip(len).zip(x.shape()) {
        check!(
            begin.checked_add(*len).is_some_and(|end| end <= *dimension),
            "{len} from {begin} on in a dimension of {dimension}"
        );
    }
    let axes: Vec<_> = begin
        .iter()
        .zip(len)
        .map(|(&from, &len)| vec![Run::Copy { from, len }])
        .collect();
    pick(x, &axes, None)
}

/// One axis of a strided slice, masks and negative indices resolved: every `stride`-th index from
/// `begin` on, short of `end`.
///
/// A falling slice (negative stride) that runs to the start of the axis ends at −1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stride {
    pub begin: i64,
    pub end: i64,
    pub stride: i64,
}

impl Stride {
    /// The axis of this length as it is.
    pub fn whole(len: usize) -> Self {
        Self {
            begin: 0,
            end: i64::try_from(len).unwrap_or(i64::MAX),
            stride: 1,
        }
    }

    /// The source indices, in order.
    fn indices(self, dimension: usize) -> Result<Vec<Run>> {
        let Stride { begin, end, stride } = self;
        check!(stride != 0, "a stride of zero");
        let distance = if stride > 0 {
            end.saturating_sub(begin)
        } else {
            begin.saturating_sub(end)
        };
        let count = u64::try_from(distance)
            .unwrap_or(0)
            .div_ceil(stride.unsigned_abs());
        check!(
            count <= dimension as u64,
            "{self:?} leaves a dimension of {dimension}"
        );
        let sources = (0..count as i64)
            .map(|k| super::within(begin.saturating_add(k.saturating_mul(stride)), dimension));
        Ok(runs(sources.collect::<Result<Vec<_>>>()?))
    }
}

/// STRIDED_SLICE: one [`Stride`] for each input axis; the axes in `shrink` must end up with one
/// index and are dropped.
pub fn strided_slice(x: &Tensor, strides: &[Stride], shrink: &[usize]) -> Result {
    check!(
        strides.len() == x.rank(),
        "{} strides for shape {:?}",
        strides.len(),
        x.shape()
    );
    let axes = strides
        .iter()
        .zip(x.shape())
        .map(|(stride, len)| stride.indices(*len))
        .collect::<Result<Vec<_>>>()?;
    let result = pick(x, &axes, None)?;
    let mut shape = Vec::with_capacity(result.rank());
    for (axis, &len) in result.shape().iter().enumerate() {
        if shrink.contains(&axis) {
            check!(
                len == 1,
                "axis {axis} cannot be dropped with {len} indices left"
            );
        } else {
            shape.push(len);
        }
    }
    Ok(result.into_shape(&shape)?)
}

/// SPLIT and SPLIT_V: consecutive pieces of an axis, of these lengths.
pub fn split(x: &Tensor, axis: usize, lengths: &[usize]) -> Result<Vec<Tensor>> {
    let dimension = x.shape().get(axis).copied();
    check!(
        dimension == Some(lengths.iter().sum()),
        "axis {axis} of {:?} split into {lengths:?}",
        x.shape()
    );
    let mut begin = vec![0; x.rank()];
    let mut len = x.shape().to_vec();
    let mut pieces = Vec::with_capacity(lengths.len());
    for &length in lengths {
        len[axis] = length;
        pieces.push(slice(x, &begin, &len)?);
        begin[axis] += length;
    }
    Ok(pieces)
}

/// REVERSE_V2 along these axes.
pub fn reverse(x: &Tensor, axes: &[usize]) -> Result {
    let turned = |(axis, &len): (usize, &usize)| {
        if axes.contains(&axis) {
            runs((0..len).rev())
        } else {
            all(len)
        }
    };
    pick(
        x,
        &x.shape().iter().enumerate().map(turned).collect::<Vec<_>>(),
        None,
    )
}

/// CONCATENATION; PACK is this on operands that were given the new axis.
pub fn concat(parts: &[&Tensor], axis: usize) -> Result {
    let Some(first) = parts.first() else {
        return Err(KernelError::invalid("nothing to concatenate"));
    };
    check!(
        axis < first.rank(),
        "concatenating {:?} on axis {axis}",
        first.shape()
    );
    let alike = |part: &&Tensor| {
        part.datum_type() == first.datum_type()
            && part.rank() == first.rank()
            && (0..first.rank()).all(|k| k == axis || part.shape()[k] == first.shape()[k])
    };
    check!(
        parts.iter().all(alike),
        "operands of a concatenation differ off axis {axis}"
    );
    check!(
        first.datum_type().is_copy(),
        "elements of {:?} cannot be moved",
        first.datum_type()
    );
    let mut shape = first.shape().to_vec();
    shape[axis] = parts.iter().map(|part| part.shape()[axis]).sum();
    let mut output = Tensor::zero_dt(first.datum_type(), &shape)?;
    let row: usize = first.datum_type().size_of() * shape[axis..].iter().product::<usize>();
    if row > 0 {
        let mut at = 0;
        for part in parts {
            let span =
                first.datum_type().size_of() * part.shape()[axis..].iter().product::<usize>();
            if span > 0 {
                let rows = output.as_bytes_mut().chunks_exact_mut(row);
                rows.zip(part.as_bytes().chunks_exact(span))
                    .for_each(|(row, source)| row[at..at + span].copy_from_slice(source));
            }
            at += span;
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{f32s, i32s, ramp, tensor};
    use super::*;

    fn stride(begin: i64, end: i64, stride: i64) -> Stride {
        Stride { begin, end, stride }
    }

    #[test]
    fn strides_may_fall() {
        let x = ramp(&[3, 4], 1.0);
        let y = strided_slice(&x, &[stride(2, -1, -2), stride(0, 4, 3)], &[]).unwrap();
        assert_eq!(
            (y.shape(), f32s(&y)),
            (&[2, 2][..], vec![8.0, 11.0, 0.0, 3.0])
        );
        let y = strided_slice(&x, &[stride(1, 2, 1), Stride::whole(4)], &[0]).unwrap();
        assert_eq!((y.shape(), f32s(&y)), (&[4][..], vec![4.0, 5.0, 6.0, 7.0]));
        assert_eq!(
            strided_slice(&x, &[stride(2, 1, 1), Stride::whole(4)], &[])
                .unwrap()
                .shape(),
            [0, 4]
        );
        assert!(strided_slice(&x, &[stride(0, 4, 1), Stride::whole(4)], &[]).is_err());
        assert!(strided_slice(&x, &[stride(0, 1, 0), Stride::whole(4)], &[]).is_err());
    }

    #[test]
    fn pieces_join_again() {
        let x = ramp(&[2, 3, 2], 1.0);
        let pieces = split(&x, 1, &[1, 0, 2]).unwrap();
        assert_eq!(f32s(&pieces[0]), [0.0, 1.0, 6.0, 7.0]);
        let back = concat(&pieces.iter().collect::<Vec<_>>(), 1).unwrap();
        assert_eq!(back, x);
        assert!(split(&x, 1, &[1, 1]).is_err());
        assert!(concat(&[&pieces[0], &pieces[2]], 0).is_err());
    }

    #[test]
    fn slices_and_reversals() {
        let x = tensor(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(i32s(&slice(&x, &[0, 1], &[2, 2]).unwrap()), [2, 3, 5, 6]);
        assert_eq!(i32s(&reverse(&x, &[0]).unwrap()), [4, 5, 6, 1, 2, 3]);
        assert_eq!(i32s(&reverse(&x, &[0, 1]).unwrap()), [6, 5, 4, 3, 2, 1]);
        assert!(slice(&x, &[0, 2], &[2, 2]).is_err());
    }
}
