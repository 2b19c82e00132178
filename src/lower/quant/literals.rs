//! Scales, zero points and stored constants as literals.

use crate::error::OpError;
use crate::ir::{DType, Literal, Quant};
use crate::lower::packed::packed;

fn parameter_shape(quant: &Quant) -> Vec<usize> {
    match quant.axis {
        Some(_) => vec![quant.scale.len()],
        None => Vec::new(),
    }
}

/// A scalar, or a vector along the axis.
pub(super) fn scales(quant: &Quant) -> Literal {
    Literal::from_floats(parameter_shape(quant), &quant.scale)
}

/// As [`scales`], in the type of what is stored.
pub(super) fn zero_points(quant: &Quant, dtype: DType) -> Literal {
    let bytes = quant.zero_point.iter().map(|&zero| match dtype {
        DType::UInt8 => u8::try_from(zero).unwrap_or(0).to_le_bytes(),
        _ => i8::try_from(zero).unwrap_or(0).to_le_bytes(),
    });
    let zero_points = Literal {
        dtype,
        shape: parameter_shape(quant),
        data: bytes.flatten().collect(),
    };
    match dtype {
        DType::Int4 => packed(zero_points),
        _ => zero_points,
    }
}

/// What stored constants mean: `scale · (stored − zero_point)`. `quant` numbers axes as the literal has them.
pub(crate) fn decoded(literal: &Literal, quant: &Quant) -> Result<Literal, OpError> {
    let channel = decodable(literal, quant)?;
    let stored = integers(literal).unwrap_or_default();
    let floats: Vec<f32> = stored
        .iter()
        .enumerate()
        .map(|(index, &n)| {
            let channel = channel(index);
            let steps = (n - quant.zero_point[channel]) as f64;
            (f64::from(quant.scale[channel]) * steps) as f32
        })
        .collect();
    Ok(Literal::from_floats(literal.shape.clone(), &floats))
}

/// Which scale is that of an element, where it can be decoded: its elements are integers, and there is a scale
/// for each of them.
pub(crate) fn decodable(
    literal: &Literal,
    quant: &Quant,
) -> Result<impl Fn(usize) -> usize + use<>, OpError> {
    use DType::{Int8, Int16, Int32, Int64, UInt8};
    if !matches!(literal.dtype, Int8 | UInt8 | Int16 | Int32 | Int64) {
        let what = format!("quantised constants of type {}", literal.dtype);
        return Err(OpError::unsupported(what));
    }
    quant.channels(&literal.shape).ok_or_else(|| {
        let (scales, axis, shape) = (quant.scale.len(), quant.axis, &literal.shape);
        OpError::inconsistent(match quant.block {
            None => format!("{scales} scales along axis {axis:?} of shape {shape:?}"),
            Some(block) => format!("{scales} scales for blocks of {block} of shape {shape:?}"),
        })
    })
}

/// The elements of an integer literal of any width.
fn integers(literal: &Literal) -> Option<Vec<i64>> {
    let data = &literal.data;
    Some(match literal.dtype {
        DType::Int8 => data.iter().map(|&b| i64::from(b as i8)).collect(),
        DType::UInt8 => data.iter().map(|&b| i64::from(b)).collect(),
        DType::Int16 => {
            let (words, _) = data.as_chunks::<2>();
            words
                .iter()
                .map(|w| i64::from(i16::from_le_bytes(*w)))
                .collect()
        }
        DType::Int32 | DType::Int64 => return literal.ints(),
        _ => return None,
    })
}
