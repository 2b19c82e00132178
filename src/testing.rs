//! For this crate's own tests: both executions that a validation compares, on inputs of the test's choice.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;
use tract_core::prelude::Tensor;

use crate::convert::{Conversion, Held};
use crate::error::Error;
use crate::ir::{DType, Literal, Symbol};
use crate::lift::{Dims, lift};
use crate::onnx::proto::ModelProto;
use crate::reference::kernels::arrange;
use crate::reference::{Reference, datum_type, tensor};
use crate::registry::Registry;
use crate::signature::Entry;
use crate::source::Source;
use crate::state::States;
use crate::validate::{OnnxRunner, Watch, guarded};

/// The generated reader and writer of TFLite files, for tests that alter fields.
pub use crate::tflite::schema;

/// Executes a TFLite model on its inputs, in order; what is kept from run to run is what it is at first where it is not
/// given. The outputs are followed by what it is then.
pub fn execute_source(
    tflite: &Bytes,
    inputs: &[Literal],
    states: States,
) -> Result<Vec<Literal>, Error> {
    let tflite = &Source::from(tflite);
    let registry = Registry::builtin();
    let entry = Entry {
        states,
        ..Entry::default()
    };
    let declared = lift(tflite, &registry, &entry, &Dims::Declared)?;
    let mut sizes = Vec::new();
    for (&id, input) in declared.main().inputs.iter().zip(inputs) {
        let name = &declared.main().value(id).name;
        for (axis, &size) in input.shape.iter().enumerate() {
            sizes.push((Symbol::new(format!("{name}.{axis}")), size));
        }
    }
    let reference = Reference::new(tflite, &registry, &entry, &Dims::Bound(sizes), false)?;
    let own = reference.main().inputs.len() - reference.states().len();
    let firsts = reference.states().iter().map(|state| &state.first);
    let inputs = inputs.iter().chain(firsts.skip(inputs.len() - own));
    let tensors = inputs.map(|literal| tensor(literal).map(Arc::new));
    let tensors: Vec<_> = tensors
        .collect::<Result<_, _>>()
        .map_err(|error| Error::new(crate::ErrorKind::Unverified, error.to_string()))?;
    let outputs = reference.run(tensors, &mut |_, _| {})?;
    Ok(outputs.iter().map(|output| literal(output)).collect())
}

/// Executes the ONNX file on the TFLite model's inputs; outputs are turned back to TFLite's axis order. Variables
/// that are not given are what the file says, and what they are then follows the outputs.
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
    let firsts = trace.inputs.get(inputs.len()..).unwrap_or_default();
    for held in firsts {
        let first = first_value(conversion.bytes(), &held.onnx)?;
        let first = tensor(&first).map_err(|error| error.to_string())?;
        shapes.push((held.onnx.to_string(), first.shape().to_vec()));
        fed.push((held.onnx.to_string(), Arc::new(first)));
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

/// What an input is where it is not fed.
fn first_value(onnx: &[u8], input: &str) -> Result<Literal, String> {
    let model = ModelProto::decode(onnx).map_err(|error| error.to_string())?;
    let graph = model.graph.unwrap_or_default();
    let found = graph.initializer.iter().find(|one| one.name() == input);
    let found =
        found.ok_or_else(|| format!("input {input:?} is not given, and has no first value"))?;
    let dtype = DTYPES
        .into_iter()
        .find(|dtype| dtype.onnx() == found.data_type);
    Ok(Literal {
        dtype: dtype.unwrap_or(DType::Variant),
        shape: found.dims.iter().map(|&n| n as usize).collect(),
        data: found.raw_data().to_vec().into(),
    })
}

fn turn(tensor: &Tensor, axes: &[usize]) -> Result<Tensor, String> {
    let turned = guarded(|| arrange::transpose(tensor, axes).map_err(anyhow_of));
    turned.map_err(|why| why.to_string())
}

fn anyhow_of(error: impl std::fmt::Display) -> tract_core::prelude::TractError {
    tract_core::internal::format_err!("{error}")
}

/// The types that tensors of fixtures have.
const DTYPES: [DType; 12] = [
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

fn literal(tensor: &Tensor) -> Literal {
    let dtype = DTYPES
        .into_iter()
        .find(|&dtype| datum_type(dtype) == Some(tensor.datum_type()));
    Literal {
        dtype: dtype.unwrap_or(DType::Variant),
        shape: tensor.shape().to_vec(),
        data: tensor.as_bytes().to_vec().into(),
    }
}
