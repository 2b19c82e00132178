//! Bundles, signatures and associated files on the command line.

use std::fs;
use std::path::Path;

use super::{exits, json, names, onnx, text};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    text(&folder.join(name)).to_owned()
}

/// The operator of the one-operator model in a file.
fn operator(path: &Path) -> String {
    let model = onnx(&fs::read(path).expect("written"));
    model.graph.node[0].op_type.clone()
}

#[test]
fn every_model_of_a_bundle_is_written() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out"), dir.path().join("report.json"));
    let bundle = fixture("bundles/two.task");
    let said = exits(
        0,
        &[&bundle, "--out-dir", text(&out), "--report", text(&report)],
    );
    assert_eq!(names(&out), ["abs.onnx", "neg.onnx"]);
    assert_eq!(operator(&out.join("neg.onnx")), "Neg");
    let table = said.split("\n\n").last().expect("a table");
    for part in [
        "abs.tflite  model",
        "notes.txt   file",
        "-> ",
        "2 of 2 written",
    ] {
        assert!(table.contains(part), "{part:?} is not in\n{said}");
    }
    let report = json(&report);
    assert_eq!(report["models"][1]["input"], format!("{bundle}/neg.tflite"));
    assert_eq!(report["bundles"][0]["files"][1]["path"], "notes.txt");
    assert_eq!(report["bundles"][0]["files"][1]["kind"], "file");
}

#[test]
fn nested_bundles_are_folders_and_names_stay_apart() {
    let dir = tempfile::tempdir().expect("a directory");
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            &fixture("bundles/nested.zip"),
            "--out-dir",
            text(dir.path()),
        ],
    );
    assert_eq!(names(dir.path()), ["a.b", "inner"]);
    for (path, expected) in [
        ("a.b/net.onnx", "Neg"),
        ("a.b/NET_1.onnx", "Sin"),
        ("inner/net.onnx", "Abs"),
        ("inner/deepest/net.onnx", "Exp"),
        ("inner/net_1.onnx", "Cos"),
    ] {
        assert_eq!(operator(&dir.path().join(path)), expected, "{path}");
    }
}

#[test]
fn a_bundle_beside_other_inputs_has_its_own_folder() {
    let dir = tempfile::tempdir().expect("a directory");
    let (two, one) = (fixture("bundles/two.task"), fixture("bundles/one.task"));
    let plain = fixture("layout/add_c.tflite");
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            &two,
            &one,
            &plain,
            "--out-dir",
            text(dir.path()),
        ],
    );
    assert_eq!(names(dir.path()), ["add_c.onnx", "one", "two"]);
    assert_eq!(names(&dir.path().join("two")), ["abs.onnx", "neg.onnx"]);
    assert_eq!(names(&dir.path().join("one")), ["model_with_metadata.onnx"]);
}

#[test]
fn a_bundle_of_one_model_is_like_a_model() {
    let dir = tempfile::tempdir().expect("a directory");
    let (bundle, out) = (dir.path().join("one.task"), dir.path().join("out.onnx"));
    fs::copy(fixture("bundles/one.task"), &bundle).expect("copied");
    exits(0, &[text(&bundle), text(&out)]);
    assert_eq!(operator(&out), "Abs");
    exits(0, &[text(&bundle)]);
    assert_eq!(names(dir.path()), ["one.onnx", "one.task", "out.onnx"]);
}

#[test]
fn a_bundle_of_several_needs_a_directory() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(1, &[&fixture("bundles/two.task"), text(&out)]);
    for part in ["2 models", "--out-dir DIR", "abs.tflite, neg.tflite"] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
    let drawing = dir.path().join("graph.dot");
    let (folder, two) = (dir.path().join("out"), fixture("bundles/two.task"));
    exits(
        1,
        &[&two, "--out-dir", text(&folder), "--dot", text(&drawing)],
    );
    assert!(names(dir.path()).is_empty());
}

