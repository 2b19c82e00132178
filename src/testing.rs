//! For this crate's own tests: both executions that a validation compares, on inputs of the test's choice.

use std::sync::Arc;

use bytes::Bytes;
use tract_core::prelude::Tensor;

use crate::convert::{Conversion, Held};
use crate::error::Error;
use crate::ir::{DType, Literal, Symbol};
use crate::lift::{Dims, lift};
use crate::reference::kernels::arrange;
use crate::reference::{Reference, datum_type, tensor};
use crate::registry::Registry;
use crate::signature::Entry;
use crate::source::Source;
use crate::validate::{OnnxRunner, Watch, guarded};

/// The generated reader and writer of TFLite files, for tests that alter fields.
pub use crate::tflite::schema;

/// Executes a TFLite model on its inputs, in order.
pub fn execute_source(tflite: &Bytes, inputs: &[Literal]) -> Result<Vec<Literal>, Error> {
    let tflite = &Source::from(tflite);
    let registry = Registry::builtin();
    let declared = lift(tflite, &registry, &Entry::default(), &Dims::Declared)?;
    let mut sizes = Vec::new();
    for (&id, input) in declared.main().inputs.iter().zip(inputs) {
        let name = &declared.main().value(id).name;
        for (axis, &size) in input.shape.iter().enumerate() {
            sizes.push((Symbol::new(format!("{name}.{axis}")), size));
        }
    }
    let reference = Reference::new(
        tflite,
        &registry,
        &Entry::default(),
        &Dims::Bound(sizes),
        false,
    )?;
    let tensors = inputs.iter().map(|literal| tensor(literal).map(Arc::new));
    let tensors: Vec<_> = tensors
        .collect::<Result<_, _>>()
        .map_err(|error| Error::new(crate::ErrorKind::Unverified, error.to_string()))?;
    let outputs = reference.run(tensors, &mut |_, _| {})?;
    Ok(outputs.iter().map(|output| literal(output)).collect())
}

/// Executes the ONNX file on the TFLite model's inputs; outputs are turned back to TFLite's axis order.
pub fn execute_onnx(conversion: &Conversion, inputs: &[Literal]) -> Result<Vec<Literal>, String> {
    let trace = &conversion.trace;
    let mut fed = Vec::new();
    let mut shapes = Vec::new();
    for (held, input) in trace.inputs.iter().zip(inputs) {
        let input = tensor(input).map_err(|error| error.to_string())?;
        let input = turn(&input, held.perm.axes())?;
        shapes.push((held.onnx.to_string(), input.shape().to_vec()));
        fed.push((held.onnx.to_string(), Arc::new(input)));
    }
    let onnx = OnnxRunner::load(conversion.bytes(), &shapes, &[], Watch::Outputs);
    let outputs = onnx
        .and_then(|onnx| onnx.run(&fed))
        .map_err(|why| why.to_string())?;
    let turned = |held: &Held| {
        let found = outputs.iter().find(|(name, _)| **name == *held.onnx);
        let (_, output) = found.ok_or_else(|| format!("no output {:?}", held.onnx))?;
        turn(output, held.perm.inverse().axes()).map(|output| literal(&output))
    };
    trace.outputs.iter().map(turned).collect()
}

fn turn(tensor: &Tensor, axes: &[usize]) -> Result<Tensor, String> {
    let turned = guarded(|| arrange::transpose(tensor, axes).map_err(anyhow_of));
    turned.map_err(|why| why.to_string())
}

fn anyhow_of(error: impl std::fmt::Display) -> tract_core::prelude::TractError {
    tract_core::internal::format_err!("{error}")
}

fn literal(tensor: &Tensor) -> Literal {
    let all = [
        DType::Float32,
        DType::Float16,
        DType::Float64,
        DType::Int8,
        DType::Int16,
        DType::Int32,
        DType::Int64,
        DType::UInt8,
        DType::UInt16,
        DType::UInt32,
        DType::UInt64,
        DType::Bool,
    ];
    let dtype = all
        .into_iter()
        .find(|&dtype| datum_type(dtype) == Some(tensor.datum_type()));
    Literal {
        dtype: dtype.unwrap_or(DType::Variant),
        shape: tensor.shape().to_vec(),
        data: tensor.as_bytes().to_vec().into(),
    }
}
