//! The gates of one LSTM step, which its real and its integer form open in the same order.

use super::lstm_parts::{CELL_GATE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, Parts};
use crate::op::{LowerCx, OpError, Wire};

/// What a step's gates let through before its new cell is known. The output gate may look at that.
pub(super) struct Gates {
    pub cell: Wire,
    pub input: Wire,
    /// `None` where there is nothing to forget.
    pub forget: Option<Wire>,
    /// The sum of the output gate's inputs.
    pub output_sum: Wire,
}

/// Opens the gates. `sums` are those of all gates, `[batch, gates × cells]`; `old` is the cell of the step before,
/// absent where that is zero; `gate` computes one gate from its sum and from the cell that its peephole sees.
pub(super) fn open(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    sums: &Wire,
    old: Option<&Wire>,
    gate: impl Fn(&mut LowerCx<'_>, usize, &Wire, Option<&Wire>) -> Result<Wire, OpError>,
) -> Result<Gates, OpError> {
    let sums = cx.split(sums, 1, &vec![parts.cells; parts.gates().len()]);
    let sum = |gate: usize| &sums[gate - parts.gates().start];
    let cell = gate(cx, CELL_GATE, sum(CELL_GATE), None)?;
    let forget = match parts.coupled || old.is_some() {
        true => Some(gate(cx, FORGET_GATE, sum(FORGET_GATE), old)?),
        false => None,
    };
    let input = match &forget {
        Some(forget) if parts.coupled => {
            let one = cx.floats(&[], &[1.0]);
            cx.binary("Sub", &one, forget)?
        }
        _ => gate(cx, INPUT_GATE, sum(INPUT_GATE), old)?,
    };
    Ok(Gates {
        cell,
        input,
        forget,
        output_sum: sum(OUTPUT_GATE).clone(),
    })
}
