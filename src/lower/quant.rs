//! Quantised values: the only code that writes their QuantizeLinear and DequantizeLinear.
//!
//! Quantisation is a property of how a value is read and given, not of operators: an operator that computes
//! with real numbers is handed a dequantised wire, shared by all its readers, and its result is quantised
//! after it. 8-bit types use ONNX's own operators. ONNX has them for 16 bits from opset 21 on only, and few
//! runtimes do; what they mean is written in ordinary arithmetic instead, which every runtime has.

mod literals;
mod rules;

use super::{Lowering, Origin};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Perm, Quant, Shape, Value};
use crate::onnx::{Attr, Source, WireId};
use crate::passes::stored::Bounds;

pub(crate) use literals::{decodable, decoded};
use literals::{scales, zero_points};
pub(super) use rules::saturates;
pub(super) use rules::{is_hybrid, is_wide};
pub(crate) use rules::{limits, stored_bounds, works_on_stored};

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

fn scalar(x: f32) -> Literal {
    Literal::from_floats(Vec::new(), &[x])
}

pub(super) fn parameters(value: &Value) -> Result<&Quant, OpError> {
    let quant = value.quant.as_ref();
    quant.ok_or_else(|| {
        OpError::inconsistent(format!("{:?} has no quantisation parameters", value.name))
    })
}
