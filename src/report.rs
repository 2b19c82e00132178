//! What a conversion has to tell: the program's summary and the JSON report are both made of this.

use crate::ir::{DType, Order, Shape};

/// What was converted into what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// TFLite operators in the main subgraph of the file.
    pub operators: usize,
    /// ONNX nodes written.
    pub nodes: usize,
    /// `Transpose` nodes among them.
    pub transposes: usize,
    /// The opset written.
    pub opset: i64,
    /// Graph inputs, in order.
    pub inputs: Vec<Port>,
    /// Graph outputs, in order.
    pub outputs: Vec<Port>,
}

/// A graph input or output as the ONNX file declares it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Port {
    /// Tensor name.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Shape as declared.
    pub shape: Shape,
    /// Order of its axes, where they are known to be image-like.
    pub layout: Option<Order>,
}
