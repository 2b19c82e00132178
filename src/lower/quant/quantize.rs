//! FLOAT32 wires as the integers that a value is stored as, rounded half to even and held to the type's range.

use super::rules::{limits, stored_bounds};
use super::{parameters, scalar};
use crate::error::OpError;
use crate::ir::{DType, Literal, Perm, Shape, Value};
use crate::lower::{Lowering, Origin};
use crate::onnx::{Attr, Source, WireId};
use crate::passes::stored::Bounds;

impl Lowering {
    /// A FLOAT32 wire as a value stores it that has one scale.
    pub(in crate::lower) fn quantize(
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
    pub(in crate::lower) fn quantize_along(
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
    pub(in crate::lower) fn store_steps(
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

    /// Keeps a stored wire of 8 bits within bounds, as far as its type does not already.
    pub(in crate::lower) fn clamp(
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
}

fn unstored(dtype: DType) -> OpError {
    OpError::unsupported(format!("a result quantised to {dtype}"))
}
