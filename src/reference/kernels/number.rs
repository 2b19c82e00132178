//! Arithmetic as LiteRT's kernels do it, on every element type a float model uses.

use tract_core::prelude::Datum;

/// An element type with TFLite's arithmetic: integers wrap (LiteRT relies on C++ integers not
/// trapping), division truncates toward zero.
///
/// Integer divisors must not be zero; the callers check.
pub(super) trait Number: Datum + Copy + PartialOrd {
    /// What sums are kept in: wider than the element, so that a reference is closer to the truth
    /// than what it judges.
    type Sum: Copy;

    const ZERO: Self;
    const ONE: Self;
    const LOWEST: Self;
    const HIGHEST: Self;
    /// Whether a division by zero has a value.
    const DIVIDES_BY_ZERO: bool;
    const EMPTY_SUM: Self::Sum;

    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn over(self, other: Self) -> Self;
    /// C's `%` and `fmod`: the sign of the dividend.
    fn remainder(self, other: Self) -> Self;
    fn power(self, exponent: Self) -> Self;
    fn floor_over(self, other: Self) -> Self;

    fn sum(sum: Self::Sum, element: Self) -> Self::Sum;
    /// A sum in the element type.
    fn total(sum: Self::Sum) -> Self;
    /// A sum divided by a count, rounded toward zero for integers (`reference/reduce.h`, `Mean`).
    fn mean(sum: Self::Sum, count: usize) -> Self;

    /// The remainder with the sign of the divisor (`reference/floor_mod.h`).
    fn floor_remainder(self, other: Self) -> Self {
        let rest = self.remainder(other);
        if rest != Self::ZERO && (other < Self::ZERO) != (rest < Self::ZERO) {
            rest.plus(other)
        } else {
            rest
        }
    }

    /// The greater one; the second where they do not compare, as in C's `a > b ? a : b`.
    fn greater(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// The lesser one; the second where they do not compare.
    fn lesser(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
}

macro_rules! floats {
    ($($type:ty),+) => {$(
        impl Number for $type {
            type Sum = f64;

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LOWEST: Self = <$type>::MIN;
            const HIGHEST: Self = <$type>::MAX;
            const DIVIDES_BY_ZERO: bool = true;
            const EMPTY_SUM: f64 = 0.0;

            fn plus(self, other: Self) -> Self { self + other }
            fn minus(self, other: Self) -> Self { self - other }
            fn times(self, other: Self) -> Self { self * other }
            fn over(self, other: Self) -> Self { self / other }
            fn remainder(self, other: Self) -> Self { self % other }
            fn power(self, exponent: Self) -> Self { self.powf(exponent) }
            // In double, as `reference/floor_div.h` does: in single, 1 / 0.1 would round up to 10.
            fn floor_over(self, other: Self) -> Self { (f64::from(self) / f64::from(other)).floor() as $type }
            fn sum(sum: f64, element: Self) -> f64 { sum + f64::from(element) }
            fn total(sum: f64) -> Self { sum as $type }
            fn mean(sum: f64, count: usize) -> Self { (sum / count as f64) as $type }
        }
    )+};
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Number for $type {
            type Sum = i64;

            const ZERO: Self = 0;
            const ONE: Self = 1;
            const LOWEST: Self = <$type>::MIN;
            const HIGHEST: Self = <$type>::MAX;
            const DIVIDES_BY_ZERO: bool = false;
            const EMPTY_SUM: i64 = 0;

            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
            fn over(self, other: Self) -> Self { self.wrapping_div(other) }
            fn remainder(self, other: Self) -> Self { self.wrapping_rem(other) }
            // `std::pow` on integers goes through double and back (`kernels/pow.cc`).
            fn power(self, exponent: Self) -> Self { (self as f64).powf(exponent as f64) as $type }
            fn floor_over(self, other: Self) -> Self {
                let quotient = self.wrapping_div(other);
                let uneven = self.wrapping_rem(other) != 0;
                if uneven && (self < Self::ZERO) != (other < Self::ZERO) { quotient - 1 } else { quotient }
            }
            fn sum(sum: i64, element: Self) -> i64 { sum.wrapping_add(element as i64) }
            fn total(sum: i64) -> Self { sum as $type }
            fn mean(sum: i64, count: usize) -> Self { (sum / (count as i64).max(1)) as $type }
        }
    )+};
}

floats!(f32, f64);
integers!(i8, i16, i32, i64, u8, u16, u32, u64);
