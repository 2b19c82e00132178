//! The same as JSON. The keys are documented in `docs/inspect.md`.

use serde_json::{Map, Value, json};
use tfl2onnx::bundle::{self, Bundle};
use tfl2onnx::inspect::{Inspection, Operator, Quantization, Sparsity, Subgraph, Tensor};
use tfl2onnx::{Error, Signature, SignatureTensor, Unwritten};

use super::{Found, Model, page, told};
use crate::cli::report;

pub(super) fn document(found: &Found) -> String {
    let document = json!({
        "tfl2onnx": env!("CARGO_PKG_VERSION"),
        "file": found.name,
        "bytes": found.bytes,
        "bundle": found.bundle.as_ref().map(files),
        "models": found.models.iter().map(model).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn files(bundle: &Bundle) -> Vec<Value> {
    let file = |file: &bundle::File| json!({ "path": file.path(), "kind": page::kind(file.kind()), "bytes": file.size() });
    bundle.files().iter().map(file).collect()
}

fn errors(error: &Error) -> Vec<Value> {
    error.all().map(report::finding).collect()
}

fn model(model: &Model) -> Value {
    let mut value = json!({
        "path": model.path,
        "damaged": model.file.as_ref().err().map(errors),
        "metadata": model.metadata.as_ref().ok().and_then(Option::as_ref).map(told::json),
        "metadata_errors": model.metadata.as_ref().err().map(errors),
        "associated_files": model.associated.as_ref().ok().map(files),
        "associated_files_errors": model.associated.as_ref().err().map(errors),
        "conversion": conversion(&model.conversion),
    });
    if let (Ok(file), Some(value)) = (&model.file, value.as_object_mut()) {
        value.extend(content(file));
    }
    value
}

fn content(file: &Inspection) -> Map<String, Value> {
    let Inspection {
        bytes,
        version,
        description,
        min_runtime_version,
        operator_codes,
        subgraphs,
        signatures,
        metadata,
        buffers,
        ..
    } = file;
    let codes = operator_codes.iter().map(|code| {
        json!({
            "name": code.name,
            "custom": code.custom,
            "version": code.version,
            "count": code.count,
        })
    });
    let metadata = metadata
        .iter()
        .map(|entry| json!({ "name": entry.name, "buffer": entry.buffer, "bytes": entry.bytes }));
    let value = json!({
        "bytes": bytes,
        "version": version,
        "description": description,
        "min_runtime_version": min_runtime_version,
        "buffers": buffers,
        "constant_bytes": file.constant_bytes(),
        "operator_codes": codes.collect::<Vec<_>>(),
        "subgraphs": subgraphs.iter().enumerate().map(subgraph).collect::<Vec<_>>(),
        "signatures": signatures.iter().map(signature).collect::<Vec<_>>(),
        "metadata_buffers": metadata.collect::<Vec<_>>(),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn subgraph((index, graph): (usize, &Subgraph)) -> Value {
    let tensors = graph.tensors.iter().enumerate();
    json!({
        "index": index,
        "name": graph.name,
        "inputs": graph.inputs,
        "outputs": graph.outputs,
        "tensors": tensors.map(|(index, one)| tensor(index, one, graph.role(index))).collect::<Vec<_>>(),
        "operators": graph.operators.iter().enumerate().map(operator).collect::<Vec<_>>(),
    })
}

fn tensor(index: usize, tensor: &Tensor, role: &str) -> Value {
    json!({
        "index": index,
        "name": tensor.name,
        "type": tensor.dtype,
        "shape": tensor.shape,
        "shape_signature": tensor.shape_signature,
        "role": Some(role).filter(|role| !role.is_empty()),
        "variable": tensor.variable,
        "buffer": tensor.buffer,
        "bytes": tensor.bytes,
        "fault": tensor.fault,
        "quantization": tensor.quantization.as_ref().map(quantization),
        "sparsity": tensor.sparsity.as_ref().map(sparsity),
    })
}

fn quantization(found: &Quantization) -> Value {
    json!({
        "scale": found.scale,
        "zero_point": found.zero_point,
        "axis": found.axis,
        "min": found.min,
        "max": found.max,
        "details": found.details,
        "blocks": found.blocks.map(|blocks| json!({
            "size": blocks.size,
            "scales": blocks.scales,
            "zero_points": blocks.zero_points,
        })),
    })
}

fn sparsity(found: &Sparsity) -> Value {
    let levels = found.dimensions.iter().map(|level| {
        json!({
            "format": level.format,
            "dense_size": level.dense_size,
            "indices": level.indices,
        })
    });
    json!({
        "traversal_order": found.traversal_order,
        "block_map": found.block_map,
        "dimensions": levels.collect::<Vec<_>>(),
    })
}

fn operator((index, operator): (usize, &Operator)) -> Value {
    json!({
        "index": index,
        "name": operator.name,
        "opcode": operator.opcode,
        "version": operator.version,
        "inputs": operator.inputs,
        "outputs": operator.outputs,
        "intermediates": operator.intermediates,
        "custom_options": operator.custom_options,
    })
}

fn signature(signature: &Signature) -> Value {
    let named = |list: &[SignatureTensor]| -> Vec<Value> {
        list.iter()
            .map(|one| json!({ "name": one.name, "tensor": one.tensor }))
            .collect()
    };
    json!({
        "key": signature.key,
        "subgraph": signature.subgraph,
        "inputs": named(&signature.inputs),
        "outputs": named(&signature.outputs),
    })
}

fn conversion(found: &Result<Unwritten, Error>) -> Value {
    let (report, errors) = match found {
        Ok(conversion) => (Some(conversion.report()), Vec::new()),
        Err(error) => (None, errors(error)),
    };
    json!({
        "converts": report.is_some(),
        "opset": report.map(|report| report.opset),
        "nodes": report.map(|report| report.nodes),
        "transposes": report.map(|report| report.transposes),
        "fixed_dims": report.and_then(|report| report.fixed_dims.as_deref()),
        "errors": errors,
    })
}
