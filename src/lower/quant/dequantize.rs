//! What stored integers mean, as FLOAT32 wires: DequantizeLinear, ordinary arithmetic, or constants decoded here.

use super::literals::{decoded, scales, zero_points};
use super::parameters;
use crate::error::OpError;
use crate::ir::{DType, Literal, Perm, Quant, Value};
use crate::lower::{Lowering, Origin};
use crate::onnx::{Attr, Source, WireId};

impl Lowering {
    /// What a stored wire means, its axes being in the order `perm`.
    pub(in crate::lower) fn dequantize(
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
    pub(in crate::lower) fn dequantize_plainly(
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
    pub(in crate::lower) fn steps(
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

    /// `DequantizeLinear` of a stored wire, by blocks where the parameters have them.
    pub(in crate::lower) fn dequantize_linear(
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
}
