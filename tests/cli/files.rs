//! What is written where, and what is left alone.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::{MODEL, REFUSED, exits, json, names, onnx, program, room, run, stderr, text};

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
