//! The ONNX side: wire types, and the graph under construction.

mod attr;
mod build;
mod emit;
mod file;
mod homes;
mod metadata;
mod naming;
mod opset;
mod pads;
pub(crate) mod permute;
pub(crate) mod proto;

pub(crate) use attr::Attr;
pub(crate) use build::{Body, Build, Node, Source, WireId};
pub(crate) use emit::{Emitted, Face, emit};
pub(crate) use file::{File, write_outside};
pub(crate) use metadata::annotate;
pub(crate) use opset::{DEFAULT_OPSET, MAX_OPSET, MIN_OPSET, ir_version, since};
