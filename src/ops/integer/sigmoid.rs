//! LOGISTIC and TANH of INT16 codes: straight lines between 256 samples of the one sigmoid curve, its
//! negative half mirrored.
//!
//! Source: LiteRT kernels/activations.cc (`SigmoidPrepare`, `TanhPrepare`), reference/integer_ops/{logistic,
//! tanh}.h. Its optimised kernels compute otherwise where the input scale is a power of two. ONNX: Gather of
//! base and slope, in INT32 and FLOAT32 arithmetic that is exact.

use crate::ir::Quant;
use crate::op::{DType, LowerCx, OpError, Wire};

/// Samples per unit of the sigmoid's argument.
const PER_UNIT: f64 = 24.0;
const SAMPLES: usize = 256;

/// What is computed of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    /// From 0 to 1 in steps of 1/32768.
    Logistic,
    /// From −1 to 1 in steps of 1/32768: twice the sigmoid of twice the argument, less 1.
    Tanh,
}

/// A curve, and how its codes are brought to the scale of the samples: `code · factor / 2^shift`, rounded.
#[derive(Debug)]
pub(crate) struct Sigmoid {
    curve: Curve,
    factor: i32,
    shift: u32,
}

/// Samples of the sigmoid in steps of 1/65536, moved by half the error that a line makes in the middle of
/// its interval, as the kernel's table has them.
fn samples() -> Vec<i32> {
    let sigmoid = |i: f64| 65536.0 / (1.0 + (-i / PER_UNIT).exp());
    let moved = |i: f64| {
        let line = (sigmoid(i) + sigmoid(i + 1.0)) / 2.0;
        sigmoid(i) + (sigmoid(i + 0.5) - line) / 2.0
    };
    let mut samples: Vec<i32> = (0..SAMPLES - 1)
        .map(|i| moved(i as f64).round() as i32)
        .collect();
    samples.push(65535);
    samples
}

impl Sigmoid {
    /// For codes of these parameters.
    pub fn new(curve: Curve, input: &Quant) -> Result<Self, OpError> {
        let ([scale], [0]) = (&*input.scale, &*input.zero_point) else {
            return Err(OpError::unsupported(
                "INT16 with a zero point, or along an axis",
            ));
        };
        let exponent = scale.log2().round();
        let power = exponent.exp2() == *scale;
        // A scale of 2⁻¹², or for TANH 2⁻¹¹, needs no rounding: the kernel multiplies by 3, or by 6.
        let left = 12.0 + exponent;
        if power && (left == 0.0 || (left == 1.0 && curve == Curve::Tanh)) {
            let factor = if left == 0.0 { 3 } else { 6 };
            return Ok(Sigmoid {
                curve,
                factor,
                shift: 0,
            });
        }
        let (mut multiplier, mut shift) = (f64::from(*scale) * 4096.0 * 3.0, 0);
        while multiplier <= 32767.0 / 2.0 && shift <= 30 {
            shift += 1;
            multiplier *= 2.0;
        }
        if multiplier.is_nan() || multiplier >= 32768.0 || shift > 30 {
            return Err(OpError::unsupported(format!("an INT16 scale of {scale}")));
        }
        Ok(Sigmoid {
            curve,
            factor: multiplier as i32,
            shift,
        })
    }

    /// Steps of the scaled code from one sample to the next.
    fn width(&self) -> i32 {
        match self.curve {
            Curve::Logistic => 512,
            Curve::Tanh => 256,
        }
    }

