//! How far two runs' results lie apart, and how far they may.
//!
//! | element type | may differ by |
//! | --- | --- |
//! | float32, float64 | 1e-6 + r · peak, where r = 1e-5 · √depth, kept from 1e-4 to 1e-3 |
//! | float16 | 1e-4 + r · peak, where r = 2e-3 |
//! | integers, booleans | nothing |
//!
//! *Peak* is the largest finite magnitude of the reference tensor: a rounding error is carried from
//! the large values of a tensor into the small ones, so an element's own size says little about how
//! exact it can be. *Depth* is the longest chain of operators before the value: rounding errors of
//! independent operators add up like a random walk, with the root of its length. The lower limit
//! covers one operator whose sums run in another order (a convolution over thousands of terms), and
//! so the 100 operators of a mobile net.

use half::f16;
use tract_core::prelude::{Datum, DatumType, Tensor, TractResult};

/// How far a result may lie from the reference: `absolute + relative · peak`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    pub absolute: f64,
    pub relative: f64,
}

impl Tolerance {
    /// Bit for bit, but for the sign of zero.
    pub const EXACT: Self = Self {
        absolute: 0.0,
        relative: 0.0,
    };

    /// The default for a value of this type behind this many operators; the module's table.
    pub fn of(dtype: DatumType, depth: usize) -> Self {
        if dtype == f16::datum_type() {
            Self {
                absolute: 1e-4,
                relative: 2e-3,
            }
        } else if dtype.is_float() {
            Self {
                absolute: 1e-6,
                relative: (1e-5 * (depth as f64).sqrt()).clamp(1e-4, 1e-3),
            }
        } else {
            Self::EXACT
        }
    }

    /// The looser of two in either respect.
    pub fn or(self, other: Self) -> Self {
        Self {
            absolute: self.absolute.max(other.absolute),
            relative: self.relative.max(other.relative),
        }
    }

    /// The same, but this relative part if one is given; never for exact types, where a tolerance
    /// has no meaning.
    pub fn overridden(self, relative: Option<f64>) -> Self {
        match relative {
            Some(relative) if self != Self::EXACT => Self { relative, ..self },
            _ => self,
        }
    }
}

/// What comparing two tensors of one shape and type found.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Elements compared.
    pub elements: usize,
    /// Elements that are the same in both: the same number, or NaN.
    pub equal: usize,
    /// Elements farther apart than the tolerance, including those where only one side is NaN, or is
    /// infinite, or infinite the other way.
    pub mismatched: usize,
    /// Elements where NaN or an infinity met something else; part of `mismatched`.
    pub unlike: usize,
    /// The largest absolute difference among finite elements.
    pub max_abs: f64,
    /// `max_abs` over the peak; 0 where both are.
    pub max_rel: f64,
    /// The largest finite magnitude in the reference.
    pub peak: f64,
    /// The element at fault the most: the first unlike one, else the one with `max_abs`. None if
    /// all are equal.
    pub worst: Option<Worst>,
}

/// The element that differs the most.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// Its index along each axis.
    pub index: Vec<usize>,
    pub reference: f64,
    pub result: f64,
}

impl Difference {
    /// Whether the result is as good as the reference.
    pub fn is_match(&self) -> bool {
        self.mismatched == 0
    }
}

/// Two tensors that cannot be compared element by element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Incomparable {
    #[error("the shapes are {reference:?} and {result:?}")]
    Shape {
        reference: Vec<usize>,
        result: Vec<usize>,
    },
    #[error("the element types are {reference:?} and {result:?}")]
    Type {
        reference: DatumType,
        result: DatumType,
    },
    #[error("elements of {0:?} cannot be compared")]
    Elements(DatumType),
}

