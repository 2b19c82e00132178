//! How LiteRT's integer kernels multiply by a real number.
//!
//! Source: LiteRT kernels/internal/{quantization_util,common}.cc (`QuantizeMultiplier`,
//! `MultiplyByQuantizedMultiplier`). An accumulator of 64 bits, as INT16 kernels have, is multiplied by 16 bits
//! of the multiplier, which is wrong by up to one step in 65536, and so shows in INT16. One of 32 bits is
//! multiplied by 31 bits and rounded, then shifted to the right and rounded again.

use crate::lower::AWAY_FROM_ZERO;
use crate::op::{DType, LowerCx, OpError, Wire};

/// A multiplier as fixed-point: the 31 bits of a fraction in [0.5, 1), and the power of two to go with it.
pub(super) fn fixed(multiplier: f64) -> (i64, i32) {
    if !multiplier.is_normal() || multiplier < 0.0 {
        return (0, 0);
    }
    // As `frexp`: multiplier = fraction · 2^shift, fraction in [0.5, 1).
    let shift = ((multiplier.to_bits() >> 52) as i32) - 1022;
    let fraction = multiplier / f64::from(shift).exp2();
    let (fixed, shift) = match (fraction * ONE).round() as i64 {
        0x8000_0000 => (0x4000_0000, shift + 1),
        fixed => (fixed, shift),
    };
    match shift < -31 {
        true => (0, 0),
        false => (fixed, shift),
    }
}

/// 1 in the fixed-point of multipliers.
const ONE: f64 = (1u32 << 31) as f64;

/// The power of two of a multiplier.
pub(crate) fn shift(multiplier: f64) -> i32 {
    fixed(multiplier).1
}

/// What takes the place of a multiplier of 64 bits.
pub(crate) fn narrowed(multiplier: f64) -> f64 {
    let (fixed, shift) = fixed(multiplier);
    let reduced = match fixed {
        0x7FFF_0000.. => 0x7FFF,
        _ => (fixed + (1 << 15)) >> 16,
    };
    reduced as f64 * f64::from(shift - 15).exp2()
}

/// What takes the place of a multiplier of 32 bits: a product that is rounded twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rescale {
    fixed: i64,
    left: i32,
    right: i32,
}

impl Rescale {
    pub fn new(multiplier: f64) -> Self {
        let (fixed, shift) = fixed(multiplier);
        Rescale::shifted(fixed, shift)
    }

    fn shifted(fixed: i64, shift: i32) -> Self {
        Rescale {
            fixed,
            left: shift.max(0),
            right: (-shift).max(0),
        }
    }

    /// For a sum of so many, the multiplier of their mean (`QuantizedMeanOrSum`, reference/reduce.h).
    pub fn of_mean(multiplier: f64, count: usize) -> Self {
        let (fixed, shift) = fixed(multiplier);
        let Some(log) = count.checked_ilog2() else {
            return Rescale::shifted(0, 0);
        };
        let more = (log as i32).min(32).min(31 + shift);
        Rescale::shifted((fixed << more) / count as i64, shift - more)
    }

    /// What is multiplied by, as far as FLOAT32 goes: what the first rounding is of.
    pub fn factor(&self) -> f32 {
        (self.fixed as f64 / ONE * f64::from(self.left).exp2()) as f32
    }

    /// The multiples, as the first rounding leaves them, that the last one counts; its halves go away from zero.
    pub fn unit(&self) -> f32 {
        match self.right {
            0 => 1.0,
            right => (f64::from(right).exp2() / AWAY_FROM_ZERO) as f32,
        }
    }

    /// A wire of whole numbers, multiplied: the first rounding is done, the last is left, to the nearest even
    /// number. Exact as far as 24 bits go.
    pub fn lower(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let factor = cx.floats(&[], &[self.factor()]);
        let y = cx.binary("Mul", x, &factor)?;
        let y = first_rounding(cx, &y)?;
        if self.right == 0 {
            return Ok(y);
        }
        let factor = f64::from(-self.right).exp2() * AWAY_FROM_ZERO;
        let factor = cx.floats(&[], &[factor as f32]);
        cx.binary("Mul", &y, &factor)
    }

    /// A wire of INT64 numbers, none of them negative, for which their negatives stand: the product of those,
    /// negated again, with both roundings. Exact.
    pub fn lower_negated(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        // The kernel shifts numbers of 32 bits; beyond them it gives anything.
        if self.left > 30 || self.right > 31 {
            return Err(OpError::unsupported(format!(
                "scales whose quotient is shifted by {} bits",
                self.left.max(self.right)
            )));
        }
        let int = |cx: &mut LowerCx<'_>, n: i64| cx.scalar(DType::Int64, n as f64);
        let (factor, nudge) = (int(cx, self.fixed << self.left)?, int(cx, (1 << 30) - 1)?);
        let unit = int(cx, 1 << 31)?;
        let y = cx.binary("Mul", x, &factor)?;
        let y = cx.binary("Add", &y, &nudge)?;
        let mut y = cx.binary("Div", &y, &unit)?;
        if self.right > 0 {
            let (half, unit) = (int(cx, 1 << (self.right - 1))?, int(cx, 1 << self.right)?);
            y = cx.binary("Add", &y, &half)?;
            y = cx.binary("Div", &y, &unit)?;
        }
        Ok(y)
    }

