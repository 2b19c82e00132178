//! The ONNX file as it is written: everything but the large constants in memory, each of those where it was
//! until its turn comes.
//!
//! Source: protobuf's encoding (a message in a message is its field's key, its length and its fields, in any
//! order; ours is by number, as other encoders have it). ONNX: `onnx.proto`, "External Data" in docs/IR and
//! docs/ExternalData: `location` is a file beside the model, `offset` and `length` are decimal numbers.

use std::io::{self, Write};

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len};

use super::proto::{GraphProto, ModelProto, StringStringEntryProto, TensorProto, tensor_proto};
use crate::ir::Data;
use crate::sink::Sink;

/// Numbers of the fields that are taken apart.
const MODEL_GRAPH: u32 = 7;
const GRAPH_INITIALIZER: u32 = 5;
const TENSOR_RAW_DATA: u32 = 9;

/// Constants of fewer bytes stay in the model, as onnx's own tool has it by default.
const SMALL: usize = 1024;

/// Constants from this size on begin at a multiple of [`FAR`], the others of [`NEAR`]: so that they can be
/// mapped, on Windows too.
const LARGE: usize = 1 << 20;
const FAR: u64 = 64 << 10;
const NEAR: u64 = 4096;

/// A model in the order in which it is written, all but its constants encoded.
#[derive(Clone, Debug)]
pub(crate) struct File {
    before_graph: Vec<u8>,
    before_constants: Vec<u8>,
    constants: Vec<Constant>,
    after_constants: Vec<u8>,
    after_graph: Vec<u8>,
}

/// An initialiser, whose elements may be in another file.
#[derive(Clone, Debug)]
struct Constant {
    tensor: TensorProto,
    data: Option<Data>,
}

/// Constants in a file of their own, each behind the place where it begins.
pub(crate) type Outside = Vec<(u64, Data)>;

impl File {
    /// A model, and the elements of its initialisers.
    pub fn new(mut model: ModelProto, data: Vec<Data>) -> Self {
        let mut graph = model.graph.take().unwrap_or_default();
        let tensors = std::mem::take(&mut graph.initializer).into_iter();
        let constants = tensors.zip(data).map(|(tensor, data)| Constant {
            tensor,
            data: Some(data),
        });
        let before_constants = GraphProto {
            node: std::mem::take(&mut graph.node),
            name: graph.name.take(),
            ..GraphProto::default()
        };
        let after_graph = ModelProto {
            opset_import: std::mem::take(&mut model.opset_import),
            metadata_props: std::mem::take(&mut model.metadata_props),
            training_info: std::mem::take(&mut model.training_info),
            functions: std::mem::take(&mut model.functions),
            ..ModelProto::default()
        };
        File {
            before_graph: model.encode_to_vec(),
            before_constants: before_constants.encode_to_vec(),
            constants: constants.collect(),
            after_constants: graph.encode_to_vec(),
            after_graph: after_graph.encode_to_vec(),
        }
    }

    /// Number of bytes.
    pub fn size(&self) -> u64 {
        let graph = self.graph_size();
        (self.before_graph.len() + self.after_graph.len()) as u64 + nested(MODEL_GRAPH, graph)
    }

    fn graph_size(&self) -> u64 {
        let around = self.before_constants.len() + self.after_constants.len();
        let constants = self.constants.iter().map(Constant::size);
        let constants = constants.map(|size| nested(GRAPH_INITIALIZER, size));
        around as u64 + constants.sum::<u64>()
    }

    /// Writes it.
    pub fn write_to(&self, out: &mut Sink<'_>) -> io::Result<()> {
        out.write_all(&self.before_graph)?;
        begin(MODEL_GRAPH, self.graph_size(), out)?;
        out.write_all(&self.before_constants)?;
        for constant in &self.constants {
            begin(GRAPH_INITIALIZER, constant.size(), out)?;
            constant.write_to(out)?;
        }
        out.write_all(&self.after_constants)?;
        out.write_all(&self.after_graph)?;
        out.flush()
    }

