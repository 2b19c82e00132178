//! ADD and SUB of 8 bits as XNNPACK computes them, through which LiteRT runs them unless told otherwise.
//!
//! Source: XNNPACK's microkernels `qs8-vadd` and `qu8-vadd`: factors of 21 bits for both operands, one of which is
//! their unit, and halves rounded up; LiteRT delegates/xnnpack/xnnpack_delegate.cc (`VisitBinaryNode`): the scales
//! it takes.
//! ONNX: the sum of what both mean, quantised. That differs from it for a few of the 65,536 pairs of codes, whose
//! sum is within a millionth of a half. Scales that are a millionth greater or less put those on the right side;
//! which ones do is found by trying.

use crate::ir::Value;
use crate::lower::limits;
use crate::op::{DType, Operands};

/// One scale and zero point, and the codes there are.
#[derive(Clone, Copy, Debug)]
struct Codes {
    scale: f32,
    zero: i64,
    least: i64,
    greatest: i64,
}

impl Codes {
    fn of(value: &Value) -> Option<Self> {
        let (scale, zero) = value.parameters()?;
        let (least, greatest) = limits(value.stored)?;
        Some(Codes {
            scale,
            zero,
            least,
            greatest,
        })
    }

    fn all(&self) -> impl Iterator<Item = i64> + use<> {
        self.least..=self.greatest
    }

    fn store(&self, steps: i64) -> i64 {
        (steps + self.zero).clamp(self.least, self.greatest)
    }
}

/// A sum or difference of two operands.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    operands: [Codes; 2],
    result: Codes,
    /// What steps of the operands are multiplied by: so many 2^-shift steps of the result.
    factors: [i64; 2],
    shift: u32,
    /// 1 or −1: the sign of the second operand.
    sign: i64,
    /// Does onnxruntime have one operator for it?
    fuses: bool,
}

/// Scales are tried in steps of this part of them, at most so many up and down.
const UNIT: f64 = 1.0 / (1 << 22) as f64;
const MOST: i64 = 6;

impl Addition {
    /// Of operands 0 and 1; `None` where XNNPACK does not compute it.
    pub fn of(io: &Operands<'_>, sign: i64) -> Option<Self> {
        let values = [io.get(0)?, io.get(1)?, io.result(0)];
        let [a, b, y] = values;
        let narrow = matches!(a.in_file(), DType::Int8 | DType::UInt8);
        let alike = values.iter().all(|value| {
            value.is_quantized() && value.in_file() == a.in_file() && value.packed.is_none()
        });
        if !narrow || !alike {
            return None;
        }
        Addition::new(
            [Codes::of(a)?, Codes::of(b)?],
            Codes::of(y)?,
            sign,
            sign == 1 && a.stored == b.stored && a.stored == y.stored,
        )
    }

    fn new(operands: [Codes; 2], result: Codes, sign: i64, fuses: bool) -> Option<Self> {
        let ratios = operands.map(|codes| codes.scale / result.scale);
        if !ratios
            .iter()
            .all(|ratio| (1.0 / 1024.0..256.0).contains(ratio))
        {
            return None;
        }
        // 2^exponent ≤ the greater ratio < 2^(exponent + 1).
        let exponent = (ratios[0].max(ratios[1]).to_bits() >> 23) as i32 - 127;
        let shift = u32::try_from(20 - exponent).ok()?;
        let unit = f64::from(shift).exp2();
        Some(Addition {
            operands,
            result,
            factors: ratios.map(|ratio| (f64::from(ratio) * unit).round_ties_even() as i64),
            shift,
            sign,
            fuses,
        })
    }

    /// 2^-shift steps of the result, from steps of the operands.
    fn parts(&self, [a, b]: [i64; 2]) -> i64 {
        a * self.factors[0] + self.sign * b * self.factors[1]
    }

    /// Steps of the result for steps of the operands, however many.
    pub fn steps(&self, steps: [i64; 2]) -> i64 {
        let half = 1i64 << (self.shift - 1);
        (self.parts(steps) + half) >> self.shift
    }

    /// The code of the result for codes of the operands.
    fn at(&self, [a, b]: [i64; 2]) -> i64 {
        let [left, right] = &self.operands;
        self.result
            .store(self.steps([a - left.zero, b - right.zero]))
    }

    /// The scales at which the operands are to be read; `None` for their own.
    pub fn scales(&self) -> Option<[f32; 2]> {
        let own = [self.operands[0].scale, self.operands[1].scale];
        let pairs = self.doubtful()?;
        let wrong = |scales: [f32; 2]| -> usize {
            let wrong = |&(codes, right): &([i64; 2], i64)| {
                let plain = self.real(scales, codes) != right;
                usize::from(plain) + usize::from(self.fuses && self.fused(scales, codes) != right)
            };
            pairs.iter().map(wrong).sum()
        };
        let mut best = (wrong(own), None);
        for distance in 1..=MOST {
            if best.0 == 0 {
                break;
            }
            for [left, right] in around(distance) {
                let nudged =
                    |scale: f32, by: i64| (f64::from(scale) * (1.0 + by as f64 * UNIT)) as f32;
                let scales = [nudged(own[0], left), nudged(own[1], right)];
                let left = wrong(scales);
                if left < best.0 {
                    best = (left, Some(scales));
                }
            }
        }
        // Exact halves by the thousand, of scales that are round numbers: no scale puts those right.
        best.1.filter(|_| best.0 <= 2)
    }

