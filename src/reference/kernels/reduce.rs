//! Reductions over any set of axes.

use tract_core::prelude::{Datum, Tensor};

use super::number::Number;
use super::walk::Walk;
use super::{Result, build, by_type, check, elements};

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
