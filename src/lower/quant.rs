//! Quantised values: the only code that writes their QuantizeLinear and DequantizeLinear.
//!
//! Quantisation is a property of how a value is read and given, not of operators: an operator that computes
//! with real numbers is handed a dequantised wire, shared by all its readers, and its result is quantised
//! after it. 8-bit types use ONNX's own operators. ONNX has them for 16 bits from opset 21 on only, and few
//! runtimes do; what they mean is written in ordinary arithmetic instead, which every runtime has.

use super::packed::packed;
use super::{Lowering, Origin};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Perm, Quant, Shape, Value};
use crate::onnx::{Attr, Source, WireId};
use crate::op::{Operands, QuantRule};
use crate::passes::stored::Bounds;

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
pub(super) fn is_hybrid(io: &Operands<'_>) -> bool {
    let mut operands = (0..io.len()).filter_map(|slot| io.get(slot));
    let mut results = (0..io.results()).map(|slot| io.result(slot));
    let real = |value: &Value| value.constant().is_none() && value.stored == DType::Float32;
    let computed = |value: &Value| value.constant().is_none() && value.is_quantized();
    (0..io.len()).filter_map(|slot| io.get(slot)).any(real)
        && !operands.any(computed)
        && !results.any(computed)
}

/// Is 16-bit arithmetic asked for: is any operand or result stored in 16 bits?
pub(super) fn is_wide(io: &Operands<'_>) -> bool {
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
pub(crate) fn saturates(value: &Value, low: Option<f64>, high: Option<f64>) -> bool {
    let (Some(quant), Some((least, greatest))) = (&value.quant, limits(value.stored)) else {
        return false;
    };
    let Some(bounds) = stored_bounds(quant, low, high) else {
        return false;
    };
    bounds.0.is_none_or(|low| low <= least) && bounds.1.is_none_or(|high| high >= greatest)
}

/// Bounds as a value of these parameters stores them.
pub(super) fn stored_bounds(
    quant: &Quant,
    low: Option<f64>,
    high: Option<f64>,
) -> Option<(Option<i64>, Option<i64>)> {
    let ([scale], [zero_point]) = (&*quant.scale, &*quant.zero_point) else {
        return None;
    };
    let stored = |real: f64| (real / f64::from(*scale)).round() as i64 + zero_point;
    Some((low.map(stored), high.map(stored)))
}

impl Lowering {
    /// What a stored wire means, its axes being in the order `perm`.
    pub(super) fn dequantize(
        &mut self,
        wire: WireId,
        value: &Value,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let quant = parameters(value)?;
        match value.stored {
            // onnxruntime fuses blocks into operators that know none.
            DType::Int8 | DType::UInt8 if quant.block.is_none() => {
                self.dequantize_linear(wire, quant, perm, origin)
            }
            DType::Int32
                if quant.zero_point.iter().all(|&zero| zero == 0) && value.constant().is_some() =>
            {
                self.dequantize_linear(wire, quant, perm, origin)
            }
            _ => match self.build.literal(wire) {
                Some(literal) if quant.block.is_none() => {
                    let quant = Quant {
                        axis: quant.axis.and_then(|axis| perm.position(axis)),
                        ..quant.clone()
                    };
                    let literal = decoded(literal, &quant)?;
                    let real = self.build.initializer(literal);
                    self.build.hold(real, &value.name);
                    Ok(real)
                }
                _ => self.dequantize_by_arithmetic(wire, quant, perm, origin),
            },
        }
    }

    /// What a stored wire means, without DequantizeLinear. Constants stay the integers they are, which
    /// runtimes fold when they load the file.
    pub(super) fn dequantize_plainly(
        &mut self,
        wire: WireId,
        value: &Value,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let quant = parameters(value)?;
        match value.stored {
            DType::Int8 | DType::UInt8 => self.dequantize_by_arithmetic(wire, quant, perm, origin),
            _ => self.dequantize(wire, value, perm, origin),
        }
    }

    /// How many steps a stored wire is from its zero points, as FLOAT32.
    pub(super) fn steps(
        &mut self,
        wire: WireId,
        value: &Value,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let value = value.at_scale(1.0);
        let computed = value.constant().is_none();
        match value.stored {
            DType::Int8 | DType::UInt8 if computed => self.dequantize(wire, &value, perm, origin),
            DType::Int8 | DType::UInt8 | DType::Int32 => {
                self.dequantize_by_arithmetic(wire, parameters(&value)?, perm, origin)
            }
            _ => self.dequantize(wire, &value, perm, origin),
        }
    }

    pub(super) fn dequantize_linear(
        &mut self,
        wire: WireId,
        quant: &Quant,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let fact = self.build.fact(wire);
        let (dtype, shape) = (fact.dtype, fact.shape.clone());
        let weights = dtype == DType::Int8 && self.build.literal(wire).is_some();
        let (scale, zero_point) = match quant.block {
            // With `session.x64quantprecision` onnxruntime rewrites the zero point of INT8 weights for each
            // reader, and fails where they are one initialiser.
            None if weights => {
                let scale = self.build.shared(scales(quant));
                (scale, self.build.initializer(zero_points(quant, dtype)))
            }
            None => self.parameter_wires(quant, dtype),
            Some(_) => self.block_wires(quant, dtype, &shape, perm)?,
        };
        let mut inputs = vec![Some(wire), Some(scale)];
        // INT32 has no zero point in ONNX's operator but an absent or a zero one.
        if dtype != DType::Int32 {
            inputs.push(Some(zero_point));
        }
        let axis = quant.axis.and_then(|axis| perm.position(axis));
        let axis = axis.map(|axis| ("axis", Attr::Int(axis as i64)));
        let block = quant.block.map(|n| ("block_size", Attr::Int(n as i64)));
        let out = self.build.wire(DType::Float32, shape, Source::Node);
        self.push(
            "DequantizeLinear",
            inputs,
            vec![out],
            axis.into_iter().chain(block).collect::<Vec<_>>(),
            origin,
        );
        Ok(out)
    }

    /// Scale and zero point as initialisers: scalars, or vectors along the axis.
    fn parameter_wires(&mut self, quant: &Quant, dtype: DType) -> (WireId, WireId) {
        (
            self.build.shared(scales(quant)),
            self.build.shared(zero_points(quant, dtype)),
        )
    }

    fn dequantize_by_arithmetic(
        &mut self,
        wire: WireId,
        quant: &Quant,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        if quant.block.is_some() {
            return self.dequantize_blocks(wire, quant, perm, origin);
        }
        let axis = quant.axis.and_then(|axis| perm.position(axis));
        let shape = self.along(wire, quant.scale.len(), axis)?;
        let real = self.arithmetic("Cast", wire, None, vec![("to", Attr::Int(1))], origin);
        let zeros: Vec<f32> = quant.zero_point.iter().map(|&zero| zero as f32).collect();
        let real = match zeros.iter().all(|&zero| zero == 0.0) {
            true => real,
            false => {
                let zeros = Literal::from_floats(shape.clone(), &zeros);
                self.arithmetic("Sub", real, Some(zeros), vec![], origin)
            }
        };
        if quant.scale.iter().all(|&scale| scale == 1.0) {
            return Ok(real);
        }
        let scales = Literal::from_floats(shape, &quant.scale);
        Ok(self.arithmetic("Mul", real, Some(scales), vec![], origin))
    }

    /// The shape in which parameters along an axis meet a wire, the axis being one of its own.
    fn along(
        &self,
        wire: WireId,
        parameters: usize,
        axis: Option<usize>,
    ) -> Result<Vec<usize>, OpError> {
        let shape = &self.build.fact(wire).shape;
        let Some(axis) = axis else {
            return Ok(Vec::new());
        };
        if shape.dims().get(axis).and_then(Dim::fixed) != Some(parameters) {
            return Err(OpError::inconsistent(format!(
                "{parameters} scales along axis {axis} of shape {shape}"
            )));
        }
        let mut along = vec![1; shape.rank() - axis];
        along[0] = parameters;
        Ok(along)
    }

    pub(super) fn arithmetic(
        &mut self,
        op_type: &'static str,
        wire: WireId,
        operand: Option<Literal>,
        attrs: Vec<(&'static str, Attr)>,
        origin: &Origin,
    ) -> WireId {
        let mut inputs = vec![Some(wire)];
        inputs.extend(operand.map(|operand| Some(self.build.shared(operand))));
        let shape = self.build.fact(wire).shape.clone();
        let out = self.build.wire(DType::Float32, shape, Source::Node);
        self.push(op_type, inputs, vec![out], attrs, origin);
        out
    }

    /// Keeps a stored wire of 8 bits within bounds, as far as its type does not already.
    pub(super) fn clamp(
        &mut self,
        wire: WireId,
        value: &Value,
        (low, high): Bounds,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let (least, greatest) = limits(value.stored).unwrap_or((i64::MIN, i64::MAX));
        let bounds = stored_bounds(parameters(value)?, low, high);
        let (low, high) = bounds.unwrap_or((None, None));
        let mut inputs = vec![Some(wire)];
        for bound in [low.filter(|&x| x > least), high.filter(|&x| x < greatest)] {
            let byte = bound.map(|x| x.clamp(least, greatest) as u8);
            inputs.push(byte.map(|byte| {
                self.build.shared(Literal {
                    dtype: value.stored,
                    shape: Vec::new(),
                    data: vec![byte].into(),
                })
            }));
        }
        let shape = self.build.fact(wire).shape.clone();
        let out = self.build.wire(value.stored, shape, Source::Node);
        while inputs.last() == Some(&None) {
            inputs.pop();
        }
        self.push("Clip", inputs, vec![out], vec![], origin);
        Ok(out)
    }

    /// A FLOAT32 wire as a value stores it that has one scale.
    pub(super) fn quantize(
        &mut self,
        wire: WireId,
        value: &Value,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        if parameters(value)?.axis.is_some() {
            return Err(OpError::unsupported("a result quantised along an axis"));
        }
        let perm = Perm::identity(value.shape.rank());
        self.quantize_along(wire, value, &perm, origin)
    }

    /// A FLOAT32 wire, its axes being in the order `perm`, as a value stores it.
    pub(super) fn quantize_along(
        &mut self,
        wire: WireId,
        value: &Value,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let quant = parameters(value)?;
        let axis = quant.axis.and_then(|axis| perm.position(axis));
        let along = self.along(wire, quant.scale.len(), axis)?;
        match value.stored {
            DType::Int8 | DType::UInt8 => {
                let parameters = self.parameter_wires(quant, value.stored);
                Ok(self.quantize_linear(wire, parameters, value.stored, axis, origin))
            }
            DType::Int16 => {
                let scales = Literal::from_floats(along.clone(), &quant.scale);
                let steps = self.arithmetic("Div", wire, Some(scales), vec![], origin);
                let zeros: Vec<f32> = quant.zero_point.iter().map(|&zero| zero as f32).collect();
                let zeros = Literal::from_floats(along, &zeros);
                Ok(self.store_wide(steps, zeros, origin))
            }
            other => Err(unstored(other)),
        }
    }

    fn quantize_linear(
        &mut self,
        wire: WireId,
        (scale, zero_point): (WireId, WireId),
        dtype: DType,
        axis: Option<usize>,
        origin: &Origin,
    ) -> WireId {
        let shape = self.build.fact(wire).shape.clone();
        let out = self.build.wire(dtype, shape, Source::Node);
        let inputs = vec![Some(wire), Some(scale), Some(zero_point)];
        let axis = axis.map(|axis| ("axis", Attr::Int(axis as i64)));
        let axis: Vec<_> = axis.into_iter().collect();
        self.push("QuantizeLinear", inputs, vec![out], axis, origin);
        out
    }

    /// FLOAT32 steps from a value's zero point, as it stores them.
    pub(super) fn store_steps(
        &mut self,
        wire: WireId,
        value: &Value,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let quant = parameters(value)?;
        match value.stored {
            DType::Int8 | DType::UInt8 => {
                let (_, zero_point) = self.parameter_wires(quant, value.stored);
                let one = self.build.shared(scalar(1.0));
                Ok(self.quantize_linear(wire, (one, zero_point), value.stored, None, origin))
            }
            DType::Int16 => {
                let zero = scalar(quant.zero_point[0] as f32);
                Ok(self.store_wide(wire, zero, origin))
            }
            other => Err(unstored(other)),
        }
    }

    /// FLOAT32 steps from zero points as INT16.
    fn store_wide(&mut self, steps: WireId, zeros: Literal, origin: &Origin) -> WireId {
        let mut steps = self.arithmetic("Round", steps, None, vec![], origin);
        let none = |zeros: Vec<f32>| zeros.iter().all(|&zero| zero == 0.0);
        if !zeros.floats().is_some_and(none) {
            steps = self.arithmetic("Add", steps, Some(zeros), vec![], origin);
        }
        let shape: Shape = self.build.fact(steps).shape.clone();
        let bounds =
            [f32::from(i16::MIN), f32::from(i16::MAX)].map(|x| Some(self.build.shared(scalar(x))));
        let clipped = self.build.wire(DType::Float32, shape.clone(), Source::Node);
        let inputs = [vec![Some(steps)], bounds.to_vec()].concat();
        self.push("Clip", inputs, vec![clipped], vec![], origin);
        let out = self.build.wire(DType::Int16, shape, Source::Node);
        let to = vec![("to", Attr::Int(5))];
        self.push("Cast", vec![Some(clipped)], vec![out], to, origin);
        out
    }
}

fn unstored(dtype: DType) -> OpError {
    OpError::unsupported(format!("a result quantised to {dtype}"))
}

fn parameter_shape(quant: &Quant) -> Vec<usize> {
    match quant.axis {
        Some(_) => vec![quant.scale.len()],
        None => Vec::new(),
    }
}

/// A scalar, or a vector along the axis.
fn scales(quant: &Quant) -> Literal {
    Literal::from_floats(parameter_shape(quant), &quant.scale)
}

/// As [`scales`], in the type of what is stored.
fn zero_points(quant: &Quant, dtype: DType) -> Literal {
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

fn scalar(x: f32) -> Literal {
    Literal::from_floats(Vec::new(), &[x])
}

pub(super) fn parameters(value: &Value) -> Result<&Quant, OpError> {
    let quant = value.quant.as_ref();
    quant.ok_or_else(|| {
        OpError::inconsistent(format!("{:?} has no quantisation parameters", value.name))
    })
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
