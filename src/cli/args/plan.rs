//! Which files the command line means. Slips are refused before any work is done.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::{Cli, Convert};
use crate::cli::claims::Claims;
use crate::cli::output::Target;

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
