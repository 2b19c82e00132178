//! The reference execution of an LSTM: its operands, handed to the kernel.

use tract_core::prelude::Tensor;

use super::lstm_parts::{
    CELL_STATE, GATES, INPUT, OUTPUT_STATE, PROJECTION, PROJECTION_BIAS, bias, input_weights, norm,
    peephole, recurrent_weights,
};
use super::sequence_lstm::{SequenceLstm, Squash};
use crate::op::{OpError, ReferenceCx};
use crate::reference::kernels::lstm::{Gate, Lstm, sequence_lstm};

pub(super) fn run(op: &SequenceLstm, cx: &ReferenceCx<'_>) -> Result<Tensor, OpError> {
    let operand = |slot: usize| cx.tensor_opt(slot);
    let tensors: Vec<_> = (0..GATES)
        .map(|gate| {
            [
                operand(input_weights(gate)),
                operand(recurrent_weights(gate)),
                peephole(gate).and_then(operand),
                operand(norm(gate)),
                operand(bias(gate)),
            ]
        })
        .collect();
    let gate = |gate: usize| {
        let [input, recurrent, peephole, norm, bias] = &tensors[gate];
        Some(Gate {
            input: input.as_deref()?,
            recurrent: recurrent.as_deref()?,
            peephole: peephole.as_deref(),
            norm: norm.as_deref(),
            bias: bias.as_deref()?,
        })
    };
    let (projection, projection_bias) = (operand(PROJECTION), operand(PROJECTION_BIAS));
    let [Some(forget), Some(cell), Some(output)] = [1, 2, 3].map(gate) else {
        return Err(OpError::inconsistent("a gate without weights"));
    };
    let lstm = Lstm {
        input: gate(0),
        forget,
        cell,
        output,
        projection: projection.as_deref(),
        projection_bias: projection_bias.as_deref(),
        squash: match op.squash {
            Squash::Tanh => f32::tanh,
            Squash::Relu => |x| x.max(0.0),
            Squash::ReluN1To1 => |x| x.clamp(-1.0, 1.0),
            Squash::Relu6 => |x| x.clamp(0.0, 6.0),
        },
        cell_clip: op.cell_clip,
        projection_clip: op.projection_clip,
        time_major: op.time_major,
    };
    let state = [&*cx.tensor(OUTPUT_STATE)?, &*cx.tensor(CELL_STATE)?];
    Ok(sequence_lstm(&*cx.tensor(INPUT)?, state, &lstm)?)
}
