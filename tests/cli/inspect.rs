//! `tfl2onnx inspect`: what the page, the JSON and the drawing say of files that convert and of files that do not.

use std::fs;

use serde_json::{Value, json};

use super::{REFUSED, exits, run, stderr, text};

fn inspected(model: &str) -> Value {
    let output = run(["inspect", "--json", model]);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn page(model: &str) -> String {
    let output = run(["inspect", model]);
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_json_has_every_tensor_and_operator() {
    // What fixtures/make/weights.py builds.
    let found = inspected("fixtures/weights/quantized.tflite");
    let model = &found["models"][0];
    let graph = &model["subgraphs"][0];
    let tensors = graph["tensors"].as_array().expect("a list");
    let kernel = tensors
        .iter()
        .find(|tensor| tensor["name"] == "kernel")
        .expect("there");
    assert_eq!(kernel["type"], "INT8");
    assert_eq!(kernel["shape"], json!([3, 2, 2, 2]));
    assert_eq!(kernel["bytes"], 24);
    assert_eq!(kernel["role"], "constant");
    assert_eq!(kernel["quantization"]["scale"][0], json!(0.25));
    assert_eq!(kernel["quantization"]["zero_point"], json!([0, 0, 0]));
    assert_eq!(graph["operators"][0]["name"], "CONV_2D");
    assert_eq!(
        graph["operators"][0]["inputs"],
        json!([0, kernel["index"], 2])
    );
    // The bias of the second convolution is omitted.
    assert_eq!(graph["operators"][1]["inputs"][2], json!(-1));
    let codes = model["operator_codes"].as_array().expect("a list");
    let dequantize: u64 = codes
        .iter()
        .filter(|code| code["name"] == "DEQUANTIZE")
        .filter_map(|code| code["count"].as_u64())
        .sum();
    assert_eq!(dequantize, 2);
}

#[test]
fn scales_of_blocks_are_told() {
    const BLOCKED: &str = "fixtures/weights/blocked.tflite";
    let found = inspected(BLOCKED);
    let tensors = &found["models"][0]["subgraphs"][0]["tensors"];
    let mut tensors = tensors.as_array().into_iter().flatten();
    let kernel = tensors.find(|tensor| tensor["name"] == "four_bits");
    let told = &kernel.expect("there")["quantization"]["blocks"];
    assert_eq!(told, &json!({"size": 4, "scales": 2, "zero_points": -1}));
    assert!(page(BLOCKED).contains("a scale for every 4 in a row, in tensor 2"));
}

#[test]
fn sparsity_signatures_and_open_dimensions_are_told() {
    let sparse = inspected("fixtures/ops/DENSIFY/rows_uint16.tflite");
    let tensors = &sparse["models"][0]["subgraphs"][0]["tensors"];
    let sparsity = tensors
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["sparsity"].is_object());
    let levels = &sparsity.expect("a sparse tensor")["sparsity"]["dimensions"];
    assert!(
        levels
            .as_array()
            .is_some_and(|levels| levels.iter().any(|one| one["format"] == "SPARSE_CSR"))
    );

    let blaze = inspected("fixtures/models/blaze.tflite");
    let signature = &blaze["models"][0]["signatures"][0];
    assert_eq!(signature["key"], "serving_default");
    assert_eq!(
        signature["inputs"],
        json!([{ "name": "input", "tensor": 0 }])
    );

    let open = inspected("fixtures/odd/unknown_batch.tflite");
    let input = &open["models"][0]["subgraphs"][0]["tensors"][0];
    assert_eq!(input["shape_signature"][0], json!(-1));
}

#[test]
fn the_page_says_whether_and_why_it_converts() {
    let good = page("fixtures/models/blaze.tflite");
    for part in [
        "converts    yes: ",
        "BlazeFace-like detector",
        "[1, 32, 32, 3]",
        "serving_default",
        " → ",
    ] {
        assert!(good.contains(part), "{part:?} is not in\n{good}");
    }
    let bad = page(REFUSED);
    for part in [
        "converts    no",
        "FrobnicateTensor at main[1]",
        "AudioMystery at main[3]",
        "FlexMatrixInverse",
    ] {
        assert!(bad.contains(part), "{part:?} is not in\n{bad}");
    }
    let refused = inspected(REFUSED);
    let conversion = &refused["models"][0]["conversion"];
    assert_eq!(conversion["converts"], false);
    assert_eq!(conversion["errors"].as_array().map(Vec::len), Some(3));
}

#[test]
fn indices_that_lead_nowhere_are_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let svg = dir.path().join("graph.svg");
    let found = inspected("fixtures/invalid/operand_index.tflite");
    let errors = &found["models"][0]["conversion"]["errors"];
    assert!(errors.as_array().is_some_and(|errors| !errors.is_empty()));
    for model in [
        "buffer_index",
        "opcode_index",
        "cycle",
        "no_subgraph",
        "unknown_type",
        "output_index",
    ] {
        let model = format!("fixtures/invalid/{model}.tflite");
        exits(0, &["inspect", "--graph", text(&svg), &model]);
        assert!(page(&model).contains("converts    no"), "{model}");
    }
    let said = exits(1, &["inspect", "fixtures/invalid/truncated.tflite"]);
    assert!(said.starts_with("error: "), "{said}");
}

#[test]
fn the_network_is_drawn() {
    let dir = tempfile::tempdir().expect("a directory");
    let (svg, dot) = (dir.path().join("graph.svg"), dir.path().join("graph.dot"));
    exits(0, &["inspect", REFUSED, "--graph", text(&svg)]);
    let drawing = fs::read_to_string(&svg).expect("written");
    assert!(drawing.starts_with("<svg xmlns=") && drawing.ends_with("</svg>\n"));
    // Eight operators, an input and an output; nine values.
    assert_eq!(drawing.matches("<title>").count(), 10);
    assert_eq!(drawing.matches("<path class=\"edge").count(), 9);
    assert!(drawing.contains("AudioMystery"), "{drawing}");
    exits(0, &["inspect", REFUSED, "--graph", text(&dot)]);
    let drawing = fs::read_to_string(&dot).expect("written");
    assert!(
        drawing.starts_with("digraph") && drawing.matches(" -> ").count() == 9,
        "{drawing}"
    );
    exits(
        2,
        &[
            "inspect",
            REFUSED,
            "--graph",
            text(&dir.path().join("graph.png")),
        ],
    );
}
