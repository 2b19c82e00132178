//! Every file in `fixtures/invalid` is refused with a message that says what it is, and nothing is written.
//!
//! `<case>.expected` has one required piece of the message a line, compared without case.

#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "expected")
        })
        .collect();
    cases.sort();
    cases
}

/// What is wrong with how the program treats a case.
fn faults(case: &Path) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO_BIN_EXE_tfl2onnx"))
        .arg(case)
        .arg(dir.path().join("out.onnx"))
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    let mut faults = Vec::new();
    if output.status.code() != Some(1) {
        faults.push(format!("{}", output.status));
    }
    if fs::read_dir(dir.path())
        .expect("still there")
        .next()
        .is_some()
    {
        faults.push("something was written".into());
    }
    if !said.starts_with("error: ") {
        faults.push("no error was said".into());
    }
    let expected = fs::read_to_string(case.with_extension("expected")).expect("beside the case");
    for piece in expected.lines().filter(|piece| !piece.is_empty()) {
        if !said.contains(&piece.to_lowercase()) {
            faults.push(format!("{piece:?} is not said"));
        }
    }
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    faults
        .into_iter()
        .map(|fault| format!("{name}: {fault}\n    {}", said.trim_end()))
        .collect()
}

#[test]
fn invalid_files_are_refused_with_words() {
    let cases = cases();
    assert!(cases.len() > 30, "{} cases", cases.len());
    let faults: Vec<String> = cases.iter().flat_map(|case| faults(case)).collect();
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}
