//! Operators driven by indices: GATHER, GATHER_ND, SCATTER_ND, ONE_HOT, EMBEDDING_LOOKUP (a GATHER
//! on axis 0).

use tract_core::prelude::{Datum, Tensor};

use super::number::Number;
use super::{KernelError, Result, around, build, by_type, check, elements, indices, within};

/// GATHER: slices of `x` along `axis`, chosen by `index`, separately for each of the leading
/// `batch_dims` axes that both share.
pub fn gather(x: &Tensor, index: &Tensor, axis: usize, batch_dims: usize) -> Result {
    let (xs, is) = (x.shape(), index.shape());
    check!(
        batch_dims <= axis
            && axis < x.rank()
            && batch_dims <= index.rank()
            && xs[..batch_dims] == is[..batch_dims],
        "gathering from {xs:?} by {is:?} on axis {axis} with {batch_dims} batch axes"
    );
    let batches: usize = xs[..batch_dims].iter().product();
    let outer: usize = xs[batch_dims..axis].iter().product();
    let (_, along, inner) = around(xs, axis)?;
    let per_batch: usize = is[batch_dims..].iter().product();
    let chosen = indices(index)?
        .into_iter()
        .map(|k| within(k, along))
        .collect::<Result<Vec<_>>>()?;
    let blocks = (0..batches * outer).flat_map(|block| {
        let chosen = &chosen[block / outer * per_batch..][..per_batch];
        chosen.iter().map(move |k| (block * along + k) * inner)
    });
    let shape = [&xs[..axis], &is[batch_dims..], &xs[axis + 1..]].concat();
    copy_blocks(x, &shape, inner, blocks)
}

/// GATHER_ND: the slice of `x` at each coordinate tuple of `index`'s last axis.
pub fn gather_nd(x: &Tensor, index: &Tensor) -> Result {
    let (depth, tuples) = tuples(index, x.shape())?;
    let inner: usize = x.shape()[depth..].iter().product();
    let shape = [&index.shape()[..index.rank() - 1], &x.shape()[depth..]].concat();
    copy_blocks(
        x,
        &shape,
        inner,
        tuples.into_iter().map(|tuple| tuple * inner),
    )
}

/// SCATTER_ND: a zero tensor with `updates` added at each coordinate tuple; duplicates accumulate
/// (`reference_ops.h`, `ScatterNd`).
pub fn scatter_nd(index: &Tensor, updates: &Tensor, shape: &[usize]) -> Result {
    let (depth, tuples) = tuples(index, shape)?;
    let expected = [&index.shape()[..index.rank() - 1], &shape[depth..]].concat();
    check!(
        updates.shape() == expected,
        "updates of shape {:?} where {expected:?} fits",
        updates.shape()
    );
    if updates.datum_type() == bool::datum_type() {
        return scatter_of(&tuples, updates, shape, depth, |old: bool, new| old | new);
    }
    by_type!("SCATTER_ND", updates.datum_type(), numbers, T => scatter_of(&tuples, updates, shape, depth, T::plus))
}

fn scatter_of<T: Datum + Copy>(
    tuples: &[usize],
    updates: &Tensor,
    shape: &[usize],
    depth: usize,
    join: impl Fn(T, T) -> T,
) -> Result {
    let inner: usize = shape[depth..].iter().product();
    let updates = elements::<T>(updates)?;
    build(shape, |out: &mut [T]| {
        for (slot, tuple) in tuples.iter().enumerate() {
            let block = out[tuple * inner..][..inner].iter_mut();
            block
                .zip(&updates[slot * inner..][..inner])
                .for_each(|(out, update)| *out = join(*out, *update));
        }
    })
}

/// The coordinate tuples in an index tensor's last axis: their length, and each as a flat index
/// over that many leading axes of `shape`.
fn tuples(index: &Tensor, shape: &[usize]) -> Result<(usize, Vec<usize>)> {
    let Some((&depth, outer)) = index.shape().split_last() else {
        return Err(KernelError::invalid(
            "coordinates must be at least one tuple",
        ));
    };
    check!(
        depth <= shape.len(),
        "tuples of {depth} coordinates into shape {shape:?}"
    );
    if depth == 0 {
        return Ok((0, vec![0; outer.iter().product()]));
    }
    let flat = |tuple: &[i64]| {
        tuple
            .iter()
            .zip(shape)
            .try_fold(0, |flat, (&k, &len)| Ok(flat * len + within(k, len)?))
    };
    let flat = indices(index)?
        .chunks_exact(depth)
        .map(flat)
        .collect::<Result<Vec<_>>>()?;
    Ok((depth, flat))
}

