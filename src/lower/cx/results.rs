//! What an operator's lowering gives: results in the order it works in, quantised where they are stored so.

use super::{LowerCx, Wire};
use crate::error::OpError;
use crate::ir::{DType, Dim, Perm, Shape, Value};
use crate::lower::{AWAY_FROM_ZERO, Form, quant};
use crate::onnx::WireId;
use crate::passes::stored::{Bounds, implied_activation};

impl<'c> LowerCx<'c> {
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
        let fits = value.is_quantized() && value.stored.is_8_bit();
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

    /// Keeps stored integers of a quantised result within bounds of what they mean, as far as its type does not.
    pub(crate) fn clip_stored(
        &mut self,
        slot: usize,
        wire: &Wire,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Wire, OpError> {
        let value = self.io.result(slot);
        let quant = value.quant.as_ref();
        let bounds = quant.and_then(|quant| quant::stored_bounds(quant, low, high));
        let (Some((low, high)), Some((least, greatest))) = (bounds, quant::limits(value.stored))
        else {
            return Err(OpError::unsupported("bounds of what has several scales"));
        };
        let low = low.filter(|&code| code > least).map(|code| code as f64);
        let high = high.filter(|&code| code < greatest).map(|code| code as f64);
        match (low, high) {
            (None, None) => Ok(wire.clone()),
            (low, high) => self.clip(wire, low, high),
        }
    }

    /// The bounds of the activation that a result's range stood for, where quantised values have become real.
    pub(crate) fn implied_activation(&self, slot: usize) -> Bounds {
        implied_activation(&self.placed.ranges, self.owner(), self.graph, self.op, slot)
    }

    /// Gives a result, in the operator's order.
    ///
    /// # Errors
    /// A wire of another shape or type, and results whose type cannot be quantised.
    pub fn finish(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, self.result_dtype(slot))?;
        let value = self.io.result(slot);
        let wire = match value.is_quantized() && !self.stored {
            true => self.lowering.quantize(wire.id, value, &self.origin)?,
            false => wire.id,
        };
        self.give(slot, wire)
    }

    /// Gives FLOAT32 that is quantised with one scale, or with one for each channel: which only QUANTIZE's kernel
    /// computes.
    pub(crate) fn finish_by_channel(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let value = self.io.result(slot);
        let perm = self.placed.plans[self.graph.0].result(self.op, slot, value.shape.rank());
        let wire = self
            .lowering
            .quantize_along(wire.id, value, &perm, &self.origin)?;
        self.give(slot, wire)
    }

    /// Gives a result as it is stored, in the operator's order.
    ///
    /// # Errors
    /// A wire of another shape or type.
    pub fn finish_stored(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, self.io.result(slot).stored)?;
        self.give(slot, wire.id)
    }

    /// Gives a quantised result as FLOAT32 steps from its zero point, in the operator's order. They are
    /// rounded half to even, and held to the type's range.
    ///
    /// # Errors
    /// A wire of another shape or type, and results that are not quantised.
    pub fn finish_steps(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let value = self.io.result(slot);
        let wire = self.lowering.store_steps(wire.id, value, &self.origin)?;
        self.give(slot, wire)
    }

    /// Gives a quantised result as FLOAT32 codes of the file: steps from code 0, whatever the zero point.
    ///
    /// # Errors
    /// A wire of another shape or type, and results that are not quantised.
    pub fn finish_codes(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let value = self.io.result(slot).centred();
        let wire = self.lowering.store_steps(wire.id, &value, &self.origin)?;
        self.give(slot, wire)
    }

    /// The same of an 8-bit result, with halves rounded away from code 0, as LiteRT's integer kernels do.
    pub(crate) fn finish_codes_away(&mut self, slot: usize, wire: Wire) -> Result<(), OpError> {
        let unit = (1.0 / AWAY_FROM_ZERO) as f32;
        self.finish_units(slot, wire, &self.io.result(slot).centred().at_scale(unit))
    }

    /// Gives an 8-bit result as FLOAT32 numbers, so many for each step from its zero point. They are rounded half
    /// to even, and held to the type's range.
    pub(crate) fn finish_multiples(
        &mut self,
        slot: usize,
        wire: Wire,
        unit: f32,
    ) -> Result<(), OpError> {
        self.finish_units(slot, wire, &self.io.result(slot).at_scale(unit))
    }

    fn finish_units(&mut self, slot: usize, wire: Wire, value: &Value) -> Result<(), OpError> {
        self.fits(slot, &wire, DType::Float32)?;
        let wire = self.lowering.quantize(wire.id, value, &self.origin)?;
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
    ///
    /// # Errors
    /// When the operand is omitted, and axes that do not make the result's shape of its own.
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
        let wires = self.scope.wires(id).to_vec();
        // A computed value is in no form that only constants have.
        for (have, form, wire) in wires
            .into_iter()
            .filter(|(_, form, _)| *form != Form::Packed)
        {
            let result = self.io.result_id(slot);
            self.scope.bind(result, inverse.then(&have), form, wire);
        }
        self.finished += 1;
        Ok(true)
    }

    /// What is left of a FLOAT32 wire once it was stored as a value is: rounded to its steps, within its range.
    ///
    /// # Errors
    /// Values that have no single scale, or whose type cannot be quantised.
    pub fn rounded_as(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let stored = self.stored_as(wire, value)?;
        self.real_of(&stored, value)
    }

    /// A FLOAT32 wire as a value stores such.
    ///
    /// # Errors
    /// Values that have no single scale, or whose type cannot be quantised.
    pub fn stored_as(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let id = self.lowering.quantize(wire.id, value, &self.origin)?;
        Ok(self.wire(id))
    }

    /// What a wire of integers means as a value's.
    ///
    /// # Errors
    /// Values without quantisation parameters.
    pub fn real_of(&mut self, wire: &Wire, value: &Value) -> Result<Wire, OpError> {
        let perm = Perm::identity(wire.rank());
        let id = self
            .lowering
            .dequantize(wire.id, value, &perm, &self.origin)?;
        Ok(self.wire(id))
    }
}
