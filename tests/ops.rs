//! Every fixture is a test: the source graph's own execution and the written file's, both on the recorded
//! inputs, must give what TFLite's interpreter gave, in either declared layout; and the written bytes must
//! read the same through a second decoder.

#![cfg(feature = "validate")]

mod golden;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use golden::{allowed_steps, differs, fixtures, golden};
use onnx_protobuf::Message;
use tfl2onnx::op::Literal;
use tfl2onnx::{Conversion, Converter, States, testing};

/// What tract 0.23.9 does not execute as ONNX says; onnxruntime does (`fixtures/generate.py --check-onnx`).
const TRACT_FLAWS: &[(&str, &str)] = &[
    ("ops/LOGISTIC/nan", "Sigmoid of NaN is a number"),
    ("ops/RELU/nan", "Relu of NaN is 0"),
    ("ops/RELU6/nan", "Clip of NaN is its lower bound"),
    ("ops/RELU_N1_TO_1/nan", "Clip of NaN is its lower bound"),
    ("ops/TANH/nan", "Tanh of NaN is a number"),
    ("ops/PAD/bool", "Pad of booleans is refused"),
    (
        "ops/PADV2/runtime_value",
        "Pad with a computed value is refused",
    ),
    (
        "ops/STABLEHLO_PAD/runtime_value",
        "Pad with a computed value is refused",
    ),
];

/// A second decoder reads what prost wrote, and writes the same bytes back.
fn second_decoder(conversion: &Conversion) -> Option<String> {
    let model = match onnx_protobuf::ModelProto::parse_from_bytes(conversion.bytes()) {
        Ok(model) => model,
        Err(error) => return Some(format!("the second decoder: {error}")),
    };
    let nodes = model.graph.node.len();
    if nodes != conversion.report().nodes {
        return Some(format!("{nodes} nodes for {}", conversion.report().nodes));
    }
    let unknown = model.special_fields.unknown_fields().iter().count();
    (unknown > 0).then(|| "unknown fields".into())
}

/// Inputs and outputs of each run that was recorded, one after another.
fn runs(path: &Path) -> Vec<(Vec<Literal>, Vec<Literal>)> {
    let run = |number: &str| {
        let (fed, given) = (format!("in{number}"), format!("out{number}"));
        (golden(path, &fed), golden(path, &given))
    };
    let later = (2..).map(|number: usize| run(&number.to_string()));
    let later = later.take_while(|(_, outputs)| !outputs.is_empty());
    std::iter::once(run("")).chain(later).collect()
}

/// What differs in one run after another, each with the variables as the one before left them.
fn differ(
    runs: &[(Vec<Literal>, Vec<Literal>)],
    steps: i64,
    execute: impl Fn(&[Literal]) -> Result<Vec<Literal>, String>,
) -> Option<String> {
    let mut states: Vec<Literal> = Vec::new();
    for (number, (inputs, want)) in runs.iter().enumerate() {
        let mut got = match execute(&[&inputs[..], &states[..]].concat()) {
            Ok(got) => got,
            Err(error) => return Some(error),
        };
        states = got.split_off(want.len().min(got.len()));
        if let Some(what) = differs(want, &got, steps) {
            return Some(format!("run {number}: {what}"));
        }
    }
    None
}

fn try_fixture(path: &Path, faults: &mut Vec<String>) {
    let name = path
        .strip_prefix(env!("CARGO_MANIFEST_DIR"))
        .unwrap_or(path)
        .display()
        .to_string();
    let bytes = Bytes::from(fs::read(path).expect("readable"));
    let (runs, steps) = (runs(path), allowed_steps(path));
    let states = match runs.len() {
        1 => States::default(),
        _ => States::All,
    };
    let mut fault = |what: String| faults.push(format!("{name}: {what}"));
    let reference = |inputs: &[Literal]| {
        testing::execute_source(&bytes, inputs, states).map_err(|error| error.to_string())
    };
    if let Some(what) = differ(&runs, steps, reference) {
        fault(format!("reference: {what}"));
    }
    for channels_first in [false, true] {
        let conversion = match Converter::new()
            .channels_first(channels_first)
            .states(states)
            .convert_bytes(&bytes)
        {
            Ok(conversion) => conversion,
            Err(error) => return fault(format!("refused: {error}")),
        };
        let onnx = |inputs: &[Literal]| testing::execute_onnx(&conversion, inputs);
        let found = differ(&runs, steps, onnx);
        let flaw = TRACT_FLAWS.iter().find(|(known, _)| name.contains(known));
        match (found, flaw) {
            (Some(what), None) => {
                fault(format!("ONNX, channels_first {channels_first}: {what}"));
            }
            (None, Some((_, flaw))) => fault(format!("tract no longer has this flaw: {flaw}")),
            _ => {}
        }
        if let Some(what) = second_decoder(&conversion) {
            fault(what);
        }
    }
}

fn try_all(folder: &str) {
    let mut faults = Vec::new();
    let fixtures = fixtures(folder);
    assert!(!fixtures.is_empty(), "no fixtures in {folder}");
    for path in &fixtures {
        try_fixture(path, &mut faults);
    }
    assert!(
        faults.is_empty(),
        "{} faults in {} fixtures\n{}",
        faults.len(),
        fixtures.len(),
        faults.join("\n")
    );
}

#[test]
fn one_operator_models_match_the_interpreter() {
    try_all("ops");
}

#[test]
fn operators_between_convolutions_match_the_interpreter() {
    try_all("layout");
}

#[test]
fn variables_hold_from_run_to_run_what_they_do_in_the_interpreter() {
    try_all("stateful");
}

#[test]
fn memories_hold_from_run_to_run_what_they_do_in_the_interpreter() {
    try_all("memory");
}

#[test]
fn small_nets_match_the_interpreter() {
    try_all("models");
}

#[test]
fn odd_files_match_the_interpreter() {
    try_all("odd");
}

/// Random numbers are others every time: types and shapes must be the interpreter's, and no verdict is given.
#[test]
fn random_numbers_have_the_types_and_shapes_of_the_interpreter() {
    for path in &fixtures("random") {
        let bytes = Bytes::from(fs::read(path).expect("readable"));
        let conversion = Converter::new().convert_bytes(&bytes).expect("converted");
        let name = path.to_string_lossy();
        let got = testing::execute_onnx(&conversion, &golden(path, "in"));
        // tract does not fill tensors whose shape is computed.
        let Ok(got) = got else {
            assert!(name.contains("computed_shape"), "{path:?}: {got:?}");
            continue;
        };
        let face = |all: &[Literal]| -> Vec<_> {
            let of = |one: &Literal| (one.dtype, one.shape.clone());
            all.iter().map(of).collect()
        };
        assert_eq!(face(&got), face(&golden(path, "out")), "{path:?}");
        let floats = got[0].floats().unwrap_or_default();
        let uniform = name.contains("UNIFORM");
        assert!(!uniform || floats.iter().all(|x| (0.0..1.0).contains(x)));
        let inputs = golden(path, "in");
        let checked = testing::execute_source(&bytes, &inputs, States::default());
        assert!(checked.is_err(), "{path:?}: {checked:?}");
    }
}
