//! Binary operators that ONNX has under another name, or not at all.

use crate::op::{DType, Literal, LowerCx, OpError, Wire, broadcast};

/// MAXIMUM, MINIMUM. onnxruntime has neither for INT16, which INT32 holds.
pub(super) fn extreme(
    cx: &mut LowerCx<'_>,
    onnx: &'static str,
    a: &Wire,
    b: &Wire,
) -> Result<Wire, OpError> {
    let wide = match a.dtype {
        DType::Int16 => DType::Int32,
        own => own,
    };
    let (a_wide, b_wide) = (cx.cast(a, wide)?, cx.cast(b, wide)?);
    let y = cx.binary(onnx, &a_wide, &b_wide)?;
    cx.cast(&y, a.dtype)
}

/// SQUARED_DIFFERENCE.
pub(super) fn squared_difference(
    cx: &mut LowerCx<'_>,
    a: &Wire,
    b: &Wire,
) -> Result<Wire, OpError> {
    let difference = cx.binary("Sub", a, b)?;
    cx.binary("Mul", &difference, &difference)
}

/// FLOOR_DIV. The quotient is taken in FLOAT64, as the kernel does: in FLOAT32 1 / 0.1 would round up to 10,
/// and ONNX's division of integers truncates.
pub(super) fn floor_div(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    let b_wide = cx.cast(b, DType::Float64)?;
    floor_div_by(cx, a, &b_wide)
}

fn floor_div_by(cx: &mut LowerCx<'_>, a: &Wire, b_wide: &Wire) -> Result<Wire, OpError> {
    let a_wide = cx.cast(a, DType::Float64)?;
    let quotient = cx.binary("Div", &a_wide, b_wide)?;
    let quotient = cx.unary("Floor", &quotient);
    cx.cast(&quotient, a.dtype)
}

/// FLOOR_MOD: the remainder has the divisor's sign, as with ONNX's `Mod` of integers. On floating-point
/// numbers `Mod` is C's `fmod`, exact and with the dividend's sign: the divisor is added where they differ.
pub(super) fn floor_mod(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    if !a.dtype.is_float() {
        return cx.binary("Mod", a, b);
    }
    let shape = broadcast([&a.shape, &b.shape])
        .ok_or_else(|| OpError::inconsistent(format!("shapes {} and {}", a.shape, b.shape)))?;
    let node = cx.node("Mod").inputs([a, b]).attr("fmod", 1i64);
    let rest = node.out(a.dtype, shape);
    let zero = cx.scalar(a.dtype, 0.0)?;
    let divisors = cx.known(b).and_then(Literal::floats);
    let all = |test: fn(&f32) -> bool| divisors.as_ref().is_some_and(|all| all.iter().all(test));
    let differ = if all(|&divisor| divisor > 0.0) {
        cx.compare("Less", &rest, &zero)?
    } else if all(|&divisor| divisor < 0.0) {
        cx.compare("Greater", &rest, &zero)?
    } else {
        let sign = cx.unary("Sign", &rest);
        let against = cx.binary("Mul", &sign, b)?;
        cx.compare("Less", &against, &zero)?
    };
    let moved = cx.binary("Add", &rest, b)?;
    cx.select(&differ, &moved, &rest)
}

/// RIGHT_SHIFT: arithmetic on signed integers, by at most all bits but one. ONNX's `BitShift` knows neither
/// signed integers nor that limit, so this is a division by a power of two that rounds down; FLOAT64 has
/// every integer of 32 bits.
pub(super) fn right_shift(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    let bits = a.dtype.bits().unwrap_or(32).min(32);
    let shift = cx.cast(b, DType::Int64)?;
    let shift = cx.clip(&shift, Some(0.0), Some(bits as f64 - 1.0))?;
    let powers: Vec<i64> = (0..bits).map(|shift| 1 << shift).collect();
    let powers = cx.int64s(&powers);
    let powers = cx.cast(&powers, DType::Float64)?;
    let power = cx.gather(&powers, &shift, 0);
    floor_div_by(cx, a, &power)
}

/// EQUAL. tract has no `Equal` of BOOL.
pub(super) fn equal(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    if a.dtype != DType::Bool {
        return cx.compare("Equal", a, b);
    }
    let different = cx.binary("Xor", a, b)?;
    Ok(cx.unary("Not", &different))
}

/// NOT_EQUAL.
pub(super) fn not_equal(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    if a.dtype == DType::Bool {
        return cx.binary("Xor", a, b);
    }
    let equal = cx.compare("Equal", a, b)?;
    Ok(cx.unary("Not", &equal))
}
