//! What a TFLite file says of itself, as the entries of ONNX's `metadata_props`. The keys are documented in
//! `docs/metadata.md`.

use crate::names::Names;

use super::{
    AssociatedFile, BUFFER, Content, Metadata, ProcessUnit, SubgraphMetadata, TensorGroup,
    TensorMetadata, parse,
};
use crate::bundle::{self, Bundle};
use crate::ir::Model;
use crate::source::Source;
use crate::tflite;

/// Bytes of labels that are carried over; those of ImageNet have 21,000.
const MAX_LABELS: u64 = 1 << 20;

/// Entries of `metadata_props`, and what could not be made one.
#[derive(Debug)]
pub(crate) struct Description {
    pub entries: Vec<(String, String)>,
    pub warnings: Vec<String>,
    keys: Names,
}

impl Default for Description {
    /// Nothing.
    fn default() -> Self {
        Description {
            entries: Vec::new(),
            warnings: Vec::new(),
            keys: Names::new('.'),
        }
    }
}

/// Which inputs and outputs are still those that the metadata speaks of, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub inputs: bool,
    pub outputs: bool,
}

/// The inputs or the outputs.
struct Side<'m> {
    name: &'static str,
    tensors: &'m [TensorMetadata],
    processing: &'m [ProcessUnit],
    groups: &'m [TensorGroup],
    /// How many the graph has.
    count: usize,
    whole: bool,
}

impl Description {
    /// All that is said of a model, but its description, which is ONNX's `doc_string`.
    pub fn of(tflite: &Source, model: &Model, whole: Whole) -> Self {
        let mut told = Description::default();
        let lines = |names: Vec<&str>| names.join("\n");
        let signatures = model.signatures.iter().map(|one| one.key.as_str());
        let buffers = model.metadata.iter().map(|(name, _)| name.as_str());
        told.add("tflite.version", model.version.to_string());
        told.add("tflite.signatures", lines(signatures.collect()));
        told.add("tflite.metadata", lines(buffers.collect()));
        told.add("tflite.min_runtime_version", min_runtime_version(model));
        let Some((_, data)) = model.metadata.iter().find(|(name, _)| name == BUFFER) else {
            return told;
        };
        match parse(data) {
            Ok(said) => told.metadata(&said, tflite, model, whole),
            Err(error) => told.warnings.push(format!("{error}; it is left out")),
        }
        told
    }

