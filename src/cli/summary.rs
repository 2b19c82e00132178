//! What the program says on standard error, in words.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

#[cfg(feature = "validate")]
use tfl2onnx::Status;
use tfl2onnx::bundle::Kind;
use tfl2onnx::op::Order;
use tfl2onnx::{Counts, Report};

use super::args::Convert;
use super::figures;
use super::job::{Fault, Outcome, Proof};
use super::parts::Listing;

/// Width of the column of labels.
const LABEL: usize = 12;

/// Writes a line to standard error; who closed it does not want to know.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(text));
}

/// Text for a terminal: names out of a file may hold what moves its cursor or worse.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| !c.is_control() || c == '\n';
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match harmless(c) {
        true => c.to_string(),
        false => c.escape_default().to_string(),
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Says what became of one input.
pub(crate) fn outcome(outcome: &Outcome, asked: &Convert, several: bool) {
    let name = several.then(|| name(outcome));
    let name = name.as_deref();
    if let Some(report) = outcome.report.as_ref().filter(|_| !asked.quiet) {
        say(describe(outcome, report, asked.verbose).trim_end());
    }
    let name_colon = name.map_or_else(String::new, |name| format!("{name}: "));
    let fixed = outcome
        .report
        .as_ref()
        .and_then(|report| report.fixed_dims.as_deref());
    for reason in fixed.iter().flat_map(|reason| reason.lines()) {
        say(&format!(
            "warning: {name_colon}open dimensions are fixed at the file's own: {reason}"
        ));
    }
    let float = outcome
        .report
        .as_ref()
        .and_then(|report| report.float_form.as_deref());
    for reason in float.iter().flat_map(|reason| reason.lines()) {
        say(&format!(
            "warning: {name_colon}real numbers inside, since there is no quantised form: {reason}"
        ));
    }
    let warnings = outcome.report.iter().flat_map(|report| &report.warnings);
    for warning in warnings.chain(&outcome.warnings) {
        say(&format!("warning: {name_colon}{warning}"));
    }
    if let Some(reason) = unverified(&outcome.proof) {
        say(&format!("warning: {name_colon}unverified: {reason}"));
    }
    if let Some(fault) = &outcome.fault {
        faults(fault, name);
    }
}

/// Says what went wrong, one finding a line.
pub(crate) fn faults(fault: &Fault, name: Option<&str>) {
    if fault.is_silent() {
        return;
    }
    let name = match (name, fault) {
        (Some(name), Fault::Refused(_) | Fault::Asked(_)) => format!("{name}: "),
        _ => String::new(),
    };
    for line in fault.to_string().lines() {
        say(&format!("error: {name}{line}"));
    }
}

/// Says what became of all inputs.
pub(crate) fn total(outcomes: &[Outcome]) {
    let names: Vec<String> = outcomes.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = String::from("\n");
    for (name, one) in names.iter().zip(outcomes) {
        let _ = writeln!(text, "{name:width$}  {}", status(one));
    }
    let written = outcomes.iter().filter(|one| one.output.is_some()).count();
    let _ = write!(text, "{written} of {} written", outcomes.len());
    say(&text);
}

/// The input, and the signature where one was asked for.
fn name(outcome: &Outcome) -> String {
    match &outcome.signature {
        Some(key) => format!("{} [{key}]", outcome.input),
        None => outcome.input.clone(),
    }
}

/// Says what a bundle holds, and what became of the models in it.
pub(crate) fn listing(listing: &Listing, outcomes: &[Outcome]) {
    let rows = || listing.rows.iter();
    let path = rows()
        .map(|row| row.path.chars().count())
        .max()
        .unwrap_or(0);
    let size = rows().map(|row| bytes(row.bytes).len()).max();
    let size = size.unwrap_or(0);
    let mut text = format!("\n{}\n", listing.input);
    for row in rows() {
        let found = bytes(row.bytes);
        let start = format!("  {:path$}  {:6}  {found:>size$}", row.path, kind(row.kind));
        let own = |one: &&Outcome| Some(&one.input) == row.label.as_ref();
        let mut own = outcomes.iter().filter(own).peekable();
        if own.peek().is_none() {
            let _ = writeln!(text, "{start}");
        }
        for one in own {
            let key = one.signature.as_ref();
            let key = key.map_or_else(String::new, |key| format!("[{key}] "));
            let _ = write!(text, "{start}  {key}{}", status(one));
            let _ = match &one.output {
                Some(output) => writeln!(text, " -> {output}"),
                None => writeln!(text),
            };
        }
    }
    let written = outcomes.iter().filter(|one| one.output.is_some()).count();
    let _ = write!(text, "{written} of {} written", outcomes.len());
    say(&text);
}

/// A word for the sort of a file in a bundle; the JSON report has the same.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Model => "model",
        Kind::Bundle => "bundle",
        _ => "file",
    }
}

