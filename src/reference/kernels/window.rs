//! REDUCE_WINDOW, STABLEHLO_REDUCE_WINDOW: every element that every window sees, one after the other.

use tract_core::prelude::Tensor;

use super::number::Number;
use super::{KernelError, Result, build, by_type, check, elements};

/// What elements are folded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    Sum,
    Product,
    Least,
    Greatest,
    /// Is none of them zero?
    All,
    /// Is one of them not zero?
    Any,
}

/// A window along one axis.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    /// Elements.
    pub window: usize,
    /// From one window to the next.
    pub stride: usize,
    /// From one element of a window to the next.
    pub dilation: usize,
}

/// Folds what each window sees, starting from `initial` (one element).
pub fn reduce(fold: Fold, x: &Tensor, axes: &[Axis], initial: &Tensor) -> Result {
    check!(axes.len() == x.rank(), "windows for shape {:?}", x.shape());
    check!(
        initial.len() == 1 && initial.datum_type() == x.datum_type(),
        "an initial value of {:?}",
        initial.datum_type()
    );
    if x.datum_type() == tract_core::prelude::DatumType::Bool {
        let step = match fold {
            Fold::Least | Fold::All => |a: bool, b: bool| a & b,
            Fold::Greatest | Fold::Any => |a: bool, b: bool| a | b,
            Fold::Sum | Fold::Product => return Err(KernelError::invalid("sums of booleans")),
        };
        return slide(x, axes, initial, step);
    }
    by_type!("a window", x.datum_type(), numbers, T => {
        let truth = |truth: bool| if truth { T::ONE } else { <T as Number>::ZERO };
        slide(x, axes, initial, |a: T, b: T| match fold {
            Fold::Sum => a.plus(b),
            Fold::Product => a.times(b),
            Fold::Least => if a <= b { a } else { b },
            Fold::Greatest => if a >= b { a } else { b },
            Fold::All => truth(a != <T as Number>::ZERO && b != <T as Number>::ZERO),
            Fold::Any => truth(a != <T as Number>::ZERO || b != <T as Number>::ZERO),
        })
    })
}

fn slide<T: tract_core::prelude::Datum + Copy>(
    x: &Tensor,
    axes: &[Axis],
    initial: &Tensor,
    step: impl Fn(T, T) -> T,
) -> Result {
    let (data, initial) = (elements::<T>(x)?, elements::<T>(initial)?[0]);
    let mut counts = Vec::new();
    for (axis, &extent) in axes.iter().zip(x.shape()) {
        let reach = (axis.window.saturating_sub(1)) * axis.dilation + 1;
        check!(
            reach <= extent && axis.stride > 0,
            "a window of {reach} on {extent}"
        );
        counts.push((extent - reach) / axis.stride + 1);
    }
    let windows: Vec<usize> = axes.iter().map(|axis| axis.window).collect();
    build::<T>(&counts, |out| {
        for (at, out) in out.iter_mut().enumerate() {
            let corner = unravel(at, &counts);
            *out = (0..windows.iter().product()).fold(initial, |folded, seen| {
                let inside = unravel(seen, &windows);
                let index = (0..axes.len()).fold(0, |index, k| {
                    let place = corner[k] * axes[k].stride + inside[k] * axes[k].dilation;
                    index * x.shape()[k] + place
                });
                step(folded, data[index])
            });
        }
    })
}

/// The coordinates of an element.
fn unravel(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut place = vec![0; shape.len()];
    for (coordinate, &extent) in place.iter_mut().zip(shape).rev() {
        *coordinate = at % extent.max(1);
        at /= extent.max(1);
    }
    place
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn windows_slide_with_gaps() {
        let x = tensor(&[1, 6], &[1_i32, 2, 3, 4, 5, 6]);
        let one = Axis {
            window: 1,
            stride: 1,
            dilation: 1,
        };
        let axis = Axis {
            window: 2,
            stride: 3,
            dilation: 2,
        };
        let y = reduce(Fold::Sum, &x, &[one, axis], &tensor(&[], &[10_i32])).unwrap();
        assert_eq!((y.shape(), i32s(&y)), (&[1, 2][..], vec![14, 20]));
        let wide = Axis {
            window: 4,
            stride: 1,
            dilation: 2,
        };
        assert!(reduce(Fold::Sum, &x, &[one, wide], &tensor(&[], &[0_i32])).is_err());
    }
}
