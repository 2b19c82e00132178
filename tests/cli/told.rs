//! What is told of a conversion, in words, as JSON, as a drawing, as metadata.

use std::fs;

use serde_json::Value;

use super::{MODEL, REFUSED, exits, json, onnx, run, stderr, text};

#[test]
fn the_report_has_what_the_summary_has() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let said = exits(
        0,
        &[
            "--nchw",
            "--verbose",
            MODEL,
            text(&out),
            "--report",
            text(&report),
        ],
    );
    let report = json(&report);
    let model = &report["models"][0];
    assert_eq!(
        model["output_bytes"],
        fs::metadata(&out).expect("there").len()
    );
    assert_eq!(model["operators"], 3);
    assert_eq!(model["operator_counts"]["CONV_2D"], 2);
    assert_eq!(model["node_counts"]["Conv"], 2);
    assert_eq!(model["transposes"], 0);
    assert_eq!(model["inputs"][0]["layout"], "NCHW");
    assert_eq!(model["inputs"][0]["shape"], serde_json::json!([1, 3, 4, 6]));
    assert_eq!(model["errors"], serde_json::json!([]));
    for part in [
        "NCHW",
        "[1, 3, 4, 6]",
        "0 transposes",
        "opset       15",
        "2 CONV_2D",
        "FLOAT32",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn variables_are_told_apart_from_inputs_and_outputs() {
    const STREAM: &str = "fixtures/stateful/delay.tflite";
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let said = exits(0, &[STREAM, text(&out), "--report", text(&report)]);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("_next")).collect();
    assert!(
        lines[0].trim_start().starts_with("state       first"),
        "{said}"
    );
    assert!(lines[1].ends_with("next run: second_next"), "{said}");
    let states = &json(&report)["models"][0]["states"];
    let expected = serde_json::json!([
        { "input": "first", "output": "first_next" },
        { "input": "second", "output": "second_next" },
    ]);
    assert_eq!(*states, expected);
}

#[test]
fn the_report_of_a_refusal_says_where() {
    let dir = tempfile::tempdir().expect("a directory");
    let report = dir.path().join("report.json");
    exits(
        1,
        &[
            REFUSED,
            text(&dir.path().join("out.onnx")),
            "--report",
            text(&report),
        ],
    );
    let model = &json(&report)["models"][0];
    assert_eq!(model["status"], "refused");
    assert_eq!(model["output"], Value::Null);
    let errors = model["errors"].as_array().expect("a list");
    assert!(errors.iter().all(|error| error["kind"] == "Unsupported"));
    let custom = errors
        .iter()
        .find(|error| error["site"]["code"] == "FrobnicateTensor");
    let custom = custom.expect("each operator is named");
    assert_eq!(custom["site"]["subgraph"], "main");
    assert!(custom["message"].is_string() && custom["advice"].is_string());
}

#[test]
fn the_drawing_names_the_order_of_operators() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, dot) = (dir.path().join("out.onnx"), dir.path().join("graph.dot"));
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            MODEL,
            text(&out),
            "--dot",
            text(&dot),
        ],
    );
    let drawing = fs::read_to_string(&dot).expect("written");
    assert!(
        drawing.starts_with("digraph") && drawing.ends_with("}\n"),
        "{drawing}"
    );
    assert!(
        drawing.contains("CONV_2D\\nmain[0]\\nchannels first"),
        "{drawing}"
    );
    assert_eq!(
        drawing.matches("color=red").count(),
        2,
        "both ends are turned: {drawing}"
    );
}

#[test]
fn metadata_goes_along_unless_told_not_to() {
    let model = "fixtures/odd/metadata.tflite";
    let keys = |args: &[&str]| {
        let output = run(args);
        assert!(output.status.success(), "{}", stderr(&output));
        let model = onnx(&output.stdout);
        let keys: Vec<String> = model
            .metadata_props
            .iter()
            .map(|entry| entry.key.clone())
            .collect();
        keys
    };
    let with = keys(&["--no-validate", model, "-"]);
    assert!(with.contains(&"tflite.version".to_owned()), "{with:?}");
    assert!(with.contains(&"tflite.metadata".to_owned()), "{with:?}");
    assert_eq!(
        keys(&["--no-validate", "--no-metadata", model, "-"]),
        [""; 0]
    );
    assert_eq!(
        keys(&["--no-validate", "--no-metadata", "--metadata", model, "-"]),
        with
    );
}

#[test]
fn the_table_of_operators_lists_them() {
    let output = run(["ops"]);
    assert!(output.status.success());
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        table
            .lines()
            .any(|line| line.contains("CONV_2D") && line.contains("Conv")),
        "{table}"
    );
}

#[test]
fn names_do_not_reach_the_terminal_as_they_are() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let model = "fixtures/odd/terminal_name.tflite";
    let said = exits(0, &["--verbose", model, text(&out)]);
    assert!(said.contains("tensor"), "{said}");
    assert!(!said.contains(['\x1b', '\r']), "{said:?}");
}
