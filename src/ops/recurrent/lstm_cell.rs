//! What the LSTM operators have in common beside their operands: options, input, and the choice of a form.

use super::function::Function;
use super::lstm_integer::Integers;
use super::lstm_integer_steps;
use super::lstm_node;
use super::lstm_parts::{OUTPUT_GATE, Parts};
use super::lstm_steps;
use super::recurrence::{Run, finish_left};
use super::rounded;
use crate::op::{Dim, LowerCx, OpError, Operands, RawOp, Shape, Value, Wire};
use crate::ops::hybrid::{Hybrid, is_hybrid};
use crate::tflite::schema::ActivationFunctionType;

/// The options of an LSTM that say what a step computes.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Of the cell gate, and of the cell where it becomes the output; never [`Function::None`].
    pub function: Function,
    pub cell_clip: Option<f32>,
    pub projection_clip: Option<f32>,
    /// Of integers: parameters of what a step computes on its way.
    pub intermediates: Vec<Option<Value>>,
    /// How numbers are rounded that meet quantised weights.
    hybrid: Hybrid,
}

/// The order of a sequence's steps, and of its axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    /// Is it `[time, batch, …]`, and not `[batch, time, …]`?
    pub time_major: bool,
    pub backward: bool,
}

impl Sequence {
    pub fn time_axis(self) -> usize {
        usize::from(!self.time_major)
    }

    /// Batch and time of an input.
    pub fn extents(self, shape: &Shape) -> [&Dim; 2] {
        [&shape[1 - self.time_axis()], &shape[self.time_axis()]]
    }
}

impl Cell {
    pub fn new(
        function: ActivationFunctionType,
        cell_clip: f32,
        projection_clip: f32,
        asymmetric: bool,
        raw: &RawOp<'_>,
    ) -> Result<Self, OpError> {
        let clip = |name, bound: f32| match bound {
            0.0 => Ok(None),
            bound if bound > 0.0 => Ok(Some(bound)),
            _ => Err(OpError::option(name, "no negative number", bound)),
        };
        let unsupported = || {
            let what = format!("an LSTM with the fused activation {}", function.0);
            OpError::unsupported(what)
        };
        // With NONE the kernel reads what it has not written.
        let function = Function::parse(function)
            .ok()
            .filter(|&known| known != Function::None)
            .ok_or_else(unsupported)?;
        Ok(Cell {
            function,
            cell_clip: clip("cell_clip", cell_clip)?,
            projection_clip: clip("proj_clip", projection_clip)?,
            intermediates: raw.intermediates.clone(),
            hybrid: Hybrid::asked(asymmetric),
        })
    }

    /// How this LSTM rounds numbers, where it is one of quantised weights and real numbers.
    pub fn rounding(&self, io: &Operands<'_>, parts: &Parts) -> Option<Hybrid> {
        let weights = parts.slots.input_weights(OUTPUT_GATE);
        is_hybrid(io, parts.slots.input, weights).then_some(self.hybrid)
    }

    /// A whole sequence, as result 0, and what it leaves where that is carried.
    pub fn finish(
        &self,
        cx: &mut LowerCx<'_>,
        parts: &Parts,
        sequence: Sequence,
    ) -> Result<(), OpError> {
        if let Some(integers) = Integers::of(cx.io(), self, parts)? {
            let run = lstm_integer_steps::lower(cx, *parts, &integers, sequence)?;
            let shape = cx.result_shape(0);
            let y = cx.reshape(&run.outputs, &shape)?;
            cx.finish_stored(0, y)?;
            return finish_left(cx, &run.left);
        }
        self.lower(cx, parts, sequence)?.finish(cx)
    }

    /// A whole sequence of floats. The outputs are in the order of the input's axes.
    pub fn lower(
        &self,
        cx: &mut LowerCx<'_>,
        parts: &Parts,
        sequence: Sequence,
    ) -> Result<Run, OpError> {
        let extra = parts.norm
            || parts.projection
            || self.cell_clip.is_some()
            || self.rounding(cx.io(), parts).is_some();
        if self.function != Function::Tanh || extra {
            return lstm_steps::lower(cx, self, *parts, sequence);
        }
        let x = input(cx, parts, !sequence.time_major, None)?;
        let mut run = lstm_node::lower(cx, parts, x, sequence.backward)?;
        if !sequence.time_major {
            run.outputs = cx.transpose(&run.outputs, &[1, 0, 2])?;
        }
        Ok(run)
    }
}

/// The input, beside it the second input; first and second axis exchanged where asked. A single step is one of a
/// sequence in time-major order.
pub(super) fn input(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    exchanged: bool,
    rounding: Option<Hybrid>,
) -> Result<Wire, OpError> {
    let mut wires = Vec::new();
    let aux = parts.slots.aux.map(|(slot, _)| slot);
    for slot in [Some(parts.slots.input), aux].into_iter().flatten() {
        let wire = match exchanged {
            true => cx.permuted(slot, &[1, 0, 2])?,
            false => cx.real(slot)?,
        };
        wires.push(rounded(cx, rounding, wire)?);
    }
    let axis = wires[0].rank() - 1;
    let x = cx.concat(&wires, axis)?;
    if x.rank() == 3 {
        return Ok(x);
    }
    let dims = [Dim::Fixed(1), x.shape[0].clone(), x.shape[1].clone()];
    cx.reshape(&x, &Shape::new(dims))
}
