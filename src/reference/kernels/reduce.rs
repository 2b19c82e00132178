//! Reductions over any set of axes.

use tract_core::prelude::{Datum, Tensor};

use super::number::Number;
use super::walk::Walk;
use super::{KernelError, Result, build, by_type, check, elements, indices, within};

/// What a reduction computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    /// Integers round toward zero.
    Mean,
    Max,
    Min,
    Prod,
    /// On booleans.
    Any,
    /// On booleans.
    All,
}

/// Reduces over `axes` (in any order, repetitions ignored), which stay as unit axes if `keep_dims`.
///
/// Float sums are kept in double: the result is then the better of the two that validation compares.
pub fn reduce(op: Reduction, x: &Tensor, axes: &[usize], keep_dims: bool) -> Result {
    check!(
        axes.iter().all(|axis| *axis < x.rank()),
        "reducing {:?} over {axes:?}",
        x.shape()
    );
    let plan = Plan::new(x.shape(), axes);
    let result = match op {
        Reduction::Any => fold(x, &plan, false, |any, x: bool| any | x, |any| any),
        Reduction::All => fold(x, &plan, true, |all, x: bool| all & x, |all| all),
        _ => by_type!("a reduction", x.datum_type(), numbers, T => numeric::<T>(op, x, &plan)),
    }?;
    let shape: Vec<usize> = if keep_dims {
        plan.kept.clone()
    } else {
        (0..x.rank())
            .filter(|axis| !axes.contains(axis))
            .map(|axis| x.shape()[axis])
            .collect()
    };
    Ok(result.into_shape(&shape)?)
}

fn numeric<T: Number>(op: Reduction, x: &Tensor, plan: &Plan) -> Result {
    let count = plan.count;
    match op {
        Reduction::Mean => fold(x, plan, T::EMPTY_SUM, T::sum, |sum| T::mean(sum, count)),
        Reduction::Max => fold(x, plan, T::LOWEST, |max, x: T| x.greater(max), |max| max),
        Reduction::Min => fold(x, plan, T::HIGHEST, |min, x: T| x.lesser(min), |min| min),
        Reduction::Prod => fold(x, plan, T::ONE, T::times, |product| product),
        Reduction::Sum | Reduction::Any | Reduction::All => {
            fold(x, plan, T::EMPTY_SUM, T::sum, T::total)
        }
    }
}

/// SEGMENT_SUM and the UNSORTED_SEGMENT operators: the slices of `x` that have one identifier are combined at
/// that index of a result of `count` slices; those with a negative one go nowhere. `ids` has the first axes of
/// `x` (`reference_ops.h`, `UnsortedSegmentRef`).
pub fn segment(op: Reduction, x: &Tensor, ids: &Tensor, count: i64) -> Result {
    check!(
        x.shape().starts_with(ids.shape()),
        "identifiers of shape {:?} for {:?}",
        ids.shape(),
        x.shape()
    );
    let count = usize::try_from(count)
        .map_err(|_| KernelError::invalid(format!("a result of {count} slices")))?;
    by_type!("segments", x.datum_type(), [f32, i32], T => segment_of::<T>(op, x, ids, count))
}

fn segment_of<T: Number>(op: Reduction, x: &Tensor, ids: &Tensor, count: usize) -> Result {
    let (empty, step): (T, fn(T, T) -> T) = match op {
        Reduction::Sum => (T::ZERO, T::plus),
        Reduction::Prod => (T::ONE, T::times),
        Reduction::Max => (T::LOWEST, T::greater),
        Reduction::Min => (T::HIGHEST, T::lesser),
        other => return Err(KernelError::invalid(format!("segments of {other:?}"))),
    };
    let slice = &x.shape()[ids.rank()..];
    let width: usize = slice.iter().product();
    let ids = indices(ids)?;
    let ids = ids.into_iter().map(|id| match id {
        ..0 => Ok(None),
        _ => within(id, count).map(Some),
    });
    let ids = ids.collect::<Result<Vec<_>>>()?;
    let x = elements::<T>(x)?;
    let shape: Vec<usize> = std::iter::once(count)
        .chain(slice.iter().copied())
        .collect();
    build(&shape, |out: &mut [T]| {
        out.fill(empty);
        for (row, to) in ids.into_iter().enumerate() {
            let Some(to) = to else { continue };
            for k in 0..width {
                let sum = &mut out[to * width + k];
                *sum = step(*sum, x[row * width + k]);
            }
        }
    })
}

/// Which result element each input element goes to.
struct Plan {
    /// The result's shape with the reduced axes kept.
    kept: Vec<usize>,
    /// How many elements go into each result.
    count: usize,
    walk: Walk<2>,
}