    /// The same with all but small constants in a file called `location`, and what goes into that.
    pub fn split(&self, location: &str) -> (File, Outside) {
        let mut file = self.clone();
        let mut outside = Outside::new();
        let mut end = 0u64;
        for Constant { tensor, data } in &mut file.constants {
            let Some(moved) = data.take_if(|data| data.len() >= SMALL) else {
                continue;
            };
            let unit = if moved.len() >= LARGE { FAR } else { NEAR };
            let offset = end.next_multiple_of(unit);
            end = offset + moved.len() as u64;
            let entries = [
                ("location", location.to_owned()),
                ("offset", offset.to_string()),
                ("length", moved.len().to_string()),
            ];
            let entries = entries.map(|(key, value)| StringStringEntryProto {
                key: Some(key.to_owned()),
                value: Some(value),
            });
            tensor.external_data = entries.to_vec();
            tensor.data_location = Some(tensor_proto::DataLocation::External.into());
            outside.push((offset, moved));
        }
        (file, outside)
    }
}

/// Writes constants that are in a file of their own, with zeros between them.
pub(crate) fn write_outside(outside: &Outside, out: &mut Sink<'_>) -> io::Result<()> {
    let mut end = 0;
    for (offset, data) in outside {
        io::copy(&mut io::Read::take(io::repeat(0), offset - end), out)?;
        data.write_to(out)?;
        end = offset + data.len() as u64;
    }
    out.flush()
}

impl Constant {
    fn size(&self) -> u64 {
        let data = self.data.as_ref().map(|data| data.len() as u64);
        self.tensor.encoded_len() as u64 + data.map_or(0, |size| nested(TENSOR_RAW_DATA, size))
    }

    fn write_to(&self, out: &mut Sink<'_>) -> io::Result<()> {
        out.write_all(&self.tensor.encode_to_vec())?;
        let Some(data) = &self.data else {
            return Ok(());
        };
        begin(TENSOR_RAW_DATA, data.len() as u64, out)?;
        data.write_to(out)
    }
}

/// What a field takes whose content has this size.
fn nested(number: u32, size: u64) -> u64 {
    (key_len(number) + encoded_len_varint(size)) as u64 + size
}

/// What stands before the content.
fn begin(number: u32, size: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    encode_key(number, WireType::LengthDelimited, &mut bytes);
    encode_varint(size, &mut bytes);
    out.write_all(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// prost itself is the other encoder: of the same model with the constants in it.
    #[test]
    fn pieces_are_what_the_whole_is() {
        let name = |name: &str| Some(name.to_owned());
        let tensor = |size: usize| TensorProto {
            dims: vec![size as i64],
            data_type: Some(2),
            name: Some(format!("constant_{size}")),
            ..TensorProto::default()
        };
        let sizes = [0usize, 1, 127, 128, 1024, 70_000];
        let mut model = ModelProto {
            ir_version: Some(8),
            producer_name: name("test"),
            doc_string: name("of two parts"),
            graph: Some(GraphProto {
                name: name("main"),
                doc_string: name("graph"),
                initializer: sizes.iter().copied().map(tensor).collect(),
                ..GraphProto::default()
            }),
            metadata_props: vec![StringStringEntryProto {
                key: name("key"),
                value: name("value"),
            }],
            ..ModelProto::default()
        };
        let data = sizes.iter().map(|&size| vec![size as u8; size]);
        let file = File::new(model.clone(), data.clone().map(Data::from).collect());
        for (tensor, data) in model
            .graph
            .iter_mut()
            .flat_map(|g| &mut g.initializer)
            .zip(data)
        {
            tensor.raw_data = Some(data.into());
        }
        let mut written = Vec::new();
        file.write_to(&mut (&mut written).into()).expect("memory");
        assert_eq!(written, model.encode_to_vec());
        assert_eq!(written.len() as u64, file.size());

        let (split, outside) = file.split("weights.bin");
        assert_eq!(
            outside.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [0, NEAR]
        );
        let mut weights = Vec::new();
        write_outside(&outside, &mut (&mut weights).into()).expect("memory");
        assert_eq!(weights.len(), 4096 + 70_000);
        assert_eq!(&weights[4096..], &[70_000usize as u8; 70_000]);
        let mut written = Vec::new();
        split.write_to(&mut (&mut written).into()).expect("memory");
        assert_eq!(written.len() as u64, split.size());
        let read = ModelProto::decode(&written[..]).expect("a model");
        let read = read.graph.unwrap_or_default().initializer;
        assert_eq!(read[4].raw_data, None);
        assert_eq!(read[5].external_data[1].value(), "4096");
        assert_eq!(read[2].raw_data.as_deref(), Some(&[127; 127][..]));
    }
}