    /// The pairs of codes for which scales that may be tried, or FLOAT32's errors, decide what they give; and what
    /// that must be. `None` where these are more than a few.
    fn doubtful(&self) -> Option<Vec<([i64; 2], i64)>> {
        let unit = f64::from(self.shift).exp2();
        let reach = (self.factors[0] + self.factors[1]) as f64 * 255.0 * MOST as f64 * UNIT;
        let margin = (2.0 * reach + unit / 4096.0) as i64;
        let (half, mask) = (1i64 << (self.shift - 1), (1i64 << self.shift) - 1);
        if margin > half / 16 {
            return None;
        }
        let mut pairs = Vec::new();
        for a in self.operands[0].all() {
            for b in self.operands[1].all() {
                let parts = self.parts([a - self.operands[0].zero, b - self.operands[1].zero]);
                if ((parts & mask) - half).abs() <= margin {
                    let code = (parts >> self.shift) + self.result.zero;
                    if (self.result.least - 1..=self.result.greatest).contains(&code) {
                        pairs.push(([a, b], self.at([a, b])));
                    }
                }
            }
        }
        Some(pairs)
    }

    /// DequantizeLinear, Add, QuantizeLinear.
    fn real(&self, scales: [f32; 2], [a, b]: [i64; 2]) -> i64 {
        let [left, right] = &self.operands;
        let left = (a - left.zero) as f32 * scales[0];
        let right = (self.sign * (b - right.zero)) as f32 * scales[1];
        let steps = ((left + right) / self.result.scale).round_ties_even();
        self.result.store(steps as i64)
    }

    /// onnxruntime's QLinearAdd (mlas/lib/qladd.cpp), which fuses multiplication and addition.
    fn fused(&self, scales: [f32; 2], [a, b]: [i64; 2]) -> i64 {
        let [left, right] = scales.map(|scale| scale / self.result.scale);
        let [zero, other] = &self.operands.map(|codes| codes.zero as f32);
        let zeros = left.mul_add(*zero, right * other);
        let fixed = self.result.zero as f32 - zeros;
        let code = (a as f32).mul_add(left, (b as f32).mul_add(right, fixed));
        (code.round_ties_even() as i64).clamp(self.result.least, self.result.greatest)
    }
}

/// The pairs of whole numbers the greater of which is so far from zero.
fn around(distance: i64) -> impl Iterator<Item = [i64; 2]> {
    let span = -distance..=distance;
    let pairs = span
        .clone()
        .flat_map(move |a| span.clone().map(move |b| [a, b]));
    pairs.filter(move |[a, b]| a.abs().max(b.abs()) == distance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(scale: f32, zero: i64) -> Codes {
        Codes {
            scale,
            zero,
            least: -128,
            greatest: 127,
        }
    }

    /// The numbers of an ADD of tf2_mobilenet_v2_1.0_224_ptq, and what LiteRT with XNNPACK gives there: the real
    /// sum is -20.4999988.
    fn addition() -> Addition {
        let operands = [codes(0.189_869_15, -6), codes(0.169_904_92, -31)];
        Addition::new(operands, codes(0.187_549_55, -14), 1, true).expect("within bounds")
    }

    #[test]
    fn scales_put_halves_on_the_right_side() {
        let addition = addition();
        let own = [0.189_869_15, 0.169_904_92];
        assert_eq!(addition.at([-16, -27]), -21);
        assert_eq!(addition.real(own, [-16, -27]), -20);
        let scales = addition.scales().expect("others than its own");
        for a in -128..=127 {
            for b in -128..=127 {
                let right = addition.at([a, b]);
                assert_eq!(addition.real(scales, [a, b]), right, "{a} + {b}");
                assert_eq!(addition.fused(scales, [a, b]), right, "{a} + {b}");
            }
        }
        for (own, scale) in own.iter().zip(scales) {
            assert!((f64::from(scale) / f64::from(*own) - 1.0).abs() < 2e-6);
        }
    }

    #[test]
    fn round_scales_stay_as_they_are() {
        let operands = [codes(0.5, 0), codes(0.25, 0)];
        let addition = Addition::new(operands, codes(0.5, 0), -1, false).expect("within bounds");
        // 3 − 0.5 = 2.5: halves go up.
        assert_eq!(addition.at([3, 1]), 3);
        assert_eq!(addition.scales(), None);
        let operands = [codes(0.5, 0), codes(0.0001, 0)];
        assert!(Addition::new(operands, codes(0.5, 0), 1, true).is_none());
    }
}
