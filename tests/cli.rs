//! The program as people meet it: arguments, files, exit codes, what is said and what is left behind.

#![cfg(feature = "cli")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onnx_protobuf::{Message, ModelProto};
use serde_json::Value;
use tempfile::TempDir;

const MODEL: &str = "fixtures/layout/add_c.tflite";
const REFUSED: &str = "fixtures/invalid/custom_operators.tflite";

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tfl2onnx"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null());
    command
}

fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    program().args(args).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Runs it and asserts its exit code; returns what it said on standard error.
fn exits(code: i32, args: &[&str]) -> String {
    let output = run(args);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

/// An empty directory with a copy of the model in it.
fn room() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let model = dir.path().join("model.tflite");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL), &model).expect("copied");
    (dir, model)
}

fn onnx(bytes: &[u8]) -> ModelProto {
    ModelProto::parse_from_bytes(bytes).expect("an ONNX file and nothing else")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a report")).expect("JSON")
}

#[test]
fn help_says_how_it_ends() {
    let output = run(["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    for part in [
        "Exit codes:",
        "0  ",
        "1  refused",
        "2  ",
        "3  mismatch",
        "--out-dir",
        "./ops",
    ] {
        assert!(help.contains(part), "{part:?} is not in\n{help}");
    }
    assert!(run(["--version"]).status.success());
}

#[test]
fn a_command_line_that_makes_no_sense_is_2() {
    let (dir, model) = room();
    let model = text(&model);
    for args in [
        &[][..],
        &["--unknown", model],
        &["--opset", "7", model],
        &["--quiet", "--verbose", model],
        &["a", "b", "c"],
        &["-", "--out-dir", text(dir.path())],
        &[model, text(dir.path())],
        &["--report", "-", model, "-"],
        &[
            "--out-dir",
            text(dir.path()),
            "--dot",
            "-",
            model,
            "other.tflite",
        ],
        &[
            "--out-dir",
            text(dir.path()),
            "a/same.tflite",
            "b/same.tflite",
        ],
        &["ops", "--unknown"],
    ] {
        let said = exits(2, args);
        assert!(said.starts_with("error: "), "{args:?}: {said}");
    }
    assert_eq!(names(dir.path()), ["model.tflite"]);
}

#[test]
fn out_is_in_with_another_extension() {
    let (dir, model) = room();
    let said = exits(0, &[text(&model)]);
    assert!(said.contains("model.tflite -> "), "{said}");
    assert_eq!(names(dir.path()), ["model.onnx", "model.tflite"]);
    let written = onnx(&fs::read(dir.path().join("model.onnx")).expect("written"));
    assert_eq!(written.opset_import[0].version, 15);
}

#[test]
fn a_file_named_like_a_command_is_a_file() {
    let (dir, model) = room();
    fs::copy(&model, dir.path().join("ops")).expect("copied");
    let inside = |args: &[&str]| {
        let output = program()
            .current_dir(dir.path())
            .args(args)
            .output()
            .expect("started");
        assert!(output.status.success(), "{}", stderr(&output));
    };
    inside(&["./ops"]);
    assert!(dir.path().join("ops.onnx").exists());
    // After the first path there are no commands.
    inside(&["model.tflite", "ops"]);
    assert!(
        onnx(&fs::read(dir.path().join("ops")).expect("written"))
            .graph
            .is_some()
    );
}

#[test]
fn a_dash_is_a_stream() {
    let model = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL)).expect("readable");
    let output = run([MODEL, "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let written = onnx(&output.stdout);
    assert_eq!(written.graph.input.len(), 1);

    let mut child = program()
        .args(["-q", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(&model)
        .expect("taken");
    let piped = child.wait_with_output().expect("ends");
    assert!(piped.status.success(), "{}", stderr(&piped));
    assert_eq!(piped.stdout, output.stdout);
    assert_eq!(stderr(&piped), "");
}

#[test]
fn a_reader_that_leaves_is_no_panic() {
    for args in [&[MODEL, "-"][..], &["ops"]] {
        let mut child = program()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{:?}",
            output.status
        );
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
        assert!(!stderr(&output).contains("error:"), "{}", stderr(&output));
    }
}

#[test]
fn several_inputs_are_all_tried() {
    let (dir, model) = room();
    let out = dir.path().join("new/folder");
    let report = dir.path().join("report.json");
    let args = [
        "--out-dir",
        text(&out),
        "--report",
        text(&report),
        REFUSED,
        text(&model),
        "nothing",
    ];
    let said = exits(1, &args);
    assert_eq!(names(&out), ["model.onnx"]);
    assert!(said.contains("1 of 3 written"), "{said}");
    assert!(said.contains("error: cannot read nothing: "), "{said}");
    let report = json(&report);
    let status = |i: usize| {
        report["models"][i]["status"]
            .as_str()
            .expect("a status")
            .to_owned()
    };
    assert_eq!([status(0), status(2)], ["refused", "refused"]);
    assert_ne!(status(1), "refused");
}

#[test]
fn a_refusal_leaves_everything_as_it_was() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("out.onnx");
    let said = exits(1, &[REFUSED, text(&out)]);
    for line in said.lines() {
        assert!(line.starts_with("error: "), "{line}");
    }
    assert!(said.lines().count() > 1, "every finding is said: {said}");
    assert!(names(dir.path()).is_empty());
    fs::write(&out, "of old").expect("written");
    exits(1, &[REFUSED, text(&out)]);
    assert_eq!(fs::read_to_string(&out).expect("readable"), "of old");
    assert_eq!(names(dir.path()), ["out.onnx"]);
    // --out-dir is made for the first file, and there is none.
    let folder = dir.path().join("folder");
    exits(1, &["--out-dir", text(&folder), REFUSED]);
    assert!(!folder.exists());
}

#[test]
fn no_input_is_written_over() {
    let (dir, model) = room();
    let before = fs::read(&model).expect("readable");
    let plain = dir.path().join("plain");
    fs::copy(&model, &plain).expect("copied");
    exits(2, &[text(&model), text(&model)]);
    exits(
        2,
        &[text(&plain), text(&dir.path().join(".").join("plain"))],
    );
    // Two paths out of a shell's *.tflite are no IN and OUT.
    let said = exits(2, &[text(&plain), text(&model)]);
    assert!(said.contains("--out-dir"), "{said}");
    exits(2, &[text(&plain), "--report", text(&plain)]);
    exits(2, &[text(&plain), "--dot", text(&plain)]);
    let out = dir.path().join("out.onnx");
    exits(2, &[text(&plain), text(&out), "--report", text(&out)]);
    #[cfg(unix)]
    {
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&plain, &link).expect("linked");
        exits(2, &[text(&plain), text(&link)]);
        fs::remove_file(&link).expect("removed");
    }
    assert_eq!(fs::read(&plain).expect("readable"), before);
    assert_eq!(fs::read(&model).expect("readable"), before);
    assert_eq!(names(dir.path()), ["model.tflite", "plain"]);
}

