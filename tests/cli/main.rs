//! The program as people meet it: arguments, files, exit codes, what is said and what is left behind.

#![cfg(feature = "cli")]

mod bundles;
mod external;
mod files;
mod inspect;
mod loss;
mod sizes;
mod stored;
mod told;
#[cfg(feature = "validate")]
mod validation;
mod weights;

use std::fs;
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
