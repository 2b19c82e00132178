//! The operands that LiteRT's full LSTM kernels share, and what they must be.
//!
//! Source: LiteRT kernels/{lstm_shared.h,lstm_eval.cc}. Gates are numbered as their operands follow each other:
//! input, forget, cell, output.

use crate::op::{DType, OpError, Operands};

pub(super) const GATES: usize = 4;
pub(super) const INPUT_GATE: usize = 0;
pub(super) const FORGET_GATE: usize = 1;
pub(super) const CELL_GATE: usize = 2;
pub(super) const OUTPUT_GATE: usize = 3;

pub(super) const INPUT: usize = 0;
pub(super) const PROJECTION: usize = 16;
pub(super) const PROJECTION_BIAS: usize = 17;
pub(super) const OUTPUT_STATE: usize = 18;
pub(super) const CELL_STATE: usize = 19;

/// Far above what any network has; constants of this size are made.
const MOST_CELLS: usize = 1 << 20;

/// Weights of the input, of the output of the step before; biases; coefficients of layer normalisation.
pub(super) fn input_weights(gate: usize) -> usize {
    1 + gate
}
pub(super) fn recurrent_weights(gate: usize) -> usize {
    5 + gate
}
pub(super) fn bias(gate: usize) -> usize {
    12 + gate
}
pub(super) fn norm(gate: usize) -> usize {
    20 + gate
}

/// Weights of the cell in a gate ("peephole").
pub(super) fn peephole(gate: usize) -> Option<usize> {
    match gate {
        INPUT_GATE => Some(9),
        FORGET_GATE => Some(10),
        OUTPUT_GATE => Some(11),
        _ => None,
    }
}

/// Which optional operands an LSTM has, and its extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub inputs: usize,
    pub cells: usize,
    pub outputs: usize,
    /// The input gate is what the forget gate leaves.
    pub coupled: bool,
    pub peephole: bool,
    pub norm: bool,
    pub projection: bool,
}

impl Parts {
    /// What the operands say; refuses those that contradict each other.
    pub fn of(io: &Operands<'_>) -> Result<Self, OpError> {
        let given = |slot: usize| io.get(slot).is_some();
        if io.rank(recurrent_weights(OUTPUT_GATE))? == 1 {
            return Err(OpError::unsupported("diagonal recurrent weights"));
        }
        for slot in [input_weights(OUTPUT_GATE), recurrent_weights(OUTPUT_GATE)] {
            io.expect_rank(slot, 2..=2)?;
        }
        let weights = io.dims(input_weights(OUTPUT_GATE))?;
        let parts = Parts {
            inputs: weights[1],
            cells: weights[0],
            outputs: io.dims(recurrent_weights(OUTPUT_GATE))?[1],
            coupled: !given(input_weights(INPUT_GATE)),
            peephole: given(10),
            norm: given(norm(FORGET_GATE)),
            projection: given(PROJECTION),
        };
        parts.check(io)?;
        if parts.cells > MOST_CELLS {
            return Err(OpError::unsupported(format!("{} cells", parts.cells)));
        }
        Ok(parts)
    }

    /// The gates that have weights.
    pub fn gates(&self) -> std::ops::Range<usize> {
        usize::from(self.coupled)..GATES
    }

    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let Parts {
            inputs,
            cells,
            outputs,
            ..
        } = *self;
        for gate in 0..GATES {
            let present = self.gates().contains(&gate);
            expect(io, input_weights(gate), present, &[cells, inputs])?;
            expect(io, recurrent_weights(gate), present, &[cells, outputs])?;
            expect(io, bias(gate), present, &[cells])?;
            expect(io, norm(gate), present && self.norm, &[cells])?;
            if let Some(slot) = peephole(gate) {
                expect(io, slot, present && self.peephole, &[cells])?;
            }
        }
        expect(io, PROJECTION, self.projection, &[outputs, cells])?;
        if io.get(PROJECTION_BIAS).is_some() {
            expect(io, PROJECTION_BIAS, self.projection, &[outputs])?;
        }
        if !self.projection && outputs != cells {
            return Err(OpError::inconsistent(format!(
                "{outputs} outputs of {cells} cells, without a projection"
            )));
        }
        Ok(())
    }
}

/// Refuses an operand of another shape, or one that must not be, or one that is missing.
fn expect(io: &Operands<'_>, slot: usize, present: bool, dims: &[usize]) -> Result<(), OpError> {
    match (io.get(slot), present) {
        (None, false) => return Ok(()),
        (Some(_), false) => return Err(OpError::operand(slot, "none", "a tensor")),
        (_, true) => {}
    }
    io.expect_dtype(slot, &[DType::Float32])?;
    let shape = io.shape(slot)?;
    if shape.fixed().as_deref() == Some(dims) {
        return Ok(());
    }
    Err(OpError::operand(slot, format!("shape {dims:?}"), shape))
}
