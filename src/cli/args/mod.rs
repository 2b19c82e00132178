//! What the command line says.

mod face;
mod plan;
mod proof;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use tfl2onnx::Converter;

pub(crate) use face::{Face, Stored};
pub(crate) use plan::{Job, Plan, Source, single, usage};
#[cfg(feature = "validate")]
pub(crate) use proof::Depth;
pub(crate) use proof::Validate;

/// Convert TFLite models to ONNX, and prove each file by running it.
///
/// The output is an ONNX file whose signature is that of the TFLite model: names, order, element types,
/// shapes. Before it is written, the TFLite graph and the ONNX bytes are executed on the same seeded
/// inputs and their outputs compared; a file whose outputs differ is not written.
#[derive(Debug, Parser)]
#[command(
    name = "tfl2onnx",
    version,
    after_long_help = AFTER,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_help_heading = "Other commands",
    override_usage = "tfl2onnx [OPTIONS] IN [OUT]\n       tfl2onnx [OPTIONS] --out-dir DIR IN...\n       tfl2onnx inspect [--json] [--graph FILE] IN\n       tfl2onnx weights IN [OUT]\n       tfl2onnx ops [--markdown]"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub convert: Convert,
}

const AFTER: &str = "\
Paths:
  IN                  OUT is IN with the extension .onnx
  IN OUT              OUT is written; `-` is the standard output
  --out-dir DIR IN... every path is an input, and DIR gets one .onnx file for each model
  A bundle (a .task file, a zip of models) with several models needs --out-dir; beside other inputs its
  files go to a folder of its name in DIR.
  `-` as IN is the standard input; OUT is then `-` unless given. A file named like a command is given
  as ./ops. OUT appears whole or not at all: it is written under no name or another one, then renamed.

Exit codes:
  0  converted (verified, unverified with the reason said, or not validated because of --no-validate)
  1  refused: the model cannot be converted, or a file cannot be read or written
  2  the command line makes no sense
  3  mismatch: the ONNX file computes something else, and is not written unless --keep-mismatch
  With several inputs each is tried, and the exit code is the highest.";

/// Commands beside conversion.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the supported TFLite operators
    Ops {
        /// As a Markdown table
        #[arg(long)]
        markdown: bool,
    },
    /// Print what a model says: tensors, operators, signatures, and whether it would be converted
    Inspect(super::inspect::Asked),
    /// Write the weights as PyTorch has them: float32, kernels in its axis order, in graph order
    Weights(super::weights::Asked),
}

#[derive(Args, Debug)]
pub(crate) struct Convert {
    /// The TFLite model or bundle of models, then where the ONNX file goes; with --out-dir, only models
    #[arg(value_name = "IN [OUT]", num_args = 1.., required = true)]
    paths: Vec<PathBuf>,

    /// Write an .onnx file for every IN into DIR, which is created where it is missing
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,

    /// Declare every image-like input and output channels-first
    #[arg(long)]
    pub nchw: bool,

    /// Write this ONNX opset, or refuse [default: 15, or what the operators need]
    #[arg(long, value_name = "N", value_parser = opset())]
    pub opset: Option<i64>,

    /// Write constants to FILE beside OUT, as ONNX external data [default: OUT's name and .data; what is
    /// beyond 2 GiB is written so in any case]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = data_name)]
    pub external_data: Option<String>,

    #[command(flatten)]
    pub face: Face,

    #[command(flatten)]
    pub stored: Stored,

    #[command(flatten)]
    pub validation: Validate,

    /// Write what was done, or why it was not, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Write the TFLite graph with the axis order chosen for each operator, for Graphviz
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,

    /// Convert the subgraph that this signature enters, or with `all` write NAME.KEY.onnx for each
    /// [default: the first subgraph]
    #[arg(long, value_name = "KEY")]
    pub signature: Option<String>,

    /// Call inputs and outputs as the signature does, instead of by their tensors' names
    #[arg(long)]
    pub signature_names: bool,

    /// Write the files that belong to a model, such as labels, into DIR
    #[arg(long, value_name = "DIR")]
    pub extract_metadata: Option<PathBuf>,

    /// Carry description, versions and signature names over as ONNX metadata [default]
    #[arg(long, overrides_with = "no_metadata")]
    metadata: bool,

    /// Leave them out
    #[arg(long, overrides_with = "metadata")]
    no_metadata: bool,

    /// Print errors and warnings alone
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print operator counts and the time of each stage as well
    #[arg(short, long)]
    pub verbose: bool,
}

/// The name of a file in the directory of another; empty for the default.
fn data_name(name: &str) -> Result<String, String> {
    let plain = Path::new(name).file_name().is_some_and(|file| file == name);
    match plain && !name.contains('\\') || name.is_empty() {
        true => Ok(name.to_owned()),
        false => Err("the name of a file without a directory is needed: it lies beside OUT".into()),
    }
}

fn opset() -> impl clap::builder::TypedValueParser<Value = i64> {
    clap::value_parser!(i64).range(Converter::OPSETS)
}

impl Convert {
    /// Should the file's own metadata be carried over?
    pub fn metadata(&self) -> bool {
        !self.no_metadata
    }
}
