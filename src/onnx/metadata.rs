//! What the TFLite file says of itself, as ONNX metadata entries.
//!
//! | key | value |
//! | --- | --- |
//! | `tflite.description` | the model's description, where it has one |
//! | `tflite.version` | version of the TFLite schema |
//! | `tflite.signatures` | signature keys, one a line, where there are any |
//! | `tflite.metadata` | names of the metadata buffers, one a line, where there are any |
//! | `tflite.min_runtime_version` | the TFLite release it needs, where it says |

use super::proto::StringStringEntryProto;
use crate::ir::Model;

/// The metadata buffer in which TFLite's converter notes the release that first runs every operator.
const MIN_RUNTIME_VERSION: &str = "min_runtime_version";

/// The entries, in the order of the table above.
pub(super) fn entries(source: &Model) -> Vec<StringStringEntryProto> {
    let lines = |names: Vec<&str>| Some(names.join("\n")).filter(|text| !text.is_empty());
    let signatures = source.signatures.iter().map(|one| one.key.as_str());
    let metadata = source.metadata.iter().map(|(name, _)| name.as_str());
    let found = [
        (
            "tflite.description",
            source.description.clone().filter(|text| !text.is_empty()),
        ),
        ("tflite.version", Some(source.version.to_string())),
        ("tflite.signatures", lines(signatures.collect())),
        ("tflite.metadata", lines(metadata.collect())),
        ("tflite.min_runtime_version", min_runtime_version(source)),
    ];
    found
        .into_iter()
        .filter_map(|(key, value)| {
            Some(StringStringEntryProto {
                key: Some(key.to_owned()),
                value: Some(value?),
            })
        })
        .collect()
}

/// The buffer is a string that zeros fill up.
fn min_runtime_version(source: &Model) -> Option<String> {
    let (_, data) = source
        .metadata
        .iter()
        .find(|(name, _)| name == MIN_RUNTIME_VERSION)?;
    let text = std::str::from_utf8(data).ok()?.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}
