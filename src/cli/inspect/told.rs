//! TFLite metadata: what a model says of itself, for people and for programs.

use serde_json::{Value, json};
use tfl2onnx::metadata::{
    AssociatedFile, Content, Metadata, ProcessUnit, SubgraphMetadata, TensorMetadata,
};

use super::page::printable;
use crate::cli::summary::line;

pub(super) fn page(text: &mut String, metadata: &Metadata) {
    text.push_str("\nmetadata\n");
    let mut say = |label: &str, what: &str| {
        if !what.is_empty() {
            line(text, label, &printable(what));
        }
    };
    say("name", &metadata.name);
    say("description", &metadata.description);
    say("version", &metadata.version);
    say("author", &metadata.author);
    say("licence", &metadata.license);
    say("parser", &metadata.min_parser_version);
    say("files", &names(&metadata.files));
    for (index, graph) in metadata.subgraphs.iter().enumerate() {
        say(&format!("subgraph {index}"), &graph.name);
        say("", &graph.description);
        for (label, tensors) in [("input", &graph.inputs), ("output", &graph.outputs)] {
            for (slot, tensor) in tensors.iter().enumerate() {
                say(&format!("{label} {slot}"), &describe(tensor));
            }
        }
        let units = graph
            .input_processing
            .iter()
            .chain(&graph.output_processing);
        for unit in units {
            say("processing", &process(unit));
        }
        say("files", &names(&graph.files));
    }
}

fn names(files: &[AssociatedFile]) -> String {
    let name = |file: &AssociatedFile| format!("{} ({})", file.name, file.kind);
    files.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn describe(tensor: &TensorMetadata) -> String {
    let content = tensor.content.as_ref().map(|content| match content {
        Content::Image { color_space, .. } => format!("image {color_space}"),
        Content::BoundingBox {
            kind, coordinates, ..
        } => format!("boxes {kind} {coordinates}"),
        Content::Audio {
            sample_rate,
            channels,
        } => format!("audio {sample_rate} Hz, {channels} channels"),
        _ => "feature".into(),
    });
    let range = |what: &str, list: &[f32]| (!list.is_empty()).then(|| format!("{what} {list:?}"));
    let mut parts = vec![
        Some(tensor.name.clone()),
        Some(tensor.description.clone()),
        content,
    ];
    parts.extend(tensor.processing.iter().map(|unit| Some(process(unit))));
    parts.extend([
        range("min", &tensor.min),
        range("max", &tensor.max),
        Some(names(&tensor.files)),
    ]);
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

fn process(unit: &ProcessUnit) -> String {
    match unit {
        ProcessUnit::Normalization { mean, std } => format!("mean {mean:?}, std {std:?}"),
        ProcessUnit::ScoreCalibration {
            transformation,
            default_score,
        } => {
            format!("score calibration {transformation}, {default_score} by default")
        }
        ProcessUnit::ScoreThreshold(least) => format!("scores of at least {least}"),
        ProcessUnit::BertTokenizer(files) => format!("BERT tokenizer {}", names(files)),
        ProcessUnit::SentencePieceTokenizer { models, .. } => {
            format!("SentencePiece tokenizer {}", names(models))
        }
        ProcessUnit::RegexTokenizer { pattern, .. } => format!("regex tokenizer {pattern:?}"),
        _ => String::new(),
    }
}

pub(super) fn json(metadata: &Metadata) -> Value {
    json!({
        "name": metadata.name,
        "description": metadata.description,
        "version": metadata.version,
        "author": metadata.author,
        "license": metadata.license,
        "min_parser_version": metadata.min_parser_version,
        "files": files(&metadata.files),
        "subgraphs": metadata.subgraphs.iter().map(subgraph).collect::<Vec<_>>(),
    })
}

fn files(files: &[AssociatedFile]) -> Vec<Value> {
    let file = |file: &AssociatedFile| {
        json!({
            "name": file.name,
            "description": file.description,
            "kind": file.kind,
            "locale": file.locale,
            "version": file.version,
        })
    };
    files.iter().map(file).collect()
}

fn subgraph(graph: &SubgraphMetadata) -> Value {
    json!({
        "name": graph.name,
        "description": graph.description,
        "inputs": graph.inputs.iter().map(tensor).collect::<Vec<_>>(),
        "outputs": graph.outputs.iter().map(tensor).collect::<Vec<_>>(),
        "files": files(&graph.files),
        "input_processing": graph.input_processing.iter().map(unit).collect::<Vec<_>>(),
        "output_processing": graph.output_processing.iter().map(unit).collect::<Vec<_>>(),
    })
}

fn tensor(tensor: &TensorMetadata) -> Value {
    json!({
        "name": tensor.name,
        "description": tensor.description,
        "dimension_names": tensor.dimension_names,
        "content": tensor.content.as_ref().map(content),
        "content_range": tensor.content_range,
        "processing": tensor.processing.iter().map(unit).collect::<Vec<_>>(),
        "min": tensor.min,
        "max": tensor.max,
        "files": files(&tensor.files),
    })
}

fn content(content: &Content) -> Value {
    match content {
        Content::Image {
            color_space,
            default_size,
        } => {
            json!({ "kind": "image", "color_space": color_space, "default_size": default_size })
        }
        Content::BoundingBox {
            kind,
            coordinates,
            index,
        } => {
            json!({ "kind": "bounding_box", "type": kind, "coordinates": coordinates, "index": index })
        }
        Content::Audio {
            sample_rate,
            channels,
        } => {
            json!({ "kind": "audio", "sample_rate": sample_rate, "channels": channels })
        }
        _ => json!({ "kind": "feature" }),
    }
}

fn unit(unit: &ProcessUnit) -> Value {
    match unit {
        ProcessUnit::Normalization { mean, std } => {
            json!({ "kind": "normalization", "mean": mean, "std": std })
        }
        ProcessUnit::ScoreCalibration {
            transformation,
            default_score,
        } => {
            json!({ "kind": "score_calibration", "transformation": transformation, "default_score": default_score })
        }
        ProcessUnit::ScoreThreshold(least) => {
            json!({ "kind": "score_threshold", "threshold": least })
        }
        ProcessUnit::BertTokenizer(vocabularies) => {
            json!({ "kind": "bert_tokenizer", "vocabularies": files(vocabularies) })
        }
        ProcessUnit::SentencePieceTokenizer {
            models,
            vocabularies,
        } => {
            json!({ "kind": "sentence_piece_tokenizer", "models": files(models), "vocabularies": files(vocabularies) })
        }
        ProcessUnit::RegexTokenizer {
            pattern,
            vocabularies,
        } => {
            json!({ "kind": "regex_tokenizer", "pattern": pattern, "vocabularies": files(vocabularies) })
        }
        _ => Value::Null,
    }
}
