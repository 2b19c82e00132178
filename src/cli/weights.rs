//! `tfl2onnx weights`: a model's constants as a safetensors file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use tfl2onnx::Registry;
use tfl2onnx::weights::{Weight, Weights};

use super::args::{Job, single};
use super::job::{Fault, Verb};
use super::summary::{self, bytes, line, plural, say};
use super::{Exit, deliver, input};

#[derive(Args, Debug)]
pub(crate) struct Asked {
    /// The TFLite model; `-` is the standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// Where the safetensors file goes [default: beside IN]
    #[arg(value_name = "OUT")]
    output: Option<PathBuf>,

    /// Take whole numbers along as well: shapes, axes, indices, in their own element types
    #[arg(long)]
    all: bool,

    /// Print errors alone
    #[arg(short, long)]
    quiet: bool,
}

impl Asked {
    /// Which files are read and written.
    pub fn job(&self) -> Result<Job, clap::Error> {
        single(&self.input, self.output.as_deref(), "safetensors")
    }
}

/// Writes the file, and says what is in it.
pub(crate) fn run(asked: &Asked, job: &Job) -> Exit {
    match steps(asked, job) {
        Ok(weights) if asked.quiet => drop(weights),
        Ok(weights) => say(describe(&weights, job).trim_end()),
        Err(fault) => {
            summary::faults(&fault, None);
            return Exit::Refused;
        }
    }
    Exit::Fine
}

fn steps(asked: &Asked, job: &Job) -> Result<Weights, Fault> {
    let tflite =
        input::read(&job.source).map_err(|error| Fault::io(Verb::Read, &job.source, error))?;
    let registry = Registry::builtin();
    let weights = match asked.all {
        true => Weights::read_all(&tflite, &registry),
        false => Weights::read(&tflite, &registry),
    };
    let weights = weights.map_err(Fault::Refused)?;
    deliver(&job.target, &mut |out| weights.write_safetensors(out), None)?;
    Ok(weights)
}

fn describe(weights: &Weights, job: &Job) -> String {
    let mut text = format!("{} -> {}\n", job.source, job.target);
    let list = weights.list();
    let size = bytes(list.iter().map(|weight| weight.size() as u64).sum());
    line(&mut text, "tensors", &format!("{}, {size}", list.len()));
    let mut layouts: BTreeMap<&str, usize> = BTreeMap::new();
    for weight in list {
        let layout = weight
            .layout
            .map_or("as in the file", |kernel| kernel.torch);
        *layouts.entry(layout).or_default() += 1;
    }
    let layouts = layouts
        .iter()
        .map(|(layout, count)| format!("{count} {layout}"));
    line(
        &mut text,
        "layouts",
        &layouts.collect::<Vec<_>>().join(", "),
    );
    let decoded = |what: &str, test: fn(&Weight) -> bool| {
        let count = list.iter().filter(|weight| test(weight)).count();
        (count > 0).then(|| format!("{count} {what}"))
    };
    let decoded: Vec<String> = [
        decoded("quantised", |weight| weight.quantized),
        decoded("sparse", |weight| weight.sparse),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !decoded.is_empty() {
        line(&mut text, "decoded", &decoded.join(", "));
    }
    if weights.left_out() > 0 {
        let constants = plural(weights.left_out(), "constant");
        line(
            &mut text,
            "left out",
            &format!("{constants} that no real numbers are (--all)"),
        );
    }
    text
}
