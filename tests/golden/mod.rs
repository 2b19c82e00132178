//! The fixtures with what TFLite's interpreter recorded for them.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};
use tfl2onnx::op::{DType, Literal};

/// Relative to the output's largest magnitude; the interpreter's kernels sum in another order than tract's.
const TOLERANCE: f32 = 2e-5;

pub fn fixtures(folder: &str) -> Vec<PathBuf> {
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

pub fn golden(path: &Path, prefix: &str) -> Vec<Literal> {
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

/// How many steps the integer outputs of a fixture may be off: none unless its golden says so.
pub fn allowed_steps(path: &Path) -> i64 {
    let bytes = fs::read(path.with_extension("safetensors")).expect("a golden beside the model");
    let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("safetensors");
    let steps = metadata
        .metadata()
        .as_ref()
        .and_then(|map| map.get("steps"));
    steps.map_or(0, |steps| steps.parse().expect("a number of steps"))
}

/// The elements of a quantised output.
fn codes(literal: &Literal) -> Vec<i64> {
    let data = &literal.data;
    match literal.dtype {
        DType::Int8 => data.iter().map(|&b| i64::from(b as i8)).collect(),
        DType::UInt8 => data.iter().map(|&b| i64::from(b)).collect(),
        DType::Int16 => {
            let (words, _) = data.as_chunks::<2>();
            let words = words.iter().map(|&word| i16::from_le_bytes(word));
            words.map(i64::from).collect()
        }
        other => panic!("no quantised output is of {other}"),
    }
}

pub fn differs(want: &[Literal], got: &[Literal], steps: i64) -> Option<String> {
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
        if steps > 0 && want.dtype != DType::Float32 {
            let pairs = codes(want).into_iter().zip(codes(got)).enumerate();
            let (k, distance) = pairs
                .map(|(k, (w, g))| (k, (w - g).abs()))
                .max_by_key(|&(_, distance)| distance)?;
            if distance > steps {
                return Some(format!("output {i}, element {k}: {distance} steps off"));
            }
            continue;
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
