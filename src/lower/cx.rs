//! What an operator's `lower` sees: its operands as wires in the order it works in, and a way to write
//! nodes.

use super::{Form, Lowering, NodeBuilder, Origin, Placed, Scope, quant, turned};
use crate::error::OpError;
use crate::ir::{DType, Dim, Graph, GraphId, Literal, OpId, Perm, Shape, Value};
use crate::onnx::{Source, WireId};
use crate::op::Operands;
use crate::passes::stored::{Bounds, implied_activation};

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
    pub fn require_opset(&self, opset: i64) -> Result<(), OpError> {
        if self.lowering.opset >= opset {
            return Ok(());
        }
        Err(OpError::needs_opset(opset))
    }

    /// Where an axis of the operator's space stands in physical order.
    pub fn axis(&self, axis: usize) -> usize {
        let space = self.placed.plans[self.graph.0].space(self.op);
        space.and_then(|perm| perm.position(axis)).unwrap_or(axis)
    }

    /// Where an axis of an operand stands in the order in which [`LowerCx::real`] hands it out. Differs from
    /// [`LowerCx::axis`] where the space has axes that the operand lacks.
    pub fn operand_axis(&self, slot: usize, axis: usize) -> usize {
        let rank = self.io.get(slot).map_or(0, |value| value.shape.rank());
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        perm.position(axis).unwrap_or(axis)
    }

    /// A list with one entry for each axis of the space, in physical order.
    pub fn ordered<T: Clone>(&self, list: &[T]) -> Vec<T> {
        match self.placed.plans[self.graph.0].space(self.op) {
            Some(perm) if perm.rank() == list.len() => perm.apply(list),
            _ => list.to_vec(),
        }
    }

    /// Is the operator's order its own to choose? Behind a barrier operands and results are as in the file.
    pub fn is_placed(&self) -> bool {
        self.placed.plans[self.graph.0].space(self.op).is_some()
    }

    /// An operand in the operator's order: what it means, dequantised where it is stored as integers, unless
    /// the operator's [`QuantRule`](crate::op::QuantRule) has it work on what is stored.
    pub fn real(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read(slot, &perm)
    }

    /// An operand in the operator's order, where it is given.
    pub fn real_opt(&mut self, slot: usize) -> Result<Option<Wire>, OpError> {
        match self.io.get(slot) {
            Some(_) => self.real(slot).map(Some),
            None => Ok(None),
        }
    }

    /// An operand in the file's order, whatever order the operator works in.
    pub fn source(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        self.read(slot, &Perm::identity(rank))
    }

    /// An operand with its axes permuted from the file's order; folded when it is constant. `axes` is as
    /// in ONNX's `Transpose.perm`.
    pub fn permuted(&mut self, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = Perm::new(axes.to_vec())
            .filter(|perm| perm.rank() == rank)
            .ok_or_else(|| OpError::operand(slot, format!("rank {}", axes.len()), rank))?;
        self.read(slot, &perm)
    }

    /// An operand as [`LowerCx::permuted`] gives it, its zero point taken for 0.
    pub fn symmetric(&mut self, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
        let value = self.io.operand(slot)?.centred();
        let perm = Perm::new(axes.to_vec())
            .filter(|perm| perm.rank() == value.shape.rank())
            .ok_or_else(|| OpError::operand(slot, format!("rank {}", axes.len()), &value.shape))?;
        let stored = self.read_as(slot, &perm, Form::Stored)?;
        let wire = self
            .lowering
            .dequantize(stored.id, &value, &perm, &self.origin)?;
        Ok(self.wire(wire))
    }

    /// An operand of an elementwise operator, in the operator's order and with axes of extent 1 put in so
    /// that ONNX's broadcasting, which aligns at the right, meets the right axes.
    pub fn broadcast(&mut self, slot: usize) -> Result<Wire, OpError> {
        let wire = self.real(slot)?;
        self.aligned(slot, wire)
    }

    /// [`LowerCx::broadcast`] of the integers that an operand is stored as.
    pub fn broadcast_stored(&mut self, slot: usize) -> Result<Wire, OpError> {
        let wire = self.stored(slot)?;
        self.aligned(slot, wire)
    }

    fn aligned(&mut self, slot: usize, wire: Wire) -> Result<Wire, OpError> {
        let plan = &self.placed.plans[self.graph.0];
        let (Some(space), Some(axes)) = (plan.space(self.op), plan.operand_axes(self.op, slot))
        else {
            return Ok(wire);
        };
        // Physical positions this operand has, first to last.
        let mut positions: Vec<usize> = axes
            .iter()
            .filter_map(|&axis| space.position(axis))
            .collect();
        positions.sort_unstable();
        let Some(&first) = positions.first() else {
            return Ok(wire);
        };
        if positions.len() == space.rank() - first {
            return Ok(wire);
        }
        let one = Dim::Fixed(1);
        let shape: Shape = (first..space.rank())
            .map(|at| match positions.binary_search(&at) {
                Ok(i) => wire.shape[i].clone(),
                Err(_) => one.clone(),
            })
            .collect();
        self.reshape(&wire, &shape)
    }

    /// An operand in the operator's order: the integers it is stored as, whatever the operator's
    /// [`QuantRule`](crate::op::QuantRule).
    pub fn stored(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read_as(slot, &perm, Form::Stored)
    }

    /// A wire of an operand's stored integers, as they are or interpolated, as FLOAT32 codes of the file.
    pub fn codes(&mut self, slot: usize, stored: &Wire) -> Result<Wire, OpError> {
        let codes = self.cast(stored, DType::Float32)?;
        match self.io.operand(slot)?.code_zero() {
            0 => Ok(codes),
            zero => {
                let zero = self.floats(&[], &[zero as f32]);
                self.binary("Sub", &codes, &zero)
            }
        }
    }

    /// An operand in the operator's order: what it means, in arithmetic that no runtime fuses with what
    /// reads it.
    pub fn plain(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read_as(slot, &perm, Form::Plain)
    }

    fn read(&mut self, slot: usize, perm: &Perm) -> Result<Wire, OpError> {
        let constant = self.io.get(slot).is_some_and(|v| v.constant().is_some());
        let form = match self.stored {
            true => Form::Stored,
            // onnxruntime makes 8-bit arithmetic of a product of DequantizeLinear, whatever the other side is.
            false if constant && quant::is_wide(&self.io) => Form::Plain,
            false => Form::Real,
        };
        self.read_as(slot, perm, form)
    }

    fn read_as(&mut self, slot: usize, perm: &Perm, form: Form) -> Result<Wire, OpError> {
        let id = self
            .io
            .operand_id(slot)
            .ok_or_else(|| OpError::operand(slot, "a tensor", "none"))?;
        let owner = self.owner();
        let wire = self
            .lowering
            .read(owner, self.scope, id, perm, form, &self.origin)?;
        Ok(self.wire(wire))
    }

    pub(super) fn wire(&self, id: WireId) -> Wire {
        let fact = self.lowering.build.fact(id);
        Wire {
            id,
            dtype: fact.dtype,
            shape: fact.shape.clone(),
        }
    }

    /// Shape of a result in the operator's order.
    pub fn result_shape(&self, slot: usize) -> Shape {
        let shape = &self.io.result(slot).shape;
        self.placed.plans[self.graph.0]
            .result(self.op, slot, shape.rank())
            .shape(shape)
    }

    /// Element type in which a result is to be given.
    pub fn result_dtype(&self, slot: usize) -> DType {
        let value = self.io.result(slot);
        match self.stored {
            true => value.stored,
            false => value.dtype,
        }
    }

    /// Does quantising a result already keep it within these bounds?
    pub fn saturates(&self, slot: usize, low: Option<f64>, high: Option<f64>) -> bool {
        quant::saturates(self.io.result(slot), low, high)
    }

    /// Has a result that is quantised to 8 bits kept within these bounds once it is stored, as LiteRT's kernels
    /// do: onnxruntime then still fuses what computes it. False, and nothing done, for other results.
    pub(crate) fn clamp_stored(
        &mut self,
        slot: usize,
        low: Option<f64>,
        high: Option<f64>,
    ) -> bool {
        let value = self.io.result(slot);
        let fits = value.is_quantized() && matches!(value.stored, DType::Int8 | DType::UInt8);
        if fits {
            self.clamp = Some((low, high));
        }
        fits
    }

    /// Keeps FLOAT32 steps of a quantised result within bounds of what they mean.
    pub(crate) fn clip_codes(
        &mut self,
        slot: usize,
        wire: &Wire,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Wire, OpError> {
        let quant = self.io.result(slot).quant.as_ref();
        let bounds = quant.and_then(|quant| quant::stored_bounds(quant, low, high));
        match bounds {
            None | Some((None, None)) => Ok(wire.clone()),
            Some((low, high)) => self.clip(
                wire,
                low.map(|code| code as f64),
                high.map(|code| code as f64),
            ),
        }
    }

    /// The zero of operand 0 as it is handed out, in a type that holds it: its zero point where the operator
    /// works on stored integers. `None` for the zero of numbers.
    pub(crate) fn zero(&mut self, dtype: DType) -> Result<Option<Wire>, OpError> {
        let value = self.io.operand(0)?;
        let quant = value
            .quant
            .as_ref()
            .filter(|_| self.stored && value.is_quantized());
        match quant.map(|quant| &*quant.zero_point) {
            None | Some([0]) => Ok(None),
            Some([zero]) => self.scalar(dtype, *zero as f64).map(Some),
            Some(_) => Err(OpError::unsupported("zeros that differ along an axis")),
        }
    }

    /// The bounds of the activation that a result's range stood for, where quantised values have become real.
    pub(crate) fn implied_activation(&self, slot: usize) -> Bounds {
        implied_activation(&self.placed.ranges, self.owner(), self.graph, self.op, slot)
    }

    /// Begins a node.
    pub fn node(&mut self, op_type: &'static str) -> NodeBuilder<'_, 'c> {
        NodeBuilder::new(self, op_type)
    }

    /// Asks for so many bytes of tables or nodes whose number depends on extents: a few bytes of a file may
    /// claim any extent, so this comes before they are made. One conversion has 64 MiB for all of them.
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

    /// Gives a result, in the operator's order.
    pub fn finish(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, self.result_dtype(slot))?;
        let value = self.io.result(slot);
        let wire = match value.is_quantized() && !self.stored {
            true => self.lowering.quantize(wire.id, value, &self.origin)?,
            false => wire.id,
        };
        self.give(slot, wire)
    }

    /// Gives a result as it is stored, in the operator's order.
    pub fn finish_stored(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, self.io.result(slot).stored)?;
        self.give(slot, wire.id)
    }

    /// Gives a quantised result as FLOAT32 steps from its zero point, in the operator's order. They are
    /// rounded half to even, and held to the type's range.
    pub fn finish_steps(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let value = self.io.result(slot);
        let wire = self.lowering.store_steps(wire.id, value, &self.origin)?;
        self.give(slot, wire)
    }

    /// Gives a quantised result as FLOAT32 codes of the file: steps from code 0, whatever the zero point.
    pub fn finish_codes(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let value = self.io.result(slot).centred();
        let wire = self.lowering.store_steps(wire.id, &value, &self.origin)?;
        self.give(slot, wire)
    }

    fn give(&mut self, slot: usize, mut wire: WireId) -> Result<(), OpError> {
        let id = self.io.result_id(slot);
        let value = self.io.result(slot);
        if let Some(bounds) = self.clamp.take() {
            wire = self.lowering.clamp(wire, value, bounds, &self.origin)?;
        }
        let perm = self.placed.plans[self.graph.0].result(self.op, slot, value.shape.rank());
        if self.graph == self.placed.model.main {
            self.lowering.build.hold(wire, &value.name);
        }
        self.scope.bind(id, perm, Form::Stored, wire);
        self.finished += 1;
        Ok(())
    }

    fn fits(&self, slot: usize, wire: &Wire, dtype: DType) -> Result<(), OpError> {
        let expected = self.result_shape(slot);
        let fits = |(have, want): (&Dim, &Dim)| {
            have == want || have.fixed().is_none() || want.fixed().is_none()
        };
        let same_rank = wire.rank() == expected.rank();
        if !same_rank || !wire.shape.dims().iter().zip(expected.dims()).all(fits) {
            return Err(OpError::result(
                slot,
                format!("{expected} from the lowering"),
                &wire.shape,
            ));
        }
        if wire.dtype != dtype {
            return Err(OpError::result(slot, dtype, wire.dtype));
        }
        Ok(())
    }

    /// Gives a result that is an operand with its axes permuted, as in ONNX's `Transpose.perm`. Nothing is
    /// written: whoever reads the result reads the operand in the order it needs, so that chains of
    /// transpositions, and those a change of layout adds, become one or none. False, and nothing given, where
    /// operand and result are quantised differently.
    pub fn finish_permuted(
        &mut self,
        slot: usize,
        operand: usize,
        axes: &[usize],
    ) -> Result<bool, OpError> {
        let (from, to) = (self.io.operand(operand)?, self.io.result(slot));
        let Some(id) = self
            .io
            .operand_id(operand)
            .filter(|_| self.stored || !self.io.is_quantized())
        else {
            return Ok(false);
        };
        let perm = Perm::new(axes.to_vec())
            .filter(|perm| perm.shape(&from.shape) == to.shape)
            .ok_or_else(|| OpError::option("perm", &to.shape, format!("{axes:?}")))?;
        if self.scope.wires(id).is_empty() {
            self.source(operand)?; // A constant has no wire before it is read.
        }
        let inverse = perm.inverse();
        for (have, form, wire) in self.scope.wires(id).to_vec() {
            let result = self.io.result_id(slot);
            self.scope.bind(result, inverse.then(&have), form, wire);
        }
        self.finished += 1;
        Ok(true)
    }

    /// What is left of a FLOAT32 wire once it was stored as a value is: rounded to its steps, within its range.
    pub fn rounded_as(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let stored = self.stored_as(wire, value)?;
        self.real_of(&stored, value)
    }

    /// A FLOAT32 wire as a value stores such.
    pub fn stored_as(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let id = self.lowering.quantize(wire.id, value, &self.origin)?;
        Ok(self.wire(id))
    }

    /// What a wire of integers means as a value's.
    pub fn real_of(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let perm = Perm::identity(wire.rank());
        let id = self
            .lowering
            .dequantize(wire.id, value, &perm, &self.origin)?;
        Ok(self.wire(id))
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