/// A tensor of this shape made of blocks of `inner` elements of `x` that start at the given elements.
fn copy_blocks(
    x: &Tensor,
    shape: &[usize],
    inner: usize,
    starts: impl Iterator<Item = usize>,
) -> Result {
    check!(
        x.datum_type().is_copy(),
        "elements of {:?} cannot be moved",
        x.datum_type()
    );
    let size = x.datum_type().size_of();
    let mut output = Tensor::zero_dt(x.datum_type(), shape)?;
    if inner > 0 && output.len() > 0 {
        let source = x.as_bytes();
        for (block, start) in output
            .as_bytes_mut()
            .chunks_exact_mut(inner * size)
            .zip(starts)
        {
            block.copy_from_slice(&source[start * size..][..inner * size]);
        }
    }
    Ok(output)
}

/// ONE_HOT: a new axis of `depth` at `axis`, `on` where the index says, `off` elsewhere; off
/// throughout for an index out of range, also a negative one (`kernels/one_hot.cc`; ONNX would
/// count it from the end).
pub fn one_hot(index: &Tensor, depth: usize, on: &Tensor, off: &Tensor, axis: usize) -> Result {
    check!(
        on.datum_type() == off.datum_type() && on.len() == 1 && off.len() == 1,
        "ONE_HOT wants one on and one off value of one type"
    );
    check!(
        axis <= index.rank(),
        "axis {axis} added to {:?}",
        index.shape()
    );
    let hot = indices(index)?;
    let inner: usize = index.shape()[axis..].iter().product();
    let mut shape = index.shape().to_vec();
    shape.insert(axis, depth);
    by_type!("ONE_HOT", on.datum_type(), [f32, i32, i64, i8, u8, i16, bool], T => {
        let (on, off) = (elements::<T>(on)?[0], elements::<T>(off)?[0]);
        build(&shape, |out: &mut [T]| {
            out.fill(off);
            for (at, hot) in hot.iter().enumerate() {
                if let Ok(hot) = within(*hot, depth) {
                    out[(at / inner * depth + hot) * inner + at % inner] = on;
                }
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{f32s, i32s, ramp, tensor};
    use super::*;

    #[test]
    fn gathers_on_any_axis() {
        let x = ramp(&[2, 3, 2], 1.0);
        let picked = gather(&x, &tensor(&[2, 1], &[2, 0]), 1, 0).unwrap();
        assert_eq!(
            (picked.shape(), f32s(&picked)),
            (
                &[2, 2, 1, 2][..],
                vec![4.0, 5.0, 0.0, 1.0, 10.0, 11.0, 6.0, 7.0]
            )
        );
        assert!(gather(&x, &tensor(&[1], &[3]), 1, 0).is_err());
        assert!(gather(&x, &tensor(&[1], &[-1]), 1, 0).is_err());
    }

    #[test]
    fn batches_have_their_own_indices() {
        let picked = gather(
            &ramp(&[2, 3], 1.0),
            &tensor(&[2, 2], &[2_i64, 0, 1, 1]),
            1,
            1,
        )
        .unwrap();
        assert_eq!(
            (picked.shape(), f32s(&picked)),
            (&[2, 2][..], vec![2.0, 0.0, 4.0, 4.0])
        );
    }

    #[test]
    fn tuples_reach_slices_or_elements() {
        let x = ramp(&[2, 3], 1.0);
        assert_eq!(
            f32s(&gather_nd(&x, &tensor(&[2, 2], &[1, 2, 0, 0])).unwrap()),
            [5.0, 0.0]
        );
        assert_eq!(
            f32s(&gather_nd(&x, &tensor(&[1, 1], &[1])).unwrap()),
            [3.0, 4.0, 5.0]
        );
        assert!(gather_nd(&x, &tensor(&[1, 2], &[1, 3])).is_err());
    }

    #[test]
    fn scattered_duplicates_add_up() {
        let sum = scatter_nd(
            &tensor(&[3, 1], &[1, 1, 3]),
            &tensor(&[3], &[10, 5, 7]),
            &[4],
        )
        .unwrap();
        assert_eq!(i32s(&sum), [0, 15, 0, 7]);
        assert!(scatter_nd(&tensor(&[1, 1], &[4]), &tensor(&[1], &[1]), &[4]).is_err());
    }

    #[test]
    fn out_of_range_is_all_off() {
        let hot = one_hot(
            &tensor(&[3], &[1, -1, 2]),
            2,
            &tensor(&[], &[5]),
            &tensor(&[], &[-5]),
            1,
        )
        .unwrap();
        assert_eq!(
            (hot.shape(), i32s(&hot)),
            (&[3, 2][..], vec![-5, 5, -5, -5, -5, -5])
        );
        let hot = one_hot(
            &tensor(&[2], &[1, 0]),
            2,
            &tensor(&[], &[1]),
            &tensor(&[], &[0]),
            0,
        )
        .unwrap();
        assert_eq!(i32s(&hot), [0, 1, 1, 0]);
    }
}
