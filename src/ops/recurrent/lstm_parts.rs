//! The operands that LiteRT's full LSTM kernels share, and what they must be.
//!
//! Source: LiteRT kernels/{lstm_shared.h,bidirectional_sequence_lstm.cc,lstm_eval.cc}. Gates are numbered as their operands follow each other:
//! input, forget, cell, output.

use super::recurrence::memory;
use crate::op::{DType, Dim, LowerCx, OpError, Operands, Wire};

pub(super) const GATES: usize = 4;
pub(super) const INPUT_GATE: usize = 0;
pub(super) const FORGET_GATE: usize = 1;
pub(super) const CELL_GATE: usize = 2;
pub(super) const OUTPUT_GATE: usize = 3;

pub(super) const INPUT: usize = 0;

/// Far above what any network has; constants of this size are made.
const MOST_CELLS: usize = 1 << 20;

/// Which operands an LSTM's are. BIDIRECTIONAL_SEQUENCE_LSTM has two sets of weights, one behind the other, and
/// the states behind both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slots {
    pub input: usize,
    /// A further input of every gate, and its first weights.
    pub aux: Option<(usize, usize)>,
    /// What the operands' numbers grow by: the weights of the backward LSTM come after the forward one's.
    base: usize,
    pub output_state: usize,
    pub cell_state: usize,
    norm: Option<usize>,
}

impl Slots {
    /// Of LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM.
    pub const ONE: Slots = Slots {
        input: INPUT,
        aux: None,
        base: 0,
        output_state: Self::ONE_STATES[0],
        cell_state: Self::ONE_STATES[1],
        norm: Some(20),
    };
    const BACKWARD: usize = 17;
    const AUX: usize = 39;
    const AUX_WEIGHTS: [usize; 2] = [40, 44];
    /// Output and cell state.
    pub const ONE_STATES: [usize; 2] = [18, 19];
    pub const STATES: [[usize; 2]; 2] = [[35, 36], [37, 38]];

    /// Of BIDIRECTIONAL_SEQUENCE_LSTM. A second input without weights of its own is the backward LSTM's input.
    pub fn of_two(io: &Operands<'_>, backward: bool) -> Self {
        let which = usize::from(backward);
        let weights = Self::AUX_WEIGHTS[which];
        let (given, weighted) = (
            io.get(Self::AUX).is_some(),
            io.get(Self::AUX_WEIGHTS[0] + FORGET_GATE).is_some(),
        );
        let [output_state, cell_state] = Self::STATES[which];
        Slots {
            input: match given && !weighted && backward {
                true => Self::AUX,
                false => INPUT,
            },
            aux: weighted.then_some((Self::AUX, weights)),
            base: which * Self::BACKWARD,
            output_state,
            cell_state,
            norm: None,
        }
    }

    /// Weights of the input, of the second input, of the output of the step before; biases; coefficients of
    /// layer normalisation.
    pub fn input_weights(&self, gate: usize) -> usize {
        self.base + 1 + gate
    }
    pub fn aux_weights(&self, gate: usize) -> Option<usize> {
        self.aux.map(|(_, weights)| weights + gate)
    }
    pub fn recurrent_weights(&self, gate: usize) -> usize {
        self.base + 5 + gate
    }
    pub fn bias(&self, gate: usize) -> usize {
        self.base + 12 + gate
    }
    pub fn norm(&self, gate: usize) -> Option<usize> {
        self.norm.map(|norm| norm + gate)
    }

    /// Weights of the cell in a gate ("peephole").
    pub fn peephole(&self, gate: usize) -> Option<usize> {
        let slot = match gate {
            INPUT_GATE => 9,
            FORGET_GATE => 10,
            OUTPUT_GATE => 11,
            _ => return None,
        };
        Some(self.base + slot)
    }

    pub fn projection(&self) -> usize {
        self.base + 16
    }
    pub fn projection_bias(&self) -> usize {
        self.base + 17
    }
}

