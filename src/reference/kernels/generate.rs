//! Tensors from parameters: FILL and RANGE.

use tract_core::prelude::Tensor;

use super::number::Number;
use super::{Result, build, by_type, check, elements};

/// FILL: this shape full of one value.
pub fn fill(shape: &[usize], value: &Tensor) -> Result {
    check!(
        value.len() == 1,
        "filling with a tensor of shape {:?}",
        value.shape()
    );
    Ok(value
        .clone()
        .into_shape(&[])?
        .broadcast_scalar_to_shape(shape)?)
}

/// RANGE: `start`, `start + delta`, … short of `limit`, all scalars of one type.
pub fn range(start: &Tensor, limit: &Tensor, delta: &Tensor) -> Result {
    by_type!("RANGE", start.datum_type(), [f32, i32, i64], T => {
        let scalar = |tensor: &Tensor| -> Result<T> {
            check!(tensor.len() == 1, "RANGE bounds must be scalars");
            Ok(elements::<T>(tensor)?[0])
        };
        range_of(scalar(start)?, scalar(limit)?, scalar(delta)?)
    })
}

/// Sums up step by step, as `kernels/range.cc` does: in floats that rounds differently from `start
/// + k · delta`.
fn range_of<T: Number + Steps>(start: T, limit: T, delta: T) -> Result {
    let forward = delta > T::ZERO && start <= limit;
    let backward = delta < T::ZERO && start >= limit;
    check!(
        forward || backward,
        "a range from {start} to {limit} by {delta}"
    );
    let mut next = start;
    build(&[T::steps(start, limit, delta)?], |out: &mut [T]| {
        for out in out {
            *out = next;
            next = next.plus(delta);
        }
    })
}

/// How many steps a range takes.
trait Steps: Sized {
    fn steps(start: Self, limit: Self, delta: Self) -> Result<usize>;
}

impl Steps for f32 {
    fn steps(start: f32, limit: f32, delta: f32) -> Result<usize> {
        let steps = ((limit - start) / delta).abs().ceil();
        check!(steps <= i32::MAX as f32, "a range of {steps} elements");
        Ok(steps as usize)
    }
}

impl Steps for i64 {
    fn steps(start: i64, limit: i64, delta: i64) -> Result<usize> {
        let steps = limit.abs_diff(start).div_ceil(delta.unsigned_abs());
        check!(steps <= i32::MAX as u64, "a range of {steps} elements");
        Ok(steps as usize)
    }
}

impl Steps for i32 {
    fn steps(start: i32, limit: i32, delta: i32) -> Result<usize> {
        i64::steps(start.into(), limit.into(), delta.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, i32s, tensor};
    use super::*;

    #[test]
    fn ranges_run_either_way() {
        let scalar = |value: i32| tensor(&[], &[value]);
        assert_eq!(
            i32s(&range(&scalar(1), &scalar(8), &scalar(3)).unwrap()),
            [1, 4, 7]
        );
        assert_eq!(
            i32s(&range(&scalar(3), &scalar(0), &scalar(-1)).unwrap()),
            [3, 2, 1]
        );
        assert_eq!(range(&scalar(3), &scalar(3), &scalar(1)).unwrap().len(), 0);
        assert!(range(&scalar(0), &scalar(3), &scalar(0)).is_err());
        assert!(range(&scalar(0), &scalar(3), &scalar(-1)).is_err());
        let scalar = |value: f32| tensor(&[], &[value]);
        close(
            &range(&scalar(0.0), &scalar(1.0), &scalar(0.4)).unwrap(),
            &[3],
            &[0.0, 0.4, 0.8],
        );
    }

    #[test]
    fn fills() {
        assert_eq!(i32s(&fill(&[2, 2], &tensor(&[1], &[7])).unwrap()), [7; 4]);
        assert_eq!(fill(&[0, 2], &tensor(&[], &[7])).unwrap().shape(), [0, 2]);
    }
}
