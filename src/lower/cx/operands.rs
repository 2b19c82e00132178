//! An operator's operands as wires, in the order and form that its lowering asks for.

use super::{LowerCx, Wire};
use crate::error::OpError;
use crate::ir::{DType, Dim, Perm, Shape};
use crate::lower::{Form, quant};

impl<'c> LowerCx<'c> {
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
    ///
    /// # Errors
    /// When it is omitted, or what it is stored as cannot be decoded.
    pub fn real(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read(slot, &perm)
    }

    /// From here on quantised operands are handed out as FLOAT32 steps from their zero points, in place of what they
    /// mean: whole numbers, whose products and sums are exact as far as 24 bits go.
    pub(crate) fn read_steps(&mut self) {
        self.steps = true;
    }

    /// An operand in the operator's order, where it is given.
    ///
    /// # Errors
    /// When what it is stored as cannot be decoded.
    pub fn real_opt(&mut self, slot: usize) -> Result<Option<Wire>, OpError> {
        match self.io.get(slot) {
            Some(_) => self.real(slot).map(Some),
            None => Ok(None),
        }
    }

    /// An operand in the file's order, whatever order the operator works in.
    ///
    /// # Errors
    /// When it is omitted, or what it is stored as cannot be decoded.
    pub fn source(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        self.read(slot, &Perm::identity(rank))
    }

    /// An operand with its axes permuted from the file's order; folded when it is constant. `axes` is as
    /// in ONNX's `Transpose.perm`.
    ///
    /// # Errors
    /// As [`LowerCx::source`]; and axes that are no permutation of the operand's.
    pub fn permuted(&mut self, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
        let perm = self.permutation(slot, axes)?;
        self.read(slot, &perm)
    }

    /// An operand as [`LowerCx::permuted`] gives it, in arithmetic that no runtime fuses with what reads it.
    ///
    /// # Errors
    /// As [`LowerCx::permuted`].
    pub fn permuted_plainly(&mut self, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
        let perm = self.permutation(slot, axes)?;
        self.read_as(slot, &perm, Form::Plain)
    }

    /// An operand as [`LowerCx::permuted`] gives it, its zero point taken for 0.
    ///
    /// # Errors
    /// As [`LowerCx::permuted`].
    pub fn symmetric(&mut self, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
        let mut value = self.io.operand(slot)?.centred();
        if self.steps {
            value = value.at_scale(1.0);
        }
        let perm = self.permutation(slot, axes)?;
        let stored = self.read_as(slot, &perm, Form::Stored)?;
        let wire = self
            .lowering
            .dequantize(stored.id, &value, &perm, &self.origin)?;
        Ok(self.wire(wire))
    }

    fn permutation(&self, slot: usize, axes: &[usize]) -> Result<Perm, OpError> {
        let rank = self.io.rank(slot)?;
        Perm::new(axes.to_vec())
            .filter(|perm| perm.rank() == rank)
            .ok_or_else(|| OpError::operand(slot, format!("rank {}", axes.len()), rank))
    }

    /// An operand of an elementwise operator, in the operator's order and with axes of extent 1 put in so
    /// that ONNX's broadcasting, which aligns at the right, meets the right axes.
    ///
    /// # Errors
    /// As [`LowerCx::real`].
    pub fn broadcast(&mut self, slot: usize) -> Result<Wire, OpError> {
        let wire = self.real(slot)?;
        self.aligned(slot, wire)
    }

