//! `--batch`, `--shape`, `--inputs`, `--outputs`.

use super::{exits, text};

const BLAZE: &str = "fixtures/models/blaze.tflite";

/// Converts without validation; returns each input and output with its shape, as the ONNX file has them.
fn faces(args: &[&str]) -> Vec<(String, Vec<String>)> {
    use onnx_protobuf::{Message, ModelProto, tensor_shape_proto::dimension, type_proto};
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let mut all = vec!["-q", "--no-validate", args[0], text(&out)];
    all.extend(&args[1..]);
    exits(0, &all);
    let bytes = std::fs::read(&out).expect("written");
    let model = ModelProto::parse_from_bytes(&bytes).expect("an ONNX file");
    let ports = model.graph.input.iter().chain(&model.graph.output);
    let shape = |port: &onnx_protobuf::ValueInfoProto| {
        let Some(type_proto::Value::TensorType(tensor)) = &port.type_.value else {
            return Vec::new();
        };
        let dims = tensor.shape.dim.iter().map(|dim| match &dim.value {
            Some(dimension::Value::DimValue(n)) => n.to_string(),
            Some(dimension::Value::DimParam(name)) => name.clone(),
            _ => "?".into(),
        });
        dims.collect()
    };
    ports.map(|port| (port.name.clone(), shape(port))).collect()
}

fn owned(faces: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |dims: &[&str]| dims.iter().map(ToString::to_string).collect();
    faces
        .iter()
        .map(|(name, dims)| ((*name).to_owned(), owned(dims)))
        .collect()
}

#[test]
fn a_batch_is_a_number_or_a_name() {
    for (size, shown) in [("8", "8"), ("dynamic", "batch")] {
        let expected = owned(&[
            ("input", &[shown, "32", "32", "3"]),
            ("regressors", &[shown, "224", "16"]),
            ("classificators", &[shown, "224", "1"]),
        ]);
        assert_eq!(faces(&[BLAZE, "--batch", size]), expected);
    }
    exits(2, &[BLAZE, "--batch", "0"]);
    exits(2, &[BLAZE, "--batch", "many"]);
}

#[test]
fn a_shape_flows_through() {
    let expected = owned(&[
        ("input", &["N", "64", "64", "3"]),
        ("regressors", &["N", "896", "16"]),
        ("classificators", &["N", "896", "1"]),
    ]);
    assert_eq!(faces(&[BLAZE, "--shape", "input=N,64,64,3"]), expected);
    let said = exits(1, &[BLAZE, "--shape", "input=1,64,64"]);
    assert!(said.contains("another rank"), "{said}");
    let said = exits(1, &[BLAZE, "--shape", "imput=1,64,64,3"]);
    assert!(said.contains("did you mean \"input\"?"), "{said}");
    for wrong in [
        "input",
        "=1,2",
        "input=1,,3",
        "input=0,64,64,3",
        "input=1,64,64,-2",
    ] {
        exits(2, &[BLAZE, "--shape", wrong]);
    }
}

#[test]
fn what_mixes_the_examples_is_refused_by_name() {
    // Its sum runs over the first axis.
    let said = exits(1, &["fixtures/ops/SUM/axis_0.tflite", "--batch", "4"]);
    assert!(said.contains("SUM at main[0]"), "{said}");
    assert!(said.contains("examples of the batch"), "{said}");
}

#[test]
fn outputs_decide_what_is_left() {
    let expected = owned(&[
        ("input", &["1", "32", "32", "3"]),
        ("classificators", &["1", "224", "1"]),
    ]);
    assert_eq!(faces(&[BLAZE, "--outputs", "classificators"]), expected);
}

#[test]
fn cuts_that_make_no_sense_are_explained() {
    let said = exits(1, &[BLAZE, "--outputs", "regresors"]);
    assert!(said.contains("did you mean \"regressors\"?"), "{said}");
    let said = exits(1, &[BLAZE, "--outputs", "#9999"]);
    assert!(said.contains("#9999: there are"), "{said}");
    let said = exits(1, &[BLAZE, "--inputs", "classificators"]);
    assert!(
        said.contains("\"regressors\" depends on none of the given inputs"),
        "{said}"
    );
    assert!(
        said.contains("\"input\" is not among the given ones"),
        "{said}"
    );
    let said = exits(
        1,
        &[
            BLAZE,
            "--inputs",
            "input,classificators",
            "--outputs",
            "regressors",
        ],
    );
    assert!(
        said.contains("no output depends on the input \"classificators\""),
        "{said}"
    );
}

#[test]
fn what_is_cut_away_need_not_be_known() {
    let model = "fixtures/invalid/custom_operators.tflite";
    let said = exits(1, &[model]);
    assert!(said.contains("FrobnicateTensor"), "{said}");
    let left = faces(&[model, "--inputs", "custom", "--outputs", "relu_1"]);
    let names: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["custom", "relu_1"]);
}

const STREAM: &str = "fixtures/stateful/convolution_int8.tflite";

/// The file's input is called as its variable.
#[test]
fn a_variable_is_one_more_input_and_output() {
    let own = [
        ("stream/rows", &["1", "2", "5", "2"][..]),
        ("stream/rows_", &["1", "3", "5", "2"]),
        ("conv_2d", &["1", "2", "3", "4"]),
        ("stream/rows_next", &["1", "3", "5", "2"]),
    ];
    assert_eq!(faces(&[STREAM]), owned(&own));
    let reset = faces(&[STREAM, "--state", "reset"]);
    assert_eq!(reset, owned(&[own[0], own[2]]));
    exits(2, &[STREAM, "--state", "lost"]);
}

/// Every run of a recurrent operator starts from zeros, which is said, unless all is to be carried.
#[test]
fn a_memory_is_one_more_input_and_output_where_it_is_asked_for() {
    const RECURRENT: &str = "fixtures/memory/svdf_integers.tflite";
    let own = [
        ("input_0", &["2", "3"][..]),
        ("state", &["2", "12"]),
        ("svdf", &["2", "4"]),
        ("state_next", &["2", "12"]),
    ];
    assert_eq!(faces(&[RECURRENT]), owned(&[own[0], own[2]]));
    assert_eq!(faces(&[RECURRENT, "--state", "all"]), owned(&own));
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(0, &[RECURRENT, text(&out)]);
    assert!(
        said.contains("1 state tensor zero when a run starts"),
        "{said}"
    );
    let said = exits(0, &[RECURRENT, text(&out), "--state", "all"]);
    assert!(said.contains("next run: state_next"), "{said}");
    assert!(!said.contains("zero when"), "{said}");
}

#[test]
fn a_variable_has_the_batch_it_has() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let refused = super::run([STREAM, text(&out), "--batch", "2"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = super::stderr(&refused);
    assert!(said.contains("--state reset"), "{said}");
    assert!(!out.exists());
}
