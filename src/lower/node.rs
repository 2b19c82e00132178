//! Writing one ONNX node.

use super::{LowerCx, Wire};
use crate::error::OpError;
use crate::ir::{DType, Shape};
use crate::onnx::{self, Attr, Body, WireId};

/// An ONNX node being written; `out` and its kin write it.
#[derive(Debug)]
#[must_use = "a node is written by `out` and its kin"]
pub struct NodeBuilder<'n, 'c> {
    cx: &'n mut LowerCx<'c>,
    draft: Draft,
}

#[derive(Debug)]
pub(super) struct Draft {
    pub op_type: &'static str,
    pub inputs: Vec<Option<WireId>>,
    pub attrs: Vec<(&'static str, Attr)>,
    pub bodies: Vec<(&'static str, Body)>,
}

impl<'n, 'c> NodeBuilder<'n, 'c> {
    pub(super) fn new(cx: &'n mut LowerCx<'c>, op_type: &'static str) -> Self {
        let since = onnx::since(op_type);
        if cx.opset() < since {
            cx.fail(OpError::needs_opset(since));
        }
        NodeBuilder {
            cx,
            draft: Draft {
                op_type,
                inputs: Vec::new(),
                attrs: Vec::new(),
                bodies: Vec::new(),
            },
        }
    }

    /// The next input.
    pub fn input(mut self, wire: &Wire) -> Self {
        self.draft.inputs.push(Some(wire.id));
        self
    }

    /// The next inputs.
    pub fn inputs<'w>(mut self, wires: impl IntoIterator<Item = &'w Wire>) -> Self {
        let ids = wires.into_iter().map(|wire| Some(wire.id));
        self.draft.inputs.extend(ids);
        self
    }

    /// The next input, which may be omitted.
    pub fn maybe(mut self, wire: Option<&Wire>) -> Self {
        self.draft.inputs.push(wire.map(|wire| wire.id));
        self
    }

    /// An attribute.
    pub fn attr(mut self, name: &'static str, value: impl Into<Attr>) -> Self {
        self.draft.attrs.push((name, value.into()));
        self
    }

    /// A graph that the node runs.
    pub(super) fn body(mut self, name: &'static str, body: Body) -> Self {
        self.draft.bodies.push((name, body));
        self
    }

    /// Writes the node; it has one output of this type and shape.
    pub fn out(self, dtype: DType, shape: Shape) -> Wire {
        let mut wires = self.outs(vec![(dtype, shape)]);
        wires.remove(0)
    }

    /// Writes the node; its one output has the type and shape of `wire`.
    pub fn out_like(self, wire: &Wire) -> Wire {
        self.out(wire.dtype, wire.shape.clone())
    }

    /// Writes the node; its one output is the operator's result `slot`.
    pub fn out_result(self, slot: usize) -> Wire {
        let (dtype, shape) = (self.cx.result_dtype(slot), self.cx.result_shape(slot));
        self.out(dtype, shape)
    }

    /// Writes the node with several outputs.
    pub fn outs(mut self, outs: Vec<(DType, Shape)>) -> Vec<Wire> {
        while self.draft.inputs.last() == Some(&None) {
            self.draft.inputs.pop();
        }
        self.cx.push(self.draft, outs)
    }
}