#[test]
fn the_worst_model_decides_and_the_others_are_written() {
    let dir = tempfile::tempdir().expect("a directory");
    let said = exits(
        1,
        &[
            "--no-validate",
            &fixture("bundles/mixed.task"),
            "--out-dir",
            text(dir.path()),
        ],
    );
    assert_eq!(names(dir.path()), ["sound.onnx", "unnamed.onnx"]);
    assert!(
        said.contains("page.tflite: not a TFLite model: this is an HTML page"),
        "{said}"
    );
    assert!(said.contains("2 of 3 written"), "{said}");
}

#[test]
fn no_file_of_a_bundle_is_written_over_another() {
    let dir = tempfile::tempdir().expect("a directory");
    let (bundle, report) = (dir.path().join("two.task"), dir.path().join("neg.onnx"));
    fs::copy(fixture("bundles/two.task"), &bundle).expect("copied");
    let out = ["--no-validate", "--out-dir", text(dir.path())];
    let args = [text(&bundle), "--report", text(&report)];
    let said = exits(1, &[&out[..], &args].concat());
    assert!(
        said.contains("neg.onnx would be written over the output"),
        "{said}"
    );
    assert!(json(&report)["models"].is_array());
    // A model's place may be that of another input.
    let input = dir.path().join("two/abs.onnx");
    fs::create_dir(dir.path().join("two")).expect("made");
    fs::copy(fixture("layout/add_c.tflite"), &input).expect("copied");
    let before = fs::read(&input).expect("readable");
    let said = exits(1, &[&out[..], &[text(&bundle), text(&input)]].concat());
    assert!(
        said.contains("abs.onnx would be written over the input"),
        "{said}"
    );
    assert_eq!(fs::read(&input).expect("readable"), before);
}

#[test]
fn a_signature_is_chosen_by_its_key() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, report) = (dir.path().join("out.onnx"), dir.path().join("report.json"));
    let model = fixture("signatures/two.tflite");
    let args = [
        &model,
        text(&out),
        "--signature",
        "decode",
        "--signature-names",
    ];
    let said = exits(0, &[&args[..], &["--report", text(&report)]].concat());
    assert!(
        said.contains("decode, subgraph 1; others are encode"),
        "{said}"
    );
    let written = onnx(&fs::read(&out).expect("written"));
    let inputs: Vec<&str> = written
        .graph
        .input
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    assert_eq!(inputs, ["a", "b"]);
    assert_eq!(written.graph.output[0].name, "difference");
    let report = json(&report);
    assert_eq!(report["models"][0]["signature"], "decode");
    assert_eq!(report["models"][0]["subgraph"], 1);
    assert_eq!(report["models"][0]["signatures"][0]["key"], "encode");
    let said = exits(1, &[&model, text(&out), "--signature", "decoder"]);
    assert!(said.contains("did you mean \"decode\""), "{said}");
    let plain = fixture("layout/add_c.tflite");
    let said = exits(1, &[&plain, text(&out), "--signature-names"]);
    assert!(said.contains("it has no signatures"), "{said}");
}

#[test]
fn all_signatures_are_files_of_their_own() {
    let dir = tempfile::tempdir().expect("a directory");
    let model = fixture("signatures/two.tflite");
    let said = exits(
        0,
        &[&model, "--out-dir", text(dir.path()), "--signature", "all"],
    );
    assert_eq!(names(dir.path()), ["two.decode.onnx", "two.encode.onnx"]);
    assert_eq!(operator(&dir.path().join("two.decode.onnx")), "Sub");
    assert_eq!(operator(&dir.path().join("two.encode.onnx")), "Mul");
    assert!(said.contains("two.tflite [encode]"), "{said}");
    let out = dir.path().join("other.onnx");
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            &model,
            text(&out),
            "--signature",
            "all",
        ],
    );
    assert!(dir.path().join("other.encode.onnx").exists() && !out.exists());
    exits(1, &[&model, "-", "--signature", "all"]);
    // A model without signatures has one entry all the same.
    let plain = fixture("layout/add_c.tflite");
    exits(
        0,
        &[
            "-q",
            "--no-validate",
            &plain,
            text(&out),
            "--signature",
            "all",
        ],
    );
    assert!(out.exists());
}

