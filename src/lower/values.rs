//! Values as they are read: in an order and form that they may not exist in yet.

use super::{Form, Lowering, Origin, Scope, packed};
use crate::error::OpError;
use crate::ir::{Dim, Graph, Literal, Perm, Shape, Value, ValueId};
use crate::onnx::{self, Attr, Body, Node, WireId};

impl Lowering {
    /// A value with its axes in this order: as it is, or turned, once for all readers.
    pub(super) fn read(
        &mut self,
        graph: &Graph,
        scope: &mut Scope,
        id: ValueId,
        perm: &Perm,
        form: Form,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let value = graph.value(id);
        let form = match value.is_quantized() {
            true => form,
            false => Form::Stored,
        };
        let known = scope.wires(id);
        let fits = |(have, of, _): &&(Perm, Form, WireId)| have == perm && *of == form;
        if let Some((_, _, wire)) = known.iter().find(fits) {
            return Ok(*wire);
        }
        let mut read = |form| self.read(graph, scope, id, perm, form, origin);
        let wire = match form {
            Form::Real => {
                let stored = read(Form::Stored)?;
                self.dequantize(stored, value, perm, origin)?
            }
            Form::Plain => {
                let stored = read(Form::Stored)?;
                self.dequantize_plainly(stored, value, perm, origin)?
            }
            Form::Steps => {
                let stored = read(Form::Stored)?;
                self.steps(stored, value, perm, origin)?
            }
            Form::Packed => self.constant(value, perm, true)?,
            Form::Stored if self.packs(value)? => {
                let packed = self.read(graph, scope, id, perm, Form::Packed, origin)?;
                self.unpacked(packed, value, origin)
            }
            Form::Stored if value.constant().is_some() => self.constant(value, perm, false)?,
            Form::Stored => self.reordered(graph, scope, id, perm, origin)?,
        };
        scope.bind(id, perm.clone(), form, wire);
        Ok(wire)
    }

    /// A constant as an initialiser.
    fn constant(&mut self, value: &Value, perm: &Perm, packed: bool) -> Result<WireId, OpError> {
        let literal = value
            .literal()
            .ok_or_else(|| OpError::unsupported("a constant whose shape is not static"))?;
        let literal = turned(&literal, perm)?;
        let literal = match packed {
            true => packed::packed(literal),
            false => literal,
        };
        let wire = self.build.initializer(literal);
        self.build.hold(wire, &value.name);
        Ok(wire)
    }

    /// A computed value that exists in another order: every one has its stored form first.
    fn reordered(
        &mut self,
        graph: &Graph,
        scope: &Scope,
        id: ValueId,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let (value, known) = (graph.value(id), scope.wires(id));
        let (have, _, wire) = known.first().cloned().ok_or_else(|| {
            let what = format!("tensor {:?} is read before it is computed", value.name);
            OpError::inconsistent(what)
        })?;
        let named = known
            .iter()
            .any(|(.., wire)| self.build.fact(*wire).holds.as_ref() == Some(&value.name));
        // Axis i of the new order is source axis perm[i], which is axis have⁻¹[perm[i]] now.
        let relative = have.inverse().then(perm);
        let wire = self.turn(wire, &relative, origin);
        if !named && graph.name == self.placed.model.main().name {
            self.build.hold(wire, &value.name);
        }
        Ok(wire)
    }

    /// A transpose, or a reshape where it only moves axes of extent 1.
    pub(super) fn turn(&mut self, wire: WireId, perm: &Perm, origin: &Origin) -> WireId {
        let fact = self.build.fact(wire);
        let (dtype, from) = (fact.dtype, fact.shape.clone());
        let shape = perm.shape(&from);
        let symbols = shape.dims().iter().filter(|dim| dim.fixed().is_none());
        // A zero would mean "copy" in a `Reshape`.
        let empty = shape.dims().contains(&Dim::Fixed(0));
        if perm.only_moves_units(&from) && symbols.count() <= 1 && !empty {
            return self.reshape(wire, shape, origin);
        }
        let axes = perm.axes().iter().map(|&axis| axis as i64).collect();
        let out = self.build.wire(dtype, shape, onnx::Source::Node);
        self.push(
            "Transpose",
            vec![Some(wire)],
            vec![out],
            vec![("perm", Attr::Ints(axes))],
            origin,
        );
        out
    }

    /// `Reshape` to a shape of one symbol at most.
    pub(super) fn reshape(&mut self, wire: WireId, shape: Shape, origin: &Origin) -> WireId {
        let size = |dim: &Dim| dim.fixed().map_or(-1, |n| n as i64);
        let ints: Vec<i64> = shape.dims().iter().map(size).collect();
        let target = self.build.shared(int64s(&ints));
        let dtype = self.build.fact(wire).dtype;
        let out = self.build.wire(dtype, shape, onnx::Source::Node);
        self.push(
            "Reshape",
            vec![Some(wire), Some(target)],
            vec![out],
            vec![],
            origin,
        );
        out
    }

    pub(super) fn push(
        &mut self,
        op_type: &'static str,
        inputs: Vec<Option<WireId>>,
        outputs: Vec<WireId>,
        attrs: impl Into<Parts>,
        origin: &Origin,
    ) {
        let Parts { attrs, bodies } = attrs.into();
        self.build.nodes.push(Node {
            op_type,
            inputs,
            outputs,
            attrs,
            bodies,
            origin: origin.name.clone(),
        });
    }
}

/// What a node has besides inputs and outputs.
pub(super) struct Parts {
    attrs: Vec<(&'static str, Attr)>,
    bodies: Vec<(&'static str, Body)>,
}

impl From<Vec<(&'static str, Attr)>> for Parts {
    fn from(attrs: Vec<(&'static str, Attr)>) -> Self {
        let bodies = Vec::new();
        Parts { attrs, bodies }
    }
}

impl From<(Vec<(&'static str, Attr)>, Vec<(&'static str, Body)>)> for Parts {
    fn from((attrs, bodies): (Vec<(&'static str, Attr)>, Vec<(&'static str, Body)>)) -> Self {
        Parts { attrs, bodies }
    }
}

/// A rank-1 INT64 literal: axes, shapes, pads.
pub(super) fn int64s(ints: &[i64]) -> Literal {
    Literal {
        dtype: crate::ir::DType::Int64,
        shape: vec![ints.len()],
        data: ints.iter().flat_map(|n| n.to_le_bytes()).collect(),
    }
}

/// Constant elements with their axes permuted.
pub(crate) fn turned(literal: &Literal, perm: &Perm) -> Result<Literal, OpError> {
    if perm.is_identity() {
        return Ok(literal.clone());
    }
    let width = literal.dtype.bytes().ok_or_else(|| {
        OpError::unsupported(format!("reordering packed {} constants", literal.dtype))
    })?;
    Ok(Literal {
        dtype: literal.dtype,
        data: onnx::permute::permute(&literal.data, width, &literal.shape, perm),
        shape: perm.dims(&literal.shape),
    })
}
