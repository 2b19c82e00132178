//! HARD_SWISH of 8 bits as LiteRT's integer kernel computes it; XNNPACK leaves it to that kernel.
//!
//! Source: LiteRT kernels/internal/reference/hard_swish.h and `HardSwishPrepare` (kernels/activations.cc): steps in
//! 7 bits more, multiplied by fixed-point numbers of 16 bits, once for the product and once for the gate.
//! ONNX: HardSwish between DequantizeLinear and QuantizeLinear, where that gives the same code for each of the 256.
//! Mostly it gives others for one to three. Then the gate, `HardSigmoid`, has another slope and height, and the result
//! another scale, a thousandth greater or less, which are found by trying all codes; where no such three do, a small
//! number is added besides.

use super::multiplier::fixed;
use super::overlap::{Shared, shared};
use crate::lower::limits;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{LowerCx, OpError, Operands, Wire};
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

/// What is written: `x · clip(alpha · x + beta, 0, 1) + offset`, quantised at a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Form {
    alpha: f32,
    beta: f32,
    offset: f32,
    scale: f32,
}

/// The function itself.
const PLAIN: [f32; 2] = [1.0 / 6.0, 0.5];

/// Slopes of the gate are tried in steps of this part of them, so many up and down.
const SLOPE: f64 = 1e-5;
const SLOPES: i32 = 200;

/// Offsets are tried in these parts of the result's step, so many up and down.
const OFFSET: f64 = 1e-3;
const OFFSETS: i32 = 20;

/// How near to a half FLOAT32 may bring what is to be rounded, in steps.
const MARGIN: f64 = 3e-5;

/// Codes whose results are so near to another code, in steps, decide about a form.
const NEAR: f64 = 0.15;

/// A code whose result is near to another one.
struct Bordering {
    /// Steps of the operand from its zero point.
    steps: f64,
    /// Between which steps of the result from its zero point a form must come.
    low: f64,
    high: f64,
}

/// Numbers that are nearly this one.
fn around(x: f64) -> (f64, f64) {
    (x * 0.99, x * 1.01)
}

