//! What is said of a model beside its graph.

use super::proto::{ModelProto, StringStringEntryProto};

/// Gives a written model a description and entries of metadata.
pub(crate) fn annotate(
    model: &mut ModelProto,
    description: Option<String>,
    entries: &[(String, String)],
) {
    let entry = |(key, value): &(String, String)| StringStringEntryProto {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    model.doc_string = description;
    model.metadata_props = entries.iter().map(entry).collect();
}