/// Compares a result with the reference, element by element.
pub fn compare(
    reference: &Tensor,
    result: &Tensor,
    tolerance: Tolerance,
) -> Result<Difference, Incomparable> {
    let (left, right) = (reference.datum_type(), result.datum_type());
    if left != right {
        return Err(Incomparable::Type {
            reference: left,
            result: right,
        });
    }
    if reference.shape() != result.shape() {
        return Err(Incomparable::Shape {
            reference: reference.shape().into(),
            result: result.shape().into(),
        });
    }
    let elements = |_| Incomparable::Elements(left);
    if left == f32::datum_type() {
        measure(reference, result, tolerance, |x: f32| f64::from(x))
    } else if left == f64::datum_type() {
        measure(reference, result, tolerance, |x: f64| x)
    } else if left == f16::datum_type() {
        measure(reference, result, tolerance, |x: f16| x.to_f64())
    } else if left == i64::datum_type() || left == u64::datum_type() {
        wide_integers(reference, result, tolerance)
    } else if left.is_integer() || left == bool::datum_type() {
        let widen = |tensor: &Tensor| Ok(tensor.cast_to::<i64>().map_err(elements)?.into_owned());
        wide_integers(&widen(reference)?, &widen(result)?, tolerance)
    } else {
        return Err(Incomparable::Elements(left));
    }
    .map_err(elements)
}

/// Integers, of 64 bits, are equal or not. Their distance is only reported, so it may round, but
/// equality must not: in double, 2⁵³ and 2⁵³ + 1 are one.
fn wide_integers(
    reference: &Tensor,
    result: &Tensor,
    tolerance: Tolerance,
) -> TractResult<Difference> {
    if reference.datum_type() == u64::datum_type() {
        return integers::<u64>(reference, result, tolerance, |x| x as f64);
    }
    integers::<i64>(reference, result, tolerance, |x| x as f64)
}

fn integers<T: Datum + Copy>(
    reference: &Tensor,
    result: &Tensor,
    tolerance: Tolerance,
    widen: impl Fn(T) -> f64,
) -> TractResult<Difference> {
    let mut difference = measure(reference, result, tolerance, widen)?;
    if tolerance != Tolerance::EXACT {
        return Ok(difference);
    }
    let pairs = reference
        .try_as_plain_ram()?
        .as_slice::<T>()?
        .iter()
        .zip(result.try_as_plain_ram()?.as_slice::<T>()?);
    difference.mismatched = pairs.filter(|(a, b)| a != b).count();
    difference.equal = difference.elements - difference.mismatched;
    Ok(difference)
}

fn measure<T: Datum + Copy>(
    reference: &Tensor,
    result: &Tensor,
    tolerance: Tolerance,
    widen: impl Fn(T) -> f64,
) -> TractResult<Difference> {
    let (left, right) = (
        reference.try_as_plain_ram()?.as_slice::<T>()?,
        result.try_as_plain_ram()?.as_slice::<T>()?,
    );
    let peak = left
        .iter()
        .map(|x| widen(*x).abs())
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max);
    let allowed = tolerance.absolute + tolerance.relative * peak;
    let (mut mismatched, mut unlike, mut equal, mut max_abs) = (0, 0, 0, 0.0);
    let mut worst = None;
    for (flat, (a, b)) in left.iter().zip(right).enumerate() {
        let (a, b) = (widen(*a), widen(*b));
        equal += usize::from(a == b || a.is_nan() && b.is_nan());
        if a.is_finite() && b.is_finite() {
            let distance = (a - b).abs();
            mismatched += usize::from(distance > allowed);
            if distance > max_abs {
                max_abs = distance;
                if unlike == 0 {
                    worst = Some((flat, a, b));
                }
            }
        } else if a != b && !(a.is_nan() && b.is_nan()) {
            mismatched += 1;
            unlike += 1;
            if unlike == 1 {
                worst = Some((flat, a, b));
            }
        }
    }
    let max_rel = if max_abs == 0.0 { 0.0 } else { max_abs / peak };
    let worst = worst.map(|(flat, a, b)| Worst {
        index: unravel(flat, reference.shape()),
        reference: a,
        result: b,
    });
    Ok(Difference {
        elements: left.len(),
        equal,
        mismatched,
        unlike,
        max_abs,
        max_rel,
        peak,
        worst,
    })
}

