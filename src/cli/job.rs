//! One model from its bytes to a written file, or to the reason why there is none.

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use tfl2onnx::{Converter, Error, Registry, Report, Sink, Unwritten};
#[cfg(feature = "validate")]
use tfl2onnx::{Scope, Status, Validation, Verdict};

#[cfg(feature = "validate")]
use super::args::Depth;
use super::args::{Convert, Job, Plan};
use super::output::{self, Target};
use super::progress::Progress;
use super::{Exit, create, deliver, input};

/// What became of one input.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub input: String,
    pub input_bytes: Option<u64>,
    /// Where the file is, if it was written.
    pub output: Option<String>,
    pub output_bytes: Option<u64>,
    /// Where its constants are, if they are in a file of their own.
    pub external_data: Option<String>,
    pub report: Option<Report>,
    pub proof: Proof,
    pub fault: Option<Fault>,
    pub took: Duration,
    pub validation_took: Duration,
}

/// What is known of a result.
#[derive(Debug)]
pub(crate) enum Proof {
    /// Nobody asked.
    None,
    #[cfg(feature = "validate")]
    Found(Verdict, Validation),
}

/// Why an input has no output.
#[derive(Debug)]
pub(crate) enum Fault {
    Refused(Error),
    Io {
        verb: Verb,
        path: String,
        error: io::Error,
    },
}

/// What was being done to a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    Read,
    Write,
    Create,
}

impl Fault {
    /// What reading or writing met with; a fault of the model may be wrapped in it.
    pub fn io(verb: Verb, path: impl Display, error: io::Error) -> Self {
        let path = path.to_string();
        match error.downcast::<Error>() {
            Ok(error) => Fault::Refused(error),
            Err(error) => Fault::Io { verb, path, error },
        }
    }

