//! The weights of a TFLite model as PyTorch has them: float32, kernels in PyTorch's axis order, one after the
//! other in the order in which the operators come to them.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tflite = std::fs::read("fixtures/models/blaze.tflite")?;
//! let weights = tfl2onnx::weights::Weights::read(tflite, &tfl2onnx::Registry::builtin())?;
//! assert_eq!(weights.list()[0].layout.map(|kernel| kernel.torch), Some("OIHW"));
//! let mut file = Vec::new();
//! weights.write_safetensors(&mut file)?;
//! # Ok(())
//! # }
//! ```
//!
//! The file's layout, its metadata and the rules by which constants are chosen and ordered:
//! [docs/weights.md](https://github.com/tfl2onnx/tfl2onnx/blob/main/docs/weights.md).

mod gather;
mod safetensors;

use std::sync::Arc;

pub use crate::op::Kernel;

use crate::error::{Error, Site};
use crate::ir::{DType, Literal, Perm, Value};
use crate::lift::graph_site;
use crate::lower::{decoded, turned};
use crate::op::OpError;
use crate::registry::Registry;
use crate::sink::Sink;
use crate::source::Source;

/// The constants of a model, in graph order.
#[derive(Debug)]
pub struct Weights {
    source: Source,
    list: Vec<Weight>,
    left_out: usize,
}

/// One constant.
#[derive(Debug)]
#[non_exhaustive]
pub struct Weight {
    /// The file's name of it, made unique.
    pub name: String,
    /// Names that other subgraphs have for the same constant.
    pub also: Vec<String>,
    /// Element type as written: FLOAT32, or the type in the file of what does not mean real numbers.
    pub dtype: DType,
    /// Shape as written.
    pub shape: Vec<usize>,
    /// How the axes were reordered; `None` where they are as in the file.
    pub layout: Option<Kernel>,
    /// The subgraph it was found in: its index and its name.
    pub subgraph: (usize, Arc<str>),
    /// Index of the tensor in its subgraph.
    pub tensor: usize,
    /// Element type in the file.
    pub file_dtype: DType,
    /// Shape in the file.
    pub file_shape: Vec<usize>,
    /// Was it stored as integers with a scale?
    pub quantized: bool,
    /// Was it stored without its zeros?
    pub sparse: bool,
    /// The operators that read it, in their order, itself or dequantised.
    pub uses: Vec<Site>,
    buffer: u32,
    value: Value,
}

impl Weights {
    /// Reads the constants that mean real numbers: floating-point ones, and integers with a scale.
    ///
    /// The registry says which operands of which operators are kernels; other operators' constants are left in
    /// the file's order, so a model may have operators that nobody knows.
    ///
    /// # Errors
    /// When the bytes are no TFLite model, or a constant cannot be decoded.
    pub fn read(tflite: impl Into<Source>, registry: &Registry) -> Result<Self, Error> {
        let source = tflite.into();
        let (list, left_out) = gather::gather(&source, registry, false)?;
        Ok(Weights {
            source,
            list,
            left_out,
        })
    }

    /// Reads shapes, axes, indices and other whole numbers as well, in their own element types. Wide elements
    /// come before narrow ones, so that each is aligned; FLOAT32 and INT32 keep graph order among themselves.
    ///
    /// # Errors
    /// As [`Weights::read`].
    pub fn read_all(tflite: impl Into<Source>, registry: &Registry) -> Result<Self, Error> {
        let source = tflite.into();
        let (mut list, left_out) = gather::gather(&source, registry, true)?;
        list.sort_by_key(|weight| std::cmp::Reverse(weight.dtype.bytes()));
        Ok(Weights {
            source,
            list,
            left_out,
        })
    }

    /// The constants, in graph order.
    pub fn list(&self) -> &[Weight] {
        &self.list
    }

    /// How many constants were left out: whole numbers unless all were asked for, strings.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Writes a safetensors file, one constant being decoded at a time.
    ///
    /// # Errors
    /// When writing fails, the model's file has changed, or a constant's quantisation does not fit its shape.
    pub fn write_safetensors<'s>(&self, out: impl Into<Sink<'s>>) -> std::io::Result<()> {
        safetensors::write(&self.list, &mut out.into())?;
        // What has changed meanwhile is neither the one file nor the other.
        self.source.check().map_err(std::io::Error::other)
    }
}

impl Weight {
    /// The elements as written, outermost axis first, little-endian.
    ///
    /// # Errors
    /// When the constant's quantisation does not fit its shape.
    pub fn elements(&self) -> Result<Literal, Error> {
        let located = |error: OpError| error.at(self.site(), |_| None);
        let literal = real(&self.value).map_err(located)?;
        let perm = self.layout.and_then(|kernel| Perm::new(kernel.axes.into()));
        match perm {
            Some(perm) => turned(&literal, &perm).map_err(located),
            None => Ok(literal),
        }
    }

    /// Bytes it takes as written.
    pub fn size(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.bytes().unwrap_or(0)
    }

    fn site(&self) -> Site {
        Site {
            tensor: Some(self.name.as_str().into()),
            ..graph_site(&self.subgraph.1)
        }
    }
}

/// What a constant means, as floats where it means real numbers, in the file's axis order.
fn real(value: &Value) -> Result<Literal, OpError> {
    let literal = value
        .literal()
        .ok_or_else(|| OpError::inconsistent("a constant whose shape is not known".to_owned()))?;
    if let Some(quant) = &value.quant {
        return decoded(&literal, quant);
    }
    let float = literal
        .dtype
        .is_float()
        .then(|| literal.cast(DType::Float32));
    Ok(float.flatten().unwrap_or(literal))
}