/// One word for an outcome; the JSON report has the same.
pub(crate) fn status(outcome: &Outcome) -> &'static str {
    #[cfg(feature = "validate")]
    if let Proof::Found(verdict, _) = &outcome.proof {
        return match (&verdict.status, &outcome.fault) {
            (Status::Mismatch, _) => "mismatch",
            (_, Some(_)) => "refused",
            (Status::Verified, None) => "verified",
            _ => "unverified",
        };
    }
    match outcome.fault {
        Some(_) => "refused",
        None => "not validated",
    }
}

fn unverified(proof: &Proof) -> Option<&str> {
    match proof {
        #[cfg(feature = "validate")]
        Proof::Found(verdict, _) => match &verdict.status {
            Status::Unverified(reason) => Some(reason),
            _ => None,
        },
        _ => None,
    }
}

fn describe(outcome: &Outcome, report: &Report, verbose: bool) -> String {
    let mut text = outcome.input.clone();
    match &outcome.output {
        Some(output) => {
            let data = outcome.external_data.iter();
            let data: String = data.map(|data| format!(" and {data}")).collect();
            text.push_str(&format!(" -> {output}{data}\n"));
        }
        None => text.push_str(": nothing written\n"),
    }
    let transposes = plural(report.transposes, "transpose");
    line(
        &mut text,
        "operators",
        &format!(
            "{} -> {}, {transposes}",
            report.operators,
            plural(report.nodes, "node")
        ),
    );
    let sizes = match (outcome.input_bytes, outcome.output_bytes) {
        (Some(input), Some(output)) => format!("{} -> {}", bytes(input), bytes(output)),
        (Some(input), None) => bytes(input),
        _ => String::new(),
    };
    line(&mut text, "size", &sizes);
    line(&mut text, "opset", &report.opset.to_string());
    if report.signatures.len() > 1 || outcome.signature.is_some() {
        line(&mut text, "signature", &signature(report));
    }
    figures::ports(&mut text, report);
    if report.int8_weights > 0 {
        line(
            &mut text,
            "runtime",
            "onnxruntime on x86 without VNNI needs session.x64quantprecision=1, or --weights uint8",
        );
    }
    proof(&mut text, &outcome.proof);
    if verbose {
        line(&mut text, "tflite", &counts(&report.operator_counts));
        line(&mut text, "onnx", &counts(&report.node_counts));
        let stages = report
            .stages
            .iter()
            .map(|(name, took)| format!("{name} {}", seconds(*took)));
        let validated = (!outcome.validation_took.is_zero())
            .then(|| format!("validate {}", seconds(outcome.validation_took)));
        let stages: Vec<String> = stages.chain(validated).collect();
        line(&mut text, "stages", &stages.join(", "));
    }
    line(&mut text, "time", &seconds(outcome.took));
    text
}

pub(crate) fn line(text: &mut String, label: &str, what: &str) {
    let _ = writeln!(text, "  {label:LABEL$}{what}");
}

/// The signature that was converted, and the others.
fn signature(report: &Report) -> String {
    let own = report.signature.as_deref();
    let name = own.unwrap_or("none");
    let mut text = format!("{name}, subgraph {}", report.subgraph);
    let keys = report.signatures.iter().map(|one| one.key.as_str());
    let others: Vec<&str> = keys.filter(|&key| Some(key) != own).collect();
    if !others.is_empty() {
        let _ = write!(text, "; others are {}", others.join(", "));
    }
    text
}

/// The usual name of an order.
pub(crate) fn layout(order: Order) -> &'static str {
    match order {
        Order::ChannelsLast => "NHWC",
        Order::ChannelsFirst => "NCHW",
    }
}

fn proof(text: &mut String, proof: &Proof) {
    match proof {
        Proof::None => line(text, "validation", "none"),
        #[cfg(feature = "validate")]
        Proof::Found(verdict, options) => figures::verdict(text, verdict, options),
    }
}

/// Names with their counts, the most frequent first.
fn counts(counts: &Counts) -> String {
    let mut list: Vec<_> = counts.iter().collect();
    list.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let list: Vec<String> = list
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    list.join(", ")
}

pub(crate) fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

pub(crate) fn bytes(count: u64) -> String {
    let count = count as f64;
    match count {
        ..1e3 => format!("{count} bytes"),
        ..1e6 => format!("{:.1} kB", count / 1e3),
        ..1e9 => format!("{:.1} MB", count / 1e6),
        _ => format!("{:.2} GB", count / 1e9),
    }
}

fn seconds(took: Duration) -> String {
    match took.as_secs_f64() {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}
