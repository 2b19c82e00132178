//! Every fixture is a test: the source graph's own execution and the written file's, both on the recorded
//! inputs, must give what TFLite's interpreter gave, in either declared layout; and the written bytes must
//! read the same through a second decoder.

#![cfg(feature = "validate")]

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use onnx_protobuf::Message;
use safetensors::{Dtype, SafeTensors};
use tfl2onnx::op::{DType, Literal};
use tfl2onnx::{Conversion, Converter, testing};

/// Relative to the output's largest magnitude; the interpreter's kernels sum in another order than tract's.
const TOLERANCE: f32 = 2e-5;

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
];

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(folder),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the fixtures are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "tflite") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn dtype(dtype: Dtype) -> DType {
    match dtype {
        Dtype::F32 => DType::Float32,
        Dtype::F16 => DType::Float16,
        Dtype::F64 => DType::Float64,
        Dtype::I8 => DType::Int8,
        Dtype::I16 => DType::Int16,
        Dtype::I32 => DType::Int32,
        Dtype::I64 => DType::Int64,
        Dtype::U8 => DType::UInt8,
        Dtype::U16 => DType::UInt16,
        Dtype::U32 => DType::UInt32,
        Dtype::U64 => DType::UInt64,
        Dtype::BOOL => DType::Bool,
        other => panic!("fixtures have no {other:?}"),
    }
}

fn golden(path: &Path, prefix: &str) -> Vec<Literal> {
    let bytes = fs::read(path.with_extension("safetensors")).expect("a golden beside the model");
    let file = SafeTensors::deserialize(&bytes).expect("safetensors");
    (0..)
        .map_while(|i| file.tensor(&format!("{prefix}_{i}")).ok())
        .map(|view| Literal {
            dtype: dtype(view.dtype()),
            shape: view.shape().to_vec(),
            data: view.data().to_vec().into(),
        })
        .collect()
}

fn differs(want: &[Literal], got: &[Literal]) -> Option<String> {
    if want.len() != got.len() {
        return Some(format!("{} outputs for {}", got.len(), want.len()));
    }
    for (i, (want, got)) in want.iter().zip(got).enumerate() {
        if (want.dtype, &want.shape) != (got.dtype, &got.shape) {
            return Some(format!(
                "output {i}: {} {:?} for {} {:?}",
                got.dtype, got.shape, want.dtype, want.shape
            ));
        }
        let Some((want, got)) = want.floats().zip(got.floats()) else {
            if want.data != got.data {
                return Some(format!("output {i}: other {}", want.dtype));
            }
            continue;
        };
        let peak = want
            .iter()
            .filter(|x| x.is_finite())
            .fold(0.01f32, |m, x| m.max(x.abs()));
        for (k, (&w, &g)) in want.iter().zip(&got).enumerate() {
            let same = w == g || (w.is_nan() && g.is_nan()) || (w - g).abs() <= TOLERANCE * peak;
            if !same {
                return Some(format!("output {i}, element {k}: {g} for {w}"));
            }
        }
    }
    None
}

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

fn try_fixture(path: &Path, faults: &mut Vec<String>) {
    let name = path
        .strip_prefix(env!("CARGO_MANIFEST_DIR"))
        .unwrap_or(path)
        .display()
        .to_string();
    let bytes = Bytes::from(fs::read(path).expect("readable"));
    let (inputs, want) = (golden(path, "in"), golden(path, "out"));
    let mut fault = |what: String| faults.push(format!("{name}: {what}"));
    match testing::execute_source(&bytes, &inputs) {
        Ok(got) => {
            if let Some(what) = differs(&want, &got) {
                fault(format!("reference: {what}"));
            }
        }
        Err(error) => fault(format!("reference: {error}")),
    }
    for channels_first in [false, true] {
        let conversion = match Converter::new()
            .channels_first(channels_first)
            .convert_bytes(&bytes)
        {
            Ok(conversion) => conversion,
            Err(error) => return fault(format!("refused: {error}")),
        };
        let found = match testing::execute_onnx(&conversion, &inputs) {
            Ok(got) => differs(&want, &got),
            Err(error) => Some(error),
        };
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
fn small_nets_match_the_interpreter() {
    try_all("models");
}

#[test]
fn odd_files_match_the_interpreter() {
    try_all("odd");
}