impl Plan {
    fn new(shape: &[usize], axes: &[usize]) -> Self {
        let kept: Vec<usize> = shape
            .iter()
            .enumerate()
            .map(|(axis, &len)| if axes.contains(&axis) { 1 } else { len })
            .collect();
        let mut steps = vec![[0; 2]; shape.len()];
        let (mut from, mut to) = (1, 1);
        for axis in (0..shape.len()).rev() {
            steps[axis] = [from, if axes.contains(&axis) { 0 } else { to }];
            from *= shape[axis];
            to *= kept[axis];
        }
        let count = (0..shape.len())
            .filter(|axis| axes.contains(axis))
            .map(|axis| shape[axis])
            .product();
        Self {
            walk: Walk::new(shape, steps),
            kept,
            count,
        }
    }
}

fn fold<T: Datum + Copy, A: Copy, U: Datum>(
    x: &Tensor,
    plan: &Plan,
    empty: A,
    step: impl Fn(A, T) -> A,
    finish: impl Fn(A) -> U,
) -> Result {
    let x = elements::<T>(x)?;
    let mut sums = vec![empty; plan.kept.iter().product()];
    plan.walk.rows(|[i, o], len, [di, to]| {
        if to == 0 {
            sums[o] = (0..len).fold(sums[o], |sum, k| step(sum, x[i + k * di]));
        } else {
            (0..len).for_each(|k| sums[o + k * to] = step(sums[o + k * to], x[i + k * di]));
        }
    });
    build(&plan.kept, |out: &mut [U]| {
        out.iter_mut()
            .zip(sums)
            .for_each(|(out, sum)| *out = finish(sum))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, i32s, ramp, tensor};
    use super::*;

    #[test]
    fn axes_may_lie_anywhere() {
        let x = ramp(&[2, 3, 4], 1.0);
        close(
            &reduce(Reduction::Sum, &x, &[0, 2], false).unwrap(),
            &[3],
            &[60.0, 92.0, 124.0],
        );
        close(
            &reduce(Reduction::Mean, &x, &[1], true).unwrap(),
            &[2, 1, 4],
            &[4.0, 5.0, 6.0, 7.0, 16.0, 17.0, 18.0, 19.0],
        );
        close(
            &reduce(Reduction::Max, &x, &[2], false).unwrap(),
            &[2, 3],
            &[3.0, 7.0, 11.0, 15.0, 19.0, 23.0],
        );
        close(
            &reduce(Reduction::Min, &x, &[0, 1, 2], false).unwrap(),
            &[],
            &[0.0],
        );
        close(
            &reduce(Reduction::Sum, &x, &[], false).unwrap(),
            &[2, 3, 4],
            &(0..24).map(|k| k as f32).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn integer_means_round_toward_zero() {
        assert_eq!(
            i32s(&reduce(Reduction::Mean, &tensor(&[2], &[-4, -3]), &[0], false).unwrap()),
            [-3]
        );
        assert_eq!(
            i32s(
                &reduce(
                    Reduction::Prod,
                    &tensor(&[2, 2], &[2, 3, 4, 5]),
                    &[1],
                    false
                )
                .unwrap()
            ),
            [6, 20]
        );
    }

    #[test]
    fn negative_segments_go_nowhere() {
        let x = tensor(&[4, 2], &[1, 2, 3, 4, 5, 6, 7, 8]);
        let ids = tensor(&[4], &[2, -1, 0, 2]);
        let sum = segment(Reduction::Sum, &x, &ids, 3).unwrap();
        assert_eq!(
            (sum.shape(), i32s(&sum)),
            (&[3, 2][..], vec![5, 6, 0, 0, 8, 10])
        );
        let least = segment(Reduction::Min, &x, &ids, 3).unwrap();
        assert_eq!(i32s(&least), [5, 6, i32::MAX, i32::MAX, 1, 2]);
        assert!(segment(Reduction::Sum, &x, &ids, 2).is_err());
    }

    #[test]
    fn booleans_reduce_to_booleans() {
        let x = tensor(&[2, 2], &[true, false, true, true]);
        assert_eq!(
            elements::<bool>(&reduce(Reduction::All, &x, &[1], false).unwrap()).unwrap(),
            [false, true]
        );
        assert_eq!(
            elements::<bool>(&reduce(Reduction::Any, &x, &[0], false).unwrap()).unwrap(),
            [true, true]
        );
        assert!(reduce(Reduction::Sum, &x, &[0], false).is_err());
    }
}