    /// The curve at one code, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn at(&self, code: i16) -> i16 {
        let half = 1i64 << self.shift >> 1;
        let scaled = (i64::from(code) * i64::from(self.factor) + half) >> self.shift;
        let (width, samples) = (i64::from(self.width()), samples());
        let interval = (scaled.abs() / width) as usize;
        let value = match samples.get(interval..interval + 2) {
            Some(&[base, next]) => {
                i64::from(base) * width + scaled.abs() % width * i64::from(next - base)
            }
            _ if self.curve == Curve::Logistic => 32767 << 10,
            _ => 65535 << 8,
        };
        let result = match (self.curve, scaled >= 0) {
            (Curve::Logistic, true) => (value + (1 << 9)) >> 10,
            (Curve::Logistic, false) => ((1 << 25) - value + (1 << 9) - 1) >> 10,
            (Curve::Tanh, true) => (value - (1 << 23) + (1 << 7)) >> 8,
            (Curve::Tanh, false) => (-value + (1 << 23) + (1 << 7) - 1) >> 8,
        };
        result as i16
    }

    /// The curve at a wire of INT16 codes: how far it is from its value at 0, and on which side.
    pub fn lower(&self, cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
        let (bases, slopes) = self.lines();
        let (bases, slopes) = (
            cx.floats(&[SAMPLES], &bases),
            cx.floats(&[SAMPLES], &slopes),
        );
        let scaled = self.scaled(cx, codes)?;
        let size = cx.unary("Abs", &scaled);
        let size = cx.clip(&size, None, Some((SAMPLES - 1) as f64))?;
        let interval = cx.unary("Floor", &size);
        let within = cx.binary("Sub", &size, &interval)?;
        let interval = cx.cast(&interval, DType::Int32)?;
        let (base, slope) = (
            cx.gather(&bases, &interval, 0),
            cx.gather(&slopes, &interval, 0),
        );
        let rise = cx.binary("Mul", &slope, &within)?;
        let sum = cx.binary("Add", &base, &rise)?;
        let sum = cx.unary("Floor", &sum);
        let side = cx.unary("Sign", &scaled);
        let mut y = cx.binary("Mul", &side, &sum)?;
        if self.curve == Curve::Logistic {
            let middle = cx.floats(&[], &[16384.0]);
            y = cx.binary("Add", &y, &middle)?;
        }
        cx.cast(&y, DType::Int16)
    }

    /// Base, with the half by which sums are rounded, and slope of each interval, in steps of the result
    /// from its value at 0. The last interval is all that lies beyond.
    fn lines(&self) -> (Vec<f32>, Vec<f32>) {
        let samples = samples();
        let (step, last) = match self.curve {
            Curve::Logistic => (0.5, 65534),
            Curve::Tanh => (1.0, 65535),
        };
        let base = |sample: i32| (sample - 32768) as f32 * step + 0.5;
        let bases = samples[..SAMPLES - 1].iter().chain([&last]);
        let slopes = samples
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) as f32 * step);
        (
            bases.map(|&sample| base(sample)).collect(),
            slopes.chain([0.0]).collect(),
        )
    }

    /// Codes in intervals between samples. Beyond the last sample, where FLOAT32 may round, nothing depends
    /// on them.
    fn scaled(&self, cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
        if self.shift == 0 {
            let x = cx.cast(codes, DType::Float32)?;
            let factor = cx.floats(&[], &[self.factor as f32 / self.width() as f32]);
            return cx.binary("Mul", &x, &factor);
        }
        let unit = f64::from(1u32 << self.shift);
        let x = cx.cast(codes, DType::Int32)?;
        let factor = cx.scalar(DType::Int32, self.factor.into())?;
        let (whole, half) = (
            cx.scalar(DType::Int32, unit)?,
            cx.scalar(DType::Int32, unit / 2.0)?,
        );
        let x = cx.binary("Mul", &x, &factor)?;
        let x = cx.binary("Add", &x, &half)?;
        // Rounded down to whole units, of negative numbers too.
        let rest = cx.binary("Mod", &x, &whole)?;
        let x = cx.binary("Sub", &x, &rest)?;
        let x = cx.cast(&x, DType::Float32)?;
        let interval = cx.floats(&[], &[(1.0 / unit) as f32 / self.width() as f32]);
        cx.binary("Mul", &x, &interval)
    }
}
