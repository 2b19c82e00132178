//! The command line: what is asked for, what is said about it, and with which exit code it ends.

mod args;
mod input;
mod job;
mod ops;
mod output;
mod progress;
mod report;
mod signals;
mod staged;
mod summary;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Convert, Plan};
use job::{Fault, Outcome, Verb};
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
    let several = plan.jobs.len() > 1;
    let mut outcomes = Vec::new();
    for job in &plan.jobs {
        let outcome = job::run(asked, plan, job);
        summary::outcome(&outcome, asked, several);
        outcomes.push(outcome);
    }
    if several && !asked.quiet {
        summary::total(&outcomes);
    }
    let mut exit = outcomes
        .iter()
        .map(Outcome::exit)
        .max()
        .unwrap_or(Exit::Fine);
    if let Some(target) = &plan.report {
        let text = report::json(&outcomes);
        if let Err(fault) = deliver(
            target,
            &mut |mut out| {
                out.write_all(text.as_bytes())?;
                out.flush()
            },
            None,
        ) {
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

fn create(dir: Option<&Path>) -> Result<(), Fault> {
    if let Some(dir) = dir {
        std::fs::create_dir_all(dir)
            .map_err(|error| Fault::io(Verb::Create, dir.display(), error))?;
    }
    Ok(())
}