    /// Has the reader of our standard output gone? It knows, so nothing need be said.
    pub fn is_silent(&self) -> bool {
        matches!(self, Fault::Io { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl Display for Fault {
    /// One finding a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Refused(error) => error.fmt(f),
            Fault::Io { verb, path, error } => {
                let verb = match verb {
                    Verb::Read => "read",
                    Verb::Write => "write",
                    Verb::Create => "create",
                };
                write!(f, "cannot {verb} {path}: {error}")
            }
        }
    }
}

impl Outcome {
    pub fn exit(&self) -> Exit {
        #[cfg(feature = "validate")]
        if self.proof.is_mismatch() {
            return Exit::Mismatch;
        }
        match self.fault {
            Some(_) => Exit::Refused,
            None => Exit::Fine,
        }
    }
}

#[cfg(feature = "validate")]
impl Proof {
    pub fn is_mismatch(&self) -> bool {
        matches!(self, Proof::Found(verdict, _) if verdict.status == Status::Mismatch)
    }
}

/// Does one job; whatever goes wrong is part of the outcome.
pub(crate) fn run(asked: &Convert, plan: &Plan, job: &Job) -> Outcome {
    let start = Instant::now();
    let mut outcome = Outcome {
        input: job.source.to_string(),
        input_bytes: None,
        output: None,
        output_bytes: None,
        external_data: None,
        report: None,
        proof: Proof::None,
        fault: None,
        took: Duration::ZERO,
        validation_took: Duration::ZERO,
    };
    let progress = Progress::start(!asked.quiet);
    if let Err(fault) = steps(asked, plan, job, &progress, &mut outcome) {
        outcome.fault = Some(fault);
    }
    outcome.took = start.elapsed();
    outcome
}

fn steps(
    asked: &Convert,
    plan: &Plan,
    job: &Job,
    progress: &Progress,
    outcome: &mut Outcome,
) -> Result<(), Fault> {
    progress.stage("reading", &job.source);
    let tflite =
        input::read(&job.source).map_err(|error| Fault::io(Verb::Read, &job.source, error))?;
    outcome.input_bytes = Some(tflite.len());

    progress.stage("converting", &job.source);
    let converter = converter(asked);
    if let Some(target) = &plan.dot {
        let drawing = converter.dot(&tflite).map_err(Fault::Refused)?;
        deliver(
            target,
            &mut |mut out| {
                out.write_all(drawing.as_bytes())?;
                out.flush()
            },
            None,
        )?;
    }
    let onnx = converter.convert_source(&tflite).map_err(Fault::Refused)?;
    outcome.report = Some(onnx.report().clone());

    progress.stage("validating", &job.source);
    let start = Instant::now();
    let write = prove(asked, &onnx, outcome)?;
    if !matches!(outcome.proof, Proof::None) {
        outcome.validation_took = start.elapsed();
    }

    if write {
        progress.stage("writing", &job.target);
        create(plan.out_dir.as_deref())?;
        outcome.external_data = write_model(asked, plan, job, &onnx)?;
        outcome.output = Some(job.target.to_string());
        outcome.output_bytes = Some(onnx.size());
    }
    Ok(())
}

/// Writes the model, with its constants in a file beside it where that is asked for or cannot be otherwise;
/// returns that file's path.
fn write_model(
    asked: &Convert,
    plan: &Plan,
    job: &Job,
    onnx: &Unwritten,
) -> Result<Option<String>, Fault> {
    let beside = match &job.target {
        Target::File(path) if asked.external_data.is_some() || onnx.needs_external_data() => {
            Some((path, job.external_data(asked)))
        }
        _ => None,
    };
    let Some((path, data)) = beside else {
        deliver(&job.target, &mut |out| onnx.write_to(out), None)?;
        return Ok(None);
    };
    let fault = |error| Fault::io(Verb::Write, &job.target, error);
    let data = data.ok_or_else(|| fault(io::Error::other("its name is not UTF-8")))?;
    if plan.reads(&data) {
        let error = io::Error::other("it is an input, and would get the model's constants");
        return Err(Fault::io(Verb::Write, data.display(), error));
    }
    let name = data.file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default().to_owned();
    let mut contents =
        |data: Sink<'_>, model: Sink<'_>| onnx.write_with_external_data(&name, model, data);
    output::write_both(&data, Path::new(path), &mut contents).map_err(fault)?;
    Ok(Some(data.display().to_string()))
}

fn converter(asked: &Convert) -> Converter {
    let face = &asked.face;
    let mut converter = Converter::new()
        .registry(Registry::builtin())
        .channels_first(asked.nchw)
        .quantized(asked.stored.quantized.into())
        .activations(asked.stored.activations.into())
        .float_io(asked.stored.float_io)
        .metadata(asked.metadata())
        .signature_names(asked.signature_names)
        .inputs(&face.inputs)
        .outputs(&face.outputs);
    if let Some(size) = &face.batch {
        converter = converter.batch(size.clone());
    }
    for (input, shape) in &face.shapes {
        converter = converter.shape(input, shape.clone());
    }
    let converter = match &asked.signature {
        Some(key) => converter.signature(key),
        None => converter,
    };
    match asked.opset {
        Some(opset) => converter.opset(opset),
        None => converter,
    }
}

/// Runs both graphs, unless nobody asked; says whether the file is to be written.
#[cfg(feature = "validate")]
fn prove(asked: &Convert, onnx: &Unwritten, outcome: &mut Outcome) -> Result<bool, Fault> {
    let asked = &asked.validation;
    if asked.no_validate {
        return Ok(true);
    }
    let mut options = Validation::default();
    options.seed = asked.seed;
    options.samples = asked.samples;
    options.tolerance = asked.tolerance;
    options.scope = match asked.validate {
        Depth::Outputs => Scope::Outputs,
        Depth::Layers => Scope::Layers,
    };
    options.unlimited = asked.validate_anyway;
    let verdict = onnx.validate(&Registry::builtin(), &options);
    let verdict = verdict.map_err(Fault::Refused)?;
    let write = verdict.status != Status::Mismatch || asked.keep_mismatch;
    outcome.fault = verdict.error().map(Fault::Refused);
    outcome.proof = Proof::Found(verdict, options);
    Ok(write)
}

#[cfg(not(feature = "validate"))]
fn prove(_: &Convert, _: &Unwritten, _: &mut Outcome) -> Result<bool, Fault> {
    Ok(true)
}