impl HardSwish {
    /// `None` where LiteRT computes it otherwise.
    pub fn of(io: &Operands<'_>) -> Option<Self> {
        let (x, y) = (io.get(0)?, io.result(0));
        let narrow = x.stored.is_8_bit();
        if !narrow || x.stored != y.stored || x.packed.is_some() {
            return None;
        }
        let (from, from_zero) = x.parameters()?;
        let (to, to_zero) = y.parameters()?;
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

    /// Steps of the result from its zero point as a written form gives them.
    fn steps(&self, form: &Form, code: i64) -> f32 {
        let x = (code - self.zeros[0]) as f32 * self.scales[0];
        let gate = (x * form.alpha + form.beta).clamp(0.0, 1.0);
        (x * gate + form.offset) / form.scale
    }

    /// May a written form give another code than the kernel?
    fn misses(&self, form: &Form, code: i64) -> bool {
        let (low, high) = self.bounds(code);
        let steps = f64::from(self.steps(form, code));
        steps < low + MARGIN || steps > high - MARGIN
    }

    /// Between which steps a form must come for the kernel's code.
    fn bounds(&self, code: i64) -> (f64, f64) {
        let right = self.at(code);
        let steps = (right - self.zeros[1]) as f64;
        let low = match right == self.limits.0 {
            true => f64::NEG_INFINITY,
            false => steps - 0.5,
        };
        let high = match right == self.limits.1 {
            true => f64::INFINITY,
            false => steps + 0.5,
        };
        (low, high)
    }

    /// The form that gives the kernel's codes, or as many of them as any tried.
    fn form(&self) -> Form {
        let plain = Form {
            alpha: PLAIN[0],
            beta: PLAIN[1],
            offset: 0.0,
            scale: self.scales[1],
        };
        let codes = || self.limits.0..=self.limits.1;
        let wrong = |form: &Form| codes().filter(|&code| self.misses(form, code)).count();
        let near = |&code: &i64| {
            let steps = f64::from(self.steps(&plain, code));
            let (low, high) = self.bounds(code);
            steps - low < NEAR || high - steps < NEAR
        };
        let near: Vec<Bordering> = codes()
            .filter(near)
            .map(|code| {
                let (low, high) = self.bounds(code);
                let steps = (code - self.zeros[0]) as f64;
                Bordering { steps, low, high }
            })
            .collect();
        let mut best = (wrong(&plain), plain);
        for step in 0..=2 * OFFSETS {
            if best.0 == 0 {
                break;
            }
            // 0, 1, −1, 2, −2, …
            let sign = if step % 2 == 0 { -0.5 } else { 0.5 };
            let offset = f64::from(step + step % 2) * sign * OFFSET;
            let form = self.fitted(&near, offset);
            let left = wrong(&form);
            if left < best.0 {
                best = (left, form);
            }
        }
        best.1
    }

    /// Slope, height and scale of most of these codes' right results, given the offset in steps. Where the gate is
    /// open a result is a multiple of the operand's steps, and where it opens they are `a·steps² + b·steps`: bounds of
    /// the multiple, and for each `a` bounds of `b`.
    fn fitted(&self, near: &[Bordering], offset: f64) -> Form {
        let [from, to] = self.scales.map(f64::from);
        let open = |code: &&Bordering| code.steps * from >= 3.0;
        let opening = |code: &&Bordering| (code.steps * from).abs() < 3.0 && code.steps != 0.0;
        let bounds = |code: &Bordering, slope: f64| {
            let bound = |bound: f64| (bound - offset) / code.steps - slope * code.steps;
            let (a, b) = (bound(code.low + MARGIN), bound(code.high - MARGIN));
            (a.min(b), a.max(b))
        };
        let own = from / to;
        let spans = near.iter().filter(open).map(|code| bounds(code, 0.0));
        let ratio = shared(spans.chain([around(own)]));
        let ratio = match ratio.low < own && own < ratio.high {
            true => own,
            false => ratio.middle(),
        };
        let mut best: Option<(Shared, f64)> = None;
        for step in -SLOPES..=SLOPES {
            let slope = own * from / 6.0 * (1.0 + f64::from(step) * SLOPE);
            let spans = near.iter().filter(opening);
            let spans = spans.map(|code| bounds(code, slope));
            let height = shared(spans.chain([around(own / 2.0)]));
            if best.is_none_or(|(best, _)| height.beats(&best)) {
                best = Some((height, slope));
            }
        }
        let (height, slope) = best.map_or((own / 2.0, own * from / 6.0), |(height, slope)| {
            (height.middle(), slope)
        });
        let scale = from / ratio;
        Form {
            alpha: (slope / (ratio * from)) as f32,
            beta: (height / ratio) as f32,
            offset: (offset * scale) as f32,
            scale: scale as f32,
        }
    }

    /// Writes result 0.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let form = self.form();
        let x = cx.real(0)?;
        let mut y = gated(cx, &x, [form.alpha, form.beta])?;
        if form.offset != 0.0 {
            let offset = cx.floats(&[], &[form.offset]);
            y = cx.binary("Add", &y, &offset)?;
        }
        let result = cx.io().result(0).at_scale(form.scale);
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

/// HARD_SWISH of real numbers.
pub(crate) fn hard_swish(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    gated(cx, x, PLAIN)
}

/// Numbers multiplied by a gate of this slope and height. ONNX has HardSwish from opset 14 on.
fn gated(cx: &mut LowerCx<'_>, x: &Wire, [alpha, beta]: [f32; 2]) -> Result<Wire, OpError> {
    if [alpha, beta] == PLAIN && cx.opset() >= 14 {
        return Ok(cx.unary("HardSwish", x));
    }
    let gate = cx.node("HardSigmoid").input(x);
    let gate = gate.attr("alpha", alpha).attr("beta", beta).out_like(x);
    cx.binary("Mul", x, &gate)
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
