//! TFLite metadata: what a model says of itself for those who use it, in the buffer `TFLITE_METADATA`: names
//! and descriptions, how inputs are normalised, which files belong to which tensor.
//!
//! The files themselves (labels, vocabularies) lie in a zip archive behind the model:
//! [`bundle::associated`](crate::bundle::associated).
//!
//! Source: MediaPipe, `tasks/metadata/metadata_schema.fbs` 1.5.0.

mod describe;
mod schema;

pub(crate) use describe::{Description, Whole};

use crate::error::Error;
use crate::tflite;
use schema::{ContentPropertiesT, ProcessUnitOptionsT};

/// Name of the buffer.
const BUFFER: &str = "TFLITE_METADATA";
const IDENTIFIER: &[u8; 4] = b"M001";

/// What a model says of itself. A text that the file leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Metadata {
    /// The model's name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its version, as its makers count.
    pub version: String,
    /// Who made it.
    pub author: String,
    /// Terms of its use.
    pub license: String,
    /// Version of the metadata schema that knows all that is said.
    pub min_parser_version: String,
    /// Files that belong to the whole model.
    pub files: Vec<AssociatedFile>,
    /// Its subgraphs; most files describe the first alone.
    pub subgraphs: Vec<SubgraphMetadata>,
}

/// What is said of a subgraph.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SubgraphMetadata {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its inputs, in their order.
    pub inputs: Vec<TensorMetadata>,
    /// Its outputs, in their order.
    pub outputs: Vec<TensorMetadata>,
    /// Files that belong to it.
    pub files: Vec<AssociatedFile>,
    /// What is done before all inputs are fed.
    pub input_processing: Vec<ProcessUnit>,
    /// What is done with all outputs.
    pub output_processing: Vec<ProcessUnit>,
    /// Inputs that belong together.
    pub input_groups: Vec<TensorGroup>,
    /// Outputs that belong together.
    pub output_groups: Vec<TensorGroup>,
    /// Further data by name, whose format is the writer's own affair.
    pub custom: Vec<(String, Vec<u8>)>,
}

/// Inputs or outputs that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TensorGroup {
    /// Their name together.
    pub name: String,
    /// The names of the tensors, as [`TensorMetadata::name`] has them.
    pub tensors: Vec<String>,
}

/// What is said of an input or output.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TensorMetadata {
    /// Its name, which need not be the tensor's in the graph.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Names of its axes.
    pub dimension_names: Vec<String>,
    /// What it holds.
    pub content: Option<Content>,
    /// First and last axis that the content takes up, where it is not all but the batch.
    pub content_range: Option<(i32, i32)>,
    /// What is done before it is fed, or after it is read.
    pub processing: Vec<ProcessUnit>,
    /// Its smallest values: one, or one a channel.
    pub min: Vec<f32>,
    /// Its largest values: one, or one a channel.
    pub max: Vec<f32>,
    /// Files that belong to it, such as labels.
    pub files: Vec<AssociatedFile>,
}

/// What a tensor holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Features of any kind.
    Feature,
    /// An image.
    Image {
        /// The schema's name of the colour space: `RGB`, `GRAYSCALE`, `UNKNOWN`.
        color_space: String,
        /// Width and height that are meant where the tensor's shape leaves them open.
        default_size: Option<(u32, u32)>,
    },
    /// Bounding boxes.
    BoundingBox {
        /// The schema's name of what a box is written as: `BOUNDARIES`, `UPPER_LEFT`, `CENTER`, `UNKNOWN`.
        kind: String,
        /// The schema's name of the coordinates' unit: `RATIO`, `PIXEL`.
        coordinates: String,
        /// Where each number of a box stands; empty for the usual order.
        index: Vec<u32>,
    },
    /// Sound.
    Audio {
        /// Samples a second.
        sample_rate: u32,
        /// Number of channels.
        channels: u32,
    },
}

