//! Quantised values: the only code that writes their QuantizeLinear and DequantizeLinear.
//!
//! Quantisation is a property of how a value is read and given, not of operators: an operator that computes
//! with real numbers is handed a dequantised wire, shared by all its readers, and its result is quantised
//! after it. 8-bit types use ONNX's own operators. ONNX has them for 16 bits from opset 21 on only, and few
//! runtimes do; what they mean is written in ordinary arithmetic instead, which every runtime has.

mod dequantize;
mod literals;
mod quantize;
mod rules;

use super::{Lowering, Origin};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Quant, Value};
use crate::onnx::{Attr, Source, WireId};

pub(crate) use literals::{decodable, decoded};
use literals::{scales, zero_points};
pub(super) use rules::{is_hybrid, is_wide, saturates};
pub(crate) use rules::{limits, stored_bounds, works_on_stored};

impl Lowering {
    /// Scale and zero point as initialisers: scalars, or vectors along the axis.
    fn parameter_wires(&mut self, quant: &Quant, dtype: DType) -> (WireId, WireId) {
        (
            self.build.shared(scales(quant)),
            self.build.shared(zero_points(quant, dtype)),
        )
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

    /// A node on a wire and, where one is given, a constant: FLOAT32 of the wire's shape.
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
}

/// A FLOAT32 constant of rank 0.
fn scalar(x: f32) -> Literal {
    Literal::from_floats(Vec::new(), &[x])
}

/// A value's quantisation parameters.
///
/// # Errors
/// Where it has none.
pub(super) fn parameters(value: &Value) -> Result<&Quant, OpError> {
    let quant = value.quant.as_ref();
    quant.ok_or_else(|| {
        OpError::inconsistent(format!("{:?} has no quantisation parameters", value.name))
    })
}
