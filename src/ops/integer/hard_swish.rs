//! HARD_SWISH of 8 bits as LiteRT's integer kernel computes it; XNNPACK leaves it to that kernel.
//!
//! Source: LiteRT kernels/internal/reference/hard_swish.h and `HardSwishPrepare` (kernels/activations.cc): steps in
//! 7 bits more, multiplied by fixed-point numbers of 16 bits, once for the product and once for the gate.
//! ONNX: HardSwish between DequantizeLinear and QuantizeLinear, which gives other codes for one to three of the 256.
//! Scales that are a ten-thousandth greater or less put nearly all of those right; which ones do is found by trying.

use super::multiplier::fixed;
use crate::lower::limits;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands};
#[cfg(feature = "validate")]
use crate::reference::kernels::indices;
#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

/// The kernel of one operand and result.
#[derive(Clone, Debug)]
pub(crate) struct HardSwish {
    scales: [f32; 2],
    zeros: [i64; 2],
    limits: (i64, i64),
    /// Multipliers of 16 bits and their powers of two: of the product, of the gate.
    product: (i64, i32),
    gate: (i64, i32),
}

/// Scales are tried in steps of this part of them, at most so many up and down.
const UNIT: f64 = 1.0 / (1 << 17) as f64;
const MOST: i64 = 12;

/// How near to a half FLOAT32 may bring what is to be rounded.
const MARGIN: f32 = 2e-5;

impl HardSwish {
    /// `None` where LiteRT computes it otherwise.
    pub fn of(io: &Operands<'_>) -> Option<Self> {
        let (x, y) = (io.get(0)?, io.result(0));
        let narrow = matches!(x.stored, DType::Int8 | DType::UInt8);
        if !narrow || x.stored != y.stored || x.packed.is_some() {
            return None;
        }
        let (from, from_zero) = x.quant.as_ref()?.parameters()?;
        let (to, to_zero) = y.quant.as_ref()?.parameters()?;
        HardSwish::new([from, to], [from_zero, to_zero], limits(x.stored)?)
    }

    fn new(scales: [f32; 2], zeros: [i64; 2], limits: (i64, i64)) -> Option<Self> {
        let fine = scales[0] * (1.0 / 128.0);
        let product = narrow(f64::from(fine / scales[1]));
        let gate = narrow(f64::from(fine / (3.0 / 32768.0)));
        let fits = product.1 <= 0 && (-31..=31).contains(&product.1) && gate.1.abs() <= 31;
        fits.then_some(HardSwish {
            scales,
            zeros,
            limits,
            product,
            gate,
        })
    }

    /// The code of the result for a code of the operand.
    fn at(&self, code: i64) -> i64 {
        let fine = (code - self.zeros[0]) << 7;
        let (factor, shift) = self.gate;
        let mut gate = match shift > 0 {
            true => saturated(fine << (shift - 1)),
            false => fine,
        };
        gate = rounded_high(gate, factor);
        gate = match shift {
            1.. => saturated(gate << 1),
            _ => rounded_shift(gate, shift.unsigned_abs()),
        };
        let gate = (gate + (1 << 15)) >> 1;
        let product = gate * rounded_high(fine, self.product.0) / (1 << 15);
        let steps = rounded_shift(product, self.product.1.unsigned_abs());
        (steps + self.zeros[1]).clamp(self.limits.0, self.limits.1)
    }

    /// Steps of the result as real numbers give them, with these scales.
    fn real(&self, [from, to]: [f32; 2], code: i64) -> f32 {
        let x = (code - self.zeros[0]) as f32 * from;
        x * (x * (1.0 / 6.0) + 0.5).clamp(0.0, 1.0) / to
    }

    /// The scales at which it is to be read and given; `None` for its own.
    fn nudged(&self) -> Option<[f32; 2]> {
        let near = |&code: &i64| {
            let steps = self.real(self.scales, code);
            let half = (steps - steps.floor() - 0.5).abs() < 0.06;
            half || self.misses(self.scales, code)
        };
        let codes: Vec<i64> = (self.limits.0..=self.limits.1).filter(near).collect();
        let wrong = |scales| {
            codes
                .iter()
                .filter(|&&code| self.misses(scales, code))
                .count()
        };
        let mut best = (wrong(self.scales), None);
        let mut steps: Vec<[i64; 2]> = (-MOST..=MOST)
            .flat_map(|a| (-MOST..=MOST).map(move |b| [a, b]))
            .collect();
        steps.sort_by_key(|[a, b]| a.abs() + b.abs());
        for step in steps {
            if best.0 == 0 {
                break;
            }
            let nudged =
                |i: usize| (f64::from(self.scales[i]) * (1.0 + step[i] as f64 * UNIT)) as f32;
            let scales = [nudged(0), nudged(1)];
            let left = wrong(scales);
            if left < best.0 {
                best = (left, Some(scales));
            }
        }
        best.1
    }

    /// May real numbers give another code than the kernel?
    fn misses(&self, scales: [f32; 2], code: i64) -> bool {
        let (least, greatest) = self.limits;
        let right = self.at(code);
        let off = self.real(scales, code) - (right - self.zeros[1]) as f32;
        (off > 0.5 - MARGIN && right != greatest) || (off < MARGIN - 0.5 && right != least)
    }

    /// Writes result 0.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let Some([from, to]) = self.nudged() else {
            let x = cx.real(0)?;
            let y = cx.unary("HardSwish", &x);
            return cx.finish(0, y);
        };
        let x = cx.scaled(0, from)?;
        let y = cx.unary("HardSwish", &x);
        let result = cx.io().result(0).at_scale(to);
        let y = cx.stored_as(&y, &result)?;
        cx.finish_stored(0, y)
    }

    /// The same on a reference tensor.
    #[cfg(feature = "validate")]
    pub fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let stored = cx.stored(0)?;
        let steps = indices(&stored)?.into_iter();
        let steps = steps.map(|code| (self.at(code) - self.zeros[1]) as f32);
        let steps: Vec<f32> = steps.collect();
        let steps = Tensor::from_shape(stored.shape(), &steps).map_err(OpError::from_tract)?;
        cx.finish_steps(0, &steps)
    }
}

/// A multiplier's upper 16 bits, and its power of two.
fn narrow(multiplier: f64) -> (i64, i32) {
    let (fixed, shift) = fixed(multiplier);
    let upper = (fixed + (1 << 15)) >> 16;
    (upper.min(i64::from(i16::MAX)), shift)
}

fn saturated(x: i64) -> i64 {
    x.clamp(i64::from(i16::MIN), i64::from(i16::MAX))
}

/// The upper half of twice a product of 16 bits, halves rounded away from zero but for a negative one's.
fn rounded_high(a: i64, b: i64) -> i64 {
    let product = a * b;
    let nudge = if product >= 0 { 1 << 14 } else { 1 - (1 << 14) };
    saturated((product + nudge) / (1 << 15))
}

/// Shifted to the right, halves rounded away from zero.
fn rounded_shift(x: i64, by: u32) -> i64 {
    let mask = (1i64 << by) - 1;
    let threshold = (mask >> 1) + i64::from(x < 0);
    (x >> by) + i64::from((x & mask) > threshold)
}
