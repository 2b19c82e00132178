//! What people pass for a TFLite model, told by its first bytes.

/// A recognised file of another sort.
pub(super) struct Foreign {
    pub what: &'static str,
    pub advice: &'static str,
}

const fn foreign_file(what: &'static str, advice: &'static str) -> Option<Foreign> {
    Some(Foreign { what, advice })
}

/// Recognises files that are not TFLite models; `None` leaves the verdict to the flatbuffer verifier.
pub(super) fn foreign(bytes: &[u8]) -> Option<Foreign> {
    if bytes.get(4..8) == Some(super::IDENTIFIER) {
        return None;
    }
    if bytes.is_empty() {
        return foreign_file("the file is empty", "fetch it again");
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return foreign_file(
            "this is a Git LFS pointer, not the file it stands for",
            "run `git lfs pull` in the repository it came from",
        );
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return foreign_file(
            "this is a zip archive, such as a .task bundle or a saved Keras model",
            "the command and `tfl2onnx::bundle` open bundles of models",
        );
    }
    if bytes.starts_with(b"\x89HDF\r\n\x1a\n") {
        return foreign_file(
            "this is an HDF5 file, such as a Keras .h5 model",
            "convert it with tf.lite.TFLiteConverter first",
        );
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return foreign_file("this is a gzip archive", "unpack it first");
    }
    if is_onnx_or_saved_model(bytes) {
        return foreign_file(
            "this looks like a protobuf, such as an ONNX file or a TensorFlow saved_model.pb",
            "give the .tflite model",
        );
    }
    text(bytes)
}

/// A protobuf that starts with field 1 as a small varint: ONNX's `ir_version`, SavedModel's
/// `saved_model_schema_version`.
fn is_onnx_or_saved_model(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, 1..=15, 0x12 | 0x1a | 0x42 | 0x3a, ..])
}

fn text(bytes: &[u8]) -> Option<Foreign> {
    let head = &bytes[..bytes.len().min(512)];
    // A flatbuffer's root offset has zero bytes within the first four; text has none.
    let printable = |&b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    if !head.iter().all(printable) {
        return None;
    }
    let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
    let start = lower.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    if start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<?xml") {
        return foreign_file(
            "this is an HTML page, as a download link gives that leads to a web page",
            "fetch the raw file",
        );
    }
    foreign_file("this is a text file", "fetch the model itself")
}
