//! What becomes of quantised values on request, as another decoder reads the file.

use std::fs;

use onnx_protobuf::ModelProto;

use super::{exits, json, onnx, text};

const QUANTIZED: &str = "fixtures/ops/CONV_2D/int8.tflite";
const LSTM: &str = "fixtures/ops/UNIDIRECTIONAL_SEQUENCE_LSTM/integers_long.tflite";
/// ONNX's numbers of element types.
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;
const INT4: i32 = 22;

fn converted(options: &[&str]) -> ModelProto {
    converted_from(QUANTIZED, options)
}

fn converted_from(model: &str, options: &[&str]) -> ModelProto {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let mut args = vec![model, text(&out)];
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

/// How many quantised values that the model keeps to itself are of a type: that of their zero points.
fn computed(model: &ModelProto, dtype: i32) -> usize {
    let outputs: Vec<_> = model.graph.output.iter().map(|one| &one.name).collect();
    let zeros = model.graph.initializer.iter();
    let zeros: Vec<_> = zeros
        .filter(|one| one.data_type == dtype)
        .map(|one| &one.name)
        .collect();
    let nodes = model.graph.node.iter();
    let nodes = nodes.filter(|node| node.op_type == "QuantizeLinear");
    nodes
        .filter(|node| zeros.contains(&&node.input[2]) && !outputs.contains(&&node.output[0]))
        .count()
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

/// A file of a kilobyte, of which two thirds are not weights.
#[test]
fn no_larger_than_the_file_it_comes_from() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    for model in [QUANTIZED, LSTM] {
        exits(0, &[model, text(&out)]);
        let size = |path: &str| fs::metadata(path).expect("there").len();
        let (from, to) = (size(model), size(text(&out)));
        assert!(10 * to <= 11 * from, "{model}: {from} bytes became {to}");
    }
}

#[test]
fn tensors_of_the_file_keep_their_names() {
    let model = converted(&["--activations", "keep"]);
    let names = |node: &onnx_protobuf::NodeProto| [node.name.clone(), node.op_type.clone()];
    let named: Vec<_> = model.graph.node.iter().map(names).collect();
    let conv = named.iter().find(|[_, op_type]| op_type == "Conv");
    assert_eq!(conv.expect("one")[0], "CONV_2D_0");
    let stored = model.graph.initializer.iter();
    let stored: Vec<_> = stored.map(|tensor| &*tensor.name).collect();
    for name in ["kernel", "bias"] {
        assert!(stored.contains(&name), "{name} among {stored:?}");
    }
}

#[test]
fn real_numbers_are_what_opset_13_has() {
    const GATE: &str = "fixtures/ops/HARD_SWISH/int8.tflite";
    let model = converted_from(GATE, &["--quantized", "float", "--opset", "13"]);
    assert_eq!(
        (face(&model), model.opset_import[0].version),
        ((FLOAT, FLOAT), 13)
    );
    let nodes: Vec<&str> = model.graph.node.iter().map(|node| &*node.op_type).collect();
    assert_eq!(nodes, ["HardSigmoid", "Mul"]);
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

#[test]
fn weights_are_unsigned_where_asked() {
    let dir = tempfile::tempdir().expect("a directory");
    let report = dir.path().join("report.json");
    let told = |options: &[&str]| {
        let options = [options, &["--report", text(&report)]].concat();
        let model = converted(&options);
        let told = json(&report)["models"][0]["int8_weights"].clone();
        (model, told)
    };
    let (kept, told_kept) = told(&[]);
    let (shifted, told_shifted) = told(&["--weights", "uint8"]);
    assert_eq!((told_kept, told_shifted), (1.into(), 0.into()));
    let of = |model: &ModelProto, dtype| -> Vec<Vec<u8>> {
        let kernels = constants(model, dtype).into_iter();
        let kernels = kernels.filter(|tensor| tensor.dims.len() == 4);
        kernels.map(|tensor| tensor.raw_data.clone()).collect()
    };
    let ([kept], [raised]) = (&of(&kept, INT8)[..], &of(&shifted, UINT8)[..]) else {
        panic!("one kernel each");
    };
    assert_eq!(of(&shifted, INT8).len(), 0);
    let codes = |bytes: &[u8], zero: i16, signed: bool| -> Vec<i16> {
        let each = |&byte: &u8| match signed {
            true => i16::from(byte as i8),
            false => i16::from(byte) - zero,
        };
        bytes.iter().map(each).collect()
    };
    assert_eq!(codes(kept, 0, true), codes(raised, 128, false));
    exits(2, &[QUANTIZED, "--weights", "int16"]);
}

/// onnxruntime rewrites the zero point of every matrix of weights under `session.x64quantprecision`, by its name.
#[test]
fn no_two_weights_share_a_zero_point() {
    let model = converted_from("fixtures/models/residual_int8.tflite", &[]);
    let initial: Vec<_> = constants(&model, INT8)
        .iter()
        .map(|t| t.name.clone())
        .collect();
    let nodes = model.graph.node.iter();
    let decoded = nodes.filter(|node| node.op_type == "DequantizeLinear");
    let weights = decoded.filter(|node| initial.contains(&node.input[0]));
    let mut zero_points: Vec<_> = weights.map(|node| &node.input[2]).collect();
    let all = zero_points.len();
    zero_points.sort_unstable();
    zero_points.dedup();
    assert!(all > 1 && zero_points.len() == all, "{all}");
}

fn constants(model: &ModelProto, dtype: i32) -> Vec<&onnx_protobuf::TensorProto> {
    let tensors = model.graph.initializer.iter();
    tensors.filter(|tensor| tensor.data_type == dtype).collect()
}

#[test]
fn packed_weights_stay_packed_from_opset_21_on() {
    const TABLE: &str = "fixtures/ops/EMBEDDING_LOOKUP/int4.tflite";
    let model = converted_from(TABLE, &[]);
    assert_eq!(model.opset_import[0].version, 21);
    let [table] = constants(&model, INT4)[..] else {
        panic!("one constant of INT4");
    };
    assert_eq!((&table.dims[..], table.raw_data.len()), (&[7, 6][..], 21));
    let file = fs::read(TABLE).expect("there");
    assert!(file.windows(21).any(|bytes| bytes == table.raw_data));

    let model = converted_from(TABLE, &["--opset", "17"]);
    assert_eq!(model.opset_import[0].version, 17);
    assert_eq!(constants(&model, INT4).len(), 0);
    let [table] = constants(&model, INT8)[..] else {
        panic!("one constant of INT8");
    };
    assert_eq!((&table.dims[..], table.raw_data.len()), (&[7, 6][..], 42));
}

#[test]
fn packed_weights_are_real_where_that_is_asked_for() {
    const DENSE: &str = "fixtures/ops/FULLY_CONNECTED/hybrid_int4.tflite";
    let model = converted_from(DENSE, &["--quantized", "float"]);
    assert_eq!(constants(&model, INT4).len(), 0);
    assert_eq!(count(&model, "DequantizeLinear") + count(&model, "Cast"), 0);
    assert_eq!(model.opset_import[0].version, 15);
}

#[test]
fn blocks_have_scales_of_their_own() {
    const DENSE: &str = "fixtures/ops/FULLY_CONNECTED/blockwise_many.tflite";
    let model = converted_from(DENSE, &[]);
    let mut nodes = model.graph.node.iter();
    let node = nodes.find(|node| node.op_type == "DequantizeLinear");
    let attributes = &node.expect("there").attribute;
    let named = |name| {
        attributes
            .iter()
            .find(|one| one.name == name)
            .map(|one| one.i)
    };
    assert_eq!((named("axis"), named("block_size")), (Some(0), Some(32)));
    // 256 inputs in 8 blocks, 260 units, as MatMul has them.
    let scales = constants(&model, FLOAT);
    assert!(scales.iter().any(|tensor| tensor.dims == [8, 260]));

    let model = converted_from(DENSE, &["--opset", "17"]);
    assert_eq!(count(&model, "DequantizeLinear"), 0);
    assert_eq!(constants(&model, INT8)[0].dims, [260, 256]);
}

#[test]
fn what_has_a_quantised_form_keeps_it_unless_asked() {
    let plain = converted(&[]);
    assert_eq!(converted(&["--quantized", "auto"]), plain);
    assert_eq!(converted(&["--quantized", "qdq"]), plain);
    let float = converted(&["--quantized", "float"]);
    assert_eq!(converted(&["--quantized", "float", "--float-io"]), float);
    exits(2, &[QUANTIZED, "--quantized", "int8"]);
    exits(2, &[QUANTIZED, "--activations", "int16"]);
}

#[test]
fn real_faces_go_with_either_kind_of_activations() {
    let model = converted(&["--float-io", "--activations", "uint8"]);
    assert_eq!(face(&model), (FLOAT, FLOAT));
    assert_eq!(computed(&model, INT8), 0);
    assert!(computed(&model, UINT8) > 0);
    let model = converted(&["--float-io", "--activations", "keep"]);
    assert_eq!(face(&model), (FLOAT, FLOAT));
    assert_eq!(computed(&model, UINT8), 0);
    assert!(computed(&model, INT8) > 0);
}

#[test]
fn without_weights_activations_are_kept() {
    const SUM: &str = "fixtures/ops/ADD/int8.tflite";
    let kept = converted_from(SUM, &["--activations", "keep"]);
    assert_eq!(face(&kept), (INT8, INT8));
    assert_eq!(converted_from(SUM, &["--activations", "auto"]), kept);
    let shifted = converted_from(SUM, &["--activations", "uint8"]);
    assert_eq!(face(&shifted), (INT8, INT8));
    assert!(count(&shifted, "QuantizeLinear") > count(&kept, "QuantizeLinear"));
}

#[test]
fn what_is_picked_of_equal_parameters_stays_as_it_is_stored() {
    for model in [
        "MAXIMUM/int8",
        "REDUCE_MAX/uint8",
        "RELU/int16_same",
        "RELU6/uint8_same",
        "RESIZE_NEAREST_NEIGHBOR/uint8_7x13",
        "SPACE_TO_BATCH_ND/int8_padded",
        "ARG_MAX/uint8_of_codes",
    ] {
        let model = format!("fixtures/ops/{model}.tflite");
        let model = converted_from(&model, &["--quantized", "qdq"]);
        let between = count(&model, "DequantizeLinear") + count(&model, "QuantizeLinear");
        assert_eq!(between, 0, "{model:?}");
    }
}

#[test]
fn zeros_around_an_image_are_the_padding_of_its_convolution() {
    for (model, pads) in [
        ("int8_padded", 0),
        ("int8_padded_shared", 1),
        ("int8_surrounded", 1),
    ] {
        let path = format!("fixtures/ops/CONV_2D/{model}.tflite");
        assert_eq!(count(&converted_from(&path, &[]), "Pad"), pads, "{model}");
    }
}
