//! What becomes of quantised values on request, as another decoder reads the file.

use std::fs;

use onnx_protobuf::ModelProto;

use super::{exits, onnx, text};

const QUANTIZED: &str = "fixtures/ops/CONV_2D/int8.tflite";
/// ONNX's numbers of element types.
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;

fn converted(options: &[&str]) -> ModelProto {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let mut args = vec![QUANTIZED, text(&out)];
    args.extend(options);
    exits(0, &args);
    onnx(&fs::read(&out).expect("there"))
}

/// Element types of the first input and the first output.
fn face(model: &ModelProto) -> (i32, i32) {
    let dtype = |port: &onnx_protobuf::ValueInfoProto| port.type_.tensor_type().elem_type;
    (dtype(&model.graph.input[0]), dtype(&model.graph.output[0]))
}

fn count(model: &ModelProto, op_type: &str) -> usize {
    let nodes = model.graph.node.iter();
    nodes.filter(|node| node.op_type == op_type).count()
}

/// How many computed values are of a type, by their declarations.
fn computed(model: &ModelProto, dtype: i32) -> usize {
    let values = model.graph.value_info.iter();
    let of = |value: &&onnx_protobuf::ValueInfoProto| value.type_.tensor_type().elem_type == dtype;
    values.filter(of).count()
}

#[test]
fn real_numbers_everywhere() {
    let model = converted(&["--quantized", "float"]);
    assert_eq!(face(&model), (FLOAT, FLOAT));
    assert_eq!(count(&model, "Conv"), 1);
    assert_eq!(count(&model, "QuantizeLinear"), 0);
    assert_eq!(count(&model, "DequantizeLinear"), 0);
    let stored = model.graph.initializer.iter();
    let integers = stored.filter(|tensor| tensor.data_type == INT8);
    assert_eq!(integers.count(), 0);
}

#[test]
fn real_numbers_at_the_edges() {
    let model = converted(&["--float-io"]);
    assert_eq!(face(&model), (FLOAT, FLOAT));
    assert_eq!(count(&model, "QuantizeLinear"), 2);
}

#[test]
fn activations_are_unsigned_unless_kept() {
    let model = converted(&["--activations", "keep"]);
    assert_eq!((face(&model), computed(&model, UINT8)), ((INT8, INT8), 0));
    for asked in ["uint8", "auto"] {
        let model = converted(&["--activations", asked]);
        assert_eq!(face(&model), (INT8, INT8));
        assert!(computed(&model, UINT8) >= 2, "{asked}");
        assert_eq!(computed(&model, INT8), 0, "{asked}");
    }
}
