//! Functions of one number that Rust's standard library lacks, as LiteRT computes them.

use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::FRAC_2_SQRT_PI;

/// GELU by the error function (`reference/gelu.h`), through `erfc` because `1 + erf` cancels for
/// negative inputs.
pub(crate) fn gelu(x: f32) -> f32 {
    0.5 * x * erfc(-x * FRAC_1_SQRT_2)
}

/// GELU with `approximate` set.
pub(crate) fn gelu_tanh(x: f32) -> f32 {
    const SQRT_2_OVER_PI: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (SQRT_2_OVER_PI * (x + 0.044_715 * x * x * x)).tanh())
}

/// The complementary error function, which Rust's standard library lacks.
///
/// In double: up to 3 by the series erf x = 2/√π · e^(−x²) · Σ 2ⁿx²ⁿ⁺¹ / (2n+1)!! (all terms
/// positive, nothing cancels), beyond by the continued fraction of erfc (Abramowitz & Stegun 7.1.6
/// and 7.1.14). Either is good to far more than a float's digits.
pub(crate) fn erfc(x: f32) -> f32 {
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
}
