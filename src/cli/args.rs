//! What the command line says, and which files that means.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use tfl2onnx::Converter;
use tfl2onnx::op::{Dim, Shape, Symbol};

use super::claims::Claims;
use super::output::Target;

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

/// Which part of the model is converted, and for which sizes.
#[derive(Args, Debug)]
pub(crate) struct Face {
    /// Cut: take these tensors for the inputs, by name or as '#INDEX'
    #[arg(long, value_name = "TENSOR,...", value_delimiter = ',')]
    pub inputs: Vec<String>,

    /// Cut: take these tensors for the outputs
    #[arg(long, value_name = "TENSOR,...", value_delimiter = ',')]
    pub outputs: Vec<String>,

    /// Another batch size: the first axis of every input of rank 2 or more
    #[arg(long, value_name = "N|dynamic", value_parser = batch)]
    pub batch: Option<Dim>,

    /// Give an input another shape; a dimension is a number, a name, or -1 for one known at run time
    #[arg(long = "shape", value_name = "NAME=DIM,...", value_parser = shape)]
    pub shapes: Vec<(String, Shape)>,
}

fn batch(text: &str) -> Result<Dim, String> {
    match text.parse::<usize>() {
        _ if text == "dynamic" => Ok(Dim::Symbol(Symbol::new("batch"))),
        Ok(n @ 1..) => Ok(Dim::Fixed(n)),
        _ => Err("a number above 0, or `dynamic`, is needed".into()),
    }
}

fn shape(text: &str) -> Result<(String, Shape), String> {
    let (name, dims) = text
        .rsplit_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("a name, `=` and dimensions are needed, such as input=1,224,224,3")?;
    let dims = dims.split(',').map(str::trim).enumerate();
    let dims = dims.map(|(axis, dim)| match dim.parse::<i64>() {
        Ok(-1) => Ok(Dim::Symbol(Symbol::new(format!("{name}.{axis}")))),
        Ok(n @ 1..) => usize::try_from(n)
            .map(Dim::Fixed)
            .map_err(|error| error.to_string()),
        Err(_) if dim.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
            Ok(Dim::Symbol(Symbol::new(dim)))
        }
        _ => Err(format!(
            "{dim:?} is neither a size above 0, nor a name, nor -1"
        )),
    });
    Ok((name.to_owned(), dims.collect::<Result<_, _>>()?))
}

/// What becomes of quantised values.
#[derive(Args, Debug)]
pub(crate) struct Stored {
    /// Keep quantised values as integers, or make a plain float model of it
    #[arg(long, value_name = "FORM", value_enum, default_value = "auto")]
    pub quantized: Form,

    /// Declare quantised inputs and outputs as the real numbers they mean
    #[arg(long)]
    pub float_io: bool,

    /// Keep INT8 values as the file has them, or as UINT8, which onnxruntime is faster with on x86
    #[arg(long, value_name = "TYPE", value_enum, default_value = "auto")]
    pub activations: Activations,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Form {
    /// Integers between QuantizeLinear and DequantizeLinear
    Qdq,
    /// Real numbers everywhere, inputs and outputs included
    Float,
    /// Integers, or real numbers inside where an operator has no quantised form
    Auto,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Activations {
    /// As the file has them
    Keep,
    /// UINT8, each zero point 128 higher: the same numbers
    Uint8,
    /// UINT8 in models with quantised weights
    Auto,
}

impl From<Form> for tfl2onnx::Quantized {
    fn from(form: Form) -> Self {
        match form {
            Form::Qdq => tfl2onnx::Quantized::Qdq,
            Form::Float => tfl2onnx::Quantized::Float,
            Form::Auto => tfl2onnx::Quantized::Auto,
        }
    }
}

impl From<Activations> for tfl2onnx::Activations {
    fn from(activations: Activations) -> Self {
        match activations {
            Activations::Keep => tfl2onnx::Activations::Keep,
            Activations::Uint8 => tfl2onnx::Activations::UInt8,
            Activations::Auto => tfl2onnx::Activations::Auto,
        }
    }
}

/// How the result is proved.
#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools)] // Each is a flag of its own.
pub(crate) struct Validate {
    /// Write the file without executing anything
    #[arg(long, action = ArgAction::SetTrue)]
    pub no_validate: bool,

    /// Compare graph outputs, or every tensor that both graphs have
    #[cfg(feature = "validate")]
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "outputs",
        conflicts_with = "no_validate"
    )]
    pub validate: Depth,

