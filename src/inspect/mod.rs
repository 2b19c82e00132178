//! What a TFLite file says, as it says it: nothing is checked but that the flatbuffer is whole, so a model that
//! would be refused can be looked at too. An index that leads nowhere is shown like any other.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tflite = std::fs::read("fixtures/models/blaze.tflite")?;
//! let file = tfl2onnx::inspect::Inspection::read(tflite)?;
//! assert_eq!(file.subgraphs[0].tensors[0].name.as_deref(), Some("input"));
//! # Ok(())
//! # }
//! ```

mod picture;
mod read;

pub use picture::Drawing;

use crate::error::Error;
use crate::signature::Signature;
use crate::source::Source;

/// A file's content.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// Size of the file.
    pub bytes: u64,
    /// Version of the TFLite schema.
    pub version: u32,
    /// The model's description.
    pub description: Option<String>,
    /// The TFLite release that first runs every operator, where the file says.
    pub min_runtime_version: Option<String>,
    /// Kinds of operators with their versions, in the order of the file's operator codes.
    pub operator_codes: Vec<OperatorCode>,
    /// Subgraphs; the first is the one that the interpreter runs.
    pub subgraphs: Vec<Subgraph>,
    /// Named entry points.
    pub signatures: Vec<Signature>,
    /// Metadata buffers.
    pub metadata: Vec<MetadataBuffer>,
    /// Number of buffers.
    pub buffers: usize,
}

/// A kind of operator.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperatorCode {
    /// TFLite's name of it, or a custom operator's own.
    pub name: String,
    /// Is it a custom one?
    pub custom: bool,
    /// Version of the operator.
    pub version: i32,
    /// How many operators of all subgraphs are of this kind.
    pub count: usize,
}

/// A subgraph.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subgraph {
    /// The file's name for it.
    pub name: Option<String>,
    /// Indices of the tensors that are fed.
    pub inputs: Vec<i32>,
    /// Indices of the tensors that are given.
    pub outputs: Vec<i32>,
    /// All tensors.
    pub tensors: Vec<Tensor>,
    /// The operators, in execution order.
    pub operators: Vec<Operator>,
}

/// A tensor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tensor {
    /// The file's name for it.
    pub name: Option<String>,
    /// TFLite's name of the element type, or `type N` where the schema has none.
    pub dtype: String,
    /// Shape; `None` where the file gives none.
    pub shape: Option<Vec<i32>>,
    /// Shape with −1 for dimensions that are left open.
    pub shape_signature: Option<Vec<i32>>,
    /// Is it a variable, which keeps its content from one run to the next?
    pub variable: bool,
    /// Index of its buffer; 0 is the empty one.
    pub buffer: u32,
    /// Bytes in its buffer; `None` where it has none.
    pub bytes: Option<usize>,
    /// What is wrong with its buffer.
    pub fault: Option<String>,
    /// Quantisation parameters.
    pub quantization: Option<Quantization>,
    /// How its zeros are left out.
    pub sparsity: Option<Sparsity>,
}

/// Quantisation parameters, as far as the file gives them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Quantization {
    /// One scale, or one for each index of an axis.
    pub scale: Vec<f32>,
    /// Zero points.
    pub zero_point: Vec<i64>,
    /// The axis that several scales run along.
    pub axis: i32,
    /// Least real values seen.
    pub min: Vec<f32>,
    /// Greatest real values seen.
    pub max: Vec<f32>,
    /// Other parameters than these, such as `BlockwiseQuantization`.
    pub details: Option<String>,
    /// Where the scales are those of blocks.
    pub blocks: Option<Blocks>,
}

/// Blockwise quantisation: one scale for so many neighbours in a row.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Blocks {
    /// How many neighbours.
    pub size: i32,
    /// The tensor of the same subgraph that holds the scales.
    pub scales: i32,
    /// The one that holds the zero points; −1 where there is none.
    pub zero_points: i32,
}

/// A sparse encoding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sparsity {
    /// The order in which axes, and then blocks, are walked.
    pub traversal_order: Vec<i32>,
    /// The axes that are cut into blocks.
    pub block_map: Vec<i32>,
    /// One entry for each level of the walk.
    pub dimensions: Vec<SparseDimension>,
}

/// A level of the walk over a sparse tensor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SparseDimension {
    /// `DENSE` or `SPARSE_CSR`.
    pub format: String,
    /// Extent of a dense level.
    pub dense_size: i32,
    /// Entries of a compressed one.
    pub indices: usize,
}

/// An operator.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Operator {
    /// Index in [`Inspection::operator_codes`].
    pub opcode: u32,
    /// Name of that code; `operator code N` where the file lacks it.
    pub name: String,
    /// Its version.
    pub version: Option<i32>,
    /// Operands; −1 is an omitted one.
    pub inputs: Vec<i32>,
    /// Results.
    pub outputs: Vec<i32>,
    /// Tensors it works in.
    pub intermediates: Vec<i32>,
    /// Bytes of a custom operator's options.
    pub custom_options: usize,
}

/// A buffer of metadata.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MetadataBuffer {
    /// Its name, such as `TFLITE_METADATA`.
    pub name: String,
    /// Index of the buffer.
    pub buffer: u32,
    /// Bytes in it; `None` where the file has no such buffer.
    pub bytes: Option<usize>,
}

impl Inspection {
    /// Reads a file.
    ///
    /// # Errors
    /// `Malformed` when the bytes are no TFLite model, saying what they look like instead.
    pub fn read(tflite: impl Into<Source>) -> Result<Self, Error> {
        read::inspection(&tflite.into())
    }

    /// The network as a drawing: operators, and the tensors that go from one to the other.
    pub fn drawing(&self) -> Drawing {
        picture::draw(self)
    }

    /// Bytes of constants, each buffer counted once.
    pub fn constant_bytes(&self) -> usize {
        let tensors = self.subgraphs.iter().flat_map(|graph| &graph.tensors);
        let buffers: std::collections::BTreeMap<u32, usize> = tensors
            .filter_map(|tensor| Some((tensor.buffer, tensor.bytes?)))
            .collect();
        buffers.values().sum()
    }
}

impl Subgraph {
    /// What a tensor is in the subgraph: `input`, `output`, `constant`, `variable`, or empty for the results of
    /// operators that other operators take.
    pub fn role(&self, index: usize) -> &'static str {
        let listed = |list: &[i32]| list.iter().any(|&i| usize::try_from(i) == Ok(index));
        let tensor = self.tensors.get(index);
        if listed(&self.inputs) {
            "input"
        } else if listed(&self.outputs) {
            "output"
        } else if tensor.is_some_and(|tensor| tensor.variable) {
            "variable"
        } else if tensor.is_some_and(|tensor| tensor.bytes.is_some()) {
            "constant"
        } else {
            ""
        }
    }
}