/// A step outside the graph.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProcessUnit {
    /// `(x - mean) / std`, with one number for all channels or one a channel.
    Normalization {
        /// What is subtracted.
        mean: Vec<f32>,
        /// What is divided by.
        std: Vec<f32>,
    },
    /// Scores are mapped by sigmoids whose parameters are in an associated file.
    ScoreCalibration {
        /// The schema's name of what is applied to a score before: `IDENTITY`, `LOG`, `INVERSE_LOGISTIC`.
        transformation: String,
        /// The score where a row of the file is empty.
        default_score: f32,
    },
    /// Scores below are left out.
    ScoreThreshold(f32),
    /// Text is taken apart as BERT does, with these vocabularies.
    BertTokenizer(Vec<AssociatedFile>),
    /// Text is taken apart by SentencePiece.
    SentencePieceTokenizer {
        /// SentencePiece's models.
        models: Vec<AssociatedFile>,
        /// Its vocabularies.
        vocabularies: Vec<AssociatedFile>,
    },
    /// Text is split where a regular expression matches.
    RegexTokenizer {
        /// What stands between the parts.
        pattern: String,
        /// Its vocabularies.
        vocabularies: Vec<AssociatedFile>,
    },
}

/// A file that belongs to a model, by its name in the archive behind it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AssociatedFile {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The schema's name of its sort: `TENSOR_AXIS_LABELS`, `TENSOR_VALUE_LABELS`, `VOCABULARY`, …
    pub kind: String,
    /// Its language, such as `en` or `en-US`.
    pub locale: String,
    /// Its version, as its makers count.
    pub version: String,
}

impl AssociatedFile {
    /// Does it name the values or an axis of a tensor, one name a line?
    pub fn is_labels(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "TENSOR_AXIS_LABELS" | "TENSOR_VALUE_LABELS"
        )
    }
}

/// Reads a model's metadata; `None` where it has none.
///
/// # Errors
/// `Malformed` when the bytes are no TFLite model, or its metadata is damaged.
pub fn read(tflite: &[u8]) -> Result<Option<Metadata>, Error> {
    tflite::read(tflite, |file| of(&file))?
}

fn of(file: &tflite::schema::Model<'_>) -> Result<Option<Metadata>, Error> {
    let buffers = file.buffers();
    let mut entries = file.metadata().into_iter().flatten();
    let Some(entry) = entries.find(|entry| entry.name() == Some(BUFFER)) else {
        return Ok(None);
    };
    let index = entry.buffer() as usize;
    let buffer = buffers.filter(|list| index < list.len());
    match buffer.and_then(|list| list.get(index).data()) {
        Some(data) => parse(data.bytes()).map(Some),
        None => Err(Error::malformed(format!(
            "{BUFFER} is in buffer {index}, which does not exist or is empty"
        ))),
    }
}

/// Reads the buffer.
fn parse(data: &[u8]) -> Result<Metadata, Error> {
    if data.get(4..8) != Some(IDENTIFIER) {
        let what = format!("{BUFFER} is none: the identifier \"M001\" is missing at its byte 4");
        return Err(Error::malformed(what));
    }
    let options = tflite::verifier(data);
    match schema::root_as_model_metadata_with_opts(&options, data) {
        Ok(metadata) => Ok(model(metadata.unpack())),
        Err(fault) => {
            let text = fault.to_string();
            let first = text.lines().next().unwrap_or("invalid flatbuffer");
            Err(Error::malformed(format!("{BUFFER} is damaged: {first}")))
        }
    }
}

/// All of a list that may be missing.
fn list<T, U>(list: Option<Vec<T>>, each: impl Fn(T) -> U) -> Vec<U> {
    list.into_iter().flatten().map(each).collect()
}

fn files(table: Option<Vec<schema::AssociatedFileT>>) -> Vec<AssociatedFile> {
    list(table, file)
}

/// The schema's name for a number, or the number where the schema has none.
fn named(name: Option<&'static str>, number: i8) -> String {
    name.map_or_else(|| number.to_string(), str::to_owned)
}

fn model(table: schema::ModelMetadataT) -> Metadata {
    Metadata {
        name: table.name.unwrap_or_default(),
        description: table.description.unwrap_or_default(),
        version: table.version.unwrap_or_default(),
        author: table.author.unwrap_or_default(),
        license: table.license.unwrap_or_default(),
        min_parser_version: table.min_parser_version.unwrap_or_default(),
        files: files(table.associated_files),
        subgraphs: list(table.subgraph_metadata, subgraph),
    }
}

