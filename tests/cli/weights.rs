//! `tfl2onnx weights`: the file against what the interpreter hands out, dequantised and transposed by numpy
//! (`fixtures/make/weights.py`).

use std::fs;
use std::path::Path;

use safetensors::SafeTensors;
use serde_json::Value;

use super::{exits, names, room, run, stderr, text};

/// A file's tensors in the order of their data, with the metadata.
fn read(bytes: &[u8]) -> (Vec<String>, Value) {
    let (size, rest) = bytes.split_first_chunk::<8>().expect("a length");
    let size = usize::try_from(u64::from_le_bytes(*size)).expect("in memory");
    let header: Value = serde_json::from_slice(&rest[..size]).expect("JSON");
    let tensors = header.as_object().expect("an object");
    let mut order: Vec<(u64, String)> = tensors
        .iter()
        .filter(|(name, _)| *name != "__metadata__")
        .map(|(name, entry)| {
            (
                entry["data_offsets"][0].as_u64().expect("a number"),
                name.clone(),
            )
        })
        .collect();
    order.sort();
    let order = order.into_iter().map(|(_, name)| name).collect();
    (order, header["__metadata__"].clone())
}

fn same_as_recorded(model: &str, golden: &str) {
    let output = run(["weights", "-q", model, "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let golden = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(golden)).expect("there");
    let (order, _) = read(&output.stdout);
    let recorded: Vec<String> =
        serde_json::from_str(read(&golden).1["order"].as_str().expect("text")).expect("a list");
    assert_eq!(order, recorded);
    let found = SafeTensors::deserialize(&output.stdout).expect("a safetensors file");
    let wanted = SafeTensors::deserialize(&golden).expect("a safetensors file");
    for name in &order {
        let (found, wanted) = (found.tensor(name), wanted.tensor(name));
        let (found, wanted) = (found.expect("listed"), wanted.expect("recorded"));
        assert_eq!(found.dtype(), wanted.dtype(), "{name}");
        assert_eq!(found.shape(), wanted.shape(), "{name}");
        assert!(found.data() == wanted.data(), "{name} differs");
    }
}

#[test]
fn a_detector_s_weights_are_in_graph_order() {
    same_as_recorded(
        "fixtures/models/blaze.tflite",
        "fixtures/weights/blaze.safetensors",
    );
}

#[test]
fn every_kernel_lies_as_in_pytorch() {
    same_as_recorded(
        "fixtures/weights/kernels.tflite",
        "fixtures/weights/kernels.safetensors",
    );
}

#[test]
fn stored_integers_are_what_they_mean() {
    same_as_recorded(
        "fixtures/weights/quantized.tflite",
        "fixtures/weights/quantized.safetensors",
    );
    same_as_recorded(
        "fixtures/weights/packed.tflite",
        "fixtures/weights/packed.safetensors",
    );
    same_as_recorded(
        "fixtures/weights/blocked.tflite",
        "fixtures/weights/blocked.safetensors",
    );
}

#[test]
fn the_metadata_says_where_each_comes_from() {
    let output = run(["weights", "-q", "fixtures/weights/kernels.tflite", "-"]);
    let (order, metadata) = read(&output.stdout);
    assert_eq!(metadata["format"], "pt");
    let told: Value =
        serde_json::from_str(metadata["tensors"].as_str().expect("text")).expect("JSON");
    assert_eq!(told.as_object().map(|told| told.len()), Some(order.len()));
    let half = &told["half"];
    assert_eq!(half["layout"], "OIHW");
    assert_eq!(half["tflite_layout"], "OHWI");
    assert_eq!(half["tflite_type"], "FLOAT16");
    assert_eq!(half["tflite_shape"], serde_json::json!([4, 2, 3, 3]));
    // Through the DEQUANTIZE that stands between.
    assert_eq!(
        half["uses"],
        serde_json::json!(["CONV_2D at main[1], operand 1"])
    );
    assert_eq!(told["both"]["layout"], "C1HW");
    assert_eq!(told["both@OIHW"]["layout"], "OIHW");
    assert_eq!(told["used_last"]["layout"], Value::Null);
}

#[test]
fn whole_numbers_come_when_they_are_asked_for() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("all.safetensors");
    let said = exits(
        0,
        &[
            "weights",
            "--all",
            "fixtures/models/blaze.tflite",
            text(&out),
        ],
    );
    assert!(said.contains("as in the file"), "{said}");
    let bytes = fs::read(&out).expect("written");
    let found = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let whole = found
        .iter()
        .filter(|(_, view)| view.dtype() == safetensors::Dtype::I32);
    assert!(whole.count() >= 4);
    assert_eq!(names(dir.path()), ["all.safetensors"]);
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let (dir, model) = room();
    for bad in [
        "fixtures/invalid/truncated.tflite",
        "fixtures/invalid/sparse_index_outside.tflite",
    ] {
        let said = exits(
            1,
            &["weights", bad, text(&dir.path().join("out.safetensors"))],
        );
        assert!(said.starts_with("error: "), "{said}");
    }
    let said = exits(2, &["weights", text(&model), text(&model)]);
    assert!(said.starts_with("error: "), "{said}");
    assert_eq!(names(dir.path()), ["model.tflite"]);
    // A model that cannot be converted has weights all the same; the file goes beside it.
    exits(0, &["weights", "-q", text(&model)]);
    assert_eq!(names(dir.path()), ["model.safetensors", "model.tflite"]);
}
