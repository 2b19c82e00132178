//! Which values an operator works on as they are stored, and what their types hold.

use crate::ir::{DType, Quant, Value};
use crate::op::{Operands, QuantRule};

/// Does an operator of this rule work on the stored integers of these operands?
pub(crate) fn works_on_stored(rule: QuantRule, io: &Operands<'_>) -> bool {
    match rule {
        QuantRule::Real => false,
        QuantRule::Carries | QuantRule::Stored => true,
        QuantRule::Moves => {
            let operands = (0..io.len()).filter_map(|slot| io.get(slot));
            let results = (0..io.results()).map(|slot| io.result(slot));
            let mut quantized = operands.chain(results).filter(|value| value.is_quantized());
            let Some(first) = quantized.next() else {
                return false;
            };
            let whole = first
                .quant
                .as_ref()
                .is_some_and(|quant| quant.axis.is_none());
            whole
                && quantized.all(|value| value.quant == first.quant && value.stored == first.stored)
        }
    }
}

/// Are quantised constants met by real numbers, and is nothing else quantised?
pub(in crate::lower) fn is_hybrid(io: &Operands<'_>) -> bool {
    let mut operands = (0..io.len()).filter_map(|slot| io.get(slot));
    let mut results = (0..io.results()).map(|slot| io.result(slot));
    let real = |value: &Value| value.constant().is_none() && value.stored == DType::Float32;
    let computed = |value: &Value| value.constant().is_none() && value.is_quantized();
    (0..io.len()).filter_map(|slot| io.get(slot)).any(real)
        && !operands.any(computed)
        && !results.any(computed)
}

/// Is 16-bit arithmetic asked for: is any operand or result stored in 16 bits?
pub(in crate::lower) fn is_wide(io: &Operands<'_>) -> bool {
    let operands = (0..io.len()).filter_map(|slot| io.get(slot));
    let results = (0..io.results()).map(|slot| io.result(slot));
    operands
        .chain(results)
        .any(|value| value.is_quantized() && value.stored == DType::Int16)
}

/// The least and greatest stored values of an integer type.
pub(crate) fn limits(dtype: DType) -> Option<(i64, i64)> {
    let bits = u32::try_from(dtype.bits()?).ok()?;
    if dtype.is_signed_integer() {
        let half = 1i64.checked_shl(bits - 1)?;
        Some((half.wrapping_neg(), half.wrapping_sub(1)))
    } else {
        let end = 1i64.checked_shl(bits)?;
        dtype
            .is_unsigned_integer()
            .then_some((0, end.wrapping_sub(1)))
    }
}

/// Does quantising to a value's type already keep what it means within these bounds? As LiteRT computes a
/// fused activation's range: bounds are rounded to stored values (`CalculateActivationRangeQuantized`,
/// kernels/kernel_util.cc).
pub(in crate::lower) fn saturates(value: &Value, low: Option<f64>, high: Option<f64>) -> bool {
    let (Some(quant), Some((least, greatest))) = (&value.quant, limits(value.stored)) else {
        return false;
    };
    let Some(bounds) = stored_bounds(quant, low, high) else {
        return false;
    };
    bounds.0.is_none_or(|low| low <= least) && bounds.1.is_none_or(|high| high >= greatest)
}

/// Bounds as a value of these parameters stores them.
pub(crate) fn stored_bounds(
    quant: &Quant,
    low: Option<f64>,
    high: Option<f64>,
) -> Option<(Option<i64>, Option<i64>)> {
    let (scale, zero_point) = quant.parameters()?;
    let stored = |real: f64| ((real / f64::from(scale)).round() as i64).saturating_add(zero_point);
    Some((low.map(stored), high.map(stored)))
}