    /// Adds an entry that says something. Keys are distinct, as ONNX demands.
    fn add(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            return;
        }
        let name = self.keys.claim(key);
        self.entries.push((name.to_string(), value));
    }

    fn metadata(&mut self, said: &Metadata, tflite: &Source, model: &Model, whole: Whole) {
        for (key, value) in [
            ("name", &said.name),
            ("description", &said.description),
            ("version", &said.version),
            ("author", &said.author),
            ("license", &said.license),
            ("min_parser_version", &said.min_parser_version),
        ] {
            self.add(&format!("tflite.metadata.{key}"), value);
        }
        self.add("tflite.metadata.files", file_names(&said.files));
        let Some(graph) = said.subgraphs.get(model.main.0) else {
            return;
        };
        self.add("tflite.metadata.subgraph.name", &graph.name);
        self.add("tflite.metadata.subgraph.description", &graph.description);
        self.add("tflite.metadata.subgraph.files", file_names(&graph.files));
        let archive = self.archive(tflite, graph);
        let (main, states) = (model.main(), model.states.len());
        let sides = [
            Side {
                name: "input",
                tensors: &graph.inputs,
                processing: &graph.input_processing,
                groups: &graph.input_groups,
                count: main.inputs.len() - states,
                whole: whole.inputs,
            },
            Side {
                name: "output",
                tensors: &graph.outputs,
                processing: &graph.output_processing,
                groups: &graph.output_groups,
                count: main.outputs.len() - states,
                whole: whole.outputs,
            },
        ];
        for side in sides.into_iter().filter(|side| side.whole) {
            self.side(&side, &archive);
        }
    }

    /// The files behind the model, which may be far behind: they are fetched where labels are among them.
    fn archive(&mut self, tflite: &Source, graph: &SubgraphMetadata) -> Bundle {
        let tensors = graph.inputs.iter().chain(&graph.outputs);
        let mut files = tensors.flat_map(|tensor| &tensor.files);
        if !files.any(AssociatedFile::is_labels) {
            return Bundle::default();
        }
        let archive = tflite.bytes().and_then(|bytes| bundle::associated(&bytes));
        archive.unwrap_or_else(|error| {
            self.warnings
                .push(format!("{error}; its files are left out"));
            Bundle::default()
        })
    }

    fn side(&mut self, side: &Side<'_>, archive: &Bundle) {
        let (name, said, found) = (side.name, side.tensors.len(), side.count);
        if said > found {
            self.warnings.push(format!(
                "{BUFFER} describes {said} {name}s, and the model has {found}; they are left out"
            ));
            return;
        }
        let key = format!("tflite.metadata.{name}");
        self.processing(&key, side.processing);
        self.add(&format!("{key}.groups"), groups(side.groups));
        for (slot, tensor) in side.tensors.iter().enumerate() {
            self.tensor(&format!("{key}.{slot}"), tensor, archive);
        }
    }

    fn tensor(&mut self, key: &str, said: &TensorMetadata, archive: &Bundle) {
        self.add(&format!("{key}.name"), &said.name);
        self.add(&format!("{key}.description"), &said.description);
        self.add(
            &format!("{key}.dimension_names"),
            said.dimension_names.join("\n"),
        );
        self.add(
            &format!("{key}.content"),
            said.content.as_ref().map_or_else(String::new, content),
        );
        if let Some((first, last)) = said.content_range {
            self.add(&format!("{key}.content_range"), format!("{first}, {last}"));
        }
        self.processing(key, &said.processing);
        self.add(&format!("{key}.min"), numbers(&said.min));
        self.add(&format!("{key}.max"), numbers(&said.max));
        self.add(&format!("{key}.files"), file_names(&said.files));
        for file in said.files.iter().filter(|file| file.is_labels()) {
            match labels(file, archive) {
                Ok(text) if file.locale.is_empty() => self.add(&format!("{key}.labels"), text),
                Ok(text) => self.add(&format!("{key}.labels.{}", file.locale), text),
                Err(why) => self
                    .warnings
                    .push(format!("labels {:?} are left out: {why}", file.name)),
            }
        }
    }

    fn processing(&mut self, key: &str, units: &[ProcessUnit]) {
        for unit in units {
            match unit {
                ProcessUnit::Normalization { mean, std } => {
                    self.add(&format!("{key}.mean"), numbers(mean));
                    self.add(&format!("{key}.std"), numbers(std));
                }
                ProcessUnit::ScoreCalibration {
                    transformation,
                    default_score,
                } => {
                    let value = format!("{transformation}, {default_score}");
                    self.add(&format!("{key}.score_calibration"), value);
                }
                ProcessUnit::ScoreThreshold(threshold) => {
                    self.add(&format!("{key}.score_threshold"), threshold.to_string());
                }
                ProcessUnit::BertTokenizer(files) => {
                    self.add(&format!("{key}.bert_tokenizer"), file_names(files));
                }
                ProcessUnit::SentencePieceTokenizer {
                    models,
                    vocabularies,
                } => {
                    let files: Vec<AssociatedFile> =
                        models.iter().chain(vocabularies).cloned().collect();
                    self.add(
                        &format!("{key}.sentence_piece_tokenizer"),
                        file_names(&files),
                    );
                }
                ProcessUnit::RegexTokenizer {
                    pattern,
                    vocabularies,
                } => {
                    self.add(&format!("{key}.regex_tokenizer"), pattern);
                    let files = file_names(vocabularies);
                    self.add(&format!("{key}.regex_tokenizer.files"), files);
                }
            }
        }
    }
}

fn groups(groups: &[TensorGroup]) -> String {
    let lines = groups
        .iter()
        .map(|group| format!("{}: {}", group.name, group.tensors.join(", ")));
    lines.collect::<Vec<_>>().join("\n")
}

fn min_runtime_version(model: &Model) -> String {
    let mut buffers = model.metadata.iter();
    let found = buffers.find(|(name, _)| name == tflite::MIN_RUNTIME_VERSION);
    let text = found.and_then(|(_, data)| tflite::padded_text(data));
    text.unwrap_or_default()
}

fn numbers(list: &[f32]) -> String {
    let list: Vec<String> = list.iter().map(f32::to_string).collect();
    list.join(", ")
}

fn file_names(files: &[AssociatedFile]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    names.join("\n")
}

fn content(content: &Content) -> String {
    match content {
        Content::Feature => "feature".into(),
        Content::Image {
            color_space,
            default_size,
        } => match default_size {
            Some((width, height)) => format!("image, {color_space}, {width}x{height}"),
            None => format!("image, {color_space}"),
        },
        Content::Audio {
            sample_rate,
            channels,
        } => format!("audio, {sample_rate} Hz, {channels}"),
        Content::BoundingBox {
            kind,
            coordinates,
            index,
        } => {
            let index: Vec<String> = index.iter().map(u32::to_string).collect();
            match index.is_empty() {
                true => format!("bounding box, {kind}, {coordinates}"),
                false => format!("bounding box, {kind}, {coordinates}, {}", index.join(" ")),
            }
        }
    }
}

/// The text of a label file, as it is.
fn labels(file: &AssociatedFile, archive: &Bundle) -> Result<String, String> {
    let mut files = archive.files().iter();
    let found = files.find(|one| one.path() == file.name);
    let found = found.ok_or("the model carries no file of this name")?;
    if found.size() > MAX_LABELS {
        return Err(format!(
            "they have {} bytes, more than {MAX_LABELS}",
            found.size()
        ));
    }
    let bytes = found.read().map_err(|error| error.to_string())?;
    String::from_utf8(bytes.into()).map_err(|_| "they are not UTF-8".into())
}
