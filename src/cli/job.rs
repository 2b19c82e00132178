//! One input from its bytes to a written file, or to the reason why there is none.

use std::fmt::{self, Display};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use tfl2onnx::{Converter, Error, Registry, Report, Sink, Source, Unwritten, bundle};
#[cfg(feature = "validate")]
use tfl2onnx::{Scope, Status, Validation, Verdict};

#[cfg(feature = "validate")]
use super::args::Depth;
use super::args::{Convert, Job, Plan};
use super::claims::Claims;
use super::output::{self, Target};
use super::parts::{self, Model, Opened, Part};
use super::progress::Progress;
use super::{Exit, create, deliver, deliver_bytes};

/// What became of one input.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub input: String,
    pub input_bytes: Option<u64>,
    /// The signature that was asked for.
    pub signature: Option<String>,
    /// Where the file is, if it was written.
    pub output: Option<String>,
    pub output_bytes: Option<u64>,
    /// Where its constants are, if they are in a file of their own.
    pub external_data: Option<String>,
    pub report: Option<Report>,
    pub proof: Proof,
    /// What is worth knowing beside the report's own warnings.
    pub warnings: Vec<String>,
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
    /// What is asked for does not fit what the input turned out to be.
    Asked(String),
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
            Fault::Asked(what) => f.write_str(what),
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
    /// That of an input before anything has become of it.
    fn of(input: String) -> Self {
        Outcome {
            input,
            input_bytes: None,
            signature: None,
            output: None,
            output_bytes: None,
            external_data: None,
            report: None,
            proof: Proof::None,
            warnings: Vec::new(),
            fault: None,
            took: Duration::ZERO,
            validation_took: Duration::ZERO,
        }
    }

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

/// What a run has to hand for every model.
pub(crate) struct Run<'a> {
    pub asked: &'a Convert,
    pub plan: &'a Plan,
    pub claims: Claims,
}

