//! Operators that compare or accumulate along one axis: ARG_MAX, ARG_MIN, TOPK_V2, CUMSUM.

use std::cmp::Ordering;

use tract_core::prelude::{Datum, Tensor};

use super::number::Number;
use super::{Result, around, build, by_type, check, elements};

/// Which extreme to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    Max,
    Min,
}

/// ARG_MAX and ARG_MIN: the first index of the extreme along an axis, as `i64` (cast it to the
/// operator's output type).
///
/// NaN never wins over a number (`reference/arg_min_max.h`).
pub fn arg_extreme(extreme: Extreme, x: &Tensor, axis: usize) -> Result {
    by_type!("ARG_MAX", x.datum_type(), [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool], T => arg_of::<T>(extreme, x, axis))
}

fn arg_of<T: Datum + Copy + PartialOrd>(extreme: Extreme, x: &Tensor, axis: usize) -> Result {
    let (outer, along, inner) = around(x.shape(), axis)?;
    check!(along > 0, "the extreme of no elements");
    let data = elements::<T>(x)?;
    // NaN yields to whatever is a number.
    #[allow(clippy::eq_op, reason = "what does not equal itself is NaN")]
    let beats = |new: T, best: T| match extreme {
        Extreme::Max => new > best || (best != best && new == new),
        Extreme::Min => new < best || (best != best && new == new),
    };
    let mut shape = x.shape().to_vec();
    shape.remove(axis);
    build(&shape, |out: &mut [i64]| {
        for (slot, out) in out.iter_mut().enumerate().take(outer * inner) {
            let start = slot / inner * along * inner + slot % inner;
            let best = (1..along).fold(0, |best, k| {
                if beats(data[start + k * inner], data[start + best * inner]) {
                    k
                } else {
                    best
                }
            });
            *out = best as i64;
        }
    })
}

/// TOPK_V2: the `k` greatest along the last axis in falling order, with their indices as `i32`.
/// Equal values keep their order.
pub fn top_k(x: &Tensor, k: usize) -> Result<(Tensor, Tensor)> {
    by_type!("TOPK_V2", x.datum_type(), numbers, T => top_k_of::<T>(x, k))
}

fn top_k_of<T: Number>(x: &Tensor, k: usize) -> Result<(Tensor, Tensor)> {
    let Some((&along, outer)) = x.shape().split_last() else {
        return Err(super::KernelError::invalid("TOPK_V2 of a scalar"));
    };
    check!(k <= along, "the {k} greatest of {along}");
    let data = elements::<T>(x)?;
    let mut shape = outer.to_vec();
    shape.push(k);
    let rows: usize = outer.iter().product();
    let mut order: Vec<usize> = Vec::with_capacity(rows * k);
    for row in 0..rows {
        let row = &data[row * along..][..along];
        let mut indices: Vec<usize> = (0..along).collect();
        let places = |a: &usize, b: &usize| falling(row[*a], row[*b]).then(a.cmp(b));
        if k < along && k > 0 {
            indices.select_nth_unstable_by(k - 1, places);
        }
        indices.truncate(k);
        indices.sort_by(places);
        order.extend(indices);
    }
    let values = build(&shape, |out: &mut [T]| {
        out.iter_mut()
            .enumerate()
            .for_each(|(slot, out)| *out = data[slot / k * along + order[slot]]);
    })?;
    // The axis is at most i32::MAX long in TFLite, whose dimensions are 32-bit.
    let indices = build(&shape, |out: &mut [i32]| {
        out.iter_mut()
            .zip(&order)
            .for_each(|(out, index)| *out = *index as i32)
    })?;
    Ok((values, indices))
}

/// The greater first, NaN last.
#[allow(clippy::eq_op, reason = "what does not equal itself is NaN")]
fn falling<T: PartialOrd + Copy>(a: T, b: T) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| (a != a).cmp(&(b != b)))
}

/// CUMSUM: running sums along an axis, from its end if `reverse`, without the current element if
/// `exclusive`.
pub fn cumsum(x: &Tensor, axis: usize, exclusive: bool, reverse: bool) -> Result {
    by_type!("CUMSUM", x.datum_type(), [f32, f64, i32, i64], T => cumsum_of::<T>(x, axis, exclusive, reverse))
}

fn cumsum_of<T: Number>(x: &Tensor, axis: usize, exclusive: bool, reverse: bool) -> Result {
    let (outer, along, inner) = around(x.shape(), axis)?;
    let data = elements::<T>(x)?;
    build(x.shape(), |out: &mut [T]| {
        for line in 0..outer * inner {
            let start = line / inner * along * inner + line % inner;
            let mut sum = T::ZERO;
            for step in 0..along {
                let at = start + if reverse { along - 1 - step } else { step } * inner;
                let next = sum.plus(data[at]);
                out[at] = if exclusive { sum } else { next };
                sum = next;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, f32s, i32s, tensor};
    use super::*;

    #[test]
    fn the_first_extreme_wins_and_nan_never() {
        let x = tensor(&[2, 3], &[f32::NAN, 5.0, 5.0, 1.0, 0.0, 0.0]);
        let max = arg_extreme(Extreme::Max, &x, 1).unwrap();
        assert_eq!(
            (max.shape(), elements::<i64>(&max).unwrap()),
            (&[2][..], &[1, 0][..])
        );
        assert_eq!(
            elements::<i64>(&arg_extreme(Extreme::Min, &x, 1).unwrap()).unwrap(),
            [1, 1]
        );
        assert_eq!(
            elements::<i64>(&arg_extreme(Extreme::Max, &x, 0).unwrap()).unwrap(),
            [1, 0, 0]
        );
        assert!(arg_extreme(Extreme::Max, &tensor::<f32>(&[2, 0], &[]), 1).is_err());
    }

    #[test]
    fn equal_values_keep_their_order() {
        let (values, order) = top_k(
            &tensor(&[2, 4], &[1.0_f32, 3.0, 3.0, 2.0, 0.0, 0.0, 0.0, 0.0]),
            3,
        )
        .unwrap();
        assert_eq!(f32s(&values), [3.0, 3.0, 2.0, 0.0, 0.0, 0.0]);
        assert_eq!(
            (order.shape(), i32s(&order)),
            (&[2, 3][..], vec![1, 2, 3, 0, 1, 2])
        );
        let (_, order) = top_k(&tensor(&[4], &[f32::NAN, 1.0, f32::NAN, 2.0]), 4).unwrap();
        assert_eq!(i32s(&order), [3, 1, 0, 2]);
        assert_eq!(top_k(&tensor(&[2], &[1, 2]), 0).unwrap().0.len(), 0);
    }

    #[test]
    fn sums_run_either_way() {
        let x = tensor(&[2, 3], &[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
        close(
            &cumsum(&x, 1, false, false).unwrap(),
            &[2, 3],
            &[1.0, 3.0, 6.0, 4.0, 9.0, 15.0],
        );
        close(
            &cumsum(&x, 1, true, true).unwrap(),
            &[2, 3],
            &[5.0, 3.0, 0.0, 11.0, 6.0, 0.0],
        );
        close(
            &cumsum(&x, 0, false, false).unwrap(),
            &[2, 3],
            &[1.0, 2.0, 3.0, 5.0, 7.0, 9.0],
        );
    }
}