    /// [`LowerCx::broadcast`] of the integers that an operand is stored as.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn broadcast_stored(&mut self, slot: usize) -> Result<Wire, OpError> {
        let wire = self.stored(slot)?;
        self.aligned(slot, wire)
    }

    /// [`LowerCx::broadcast`] of an operand as multiples of a scale that may not be its own.
    pub(crate) fn broadcast_scaled(&mut self, slot: usize, scale: f32) -> Result<Wire, OpError> {
        let wire = match self.io.operand(slot)?.parameters() {
            Some((own, _)) if own == scale => self.real(slot)?,
            _ => self.scaled(slot, scale)?,
        };
        self.aligned(slot, wire)
    }

    pub(super) fn aligned(&mut self, slot: usize, wire: Wire) -> Result<Wire, OpError> {
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
    ///
    /// # Errors
    /// When it is omitted.
    pub fn stored(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read_as(slot, &perm, Form::Stored)
    }

    /// A wire of an operand's stored integers, as they are or interpolated, as FLOAT32 codes of the file.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn codes(&mut self, slot: usize, stored: &Wire) -> Result<Wire, OpError> {
        let value = self.io.operand(slot)?;
        if value.parameters().is_some() && stored.dtype.is_8_bit() {
            return self.real_of(stored, &value.centred().at_scale(1.0));
        }
        let zero = value.code_zero();
        let codes = self.cast(stored, DType::Float32)?;
        if zero == 0 {
            return Ok(codes);
        }
        let zero = self.floats(&[], &[zero as f32]);
        self.binary("Sub", &codes, &zero)
    }

    /// An operand in the operator's order, as FLOAT32 multiples of a scale that is not its own.
    pub(crate) fn scaled(&mut self, slot: usize, scale: f32) -> Result<Wire, OpError> {
        let stored = self.stored(slot)?;
        let value = self.io.operand(slot)?.at_scale(scale);
        self.real_of(&stored, &value)
    }

    /// An operand in the operator's order: what it means, in arithmetic that no runtime fuses with what
    /// reads it.
    ///
    /// # Errors
    /// As [`LowerCx::real`].
    pub fn plain(&mut self, slot: usize) -> Result<Wire, OpError> {
        let rank = self.io.rank(slot)?;
        let perm = self.placed.plans[self.graph.0].operand(self.op, slot, rank);
        self.read_as(slot, &perm, Form::Plain)
    }

    /// What a constant means that is packed in less than bytes, permuted as [`LowerCx::permuted`] does it, in a
    /// form that runtimes make one operator of with a `MatMul` by it. `None` for other operands, and where the
    /// operator's numbers are quantised: products of integers want bytes.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn packed(&mut self, slot: usize, axes: &[usize]) -> Result<Option<Wire>, OpError> {
        let value = self.io.operand(slot)?;
        if self.io.result(0).is_quantized() || !self.lowering.packs(value)? {
            return Ok(None);
        }
        let (Some(perm), Some(quant)) = (Perm::new(axes.to_vec()), &value.quant) else {
            return Ok(None);
        };
        let packed = self.read_as(slot, &perm, Form::Packed)?;
        let id = self
            .lowering
            .dequantize_linear(packed.id, quant, &perm, &self.origin)?;
        Ok(Some(self.wire(id)))
    }

    pub(super) fn read(&mut self, slot: usize, perm: &Perm) -> Result<Wire, OpError> {
        let constant = self.io.get(slot).is_some_and(|v| v.constant().is_some());
        let form = match self.stored {
            true => Form::Stored,
            false if self.steps => Form::Steps,
            // onnxruntime makes 8-bit arithmetic of a product of DequantizeLinear, whatever the other side is, or
            // dequantises it in every run.
            false if constant && (quant::is_wide(&self.io) || quant::is_hybrid(&self.io)) => {
                Form::Plain
            }
            false => Form::Real,
        };
        self.read_as(slot, perm, form)
    }

    pub(super) fn read_as(
        &mut self,
        slot: usize,
        perm: &Perm,
        form: Form,
    ) -> Result<Wire, OpError> {
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

    /// The zero of result 0 as it is to be given, in a type that holds it: its zero point where the operator
    /// works on stored integers. `None` for the zero of numbers.
    pub(crate) fn zero(&mut self, dtype: DType) -> Result<Option<Wire>, OpError> {
        let value = self.io.result(0);
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
}