    /// A wire of INT64 numbers that 32 bits hold, multiplied and rounded twice, in the kernel's own integers: a
    /// shift to the left beyond 32 bits wraps around as it does there.
    pub fn lower_whole(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let int = |cx: &mut LowerCx<'_>, n: i64| cx.scalar(DType::Int64, n as f64);
        let mut y = x.clone();
        if self.left > 0 {
            let (unit, half) = (int(cx, 1 << self.left.min(31))?, int(cx, 1 << 31)?);
            let whole = int(cx, 1 << 32)?;
            y = cx.binary("Mul", &y, &unit)?;
            y = cx.binary("Add", &y, &half)?;
            y = cx.binary("Mod", &y, &whole)?;
            y = cx.binary("Sub", &y, &half)?;
        }
        let (factor, half) = (int(cx, self.fixed)?, int(cx, 1 << 30)?);
        y = cx.binary("Mul", &y, &factor)?;
        y = cx.binary("Add", &y, &half)?;
        y = divided(cx, &y, 1 << 31)?;
        if self.right == 0 {
            return Ok(y);
        }
        // Halves away from zero: negative numbers are divided as if they were one less.
        let less = cx.clip(&y, Some(-1.0), Some(0.0))?;
        let half = int(cx, 1 << (self.right - 1))?;
        y = cx.binary("Add", &y, &half)?;
        y = cx.binary("Add", &y, &less)?;
        divided(cx, &y, 1 << self.right)
    }

    /// Does FLOAT64 hold the product of a number of 17 bits, and 32 bits what the kernel shifts to the left?
    pub fn is_exact_wide(&self) -> bool {
        self.left <= 14 && self.right <= 31
    }

    /// A wire of whole FLOAT64 numbers of 17 bits at most, multiplied and rounded twice. Exact.
    pub fn lower_wide(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let double = |cx: &mut LowerCx<'_>, x: f64| cx.scalar(DType::Float64, x);
        let factor = self.fixed as f64 / ONE * f64::from(self.left).exp2();
        let (factor, half) = (double(cx, factor)?, double(cx, 0.5)?);
        let y = cx.binary("Mul", x, &factor)?;
        let y = cx.binary("Add", &y, &half)?;
        let y = cx.unary("Floor", &y);
        if self.right == 0 {
            return Ok(y);
        }
        // Halves away from zero: what is a little below a negative half is rounded down.
        let away = 1.0 + (-40f64).exp2();
        let factor = double(cx, f64::from(-self.right).exp2() * away)?;
        let y = cx.binary("Mul", &y, &factor)?;
        let y = cx.binary("Add", &y, &half)?;
        Ok(cx.unary("Floor", &y))
    }

    /// The same of one number.
    #[cfg(feature = "validate")]
    pub fn of_whole(&self, x: i64) -> i64 {
        let shifted = (x << self.left.min(31)) as i32;
        Rescale { left: 0, ..*self }.at(shifted.into())
    }

    /// One number multiplied, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn at(&self, x: i64) -> i64 {
        let product = (x << self.left) * self.fixed;
        let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
        let high = (product + nudge) / (1 << 31);
        let mask = (1i64 << self.right) - 1;
        let threshold = (mask >> 1) + i64::from(high < 0);
        (high >> self.right) + i64::from((high & mask) > threshold)
    }
}

/// The first of two roundings, halves up, of FLOAT32 numbers that are multiplied already.
pub(super) fn first_rounding(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let half = cx.floats(&[], &[0.5]);
    let y = cx.binary("Add", x, &half)?;
    Ok(cx.unary("Floor", &y))
}

/// INT64 numbers divided and rounded down; ONNX's `Div` truncates.
fn divided(cx: &mut LowerCx<'_>, x: &Wire, divisor: i64) -> Result<Wire, OpError> {
    let divisor = cx.scalar(DType::Int64, divisor as f64)?;
    let rest = cx.binary("Mod", x, &divisor)?;
    let whole = cx.binary("Sub", x, &rest)?;
    cx.binary("Div", &whole, &divisor)
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "validate")]
    use super::Rescale;
    use super::narrowed;

    #[test]
    #[cfg(feature = "validate")]
    fn products_are_rounded_twice() {
        let rescale = Rescale::new(0.3);
        // 0.6 · 2⁻¹: 5 · 0.6 = 3, half of which is rounded away from zero.
        assert_eq!((rescale.at(5), rescale.at(-5)), (2, -2));
        assert_eq!((rescale.at(4), rescale.at(-4)), (1, -1));
        assert_eq!(Rescale::new(3.0).at(7), 21);
        assert_eq!(Rescale::of_mean(1.0, 12).at(120), 10);
    }

    #[test]
    fn multipliers_keep_sixteen_bits() {
        assert_eq!(narrowed(0.5), 0.5);
        assert_eq!(narrowed(0.75), 0.75);
        // 0.1 = 0.8 · 2⁻³; 0.8 · 2¹⁵ = 26214.4.
        assert_eq!(narrowed(0.1), 26214.0 / 32768.0 / 8.0);
        // All ones do not round up to a power of two.
        assert_eq!(narrowed(1.0 - 1e-7), 32767.0 / 32768.0);
        assert_eq!(narrowed(0.0), 0.0);
        assert_eq!(narrowed(1e-12), 0.0);
    }
}
