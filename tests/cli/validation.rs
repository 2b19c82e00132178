//! Verdicts, and what comes of them.

use super::{MODEL, exits, json, text};

/// Its sums round differently in another order, so a tolerance of zero finds fault with it.
const ROUNDS: &str = "fixtures/models/blaze.tflite";

#[test]
fn figures_are_said_and_reported() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let args = [
        "--seed",
        "7",
        "--samples",
        "3",
        "--validate",
        "layers",
        MODEL,
        text(&out),
    ];
    let said = exits(0, &[&args[..], &["--report", text(&report)]].concat());
    assert!(said.contains("verified, 3 samples of seed 7"), "{said}");
    assert!(said.contains("max abs"), "{said}");
    let model = &json(&report)["models"][0];
    assert_eq!(model["status"], "verified");
    assert_eq!(model["validation"]["samples"], 3);
    assert_eq!(model["validation"]["scope"], "layers");
    assert_eq!(model["validation"]["outputs"][0]["matches"], true);
}

#[test]
fn quantised_outputs_are_reported_in_steps() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let model = "fixtures/ops/CONV_2D/int8.tflite";
    let said = exits(0, &[model, text(&out), "--report", text(&report)]);
    assert!(said.contains(" step"), "{said}");
    assert!(said.contains(" % equal"), "{said}");
    let model = &json(&report)["models"][0];
    assert!(model["float_form"].is_null());
    let shape = model["outputs"][0]["shape"].as_array().expect("a shape");
    let elements: u64 = shape.iter().filter_map(serde_json::Value::as_u64).product();
    let output = &model["validation"]["outputs"][0];
    assert_eq!(output["elements"], 2 * elements, "of two samples");
    let equal = output["equal"].as_u64().expect("a number");
    let steps = output["steps"]["max"].as_f64().expect("a number");
    assert!(steps <= output["steps"]["allowed"].as_f64().expect("a number"));
    assert_eq!(steps == 0.0, equal == 2 * elements);

    exits(0, &[MODEL, text(&out), "--report", text(&report)]);
    let output = &json(&report)["models"][0]["validation"]["outputs"][0];
    assert!(output["steps"].is_null());
}

#[test]
fn a_mismatch_is_3_and_leaves_no_file() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let args = [
        "--tolerance",
        "0",
        ROUNDS,
        text(&out),
        "--report",
        text(&report),
    ];
    let said = exits(3, &args);
    assert!(said.contains("nothing written"), "{said}");
    assert!(
        said.contains("error: ") && said.contains("differs by"),
        "{said}"
    );
    assert!(!out.exists());
    let model = &json(&report)["models"][0];
    assert_eq!(model["status"], "mismatch");
    assert_eq!(model["errors"][0]["kind"], "Mismatch");
    assert!(model["validation"]["divergence"]["operator"].is_string());
    exits(3, &[&args[..], &["--keep-mismatch"]].concat());
    assert!(out.exists());
}

#[test]
fn inputs_are_such_as_the_operators_take() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let models = [
        // Divisors are not zero.
        "FLOOR_MOD/int64",
        // LiteRT's quantised kernel refuses negative numbers.
        "SQRT/int16",
        // tract wants to know what is put around before it runs.
        "PADV2/runtime_value",
        // Whose length is not that of the numbers' whole parts, or in FLOAT64.
        "RANGE/float32_rounded_span",
        // Cut by masks at whatever extents the inputs have.
        "STRIDED_SLICE/open_extents",
    ];
    for model in models {
        let model = format!("fixtures/ops/{model}.tflite");
        let said = exits(0, &[&model, text(&out)]);
        assert!(said.contains("  verified, "), "{said}");
    }
}

#[test]
fn a_float_form_is_compared_with_real_numbers() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    // Nothing but the weights is quantised, by channel: there is no range that an activation could be read from.
    let model = "fixtures/ops/CONV_2D/hybrid_channels.tflite";
    let said = exits(0, &["--quantized", "float", model, text(&out)]);
    assert!(said.contains("  verified, 2 samples"), "{said}");
    assert!(!said.contains("operator by operator"), "{said}");
}

#[test]
fn what_has_no_quantised_form_is_real_inside_and_said_to_be() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let model = "fixtures/float_form/logistic_int16.tflite";
    let args = [model, text(&out), "--report", text(&report)];
    let said = exits(0, &args);
    assert!(said.contains("warning: real numbers inside"), "{said}");
    let model = &json(&report)["models"][0];
    assert_eq!(model["validation"]["status"], "verified");
    // Integers at its ends, as the file has them.
    assert_eq!(model["inputs"][0]["dtype"], "INT16");
    assert_eq!(model["outputs"][0]["dtype"], "INT16");
    let why = model["float_form"].as_str().expect("a reason");
    assert!(why.contains("LOGISTIC at main[0]"), "{why}");
    exits(1, &[&args[..], &["--quantized", "qdq"]].concat());
}

#[test]
fn what_takes_too_long_is_said_to_be_unverified() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(0, &["-q", "fixtures/large/costly.bin", text(&out)]);
    assert!(
        said.starts_with("warning: unverified: too large to be executed unasked"),
        "{said}"
    );
    assert!(
        said.contains("107.4 billion") && said.contains("--validate-anyway"),
        "{said}"
    );
    assert!(out.exists());
}

#[test]
fn dimensions_left_open_are_not_tried_at_what_cannot_be_executed() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(0, &["fixtures/large/open_extents.bin", text(&out)]);
    // Two other sizes are.
    assert!(said.contains("  verified, 4 samples"), "{said}");
}
