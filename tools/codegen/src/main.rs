//! Regenerates the Rust of the wire formats from `proto/`:
//!
//! ```text
//! cargo run --manifest-path tools/codegen/Cargo.toml
//! ```
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | `proto/tflite.fbs` | flatc, with the object API | `src/tflite/schema.rs` |
//! | `proto/tflite_metadata.fbs` | flatc, with the object API | `src/metadata/schema.rs` |
//! | `proto/onnx.proto` | protox and prost-build | `src/onnx/proto.rs` |
//!
//! The results are committed, so a build of the library needs none of this. The `flatc` crate compiles the flatbuffers
//! C++ sources with cmake; with cmake 4, set `CMAKE_POLICY_VERSION_MINIMUM=3.5` for the first build. `rustfmt` must be
//! on the path. `tools/check_formats.py` checks the formats themselves against the published packages.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// The lints that generated code is not written for, so that whoever declares the modules need say nothing.
const ALLOWED: &[&str] = &[
    "clippy::all",
    "clippy::pedantic",
    "clippy::nursery",
    "clippy::restriction",
    "dead_code",
    "mismatched_lifetime_syntaxes",
    "missing_docs",
    "unreachable_pub",
    "unsafe_code",
    "unsafe_op_in_unsafe_fn",
    "unused_imports",
    "unused_qualifications",
];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let scratch = env::temp_dir().join(format!("tfl2onnx-codegen-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let outcome = generate(&root, &scratch);
    fs::remove_dir_all(&scratch)?;
    outcome
}

fn generate(root: &Path, scratch: &Path) -> Result<()> {
    for (source, target) in [
        ("proto/tflite.fbs", "src/tflite/schema.rs"),
        ("proto/tflite_metadata.fbs", "src/metadata/schema.rs"),
    ] {
        let schema = flatbuffer(&root.join(source), scratch)?;
        publish(&root.join(target), source, &schema)?;
    }
    let messages = onnx(&root.join("proto"), scratch)?;
    publish(
        &root.join("src/onnx/proto.rs"),
        "proto/onnx.proto",
        &messages,
    )
}

fn flatbuffer(schema: &Path, scratch: &Path) -> Result<String> {
    let mut flatc = Command::new(flatc::flatc());
    flatc
        .args(["--rust", "--gen-object-api", "-o"])
        .arg(scratch)
        .arg(schema);
    run(&mut flatc)?;
    let name = schema.file_stem().unwrap_or_default().to_string_lossy();
    let generated = fs::read_to_string(scratch.join(format!("{name}_generated.rs")))?;
    Ok(tidy(&generated))
}

/// Takes out what flatc writes and nobody here reads: its banner, constants deprecated since 2.0, the accessors that
/// repeat a `match` on an object union, `extern crate`, and blank lines under attributes. Lists of 8-byte numbers are
/// verified as `tflite::Longs`.
fn tidy(generated: &str) -> String {
    let mut text = String::with_capacity(generated.len());
    let mut item = Vec::new(); // attributes and doc comments, until the line they belong to
    let mut lines = generated
        .lines()
        .skip_while(|line| !line.starts_with("use "));
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("#[")
            || code.starts_with("///")
            || (code.is_empty() && !item.is_empty())
        {
            item.extend((!code.is_empty()).then_some(line));
            continue;
        }
        if is_unread(line) || item.iter().any(|line| line.starts_with("#[deprecated")) {
            let depth = indent(line);
            let closes = |line: &str| line.ends_with([';', '}']) && indent(line) == depth;
            if !closes(line) {
                lines.find(|line| closes(line));
            }
            item.clear();
            continue;
        }
        for line in item.drain(..).chain([line]) {
            let mut line = line.replace("self::flatbuffers", "flatbuffers");
            if line.contains("visit_field") {
                line = line.replace("flatbuffers::Vector<'_, i64>", "super::Longs");
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

fn is_unread(line: &str) -> bool {
    ["  pub fn take_", "  pub fn as_", "extern crate "]
        .iter()
        .any(|start| line.starts_with(start))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn onnx(include: &Path, scratch: &Path) -> Result<String> {
    let descriptors = protox::compile(["onnx.proto"], [include])?;
    prost_build::Config::new()
        .out_dir(scratch)
        .bytes(["."])
        .disable_comments(["."])
        // Nodes have several attributes each, and hardly one has any of these.
        .boxed(".onnx.AttributeProto.t")
        .boxed(".onnx.AttributeProto.g")
        .boxed(".onnx.AttributeProto.sparse_tensor")
        .boxed(".onnx.AttributeProto.tp")
        .compile_fds(descriptors)?;
    Ok(fs::read_to_string(scratch.join("onnx.rs"))?)
}

/// Writes the file under the banner that says where it comes from, formatted.
fn publish(target: &Path, source: &str, body: &str) -> Result<()> {
    let banner = format!(
        "// @generated from {source} by tools/codegen. Do not edit.\n\n#![allow({})]\n\n",
        ALLOWED.join(", ")
    );
    fs::create_dir_all(target.parent().unwrap_or(Path::new(".")))?;
    fs::write(target, banner + body)?;
    run(Command::new("rustfmt")
        .args(["--edition", "2024"])
        .arg(target))?;
    println!("{}", target.display());
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}
