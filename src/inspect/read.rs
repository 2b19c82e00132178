//! The file's tables, copied out.

use flatbuffers::{Follow, Vector};

use super::{
    Blocks, Inspection, MetadataBuffer, Operator, OperatorCode, Quantization, SparseDimension,
    Sparsity, Subgraph, Tensor,
};
use crate::error::Error;
use crate::lift::{Reader, Room};
use crate::signature;
use crate::source::Source;
use crate::tflite::{self, schema};

/// Everything in the file.
pub(super) fn inspection(source: &Source) -> Result<Inspection, Error> {
    let file = tflite::open(source)?;
    let room = Room::of(source);
    let reader = Reader {
        source,
        file,
        room: &room,
    };
    let mut operator_codes: Vec<OperatorCode> = file
        .operator_codes()
        .into_iter()
        .flatten()
        .map(|code| {
            let (builtin, name) = tflite::operator(&code);
            OperatorCode {
                name: name.to_string(),
                custom: builtin == schema::BuiltinOperator::CUSTOM,
                version: code.version(),
                count: 0,
            }
        })
        .collect();
    let subgraphs: Vec<Subgraph> = file
        .subgraphs()
        .into_iter()
        .flatten()
        .map(|graph| subgraph(&reader, &graph, &mut operator_codes))
        .collect();
    Ok(Inspection {
        bytes: source.len(),
        version: file.version(),
        description: text(file.description()),
        min_runtime_version: min_runtime_version(&reader),
        operator_codes,
        subgraphs,
        signatures: signature::list(&file),
        metadata: metadata(&reader),
        buffers: file.buffers().map_or(0, |list| list.len()),
    })
}

fn subgraph<'a>(
    reader: &Reader<'a>,
    graph: &schema::SubGraph<'a>,
    codes: &mut [OperatorCode],
) -> Subgraph {
    let tensors = graph.tensors().into_iter().flatten().enumerate();
    let operators = graph.operators().into_iter().flatten();
    Subgraph {
        name: text(graph.name()),
        inputs: list(graph.inputs()),
        outputs: list(graph.outputs()),
        tensors: tensors
            .map(|(index, one)| tensor(reader, index, &one))
            .collect(),
        operators: operators.map(|one| operator(&one, codes)).collect(),
    }
}

fn tensor<'a>(reader: &Reader<'a>, index: usize, tensor: &schema::Tensor<'a>) -> Tensor {
    let (bytes, fault) = match reader.stored(index, tensor) {
        Ok(data) => (data.map(|data| data.len()), None),
        Err(error) => (None, Some(error.to_string())),
    };
    let code = tensor.type_();
    Tensor {
        name: text(tensor.name()),
        dtype: code
            .variant_name()
            .map_or_else(|| format!("type {}", code.0), str::to_owned),
        shape: tensor.shape().map(|shape| shape.iter().collect()),
        shape_signature: tensor.shape_signature().map(|shape| shape.iter().collect()),
        variable: tensor.is_variable(),
        buffer: tensor.buffer(),
        bytes,
        fault,
        quantization: tensor
            .quantization()
            .map(|parameters| quantization(&parameters))
            .filter(|found| found.says_something()),
        sparsity: tensor.sparsity().map(|parameters| sparsity(&parameters)),
    }
}

impl Quantization {
    /// Many files have an empty table.
    fn says_something(&self) -> bool {
        let numbers = [&self.scale, &self.min, &self.max];
        numbers.iter().any(|list| !list.is_empty())
            || !self.zero_point.is_empty()
            || self.details.is_some()
    }
}

fn quantization(parameters: &schema::QuantizationParameters<'_>) -> Quantization {
    let details = parameters.details_type();
    let known = details != schema::QuantizationDetails::NONE;
    let blocks = parameters.details_as_blockwise_quantization();
    Quantization {
        blocks: blocks.map(|blocks| Blocks {
            size: blocks.block_size(),
            scales: blocks.scales(),
            zero_points: blocks.zero_points(),
        }),
        scale: list(parameters.scale()),
        zero_point: list(parameters.zero_point()),
        axis: parameters.quantized_dimension(),
        min: list(parameters.min()),
        max: list(parameters.max()),
        details: known.then(|| match details.variant_name() {
            Some(name) => name.to_owned(),
            None => format!("details {}", details.0),
        }),
    }
}

fn sparsity(parameters: &schema::SparsityParameters<'_>) -> Sparsity {
    let dimension = |level: schema::DimensionMetadata<'_>| SparseDimension {
        format: match level.format().variant_name() {
            Some(name) => name.to_owned(),
            None => format!("format {}", level.format().0),
        },
        dense_size: level.dense_size(),
        indices: tflite::sparse::indices(&level).len(),
    };
    Sparsity {
        traversal_order: list(parameters.traversal_order()),
        block_map: list(parameters.block_map()),
        dimensions: parameters
            .dim_metadata()
            .into_iter()
            .flatten()
            .map(dimension)
            .collect(),
    }
}

fn operator(operator: &schema::Operator<'_>, codes: &mut [OperatorCode]) -> Operator {
    let opcode = operator.opcode_index();
    let code = codes.get_mut(opcode as usize);
    let (name, version) = match code {
        Some(code) => {
            code.count += 1;
            (code.name.clone(), Some(code.version))
        }
        None => (format!("operator code {opcode}"), None),
    };
    Operator {
        opcode,
        name,
        version,
        inputs: list(operator.inputs()),
        outputs: list(operator.outputs()),
        intermediates: list(operator.intermediates()),
        custom_options: operator.custom_options().map_or(0, |data| data.len()),
    }
}

fn metadata(reader: &Reader<'_>) -> Vec<MetadataBuffer> {
    let entries = reader.file.metadata().into_iter().flatten();
    entries
        .map(|entry| MetadataBuffer {
            name: entry.name().unwrap_or_default().to_owned(),
            buffer: entry.buffer(),
            bytes: buffer(reader, entry.buffer()).map(<[u8]>::len),
        })
        .collect()
}

fn buffer<'a>(reader: &Reader<'a>, index: u32) -> Option<&'a [u8]> {
    let buffers = reader.file.buffers()?;
    let index = usize::try_from(index)
        .ok()
        .filter(|&index| index < buffers.len())?;
    Some(buffers.get(index).data()?.bytes())
}

fn min_runtime_version(reader: &Reader<'_>) -> Option<String> {
    let entries = reader.file.metadata().into_iter().flatten();
    let named = |entry: &schema::Metadata<'_>| entry.name() == Some(tflite::MIN_RUNTIME_VERSION);
    let data = buffer(reader, entries.into_iter().find(named)?.buffer())?;
    tflite::padded_text(data)
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn list<'a, T: Follow<'a> + 'a>(list: Option<Vector<'a, T>>) -> Vec<T::Inner> {
    list.into_iter().flatten().collect()
}