    /// Seed of the inputs
    #[cfg(feature = "validate")]
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "no_validate"
    )]
    pub seed: u64,

    /// How many inputs to try
    #[cfg(feature = "validate")]
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = samples, conflicts_with = "no_validate")]
    pub samples: usize,

    /// Allowed difference, relative to the largest magnitude of an output [default: by element type and depth]
    #[cfg(feature = "validate")]
    #[arg(long, value_name = "X", value_parser = tolerance, conflicts_with = "no_validate")]
    pub tolerance: Option<f64>,

    /// Execute the model however large it is; otherwise large ones are tried on fewer inputs, or are unverified
    #[cfg(feature = "validate")]
    #[arg(long, conflicts_with = "no_validate")]
    pub validate_anyway: bool,

    /// Write the file even when its outputs differ; the exit code is still 3
    #[cfg(feature = "validate")]
    #[arg(long, conflicts_with = "no_validate")]
    pub keep_mismatch: bool,
}

#[cfg(feature = "validate")]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Depth {
    Outputs,
    Layers,
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

#[cfg(feature = "validate")]
fn samples(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one input must be tried".into()),
        Ok(n) => Ok(n),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(feature = "validate")]
fn tolerance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if number.is_finite() && number >= 0.0 {
        return Ok(number);
    }
    Err("a finite number that is not negative is needed".into())
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    pub fn of(path: &Path) -> Self {
        match path.as_os_str() == "-" {
            true => Source::Stdin,
            false => Source::File(path.to_owned()),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Stdin => f.write_str("standard input"),
            Source::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// One conversion to do.
#[derive(Debug)]
pub(crate) struct Job {
    pub source: Source,
    pub target: Target,
}

/// Everything the command line asks to be read and written.
#[derive(Debug)]
pub(crate) struct Plan {
    pub jobs: Vec<Job>,
    /// Directory to create before the first file is written into it.
    pub out_dir: Option<PathBuf>,
    pub report: Option<Target>,
    pub dot: Option<Target>,
    /// All files that are known to be read and written.
    pub claims: Claims,
}

impl Convert {
    /// Should the file's own metadata be carried over?
    pub fn metadata(&self) -> bool {
        !self.no_metadata
    }

    /// Says which files are read and written. Everything that can be seen to be a slip is refused here,
    /// before any work is done.
    pub fn plan(&self) -> Result<Plan, clap::Error> {
        let jobs = match (&self.out_dir, self.paths.as_slice()) {
            (Some(dir), paths) => paths
                .iter()
                .map(|path| job_in(dir, path))
                .collect::<Result<_, _>>()?,
            (None, [input]) => vec![job_beside(input)?],
            (None, [input, output]) => vec![job_to(input, output)?],
            (None, _) => {
                return Err(usage(
                    "three or more paths are several inputs: say where they go with --out-dir DIR",
                ));
            }
        };
        let mut plan = Plan {
            jobs,
            out_dir: self.out_dir.clone(),
            report: self.report.as_deref().map(Target::of),
            dot: self.dot.as_deref().map(Target::of),
            claims: Claims::default(),
        };
        if plan.dot.is_some() && plan.jobs.len() > 1 {
            return Err(usage("--dot takes one input, since it writes one graph"));
        }
        self.refuse_external_data(&plan)?;
        let data = self.external_data_of(&plan);
        refuse_clashes(&mut plan, &data)?;
        Ok(plan)
    }
}

impl Convert {
    /// Where the constants go if they get a file of their own; `None` where nothing can lie beside the output.
    pub fn external_data_beside(&self, target: &Target) -> Option<PathBuf> {
        let Target::File(path) = target else {
            return None;
        };
        let asked = self.external_data.as_deref().unwrap_or_default();
        let name = match asked {
            "" => format!("{}.data", path.file_name()?.to_str()?),
            name => name.to_owned(),
        };
        Some(path.with_file_name(name))
    }

    /// The files that constants are asked to be put into.
    fn external_data_of(&self, plan: &Plan) -> Vec<Target> {
        let jobs = plan.jobs.iter().filter(|_| self.external_data.is_some());
        let files = jobs.filter_map(|job| self.external_data_beside(&job.target));
        files.map(Target::File).collect()
    }

    fn refuse_external_data(&self, plan: &Plan) -> Result<(), clap::Error> {
        let Some(name) = &self.external_data else {
            return Ok(());
        };
        if plan.jobs.len() > 1 && !name.is_empty() {
            return Err(usage(
                "--external-data=FILE takes one input: without FILE each has a name of its own",
            ));
        }
        if plan.jobs.iter().any(|job| job.target == Target::Stdout) {
            return Err(usage(
                "--external-data needs OUT: nothing can lie beside the standard output",
            ));
        }
        Ok(())
    }
}

/// A usage error in clap's form, which exits with 2.
pub(crate) fn usage(message: impl std::fmt::Display) -> clap::Error {
    Cli::command().error(ErrorKind::ArgumentConflict, message)
}

fn job_in(dir: &Path, input: &Path) -> Result<Job, clap::Error> {
    let Source::File(path) = Source::of(input) else {
        return Err(usage(
            "the standard input has no name for a file in --out-dir: give one input and OUT",
        ));
    };
    let name = file_name(&path, "onnx")?;
    Ok(Job {
        target: Target::File(dir.join(name)),
        source: Source::File(path),
    })
}

fn job_beside(input: &Path) -> Result<Job, clap::Error> {
    job_with(input, "onnx")
}

/// What is written goes beside the input, with this extension.
fn job_with(input: &Path, extension: &str) -> Result<Job, clap::Error> {
    let source = Source::of(input);
    let target = match &source {
        Source::Stdin => Target::Stdout,
        Source::File(path) => Target::File(path.with_file_name(file_name(path, extension)?)),
    };
    Ok(Job { source, target })
}

fn job_to(input: &Path, output: &Path) -> Result<Job, clap::Error> {
    let job = Job {
        source: Source::of(input),
        target: Target::of(output),
    };
    if let Target::File(path) = &job.target {
        if path.is_dir() {
            return Err(usage(format!(
                "OUT {} is a directory: say --out-dir {0}",
                path.display()
            )));
        }
        // Two paths from a shell's *.tflite must not cost the second model.
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("tflite"))
        {
            return Err(usage(format!(
                "OUT {} has the name of a TFLite model: several inputs need --out-dir DIR",
                path.display()
            )));
        }
    }
    Ok(job)
}

/// The name of the input with this extension.
fn file_name(input: &Path, extension: &str) -> Result<OsString, clap::Error> {
    match input.file_name() {
        Some(name) => Ok(Path::new(name).with_extension(extension).into()),
        None => Err(usage(format!("{} has no file name", input.display()))),
    }
}

/// One input of a command that writes a file of another sort beside it, or where it is told.
pub(crate) fn single(
    input: &Path,
    output: Option<&Path>,
    extension: &str,
) -> Result<Job, clap::Error> {
    let job = match output {
        Some(output) => job_to(input, output)?,
        None => job_with(input, extension)?,
    };
    let mut claims = Claims::default();
    if let Source::File(path) = &job.source {
        claims.reads(path);
    }
    claims.writes(&job.target).map_err(usage)?;
    Ok(job)
}

/// Refuses to write one file twice, or over an input.
fn refuse_clashes(plan: &mut Plan, data: &[Target]) -> Result<(), clap::Error> {
    for job in &plan.jobs {
        if let Source::File(path) = &job.source {
            plan.claims.reads(path);
        }
    }
    let outputs = plan.jobs.iter().map(|job| &job.target);
    let outputs = outputs.chain(data).chain(&plan.report).chain(&plan.dot);
    let outputs: Vec<&Target> = outputs.collect();
    for target in &outputs {
        plan.claims.writes(target).map_err(usage)?;
    }
    let standard = outputs.iter().filter(|one| ***one == Target::Stdout);
    if standard.count() > 1 {
        return Err(usage("only one thing can go to the standard output"));
    }
    Ok(())
}
