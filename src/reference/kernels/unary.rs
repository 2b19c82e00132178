//! Functions of one element, and their scalar forms where TFLite's definition is not Rust's.

use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::FRAC_2_SQRT_PI;

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

/// GELU by the error function (`reference/gelu.h`), through `erfc` because `1 + erf` cancels for
/// negative inputs.
pub fn gelu(x: f32) -> f32 {
    0.5 * x * erfc(-x * FRAC_1_SQRT_2)
}

/// GELU with `approximate` set.
pub fn gelu_tanh(x: f32) -> f32 {
    const SQRT_2_OVER_PI: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (SQRT_2_OVER_PI * (x + 0.044_715 * x * x * x)).tanh())
}

/// The complementary error function, which Rust's standard library lacks.
///
/// In double: up to 3 by the series erf x = 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹ / (2n+1)!! (all terms
/// positive, nothing cancels), beyond by the continued fraction of erfc (Abramowitz & Stegun 7.1.6
/// and 7.1.14). Either is good to far more than a float's digits.
pub fn erfc(x: f32) -> f32 {
    let z = f64::from(x.abs());
    let scale = (-z * z).exp();
    let upper = if z <= 3.0 {
        let (mut term, mut sum, mut n) = (z, z, 1.0);
        while term > sum * 1e-17 {
            term *= 2.0 * z * z / (2.0 * n + 1.0);
            sum += term;
            n += 1.0;
        }
        1.0 - FRAC_2_SQRT_PI * scale * sum
    } else {
        let tail = (1..=40)
            .rev()
            .fold(z, |tail, k| z + f64::from(k) / 2.0 / tail);
        FRAC_2_SQRT_PI / 2.0 * scale / tail
    };
    (if x < 0.0 { 2.0 - upper } else { upper }) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erfc_matches_tabulated_values() {
        let table = [
            (0.0, 1.0),
            (0.5, 0.479_500_12),
            (1.0, 0.157_299_2),
            (2.0, 4.677_735e-3),
            (3.5, 7.430_984e-7),
            (-1.0, 1.842_700_8),
        ];
        for (x, want) in table {
            assert!(
                (erfc(x) - want).abs() <= want * 2e-7,
                "erfc {x} = {}",
                erfc(x)
            );
        }
        assert!(erfc(f32::NAN).is_nan());
        assert_eq!((erfc(f32::INFINITY), erfc(f32::NEG_INFINITY)), (0.0, 2.0));
    }

    #[test]
    fn halves_round_to_even() {
        assert_eq!(
            [-2.5, -0.5, 0.5, 1.5, 2.5].map(round),
            [-2.0, -0.0, 0.0, 2.0, 2.0]
        );
    }
}
