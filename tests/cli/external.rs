//! Constants in a file of their own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use onnx_protobuf::TensorProto;

use super::{exits, json, names, onnx, text};

const MODEL: &str = "fixtures/models/blaze.tflite";

fn constants(model: &Path) -> HashMap<String, TensorProto> {
    let model = onnx(&fs::read(model).expect("readable"));
    let all = model.graph.initializer.iter();
    all.map(|tensor| (tensor.name.clone(), tensor.clone()))
        .collect()
}

#[test]
fn the_same_constants_lie_beside_the_model() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = |name: &str| dir.path().join(name);
    let (plain, split, report) = (path("plain.onnx"), path("split.onnx"), path("report.json"));
    exits(0, &["--no-validate", "-q", MODEL, text(&plain)]);
    let said = exits(
        0,
        &[
            "--external-data",
            "--report",
            text(&report),
            MODEL,
            text(&split),
        ],
    );
    assert!(said.contains("split.onnx.data"), "{said}");
    let data = fs::read(path("split.onnx.data")).expect("written");
    let whole = constants(&plain);
    let parts = constants(&split);
    assert_eq!(parts.len(), whole.len());
    let mut outside = 0;
    for (name, part) in &parts {
        let expected = &whole[name];
        assert_eq!(
            (&part.dims, part.data_type),
            (&expected.dims, expected.data_type)
        );
        if expected.raw_data.len() < 1024 {
            assert_eq!(part.raw_data, expected.raw_data);
            continue;
        }
        let entry = |key: &str| {
            let found = part.external_data.iter().find(|entry| entry.key == key);
            found.expect("an entry").value.clone()
        };
        assert_eq!(entry("location"), "split.onnx.data");
        let [offset, length] =
            ["offset", "length"].map(|key| entry(key).parse().expect("a number"));
        assert_eq!(offset % 4096, 0);
        assert_eq!(data[offset..][..length], expected.raw_data[..]);
        outside += 1;
    }
    assert!(outside > 3, "{outside}");
    let report = json(&report);
    let named = report["models"][0]["external_data"]
        .as_str()
        .expect("a path");
    assert_eq!(Path::new(named), path("split.onnx.data"));
}

#[test]
fn its_name_is_of_a_file_beside_the_model() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            "--external-data=weights.bin",
            MODEL,
            text(&out),
        ],
    );
    assert_eq!(names(dir.path()), ["out.onnx", "weights.bin"]);
    let model = dir.path().join("model.tflite");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL), &model).expect("copied");
    for name in [
        "../weights",
        "/tmp/weights",
        "a/b",
        ".",
        "..",
        "a\\b",
        "model.tflite",
        "out.onnx",
    ] {
        let argument = format!("--external-data={name}");
        exits(
            2,
            &["-q", "--no-validate", &argument, text(&model), text(&out)],
        );
    }
    exits(2, &["--external-data", MODEL, "-"]);
    exits(
        2,
        &[
            "--external-data=one",
            "--out-dir",
            text(dir.path()),
            "a.tflite",
            "b.tflite",
        ],
    );
    assert_eq!(
        names(dir.path()),
        ["model.tflite", "out.onnx", "weights.bin"]
    );
}
