//! What tract-onnx 0.23.9 lacks or gets wrong, registered over it.
//!
//! Each module names the flaw it mends. They exist so that validation can judge more files; the
//! lowerings still prefer forms that an unmodified tract runs, for the sake of its users.

mod cast;
mod equal;
mod log_softmax;
mod one_hot;
mod quantize_linear;
mod range;
mod repeat;
mod reverse_sequence;
mod slice;

use tract_onnx::model::OnnxOpRegister;

/// Adds this crate's operators to tract's registry, replacing those of the same name.
pub fn register(registry: &mut OnnxOpRegister) {
    registry.insert("Cast", cast::load);
    registry.insert("Equal", equal::load);
    registry.insert("LogSoftmax", log_softmax::load);
    registry.insert("Loop", repeat::load);
    registry.insert("OneHot", one_hot::load);
    registry.insert("DequantizeLinear", quantize_linear::load_dequantize);
    registry.insert("QuantizeLinear", quantize_linear::load_quantize);
    registry.insert("Range", range::load);
    registry.insert("ReverseSequence", reverse_sequence::load);
    registry.insert("Slice", slice::load);
}

/// What a loader gives tract: the operator, and the outer values that its subgraphs capture.
type Loaded = (
    Box<dyn tract_onnx::tract_hir::internal::InferenceOp>,
    Vec<String>,
);
