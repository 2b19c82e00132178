//! A function of INT16 codes as LiteRT tabulates it: 513 samples, and straight lines between them.
//!
//! Source: LiteRT kernels/internal/common.h (`LUTPopulateInt16`, `LUTLookup`): the upper 9 bits of a code are
//! the interval, the lower 7 the place in it. Each sample is moved by half the error that the line makes in
//! the middle of its interval. ONNX: Gather of base and slope; every intermediate number fits the 24 bits of
//! a FLOAT32, so that the result is exact.

use crate::ir::Quant;
use crate::op::{DType, LowerCx, OpError, Wire};

const INTERVALS: usize = 512;
const WIDTH: i32 = 128;

/// The samples of a function.
#[derive(Debug)]
pub(crate) struct Samples(Vec<i16>);

/// LiteRT samples in the precision in which a function is given.
macro_rules! sample {
    ($name:ident, $real:ident) => {
        /// Samples of a function of real numbers: scale and zero point of its codes, and of its results.
        fn $name(
            function: impl Fn($real) -> $real,
            (scale, zero): ($real, $real),
            (to_scale, to_zero): ($real, $real),
        ) -> Samples {
            let (least, greatest) = ($real::from(i16::MIN), $real::from(i16::MAX));
            let (low, high) = (scale * (least - zero), scale * (greatest - zero));
            let step = (high - low) / INTERVALS as $real;
            let per_unit =
                65536.0 / (to_scale * (greatest - to_zero) - to_scale * (least - to_zero));
            let stored = |sample: $real| sample.max(least).min(greatest) as i16;
            let mut samples: Vec<i16> = (0..INTERVALS)
                .map(|i| {
                    let at = |i: usize| low + i as $real * step;
                    let sample = (function(at(i)) * per_unit).round();
                    let next = function(at(i + 1)) * per_unit;
                    let middle = (function(at(i) + step / 2.0) * per_unit).round();
                    let error = ((next + sample) / 2.0).round() - middle;
                    stored(sample - (error / 2.0).round())
                })
                .collect();
            samples.push(stored((function(high) * per_unit).round()));
            Samples(samples)
        }
    };
}

sample!(single, f32);
sample!(double, f64);

impl Samples {
    /// Of a function between codes of these parameters.
    pub fn new(
        function: impl Fn(f32) -> f32,
        input: &Quant,
        output: &Quant,
    ) -> Result<Self, OpError> {
        let ([scale], [0], [to], [0]) = (
            &*input.scale,
            &*input.zero_point,
            &*output.scale,
            &*output.zero_point,
        ) else {
            return Err(OpError::unsupported(
                "INT16 with a zero point, or along an axis",
            ));
        };
        Ok(single(function, (*scale, 0.0), (*to, 0.0)))
    }

    /// Of a function of `scale · (code − zero)`, in steps of 1/32768 nearly.
    pub fn of(function: impl Fn(f64) -> f64, scale: f64, zero: f64) -> Self {
        double(function, (scale, zero), (2.0 / 65535.0, 0.0))
    }

    /// Base and slope of each interval; the slope wraps around as the kernel's INT16 does.
    fn lines(&self) -> impl Iterator<Item = (i16, i16)> + '_ {
        self.0.windows(2).map(|pair| match *pair {
            [base, next] => (base, next.wrapping_sub(base)),
            _ => (0, 0),
        })
    }

    /// The function of one code.
    #[cfg(feature = "validate")]
    pub fn at(&self, code: i16) -> i16 {
        let code = i32::from(code);
        let interval = (code.div_euclid(WIDTH) + INTERVALS as i32 / 2) as usize;
        let (base, slope) = self.lines().nth(interval).unwrap_or_default();
        let delta = (i32::from(slope) * code.rem_euclid(WIDTH) + WIDTH / 2).div_euclid(WIDTH);
        (i32::from(base) + delta) as i16
    }

    /// The function of a wire of INT16 codes.
    pub fn lower(&self, cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
        let y = self.values(cx, codes)?;
        // A jump too high for INT16 wraps around, and so do the sums on its line.
        let wraps = self.0.windows(2).any(|pair| match *pair {
            [base, next] => next.checked_sub(base).is_none(),
            _ => false,
        });
        let y = if wraps { cx.cast(&y, DType::Int32)? } else { y };
        cx.cast(&y, DType::Int16)
    }

    /// The function of a wire of codes, in FLOAT32, and not wrapped around.
    pub fn values(&self, cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
        // Interval −256 stands behind interval 255, where `Gather` finds it from the end.
        let mut lines: Vec<(i16, i16)> = self.lines().collect();
        lines.rotate_left(INTERVALS / 2);
        // The half by which the delta is rounded.
        let bases: Vec<f32> = lines
            .iter()
            .map(|&(base, _)| f32::from(base) + 0.5)
            .collect();
        let slopes: Vec<f32> = lines.iter().map(|&(_, slope)| f32::from(slope)).collect();
        let (bases, slopes) = (
            cx.floats(&[INTERVALS], &bases),
            cx.floats(&[INTERVALS], &slopes),
        );
        let width = cx.floats(&[], &[1.0 / WIDTH as f32]);
        let x = cx.cast(codes, DType::Float32)?;
        let place = cx.binary("Mul", &x, &width)?;
        let interval = cx.unary("Floor", &place);
        let within = cx.binary("Sub", &place, &interval)?;
        let interval = cx.cast(&interval, DType::Int32)?;
        let (base, slope) = (
            cx.gather(&bases, &interval, 0),
            cx.gather(&slopes, &interval, 0),
        );
        let delta = cx.binary("Mul", &slope, &within)?;
        let y = cx.binary("Add", &delta, &base)?;
        Ok(cx.unary("Floor", &y))
    }
}