impl Run<'_> {
    /// Opens an input; one that cannot be opened is an outcome of its own.
    pub fn open(&self, job: &Job) -> Result<Opened, Box<Outcome>> {
        let start = Instant::now();
        let progress = Progress::start(!self.asked.quiet);
        progress.stage("reading", &job.source);
        parts::open(self.asked, self.plan, job).map_err(|fault| {
            let mut outcome = Outcome::of(job.source.to_string());
            outcome.fault = Some(fault);
            outcome.took = start.elapsed();
            Box::new(outcome)
        })
    }

    /// Converts a model, as often as it has signatures that are asked for; whatever goes wrong is part of
    /// the outcomes.
    pub fn model(&mut self, model: &Model) -> Vec<Outcome> {
        let start = Instant::now();
        let refused = |fault: Fault, bytes: Option<u64>| {
            let mut outcome = Outcome::of(model.label.clone());
            outcome.input_bytes = bytes;
            outcome.fault = Some(fault);
            outcome.took = start.elapsed();
            vec![outcome]
        };
        let tflite = match model.content.read() {
            Ok(tflite) => tflite,
            Err(fault) => return refused(fault, None),
        };
        let size = Some(tflite.len());
        let mut note = None;
        if let Some(dir) = &model.files {
            match extract(&tflite, dir, &mut self.claims) {
                Ok(0) => note = Some("it has no associated files to extract".to_owned()),
                Ok(_) => {}
                Err(fault) => return refused(fault, size),
            }
        }
        let parts = match parts::signatures(self.asked, model, &tflite) {
            Ok(parts) => parts,
            Err(fault) => return refused(fault, size),
        };
        if parts.len() > 1 && self.plan.dot.is_some() {
            let what = "--dot takes one signature, since it writes one graph";
            return refused(Fault::Asked(what.into()), size);
        }
        let mut outcomes: Vec<Outcome> = parts
            .iter()
            .map(|part| self.part(model, &tflite, part))
            .collect();
        if let Some(first) = outcomes.first_mut() {
            first.warnings.extend(note);
        }
        outcomes
    }

    fn part(&mut self, model: &Model, tflite: &Source, part: &Part) -> Outcome {
        let start = Instant::now();
        let mut outcome = Outcome::of(model.label.clone());
        outcome.input_bytes = Some(tflite.len());
        outcome.signature.clone_from(&part.signature);
        let progress = Progress::start(!self.asked.quiet);
        if let Err(fault) = self.steps(model, tflite, part, &progress, &mut outcome) {
            outcome.fault = Some(fault);
        }
        outcome.took = start.elapsed();
        outcome
    }

    fn steps(
        &mut self,
        model: &Model,
        tflite: &Source,
        part: &Part,
        progress: &Progress,
        outcome: &mut Outcome,
    ) -> Result<(), Fault> {
        // What the command line names was claimed when it was read.
        let planned = self.plan.jobs.iter().any(|job| job.target == part.target);
        if !planned {
            self.claims.writes(&part.target).map_err(Fault::Asked)?;
        }
        progress.stage("converting", &model.label);
        let converter = converter(self.asked, part);
        if let Some(target) = &self.plan.dot {
            let drawing = converter.dot(tflite).map_err(Fault::Refused)?;
            deliver_bytes(target, drawing.as_bytes(), None)?;
        }
        let onnx = converter.convert_source(tflite).map_err(Fault::Refused)?;
        outcome.report = Some(onnx.report().clone());

        progress.stage("validating", &model.label);
        let start = Instant::now();
        let write = prove(self.asked, &onnx, outcome)?;
        if !matches!(outcome.proof, Proof::None) {
            outcome.validation_took = start.elapsed();
        }
        if write {
            progress.stage("writing", &part.target);
            create(model.dir.as_deref())?;
            outcome.external_data = self.write(&part.target, planned, &onnx)?;
            outcome.output = Some(part.target.to_string());
            outcome.output_bytes = Some(onnx.size());
        }
        Ok(())
    }

    /// Writes a model, with its constants in a file beside it where that is asked for or cannot be otherwise;
    /// returns that file's path. It has been claimed where it is asked for and the model's file is planned.
    fn write(
        &mut self,
        target: &Target,
        planned: bool,
        onnx: &Unwritten,
    ) -> Result<Option<String>, Fault> {
        let wanted = self.asked.external_data.is_some();
        let path = match target {
            Target::File(path) if wanted || onnx.needs_external_data() => path,
            _ => {
                deliver(target, &mut |out| onnx.write_to(out), None)?;
                return Ok(None);
            }
        };
        let fault = |error| Fault::io(Verb::Write, target, error);
        let data = self.asked.external_data_beside(target);
        let data = data.ok_or_else(|| fault(io::Error::other("its name is not UTF-8")))?;
        if !(planned && wanted) {
            let data = Target::File(data.clone());
            self.claims.writes(&data).map_err(Fault::Asked)?;
        }
        let name = data.file_name().and_then(|name| name.to_str());
        let name = name.unwrap_or_default().to_owned();
        let mut contents =
            |data: Sink<'_>, model: Sink<'_>| onnx.write_with_external_data(&name, model, data);
        output::write_both(&data, path, &mut contents).map_err(fault)?;
        Ok(Some(data.display().to_string()))
    }
}

/// Writes the files that belong to a model; returns how many.
fn extract(tflite: &Source, dir: &Path, claims: &mut Claims) -> Result<usize, Fault> {
    let archive = tflite.bytes().and_then(|bytes| bundle::associated(&bytes));
    let archive = archive.map_err(Fault::Refused)?;
    // All are read before any is written.
    let mut files = Vec::new();
    for file in archive.files() {
        let target = Target::File(dir.join(file.path()));
        claims.writes(&target).map_err(Fault::Asked)?;
        files.push((target, file.read().map_err(Fault::Refused)?));
    }
    for (target, bytes) in &files {
        let dir = match target {
            Target::File(path) => path.parent(),
            Target::Stdout => None,
        };
        deliver_bytes(target, bytes, dir)?;
    }
    Ok(files.len())
}

fn converter(asked: &Convert, part: &Part) -> Converter {
    let face = &asked.face;
    let mut converter = Converter::new()
        .registry(Registry::builtin())
        .channels_first(asked.nchw)
        .quantized(asked.stored.quantized.into())
        .activations(asked.stored.activations.into())
        .weights(asked.stored.weights.into())
        .float_io(asked.stored.float_io)
        .states(face.state.into())
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
    let converter = match &part.signature {
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
