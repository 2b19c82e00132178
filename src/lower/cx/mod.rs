//! What an operator's `lower` sees: its operands as wires in the order it works in, and a way to write
//! nodes.

mod operands;
mod results;

use super::{Lowering, NodeBuilder, Origin, Placed, Scope, quant, turned};
use crate::error::OpError;
use crate::ir::{DType, Graph, GraphId, Literal, OpId, Perm, Shape};
use crate::onnx::{Source, WireId};
use crate::op::Operands;
use crate::passes::stored::Bounds;

/// A value in the ONNX graph under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    pub(crate) id: WireId,
    /// Element type.
    pub dtype: DType,
    /// Shape in physical order.
    pub shape: Shape,
}

impl Wire {
    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.shape.rank()
    }
}

/// The lowering of one operator.
///
/// An operator whose [`Placement`](crate::op::Placement) is not a barrier works in the physical order of
/// its *space*: [`LowerCx::real`] hands it operands in that order, [`LowerCx::axis`] says where an axis
/// stands in it, and [`LowerCx::finish`] takes results in it. An operator behind a barrier sees everything
/// in the file's order, with the same calls.
#[derive(Debug)]
pub struct LowerCx<'c> {
    pub(super) placed: &'c Placed,
    pub(super) lowering: &'c mut Lowering,
    scope: &'c mut Scope,
    graph: GraphId,
    op: OpId,
    io: Operands<'c>,
    pub(super) origin: Origin,
    /// Are quantised operands and results handled as the integers they are stored as?
    stored: bool,
    /// Are quantised operands read as steps from their zero points, in place of what they mean?
    steps: bool,
    /// What the next result is held to, where that is done on stored integers.
    clamp: Option<Bounds>,
    failed: Option<OpError>,
    finished: usize,
}

impl<'c> LowerCx<'c> {
    pub(super) fn new(
        placed: &'c Placed,
        lowering: &'c mut Lowering,
        scope: &'c mut Scope,
        graph: GraphId,
        op: OpId,
    ) -> Self {
        let owner = &placed.model.graphs[graph.0];
        let io = Operands::new(owner, op);
        LowerCx {
            stored: quant::works_on_stored(owner.op(op).op.quant(), &io),
            placed,
            lowering,
            scope,
            graph,
            op,
            io,
            origin: Origin::of(owner, op, graph == placed.model.main),
            steps: false,
            clamp: None,
            failed: None,
            finished: 0,
        }
    }

    fn owner(&self) -> &'c Graph {
        &self.placed.model.graphs[self.graph.0]
    }

    /// The driver's last word: every result must have been finished.
    pub(super) fn end(self) -> Result<(), OpError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        if self.finished == self.io.results() {
            return Ok(());
        }
        Err(OpError::inconsistent(format!(
            "its lowering gave {} of {} results",
            self.finished,
            self.io.results()
        )))
    }

    /// The operands and results as the file has them.
    pub fn io(&self) -> &Operands<'c> {
        &self.io
    }

    /// The opset being written.
    pub fn opset(&self) -> i64 {
        self.lowering.opset
    }

    /// Asks for an opset; the whole model is lowered again at that opset where it may be.
    ///
    /// # Errors
    /// Where the opset is lower.
    pub fn require_opset(&self, opset: i64) -> Result<(), OpError> {
        if self.lowering.opset >= opset {
            return Ok(());
        }
        Err(OpError::needs_opset(opset))
    }

    pub(super) fn wire(&self, id: WireId) -> Wire {
        let fact = self.lowering.build.fact(id);
        Wire {
            id,
            dtype: fact.dtype,
            shape: fact.shape.clone(),
        }
    }

    /// Begins a node.
    pub fn node(&mut self, op_type: &'static str) -> NodeBuilder<'_, 'c> {
        NodeBuilder::new(self, op_type)
    }

    /// Asks for so many bytes of tables or nodes whose number depends on extents: a few bytes of a file may
    /// claim any extent, so this comes before they are made. One conversion has 32 MiB for all of them.
    ///
    /// # Errors
    /// When they would be more than is left.
    pub fn make_room(&mut self, count: usize, width: usize) -> Result<(), OpError> {
        let bytes = count.saturating_mul(width);
        let left = self.lowering.room.checked_sub(bytes);
        self.lowering.room = left.ok_or_else(|| {
            OpError::too_large(format!(
                "its ONNX form has tables of {bytes} bytes that the file does not have, and {} are left",
                self.lowering.room
            ))
        })?;
        Ok(())
    }

    /// An initialiser, shared with every equal one.
    pub fn literal(&mut self, literal: Literal) -> Wire {
        let id = self.lowering.build.shared(literal);
        self.wire(id)
    }

    /// The elements of a wire, where it is an initialiser.
    pub fn known(&self, wire: &Wire) -> Option<&Literal> {
        self.lowering.build.literal(wire.id)
    }

    pub(super) fn fail(&mut self, error: OpError) {
        self.failed.get_or_insert(error);
    }

    pub(super) fn push(
        &mut self,
        node: super::node::Draft,
        outs: Vec<(DType, Shape)>,
    ) -> Vec<Wire> {
        let build = &mut self.lowering.build;
        let wires: Vec<WireId> = outs
            .into_iter()
            .map(|(dtype, shape)| build.wire(dtype, shape, Source::Node))
            .collect();
        self.lowering.push(
            node.op_type,
            node.inputs,
            wires.clone(),
            (node.attrs, node.bodies),
            &self.origin,
        );
        wires.into_iter().map(|id| self.wire(id)).collect()
    }

    /// A transposition; folded when the wire is an initialiser. `axes` is as in ONNX's `Transpose.perm`.
    ///
    /// # Errors
    /// Axes that are no permutation of the wire's.
    pub fn transpose(&mut self, wire: &Wire, axes: &[usize]) -> Result<Wire, OpError> {
        let perm = Perm::new(axes.to_vec())
            .filter(|perm| perm.rank() == wire.rank())
            .ok_or_else(|| {
                OpError::option("perm", "a permutation of the axes", format!("{axes:?}"))
            })?;
        if perm.is_identity() {
            return Ok(wire.clone());
        }
        if let Some(literal) = self.known(wire) {
            let literal = turned(literal, &perm)?;
            return Ok(self.literal(literal));
        }
        let id = self.lowering.turn(wire.id, &perm, &self.origin);
        Ok(self.wire(id))
    }
}
