//! Weights that the file packs, two or four in a byte, stay packed: initialisers of INT4.
//!
//! Runtimes have their fast kernels for 8 bits, and make them of a Cast to INT8 when they load the file;
//! onnxruntime unpacks INT4 each time the model runs otherwise, at many times a product's cost. INT2 is in ONNX
//! from opset 25 on, which few runtimes read: such weights are INT4 too.
//!
//! ONNX: INT4 in Cast and DequantizeLinear, from opset 21 on.

use super::{Lowering, Origin};
use crate::error::OpError;
use crate::ir::{DType, Literal, Value};
use crate::onnx::{Attr, Source, WireId};
use crate::tflite;

/// The first opset with INT4.
const OPSET: i64 = 21;

impl Lowering {
    /// Is a value a constant that is written in 4 bits? Where a lower opset was asked for it is one of INT8.
    pub(super) fn packs(&self, value: &Value) -> Result<bool, OpError> {
        let packed = matches!(value.packed, Some(DType::Int4 | DType::Int2));
        if !packed || !value.is_quantized() || value.constant().is_none() {
            return Ok(false);
        }
        match self.opset >= OPSET {
            false if self.rises => Err(OpError::needs_opset(OPSET)),
            enough => Ok(enough),
        }
    }

    /// The bytes that packed integers are.
    pub(super) fn unpacked(&mut self, wire: WireId, value: &Value, origin: &Origin) -> WireId {
        let shape = self.build.fact(wire).shape.clone();
        let out = self.build.wire(value.stored, shape, Source::Node);
        let code = value.stored.onnx().map_or(0, i64::from);
        let attrs = vec![("to", Attr::Int(code))];
        self.push("Cast", vec![Some(wire)], vec![out], attrs, origin);
        out
    }
}

/// Bytes that hold 4-bit integers, packed.
pub(super) fn packed(literal: Literal) -> Literal {
    Literal {
        dtype: DType::Int4,
        data: tflite::packed::pack(&literal.data),
        shape: literal.shape,
    }
}
