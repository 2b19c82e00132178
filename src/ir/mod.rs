//! The graph that every stage after the reader works on: TFLite's operators and tensors, with ONNX
//! nowhere in sight. Names follow TFLite; axes are numbered as the file numbers them.

mod convert;
mod data;
pub(crate) mod dot;
mod dtype;
mod graph;
mod order;
mod quant;
mod shape;
mod value;

pub use data::Data;
pub(crate) use data::Identity;
pub use dtype::DType;
pub(crate) use graph::{Carried, Graph, GraphId, Model, OpId, Origin, Ports, ValueId};
pub use order::{Order, Perm, Role};
pub use quant::Quant;
pub use shape::{Dim, Shape, Symbol};
pub use value::{Content, Literal, Term, Value};