#[test]
fn associated_files_are_extracted() {
    let dir = tempfile::tempdir().expect("a directory");
    let (out, files) = (dir.path().join("out.onnx"), dir.path().join("files"));
    let model = fixture("bundles/labelled.tflite");
    exits(
        0,
        &["-q", &model, text(&out), "--extract-metadata", text(&files)],
    );
    assert_eq!(names(&files), ["labels-de.txt", "labels.txt"]);
    let german = fs::read(files.join("labels-de.txt")).expect("written");
    assert_eq!(german, "Katze\nHund\r\nGrüner Frosch\n".as_bytes());
    let plain = fixture("layout/add_c.tflite");
    let said = exits(
        0,
        &["-q", &plain, text(&out), "--extract-metadata", text(&files)],
    );
    assert!(
        said.contains("warning: it has no associated files"),
        "{said}"
    );
    // Several models have a folder each.
    let all = dir.path().join("all");
    let args = [
        "-q",
        "--no-validate",
        &model,
        &plain,
        "--out-dir",
        text(&all),
    ];
    exits(
        0,
        &[&args[..], &["--extract-metadata", text(&all)]].concat(),
    );
    assert_eq!(names(&all), ["add_c.onnx", "labelled", "labelled.onnx"]);
}

#[test]
fn metadata_goes_along_under_documented_keys() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    exits(0, &["-q", &fixture("bundles/labelled.tflite"), text(&out)]);
    let written = onnx(&fs::read(&out).expect("written"));
    let value = |key: &str| {
        let mut props = written.metadata_props.iter();
        props
            .find(|prop| prop.key == key)
            .map(|prop| prop.value.clone())
    };
    for (key, expected) in [
        ("tflite.metadata.name", "Classifier"),
        ("tflite.metadata.description", "Tells frogs from the rest"),
        ("tflite.metadata.version", "v2"),
        ("tflite.metadata.author", "Nobody"),
        ("tflite.metadata.license", "CC0"),
        ("tflite.metadata.min_parser_version", "1.0.0"),
        ("tflite.metadata.input.0.name", "image"),
        ("tflite.metadata.input.0.content", "image, RGB, 5x4"),
        ("tflite.metadata.input.0.mean", "127.5, 0.5, 0.25"),
        ("tflite.metadata.input.0.std", "128"),
        ("tflite.metadata.input.0.min", "-1"),
        ("tflite.metadata.input.0.max", "1"),
        ("tflite.metadata.output.0.score_threshold", "0.25"),
        (
            "tflite.metadata.output.0.files",
            "labels.txt\nlabels-de.txt",
        ),
        ("tflite.metadata.output.0.labels", "cat\ndog\ngreen frog\n"),
        (
            "tflite.metadata.output.0.labels.de",
            "Katze\nHund\r\nGrüner Frosch\n",
        ),
    ] {
        assert_eq!(value(key).as_deref(), Some(expected), "{key}");
    }
    let keys: std::collections::HashSet<&str> = written
        .metadata_props
        .iter()
        .map(|prop| prop.key.as_str())
        .collect();
    assert_eq!(keys.len(), written.metadata_props.len());
    exits(
        0,
        &[
            "-q",
            "--no-metadata",
            &fixture("bundles/labelled.tflite"),
            text(&out),
        ],
    );
    assert!(
        onnx(&fs::read(&out).expect("written"))
            .metadata_props
            .is_empty()
    );
}

#[test]
fn damaged_metadata_is_a_warning() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(
        0,
        &["-q", &fixture("odd/damaged_metadata.tflite"), text(&out)],
    );
    assert!(
        said.starts_with("warning: TFLITE_METADATA is damaged"),
        "{said}"
    );
    assert!(out.exists());
    let said = exits(
        0,
        &["-q", &fixture("odd/metadata_of_nothing.tflite"), text(&out)],
    );
    assert!(
        said.contains("describes 2 inputs, and the model has 1"),
        "{said}"
    );
    assert!(
        said.contains("labels \"missing.txt\" are left out"),
        "{said}"
    );
}