/// Which optional operands an LSTM has, and its extents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub slots: Slots,
    /// Of the input, and of the second one.
    pub inputs: usize,
    pub aux_inputs: usize,
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
    pub fn of(io: &Operands<'_>, slots: Slots) -> Result<Self, OpError> {
        let given = |slot: usize| io.get(slot).is_some();
        let recurrent = slots.recurrent_weights(OUTPUT_GATE);
        if io.rank(recurrent)? == 1 {
            return Err(OpError::unsupported("diagonal recurrent weights"));
        }
        for slot in [slots.input_weights(OUTPUT_GATE), recurrent] {
            io.expect_rank(slot, 2..=2)?;
        }
        let weights = io.dims(slots.input_weights(OUTPUT_GATE))?;
        let aux_inputs = match slots.aux_weights(OUTPUT_GATE) {
            Some(slot) => {
                io.expect_rank(slot, 2..=2)?;
                io.dims(slot)?[1]
            }
            None => 0,
        };
        let parts = Parts {
            slots,
            inputs: weights[1],
            aux_inputs,
            cells: weights[0],
            outputs: io.dims(recurrent)?[1],
            coupled: !given(slots.input_weights(INPUT_GATE)),
            peephole: slots.peephole(FORGET_GATE).is_some_and(given),
            norm: slots.norm(FORGET_GATE).is_some_and(given),
            projection: given(slots.projection()),
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
            slots,
            inputs,
            aux_inputs,
            cells,
            outputs,
            ..
        } = *self;
        for gate in 0..GATES {
            let present = self.gates().contains(&gate);
            expect(io, slots.input_weights(gate), present, &[cells, inputs])?;
            if let Some(slot) = slots.aux_weights(gate) {
                expect(io, slot, present, &[cells, aux_inputs])?;
            }
            expect(
                io,
                slots.recurrent_weights(gate),
                present,
                &[cells, outputs],
            )?;
            expect(io, slots.bias(gate), present, &[cells])?;
            if let Some(slot) = slots.norm(gate) {
                expect(io, slot, present && self.norm, &[cells])?;
            }
            if let Some(slot) = slots.peephole(gate) {
                expect(io, slot, present && self.peephole, &[cells])?;
            }
        }
        expect(io, slots.projection(), self.projection, &[outputs, cells])?;
        if io.get(slots.projection_bias()).is_some() {
            expect(io, slots.projection_bias(), self.projection, &[outputs])?;
        }
        if !self.projection && outputs != cells {
            return Err(OpError::inconsistent(format!(
                "{outputs} outputs of {cells} cells, without a projection"
            )));
        }
        Ok(())
    }

    /// Refuses inputs and states of other extents than the weights have. `rows`: the extents before the last.
    pub fn check_inputs(&self, io: &Operands<'_>, batch: &Dim) -> Result<(), OpError> {
        let mut inputs = vec![(self.slots.input, self.inputs)];
        inputs.extend(self.slots.aux.map(|(slot, _)| (slot, self.aux_inputs)));
        let rank = io.rank(INPUT)?;
        for (slot, width) in inputs {
            io.expect_rank(slot, rank..=rank)?;
            io.expect_dtype(slot, &[DType::Float32])?;
            let (shape, first) = (io.shape(slot)?, io.shape(INPUT)?);
            let rows = shape.dims()[..rank - 1] == first.dims()[..rank - 1];
            if !rows || shape[rank - 1].fixed() != Some(width) {
                let expected = format!("{width} along the last axis");
                return Err(OpError::operand(slot, expected, shape));
            }
        }
        expect_state(io, self.slots.output_state, batch, self.outputs)?;
        expect_state(io, self.slots.cell_state, batch, self.cells)
    }
}

/// Output and cell as the run before left them, where they are carried.
pub(super) fn start(cx: &mut LowerCx<'_>, parts: &Parts) -> Result<Option<[Wire; 2]>, OpError> {
    if !cx.io().carries() {
        return Ok(None);
    }
    let output = memory(cx, parts.slots.output_state, parts.outputs)?;
    let cell = memory(cx, parts.slots.cell_state, parts.cells)?;
    Ok(Some([output, cell]))
}

/// Refuses a state that neither is carried from run to run nor starts at zero, which of a quantised one is its zero
/// point.
pub(super) fn expect_state(
    io: &Operands<'_>,
    slot: usize,
    batch: &Dim,
    width: usize,
) -> Result<(), OpError> {
    io.expect_dtype(slot, &[DType::Float32])?;
    let count = io.shape(slot)?.count();
    let fits = match batch.fixed() {
        Some(batch) => count == batch.checked_mul(width),
        // A state that is carried has the extents that the file gives it.
        None => !io.carries(),
    };
    if !fits {
        let expected = format!("{batch} × {width} elements");
        return Err(OpError::operand(slot, expected, io.shape(slot)?));
    }
    let value = io.operand(slot)?;
    if io.carries() && value.constant().is_none() {
        return Ok(());
    }
    let zero = value
        .quant
        .as_ref()
        .filter(|_| value.stored == DType::Int8)
        .and_then(|quant| quant.zero_point.first())
        .map_or(0, |&zero| zero as u8);
    let start = value.constant();
    if start.is_some_and(|data| data.iter().all(|&byte| byte == zero)) {
        return Ok(());
    }
    Err(OpError::unsupported_operand(
        slot,
        "a state that does not start at zero",
    ))
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
