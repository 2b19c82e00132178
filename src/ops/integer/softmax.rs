//! SOFTMAX of INT16: the exponentials by samples, and so the reciprocal of their sum, in whole numbers.
//!
//! Source: LiteRT kernels/activations.cc (`SoftmaxPrepare`), reference/softmax.h (`SoftmaxInt16`). ONNX:
//! ReduceMax, ReduceSum, Gather, and arithmetic in INT32 and INT64, exact.

use super::interpolated::Samples;
use super::multiplier::Rescale;
use crate::ir::Quant;
use crate::op::{DType, Literal, LowerCx, OpError, Wire};

/// Bits of a sum: the greatest of the exponentials is 1, in 15 bits.
const LEAST_BITS: u32 = 15;
const MOST_BITS: u32 = 31;

/// The operator on codes of one scale.
pub(crate) struct Softmax {
    /// Differences from the greatest code, from 0 to −10 in steps of 10/65535.
    rescale: Rescale,
    exponentials: Samples,
    /// Of 1 + x, for x from 0 to 1.
    reciprocals: Samples,
}

impl Softmax {
    pub fn new(input: &Quant, beta: f32) -> Result<Self, OpError> {
        let [scale] = &*input.scale else {
            return Err(OpError::unsupported("INT16 quantised along an axis"));
        };
        let multiplier = f64::from(scale * beta) / (10.0 / 65535.0);
        Ok(Softmax {
            rescale: Rescale::new(multiplier),
            exponentials: Samples::of(f64::exp, 10.0 / 65535.0, 32767.0),
            reciprocals: Samples::of(|x| 1.0 / (1.0 + x), 1.0 / 65535.0, -32768.0),
        })
    }

    /// Along a physical axis of a wire of codes.
    pub fn lower(&self, cx: &mut LowerCx<'_>, x: &Wire, axis: usize) -> Result<Wire, OpError> {
        let exponentials = self.exponentials(cx, x, axis)?;
        let exponentials = cx.cast(&exponentials, DType::Int32)?;
        let sum = cx.reduce("ReduceSum", &exponentials, &[axis], true);
        let bits = Self::bits(cx, &sum, axis)?;
        let powers = |cx: &mut LowerCx<'_>, dtype, power: fn(u32) -> u32| {
            let powers = (LEAST_BITS..=MOST_BITS).map(|bits| 1i64 << power(bits));
            powers_of(cx, dtype, powers.collect())
        };
        // The sum with its highest bit moved to bit 30, and that rounded to 17 bits.
        let up = powers(cx, DType::Int64, |bits| 31 - bits)?;
        let up = cx.gather(&up, &bits, 0);
        let wide = cx.cast(&sum, DType::Int64)?;
        let wide = cx.binary("Mul", &wide, &up)?;
        let half = cx.scalar(DType::Int64, f64::from(1 << 13))?;
        let unit = cx.scalar(DType::Int64, f64::from(1 << 14))?;
        let wide = cx.binary("Add", &wide, &half)?;
        let wide = cx.binary("Div", &wide, &unit)?;
        let above = cx.scalar(DType::Int64, f64::from((1 << 15) + (1 << 16)))?;
        let code = cx.binary("Sub", &wide, &above)?;
        let code = clipped(cx, &code)?;
        let reciprocal = self.reciprocals.values(cx, &code)?;
        let reciprocal = cx.cast(&reciprocal, DType::Int32)?;
        // Product and rounded shift.
        let half = powers(cx, DType::Int32, |bits| bits - 2)?;
        let unit = powers(cx, DType::Int32, |bits| bits - 1)?;
        let (half, unit) = (cx.gather(&half, &bits, 0), cx.gather(&unit, &bits, 0));
        let y = cx.binary("Mul", &exponentials, &reciprocal)?;
        let y = cx.binary("Add", &y, &half)?;
        let y = cx.binary("Div", &y, &unit)?;
        let most = cx.scalar(DType::Int32, 32767.0)?;
        let y = cx.binary("Min", &y, &most)?;
        cx.cast(&y, DType::Int16)
    }

    /// In steps of 1/32768, as FLOAT32.
    fn exponentials(&self, cx: &mut LowerCx<'_>, x: &Wire, axis: usize) -> Result<Wire, OpError> {
        let x = cx.cast(x, DType::Int32)?;
        let greatest = cx.reduce("ReduceMax", &x, &[axis], true);
        let below = cx.binary("Sub", &greatest, &x)?;
        let below = cx.cast(&below, DType::Int64)?;
        let below = self.rescale.lower_negated(cx, &below)?;
        let zero = cx.scalar(DType::Int64, 32767.0)?;
        let code = cx.binary("Sub", &zero, &below)?;
        let code = clipped(cx, &code)?;
        self.exponentials.values(cx, &code)
    }

    /// How many bits more than the least each sum has.
    fn bits(cx: &mut LowerCx<'_>, sum: &Wire, axis: usize) -> Result<Wire, OpError> {
        let limits = powers_of(
            cx,
            DType::Int32,
            (LEAST_BITS..MOST_BITS).map(|bits| 1 << bits).collect(),
        )?;
        let mut along = vec![1; sum.rank() - axis];
        along[0] = (MOST_BITS - LEAST_BITS) as usize;
        let limits = cx.reshape_to(&limits, &along)?;
        let reached = cx.compare("GreaterOrEqual", sum, &limits)?;
        let reached = cx.cast(&reached, DType::Int32)?;
        Ok(cx.reduce("ReduceSum", &reached, &[axis], true))
    }

    /// One row of codes, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn row(&self, x: &[i16]) -> Vec<i16> {
        let greatest = x.iter().copied().max().unwrap_or_default();
        let exponential = |&x: &i16| {
            let code = self.rescale.at(i64::from(x) - i64::from(greatest)) + 32767;
            i64::from(self.exponentials.at(code.clamp(-32768, 32767) as i16))
        };
        let exponentials: Vec<i64> = x.iter().map(exponential).collect();
        let sum: i64 = exponentials.iter().sum();
        let zeros = (sum as u32).leading_zeros();
        let shifted = ((sum << zeros.saturating_sub(1)) + (1 << 13)) >> 14;
        let code = (shifted - ((1 << 15) + (1 << 16))).clamp(-32768, 32767);
        let reciprocal = i64::from(self.reciprocals.at(code as i16));
        let shift = 31 - zeros.min(29);
        let result = |x: i64| ((x * reciprocal + (1 << (shift - 1))) >> shift).clamp(0, 32767);
        exponentials.into_iter().map(|x| result(x) as i16).collect()
    }
}

/// Codes held to the range of INT16, as FLOAT32.
fn clipped(cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
    let codes = cx.cast(codes, DType::Float32)?;
    cx.clip(&codes, Some(f64::from(i16::MIN)), Some(f64::from(i16::MAX)))
}

fn powers_of(cx: &mut LowerCx<'_>, dtype: DType, powers: Vec<i64>) -> Result<Wire, OpError> {
    let literal = Literal::from_ints(dtype, vec![powers.len()], &powers);
    let literal = literal.ok_or_else(|| OpError::inconsistent("a power beyond its type"))?;
    Ok(cx.literal(literal))
}