#[cfg(unix)]
#[test]
fn the_file_is_like_any_other_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, model) = room();
    let out = dir.path().join("out.onnx");
    let link = dir.path().join("link.onnx");
    std::os::unix::fs::symlink(&out, &link).expect("linked");
    fs::write(&out, "of old").expect("written");
    let mode = fs::metadata(&out).expect("there").permissions().mode();
    exits(0, &["-q", "--no-validate", text(&model), text(&link)]);
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(
        fs::metadata(&out).expect("there").permissions().mode(),
        mode
    );
    assert!(onnx(&fs::read(&out).expect("readable")).graph.is_some());
    assert_eq!(names(dir.path()), ["link.onnx", "model.tflite", "out.onnx"]);
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_not_replaced() {
    let said = exits(0, &["-q", "--no-validate", MODEL, "/dev/null"]);
    assert_eq!(said, "");
    use std::os::unix::fs::FileTypeExt;
    assert!(
        fs::metadata("/dev/null")
            .expect("there")
            .file_type()
            .is_char_device()
    );
}

#[test]
fn an_output_that_cannot_be_written_is_1() {
    let dir = tempfile::tempdir().expect("a directory");
    let said = exits(
        1,
        &[
            "--no-validate",
            MODEL,
            text(&dir.path().join("no/where.onnx")),
        ],
    );
    assert!(said.contains("error: cannot write "), "{said}");
    assert!(names(dir.path()).is_empty());
}

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

#[cfg(feature = "validate")]
mod validation {
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
}