fn subgraph(table: schema::SubGraphMetadataT) -> SubgraphMetadata {
    SubgraphMetadata {
        name: table.name.unwrap_or_default(),
        description: table.description.unwrap_or_default(),
        inputs: list(table.input_tensor_metadata, tensor),
        outputs: list(table.output_tensor_metadata, tensor),
        files: files(table.associated_files),
        input_processing: units(table.input_process_units),
        output_processing: units(table.output_process_units),
        input_groups: list(table.input_tensor_groups, group),
        output_groups: list(table.output_tensor_groups, group),
        custom: list(table.custom_metadata, |custom| {
            let name = custom.name.unwrap_or_default();
            (name, custom.data.unwrap_or_default())
        }),
    }
}

fn tensor(table: schema::TensorMetadataT) -> TensorMetadata {
    let stats = table.stats.unwrap_or_default();
    let content = table.content.unwrap_or_default();
    TensorMetadata {
        name: table.name.unwrap_or_default(),
        description: table.description.unwrap_or_default(),
        dimension_names: table.dimension_names.unwrap_or_default(),
        content: contents(content.content_properties),
        content_range: content.range.map(|range| (range.min, range.max)),
        processing: units(table.process_units),
        min: stats.min.unwrap_or_default(),
        max: stats.max.unwrap_or_default(),
        files: files(table.associated_files),
    }
}

fn file(table: schema::AssociatedFileT) -> AssociatedFile {
    AssociatedFile {
        name: table.name.unwrap_or_default(),
        description: table.description.unwrap_or_default(),
        kind: named(table.type_.variant_name(), table.type_.0),
        locale: table.locale.unwrap_or_default(),
        version: table.version.unwrap_or_default(),
    }
}

fn group(table: schema::TensorGroupT) -> TensorGroup {
    TensorGroup {
        name: table.name.unwrap_or_default(),
        tensors: table.tensor_names.unwrap_or_default(),
    }
}

fn contents(properties: ContentPropertiesT) -> Option<Content> {
    match properties {
        ContentPropertiesT::NONE => None,
        ContentPropertiesT::FeatureProperties(_) => Some(Content::Feature),
        ContentPropertiesT::ImageProperties(image) => Some(Content::Image {
            color_space: named(image.color_space.variant_name(), image.color_space.0),
            default_size: image.default_size.map(|size| (size.width, size.height)),
        }),
        ContentPropertiesT::BoundingBoxProperties(boxes) => Some(Content::BoundingBox {
            kind: named(boxes.type_.variant_name(), boxes.type_.0),
            coordinates: named(
                boxes.coordinate_type.variant_name(),
                boxes.coordinate_type.0,
            ),
            index: boxes.index.unwrap_or_default(),
        }),
        ContentPropertiesT::AudioProperties(audio) => Some(Content::Audio {
            sample_rate: audio.sample_rate,
            channels: audio.channels,
        }),
    }
}

/// Those that the schema knows.
fn units(list: Option<Vec<schema::ProcessUnitT>>) -> Vec<ProcessUnit> {
    let units = list.into_iter().flatten();
    units
        .filter_map(|unit| process_unit(unit.options))
        .collect()
}

fn process_unit(options: ProcessUnitOptionsT) -> Option<ProcessUnit> {
    Some(match options {
        ProcessUnitOptionsT::NONE => return None,
        ProcessUnitOptionsT::NormalizationOptions(table) => ProcessUnit::Normalization {
            mean: table.mean.unwrap_or_default(),
            std: table.std_.unwrap_or_default(),
        },
        ProcessUnitOptionsT::ScoreCalibrationOptions(table) => {
            let code = table.score_transformation;
            ProcessUnit::ScoreCalibration {
                transformation: named(code.variant_name(), code.0),
                default_score: table.default_score,
            }
        }
        ProcessUnitOptionsT::ScoreThresholdingOptions(table) => {
            ProcessUnit::ScoreThreshold(table.global_score_threshold)
        }
        ProcessUnitOptionsT::BertTokenizerOptions(table) => {
            ProcessUnit::BertTokenizer(files(table.vocab_file))
        }
        ProcessUnitOptionsT::SentencePieceTokenizerOptions(table) => {
            ProcessUnit::SentencePieceTokenizer {
                models: files(table.sentence_piece_model),
                vocabularies: files(table.vocab_file),
            }
        }
        ProcessUnitOptionsT::RegexTokenizerOptions(table) => ProcessUnit::RegexTokenizer {
            pattern: table.delim_regex_pattern.unwrap_or_default(),
            vocabularies: files(table.vocab_file),
        },
    })
}
