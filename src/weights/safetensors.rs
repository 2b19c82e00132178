//! The safetensors format: the header's length, the header as JSON, the elements one tensor after the other.
//!
//! Source: the format's description in huggingface/safetensors, README.md. Its own writer sorts tensors by
//! type and name; graph order is kept here, in the header as in the data, whose offsets are what readers that
//! keep an order go by.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Weight;
use crate::error::Site;
use crate::ir::DType;
use crate::sink::Sink;

pub(super) fn write(weights: &[Weight], out: &mut Sink<'_>) -> io::Result<()> {
    let header = header(weights)?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for weight in weights {
        let literal = weight.elements().map_err(io::Error::other)?;
        literal.data.write_to(out)?;
    }
    out.flush()
}

fn header(weights: &[Weight]) -> io::Result<String> {
    let mut entries = Vec::new();
    let mut told = Vec::new();
    let mut offset = 0;
    for weight in weights {
        let end = offset + weight.size();
        let entry = json!({
            "dtype": dtype(weight.dtype)?,
            "shape": weight.shape,
            "data_offsets": [offset, end],
        });
        entries.push((weight.name.as_str(), entry));
        told.push((weight.name.as_str(), describe(weight)));
        offset = end;
    }
    let metadata = json!({
        "format": "pt",
        "generator": concat!("tfl2onnx ", env!("CARGO_PKG_VERSION")),
        "tensors": object(&told),
    });
    entries.insert(0, ("__metadata__", metadata));
    let mut header = object(&entries);
    // Elements begin at a multiple of eight.
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    Ok(header)
}

/// A JSON object with its keys in this order.
fn object(entries: &[(&str, Value)]) -> String {
    let entries = entries
        .iter()
        .map(|(key, value)| format!("{}:{value}", json!(key)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

fn describe(weight: &Weight) -> Value {
    json!({
        "layout": weight.layout.map(|kernel| kernel.torch),
        "tflite_layout": weight.layout.map(|kernel| kernel.file),
        "tflite_shape": weight.file_shape,
        "tflite_type": weight.file_dtype.to_string(),
        "quantized": weight.quantized,
        "sparse": weight.sparse,
        "subgraph": weight.subgraph.0,
        "tensor": weight.tensor,
        "operator": weight.uses.first().and_then(|site| site.code.as_deref()),
        "uses": weight.uses.iter().map(Site::to_string).collect::<Vec<_>>(),
        "also": weight.also,
    })
}

/// The format's name of an element type.
fn dtype(dtype: DType) -> io::Result<&'static str> {
    Ok(match dtype {
        DType::Float32 => "F32",
        DType::Bool => "BOOL",
        DType::Int8 => "I8",
        DType::Int16 => "I16",
        DType::Int32 => "I32",
        DType::Int64 => "I64",
        DType::UInt8 => "U8",
        DType::UInt16 => "U16",
        DType::UInt32 => "U32",
        DType::UInt64 => "U64",
        other => {
            let what = format!("safetensors has no element type for {other}");
            return Err(io::Error::new(io::ErrorKind::Unsupported, what));
        }
    })
}
