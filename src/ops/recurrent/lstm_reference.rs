//! The reference execution of an LSTM: its operands, handed to the kernel.

use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::lstm_cell::{Cell, Sequence};
use super::lstm_integer::Integers;
use super::lstm_parts::{GATES, Parts};
use super::reference_left;
use crate::op::{OpError, ReferenceCx, Value};
use crate::ops::hybrid::Hybrid;
use crate::reference::kernels::arrange;
use crate::reference::kernels::lstm::{Gate, Lstm, sequence_lstm};
use crate::reference::kernels::lstm_integer::{self, IntegerLstm};

/// The operands of all gates.
struct Tensors(Vec<[Option<Arc<Tensor>>; 6]>);

impl Tensors {
    fn of(parts: &Parts, cx: &ReferenceCx<'_>) -> Self {
        let slots = parts.slots;
        let operand = |slot: usize| cx.tensor_opt(slot);
        let gate = |gate| {
            [
                operand(slots.input_weights(gate)),
                slots.aux_weights(gate).and_then(operand),
                operand(slots.recurrent_weights(gate)),
                slots.peephole(gate).and_then(operand),
                slots.norm(gate).and_then(operand),
                operand(slots.bias(gate)),
            ]
        };
        Tensors((0..GATES).map(gate).collect())
    }

    fn gate(&self, gate: usize) -> Option<Gate<'_>> {
        let [input, aux, recurrent, peephole, norm, bias] = &self.0[gate];
        Some(Gate {
            input: input.as_deref()?,
            aux: aux.as_deref(),
            recurrent: recurrent.as_deref()?,
            peephole: peephole.as_deref(),
            norm: norm.as_deref(),
            bias: bias.as_deref()?,
        })
    }
}

/// Outputs, and what is left of output and cell.
type Ran = (Tensor, [Tensor; 2]);

/// Result 0: the outputs of all steps, or of the only one. What they leave follows where it is carried.
pub(super) fn finish(
    cell: &Cell,
    parts: &Parts,
    sequence: Sequence,
    cx: &mut ReferenceCx<'_>,
) -> Result<(), OpError> {
    let (y, left) = match Integers::of(cx.io(), cell, parts)? {
        Some(integers) => run_integers(parts, &integers, sequence, cx)?,
        None => run(cell, parts, sequence, cx)?,
    };
    let y = match cx.io().result(0).shape.rank() {
        2 => arrange::reshape(&y, &y.shape()[1..])?,
        _ => y,
    };
    cx.finish(0, y)?;
    reference_left(cx, left.into())
}

fn run_integers(
    parts: &Parts,
    integers: &Integers,
    sequence: Sequence,
    cx: &ReferenceCx<'_>,
) -> Result<Ran, OpError> {
    let slots = parts.slots;
    let tensors = Tensors::of(parts, cx);
    let projection = cx.tensor_opt(slots.projection());
    let projection_bias = cx.tensor_opt(slots.projection_bias());
    let bytes = |value: &Value| {
        let parameters = value.parameters();
        let parameters = parameters.map(|(scale, zero_point)| (f64::from(scale), zero_point));
        parameters.ok_or_else(|| OpError::inconsistent("no parameters"))
    };
    let lstm = IntegerLstm {
        gates: [0, 1, 2, 3].map(|gate| tensors.gate(gate)),
        projection: projection.as_deref(),
        projection_bias: projection_bias.as_deref(),
        gate_steps: integers.gate_steps.map(f64::from),
        cell_step: f64::from(integers.cell_step),
        cell_clip: integers.cell_clip.map(f64::from),
        projection_clip: integers.projection_clip.map(f64::from),
        hidden: bytes(&integers.hidden)?,
        state: bytes(cx.io().operand(slots.output_state)?)?,
        squashes: integers.squashes(),
        time_major: sequence.time_major,
    };
    let x = with_time(&*cx.tensor(slots.input)?)?;
    let state = [
        &*cx.tensor(slots.output_state)?,
        &*cx.tensor(slots.cell_state)?,
    ];
    let ran = lstm_integer::sequence(&x, parts.outputs, state, &lstm)?;
    // What the result's own parameters make of the integers, from which they are made again.
    let (scale, zero_point) = bytes(cx.io().result(0))?;
    let real = |n: &i64| ((n - zero_point) as f64 * scale) as f32;
    let reals: Vec<f32> = ran.stored.iter().map(real).collect();
    let outputs = Tensor::from_shape(&ran.shape, &reals).map_err(OpError::from_tract)?;
    Ok((outputs, ran.left))
}

/// The outputs of all steps, in the order of the input's axes, and what they leave; of a single step as a sequence in time-major order.
pub(super) fn run(
    cell: &Cell,
    parts: &Parts,
    sequence: Sequence,
    cx: &ReferenceCx<'_>,
) -> Result<Ran, OpError> {
    let slots = parts.slots;
    let operand = |slot: usize| cx.tensor_opt(slot);
    let tensors = Tensors::of(parts, cx);
    let gate = |gate: usize| tensors.gate(gate);
    let projection = operand(slots.projection());
    let projection_bias = operand(slots.projection_bias());
    let [Some(forget), Some(new), Some(output)] = [1, 2, 3].map(gate) else {
        return Err(OpError::inconsistent("a gate without weights"));
    };
    let lstm = Lstm {
        input: gate(0),
        forget,
        cell: new,
        output,
        projection: projection.as_deref(),
        projection_bias: projection_bias.as_deref(),
        squash: cell.function.real(),
        cell_clip: cell.cell_clip,
        projection_clip: cell.projection_clip,
        time_major: sequence.time_major,
        backward: sequence.backward,
        rounding: cell.rounding(cx.io(), parts).map(Hybrid::rounding),
    };
    let state = [
        &*cx.tensor(slots.output_state)?,
        &*cx.tensor(slots.cell_state)?,
    ];
    let x = with_time(&*cx.tensor(slots.input)?)?;
    let aux = match slots.aux {
        Some((slot, _)) => Some(with_time(&*cx.tensor(slot)?)?),
        None => None,
    };
    Ok(sequence_lstm(&x, aux.as_ref(), state, &lstm)?)
}

fn with_time(x: &Tensor) -> Result<Tensor, OpError> {
    match x.shape() {
        &[batch, width] => Ok(arrange::reshape(x, &[1, batch, width])?),
        _ => Ok(x.clone()),
    }
}
