//! Real models, where they lie beside the repository: each is converted, or refused with words. That what is
//! converted is right is measured elsewhere (`../shared/measure`), with LiteRT and onnxruntime.

#![cfg(feature = "cli")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use onnx_protobuf::{Message, ModelProto};
use serde_json::Value;
use tfl2onnx::Converter;

/// Larger models take the time of all others together.
const MOST_BYTES: u64 = 12 << 20;

/// Models with their class, as the corpus lists them.
fn models(corpus: &Path) -> Vec<(PathBuf, String)> {
    let Ok(text) = fs::read_to_string(corpus.join("manifest.json")) else {
        return Vec::new();
    };
    let manifest: Value = serde_json::from_str(&text).expect("the corpus lists its models in JSON");
    let entries = manifest.as_array().expect("a list").iter();
    entries
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap_or_default();
            (corpus.join(text("file")), text("class").to_owned())
        })
        .filter(|(path, class)| {
            let small = fs::metadata(path).is_ok_and(|meta| meta.len() <= MOST_BYTES);
            small && class != "bundle"
        })
        .collect()
}

/// What is wrong with how a model is treated; `None` where nothing is.
fn fault(path: &Path, class: &str, converted: &mut usize) -> Option<String> {
    let tflite = fs::read(path).ok()?;
    let result = catch_unwind(AssertUnwindSafe(|| Converter::new().convert(&tflite)));
    let conversion = match result {
        Err(_) => return Some("a panic".into()),
        Ok(Err(error)) => {
            let said = error.to_string();
            let bare = said.trim().len() < 10 || said.contains("Some(") || said.contains("unwrap");
            return bare.then(|| format!("the refusal says {said:?}"));
        }
        Ok(Ok(_)) if class == "invalid" => return Some("it is invalid, and was converted".into()),
        Ok(Ok(conversion)) => conversion,
    };
    *converted += 1;
    let model = match ModelProto::parse_from_bytes(conversion.bytes()) {
        Ok(model) => model,
        Err(error) => return Some(format!("the second decoder: {error}")),
    };
    let (graph, report) = (&model.graph, conversion.report());
    let count = |what, found: usize, told: usize| {
        (found != told).then(|| format!("{found} {what} in the file, {told} in the report"))
    };
    count("nodes", graph.node.len(), report.nodes)
        .or_else(|| count("inputs", graph.input.len(), report.inputs.len()))
        .or_else(|| count("outputs", graph.output.len(), report.outputs.len()))
}

#[test]
fn real_models_are_converted_or_refused_with_words() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/models");
    let models = models(&corpus);
    if models.is_empty() {
        eprintln!("skipped: no models in {}", corpus.display());
        return;
    }
    let mut converted = 0;
    let faults: Vec<String> = models
        .iter()
        .filter_map(|(path, class)| {
            let why = fault(path, class, &mut converted)?;
            Some(format!("{}: {why}", path.display()))
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
    // A corpus of which nothing converts shows nothing.
    assert!(
        converted * 2 > models.len(),
        "{converted} of {}",
        models.len()
    );
}
