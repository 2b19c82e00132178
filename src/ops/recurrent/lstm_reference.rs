//! The reference execution of an LSTM: its operands, handed to the kernel.

use tract_core::prelude::Tensor;

use super::lstm_cell::{Cell, Sequence, Squash};
use super::lstm_parts::{GATES, Parts};
use crate::op::{OpError, ReferenceCx};
use crate::reference::kernels::arrange;
use crate::reference::kernels::lstm::{Gate, Lstm, sequence_lstm};

/// The outputs of all steps, in the order of the input's axes; of a single step as a sequence in time-major order.
pub(super) fn run(
    cell: &Cell,
    parts: &Parts,
    sequence: Sequence,
    cx: &ReferenceCx<'_>,
) -> Result<Tensor, OpError> {
    let slots = parts.slots;
    let operand = |slot: usize| cx.tensor_opt(slot);
    let tensors: Vec<_> = (0..GATES)
        .map(|gate| {
            [
                operand(slots.input_weights(gate)),
                slots.aux_weights(gate).and_then(operand),
                operand(slots.recurrent_weights(gate)),
                slots.peephole(gate).and_then(operand),
                slots.norm(gate).and_then(operand),
                operand(slots.bias(gate)),
            ]
        })
        .collect();
    let gate = |gate: usize| {
        let [input, aux, recurrent, peephole, norm, bias] = &tensors[gate];
        Some(Gate {
            input: input.as_deref()?,
            aux: aux.as_deref(),
            recurrent: recurrent.as_deref()?,
            peephole: peephole.as_deref(),
            norm: norm.as_deref(),
            bias: bias.as_deref()?,
        })
    };
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
        squash: match cell.squash {
            Squash::Tanh => f32::tanh,
            Squash::Relu => |x| x.max(0.0),
            Squash::ReluN1To1 => |x| x.clamp(-1.0, 1.0),
            Squash::Relu6 => |x| x.clamp(0.0, 6.0),
        },
        cell_clip: cell.cell_clip,
        projection_clip: cell.projection_clip,
        time_major: sequence.time_major,
        backward: sequence.backward,
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

/// The outputs of a single step as its result has them.
pub(super) fn without_time(y: Tensor) -> Result<Tensor, OpError> {
    Ok(arrange::reshape(&y, &y.shape()[1..])?)
}
