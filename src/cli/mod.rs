//! The command line: what is asked for, what is said about it, and with which exit code it ends.

mod args;
mod claims;
mod figures;
mod input;
mod inspect;
mod job;
mod ops;
mod output;
mod parts;
mod progress;
mod report;
mod signals;
mod staged;
mod summary;
mod weights;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Convert, Plan};
use job::{Fault, Outcome, Run, Verb};
use output::{Content, Target};
use summary::say;

/// How a run ends, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Fine = 0,
    Refused = 1,
    Usage = 2,
    #[cfg(feature = "validate")]
    Mismatch = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    signals::survive_size_limits();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error).into(),
    };
    let exit = match cli.command {
        Some(Command::Ops { markdown }) => list_operators(markdown),
        Some(Command::Inspect(asked)) => {
            inspect::run(&asked).unwrap_or_else(|error| explain(&error))
        }
        Some(Command::Weights(asked)) => match asked.job() {
            Ok(job) => weights::run(&asked, &job),
            Err(error) => explain(&error),
        },
        None => match cli.convert.plan() {
            Ok(plan) => convert(&cli.convert, &plan),
            Err(error) => explain(&error),
        },
    };
    exit.into()
}

/// Prints help, version or a usage error.
fn explain(error: &clap::Error) -> Exit {
    // Whoever reads it may have gone; there is nobody left to tell.
    let _ = error.print();
    match error.use_stderr() {
        true => Exit::Usage,
        false => Exit::Fine,
    }
}

fn list_operators(markdown: bool) -> Exit {
    let table = ops::table(markdown);
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(table.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(&format!("error: cannot write the table: {error}"));
            Exit::Refused
        }
        _ => Exit::Fine,
    }
}

fn convert(asked: &Convert, plan: &Plan) -> Exit {
    let mut run = Run {
        asked,
        plan,
        claims: plan.claims.clone(),
    };
    let mut outcomes = Vec::new();
    let mut listings = Vec::new();
    for job in &plan.jobs {
        let opened = match run.open(job) {
            Ok(opened) => opened,
            Err(outcome) => {
                summary::outcome(&outcome, asked, plan.jobs.len() > 1);
                outcomes.push(*outcome);
                continue;
            }
        };
        let several = plan.jobs.len() > 1 || opened.models.len() > 1;
        let first = outcomes.len();
        for model in &opened.models {
            let found = run.model(model);
            let several = several || found.len() > 1;
            for outcome in &found {
                summary::outcome(outcome, asked, several);
            }
            outcomes.extend(found);
        }
        if let Some(listing) = opened.listing {
            if !asked.quiet {
                let own = outcomes.get(first..).unwrap_or_default();
                summary::listing(&listing, own);
            }
            listings.push(listing);
        }
    }
    let told = listings.len() == 1 && plan.jobs.len() == 1;
    if outcomes.len() > 1 && !told && !asked.quiet {
        summary::total(&outcomes);
    }
    let mut exit = outcomes
        .iter()
        .map(Outcome::exit)
        .max()
        .unwrap_or(Exit::Fine);
    if let Some(target) = &plan.report {
        let text = report::json(&outcomes, &listings);
        if let Err(fault) = deliver_bytes(target, text.as_bytes(), None) {
            summary::faults(&fault, None);
            exit = exit.max(Exit::Refused);
        }
    }
    exit
}

/// Writes an output, into a directory that may have to be made first.
fn deliver(target: &Target, content: Content<'_>, dir: Option<&Path>) -> Result<(), Fault> {
    create(dir)?;
    target
        .write(content)
        .map_err(|error| Fault::io(Verb::Write, target, error))
}

/// Writes bytes that are in memory.
fn deliver_bytes(target: &Target, bytes: &[u8], dir: Option<&Path>) -> Result<(), Fault> {
    let mut content = |mut out: tfl2onnx::Sink<'_>| {
        out.write_all(bytes)?;
        out.flush()
    };
    deliver(target, &mut content, dir)
}

fn create(dir: Option<&Path>) -> Result<(), Fault> {
    if let Some(dir) = dir {
        std::fs::create_dir_all(dir)
            .map_err(|error| Fault::io(Verb::Create, dir.display(), error))?;
    }
    Ok(())
}
