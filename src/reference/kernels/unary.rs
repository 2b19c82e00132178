//! Functions of one element, and their scalar forms where TFLite's definition is not Rust's.

use tract_core::prelude::{Datum, Tensor};

use super::number::Number;
use super::{Result, build, by_type, elements};

/// Applies `f` to each element.
pub fn map<T: Datum + Copy, U: Datum>(x: &Tensor, f: impl Fn(T) -> U) -> Result {
    let source = elements::<T>(x)?;
    build(x.shape(), |out: &mut [U]| {
        out.iter_mut().zip(source).for_each(|(out, x)| *out = f(*x))
    })
}

/// ABS on any signed type; wraps at the lowest integer, as C does in practice.
pub fn abs(x: &Tensor) -> Result {
    if x.datum_type().is_float() {
        return by_type!("ABS", x.datum_type(), [f32, f64], T => map(x, T::abs));
    }
    by_type!("ABS", x.datum_type(), [i8, i16, i32, i64], T => map(x, T::wrapping_abs))
}

/// NEG on any signed type.
pub fn neg(x: &Tensor) -> Result {
    by_type!("NEG", x.datum_type(), [f32, f64, i8, i16, i32, i64], T => map(x, |x: T| T::ZERO.minus(x)))
}

/// SQUARE on any number.
pub fn square(x: &Tensor) -> Result {
    by_type!("SQUARE", x.datum_type(), numbers, T => map(x, |x: T| x.times(x)))
}

/// SIGN: −1, 0 or 1, on any signed type (`kernels/sign.cc`). Unlike with Rust's `signum`, zero has
/// no sign; NaN stays NaN.
pub fn sign(x: &Tensor) -> Result {
    by_type!("SIGN", x.datum_type(), [f32, f64, i8, i16, i32, i64], T => map(x, sign_of::<T>))
}

fn sign_of<T: Number>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        T::ZERO.minus(T::ONE)
    } else if x == T::ZERO {
        T::ZERO
    } else {
        x
    }
}

/// Limits each element to `low..=high`: the clamp of a fused activation, RELU6 and its kin. NaN
/// stays NaN, as in LiteRT.
pub fn clamp(x: &Tensor, low: f32, high: f32) -> Result {
    map(x, |x: f32| {
        if x < low {
            low
        } else if x > high {
            high
        } else {
            x
        }
    })
}

/// LOGICAL_NOT.
pub fn not(x: &Tensor) -> Result {
    map(x, |x: bool| !x)
}

/// RSQRT.
pub fn rsqrt(x: f32) -> f32 {
    1.0 / x.sqrt()
}

/// ROUND: half to even (`reference/round.h`).
pub fn round(x: f32) -> f32 {
    x.round_ties_even()
}

/// LOGISTIC. In this form `exp` cannot overflow to a wrong value, only to the right limit.
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// HARD_SWISH (`reference/hard_swish.h`).
pub fn hard_swish(x: f32) -> f32 {
    x * (x + 3.0).clamp(0.0, 6.0) / 6.0
}

/// ELU with its fixed α of 1 (`reference/elu.h`).
pub fn elu(x: f32) -> f32 {
    if x < 0.0 { x.exp_m1() } else { x }
}

/// LEAKY_RELU.
pub fn leaky_relu(x: f32, slope: f32) -> f32 {
    if x > 0.0 { x } else { x * slope }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_to_even() {
        assert_eq!(
            [-2.5, -0.5, 0.5, 1.5, 2.5].map(round),
            [-2.0, -0.0, 0.0, 2.0, 2.0]
        );
    }
}