/// A flat index as one along each axis.
fn unravel(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (slot, len) in index.iter_mut().zip(shape).rev() {
        *slot = flat % len;
        flat /= len;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector<T: Datum + Copy>(values: &[T]) -> Tensor {
        Tensor::from_shape(&[1, values.len()], values).expect("a row")
    }

    #[test]
    fn the_peak_sets_the_scale() {
        let (a, b) = (vector(&[100.0_f32, 0.001]), vector(&[100.005_f32, 0.005]));
        let difference = compare(&a, &b, Tolerance::of(f32::datum_type(), 1)).unwrap();
        assert!(difference.is_match(), "{difference:?}");
        assert!((difference.max_rel - 5e-5).abs() < 1e-6);
        assert_eq!(difference.worst.map(|worst| worst.index), Some(vec![0, 0]));
        let difference = compare(
            &a,
            &vector(&[100.0_f32, 0.1]),
            Tolerance::of(f32::datum_type(), 1),
        )
        .unwrap();
        assert_eq!(
            (
                difference.mismatched,
                difference.worst.map(|worst| worst.index)
            ),
            (1, Some(vec![0, 1]))
        );
    }

    #[test]
    fn nan_and_infinities_must_agree() {
        let a = vector(&[f32::NAN, f32::INFINITY, 1.0, 2.0]);
        assert!(compare(&a, &a, Tolerance::EXACT).unwrap().is_match());
        let b = vector(&[f32::NAN, f32::NEG_INFINITY, f32::NAN, 2.0]);
        let difference = compare(&a, &b, Tolerance::of(f32::datum_type(), 100)).unwrap();
        assert_eq!(
            (
                difference.mismatched,
                difference.unlike,
                difference.equal,
                difference.peak
            ),
            (2, 2, 2, 2.0)
        );
        assert_eq!(difference.worst.map(|worst| worst.index), Some(vec![0, 1]));
    }

    #[test]
    fn integers_are_exact_beyond_double() {
        let tolerance = Tolerance::of(i64::datum_type(), 1000);
        assert_eq!(tolerance, Tolerance::EXACT);
        let difference = compare(
            &vector(&[1_i64 << 53]),
            &vector(&[(1_i64 << 53) + 1]),
            tolerance,
        )
        .unwrap();
        assert_eq!((difference.mismatched, difference.equal), (1, 0));
        assert_eq!(
            compare(
                &vector(&[true, false]),
                &vector(&[true, true]),
                Tolerance::EXACT
            )
            .unwrap()
            .mismatched,
            1
        );
        assert!(
            compare(&vector(&[3_u8]), &vector(&[3_u8]), Tolerance::EXACT)
                .unwrap()
                .is_match()
        );
    }

    #[test]
    fn misfits_are_named() {
        let (a, b) = (vector(&[1.0_f32]), vector(&[1.0_f32, 2.0]));
        assert!(matches!(
            compare(&a, &b, Tolerance::EXACT),
            Err(Incomparable::Shape { .. })
        ));
        assert!(matches!(
            compare(&a, &vector(&[1_i32]), Tolerance::EXACT),
            Err(Incomparable::Type { .. })
        ));
    }

    #[test]
    fn tolerances_grow_with_the_root_of_depth() {
        let relative = |depth| Tolerance::of(f32::datum_type(), depth).relative;
        assert_eq!(
            (relative(1), relative(100), relative(1_000_000)),
            (1e-4, 1e-4, 1e-3)
        );
        assert!((relative(400) - 2e-4).abs() < 1e-12);
        assert_eq!(Tolerance::EXACT.overridden(Some(0.1)), Tolerance::EXACT);
    }
}
