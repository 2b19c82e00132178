//! Figures of the summary: inputs and outputs, and how far outputs are from the reference.

#[cfg(feature = "validate")]
use std::fmt::Write as _;

use tfl2onnx::op::{Dim, Shape};
#[cfg(feature = "validate")]
use tfl2onnx::{OutputDifference, Status, Validation, Verdict};
use tfl2onnx::{Port, Report};

use super::inspect::cut;
use super::summary::{layout, line, plural};

/// Characters of a name; converters make names of a hundred and more. Reports have them whole.
const NAME: usize = 60;
/// Characters of a dimension's name.
const DIM: usize = 24;

fn short(name: &str) -> String {
    cut(name, NAME)
}

fn shape(shape: &Shape) -> String {
    let dims = shape.dims().iter().map(|dim| match dim {
        Dim::Fixed(n) => n.to_string(),
        Dim::Symbol(symbol) => cut(symbol.name(), DIM),
    });
    format!("[{}]", dims.collect::<Vec<_>>().join(", "))
}

/// Inputs and outputs, in common columns, then the variables among them.
pub(crate) fn ports(text: &mut String, report: &Report) {
    let all = || report.inputs.iter().chain(&report.outputs);
    let name = all().map(|port| short(&port.name).chars().count()).max();
    let dtype = all().map(|port| port.dtype.to_string().len()).max();
    let (name, dtype) = (name.unwrap_or(0), dtype.unwrap_or(0));
    let own = |all: &Vec<Port>| all.len().saturating_sub(report.states);
    for (mut label, list) in [("input", &report.inputs), ("output", &report.outputs)] {
        for port in list.iter().take(own(list)) {
            let (of, shape) = (port.dtype.to_string(), shape(&port.shape));
            let layout = port.layout.map_or("", layout);
            let what = format!(
                "{:name$}  {of:dtype$}  {shape}  {layout}",
                short(&port.name)
            );
            line(text, std::mem::take(&mut label), what.trim_end());
        }
    }
    let mut label = "state";
    for (port, next) in states(report) {
        let (of, shape) = (port.dtype.to_string(), shape(&port.shape));
        let what = format!(
            "{:name$}  {of:dtype$}  {shape}  next run: {}",
            short(&port.name),
            short(&next.name)
        );
        line(text, std::mem::take(&mut label), &what);
    }
    if report.reset_states > 0 {
        let tensors = plural(report.reset_states, "state tensor");
        let what =
            format!("{tensors} zero when a run starts; --state all carries what a run leaves");
        line(text, label, &what);
    }
}

/// The variables: the input, and the output that is fed to it in the next run.
pub(crate) fn states(report: &Report) -> impl Iterator<Item = (&Port, &Port)> {
    let first = |all: &[Port]| all.len().saturating_sub(report.states);
    let inputs = report.inputs.iter().skip(first(&report.inputs));
    inputs.zip(report.outputs.iter().skip(first(&report.outputs)))
}

#[cfg(feature = "validate")]
pub(crate) fn verdict(text: &mut String, verdict: &Verdict, options: &Validation) {
    let word = match verdict.status {
        Status::Verified if verdict.apart => "verified operator by operator",
        Status::Verified => "verified",
        Status::Mismatch => "MISMATCH",
        _ => "unverified",
    };
    let mut what = word.to_owned();
    if verdict.samples > 0 {
        let samples = plural(verdict.samples, "sample");
        let tensors = plural(verdict.tensors, "tensor");
        let _ = write!(
            what,
            ", {samples} of seed {}, {tensors} compared",
            options.seed
        );
        if verdict.samples < options.samples {
            let _ = write!(what, "; fewer than asked, since the model is large");
        }
    }
    line(text, "validation", &what);
    let width = verdict
        .outputs
        .iter()
        .map(|one| short(&one.name).chars().count())
        .max()
        .unwrap_or(0);
    for one in &verdict.outputs {
        line(text, "", &figures(one, verdict.apart, width));
    }
}

#[cfg(feature = "validate")]
fn figures(one: &OutputDifference, apart: bool, width: usize) -> String {
    let verdict = match one.matches {
        true => "ok",
        false if apart => "single steps, grown",
        false => "DIFFERS",
    };
    if let Some(steps) = one.steps {
        let equal = share(one.equal, one.elements);
        return format!(
            "{:width$}  max {}  allowed {:.1}  {equal} equal  {verdict}",
            short(&one.name),
            in_steps(steps.max),
            steps.allowed
        );
    }
    let (abs, rel) = (number(one.max_abs), number(one.max_rel));
    let tolerance = number(one.tolerance);
    format!(
        "{:width$}  max abs {abs:7}  max rel {rel:7}  allowed {tolerance:7}  {verdict}",
        short(&one.name)
    )
}

#[cfg(feature = "validate")]
fn in_steps(steps: f64) -> String {
    match steps {
        1.0 => "1 step".into(),
        steps => format!("{steps} steps"),
    }
}

/// A share in percent; 100 only where it is all of them.
#[cfg(feature = "validate")]
fn share(part: usize, whole: usize) -> String {
    match part == whole {
        true => "100 %".into(),
        false => format!("{:.2} %", (part as f64 / whole as f64 * 100.0).min(99.99)),
    }
}

#[cfg(feature = "validate")]
fn number(x: f64) -> String {
    match x {
        0.0 => "0".into(),
        x => format!("{x:.1e}"),
    }
}
