//! The steps of an integer LSTM, one by one.

use super::lstm_cell::{Sequence, input};
use super::lstm_integer::{GATE_STEP, Integers};
use super::lstm_parts::{CELL_GATE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, Parts};
use super::lstm_steps::{normalized, stack, written_out};
use super::product;
use crate::op::{Dim, LowerCx, OpError, Shape, Wire};

/// The range of the kernel's gates and cell.
const LEAST: f64 = i16::MIN as f64;
const MOST: f64 = i16::MAX as f64;

pub(super) struct IntegerSteps<'a> {
    parts: Parts,
    integers: &'a Integers,
    sequence: Sequence,
    batch: Dim,
    time: usize,
    /// What the input adds to every gate at every step, in the gates' steps.
    driven: Wire,
    /// `[gates × cells, outputs]`.
    recurrent: Wire,
    /// How many of a gate's steps 1 is: `[gates × cells]`.
    per_gate: Wire,
}

struct State {
    /// What it means.
    output: Wire,
    /// In steps.
    cell: Wire,
}

impl<'a> IntegerSteps<'a> {
    pub fn new(
        cx: &mut LowerCx<'_>,
        parts: Parts,
        integers: &'a Integers,
        sequence: Sequence,
    ) -> Result<Self, OpError> {
        let slots = parts.slots;
        let x = input(cx, &parts, false)?;
        let [batch, time] = sequence.extents(&x.shape);
        let (batch, time) = (batch.clone(), written_out(time)?);
        let w = stack(cx, &parts, |gate| Some(slots.input_weights(gate)))?;
        let w = cx.transpose(&w, &[1, 0])?;
        let recurrent = stack(cx, &parts, |gate| Some(slots.recurrent_weights(gate)))?;
        let per_gate = parts.gates().flat_map(|gate| {
            let per_step = 1.0 / integers.gate_steps[gate];
            std::iter::repeat_n(per_step, parts.cells)
        });
        let per_gate: Vec<f32> = per_gate.collect();
        let per_gate = cx.floats(&[per_gate.len()], &per_gate);
        let mut dims = x.shape.dims().to_vec();
        dims[2] = w.shape[1].clone();
        let node = cx.node("MatMul").inputs([&x, &w]);
        let mut driven = node.out(x.dtype, Shape::new(dims));
        if !parts.norm {
            let biases = stack(cx, &parts, |gate| Some(slots.bias(gate)))?;
            driven = cx.binary("Add", &driven, &biases)?;
        }
        let driven = cx.binary("Mul", &driven, &per_gate)?;
        let driven = cx.unary("Round", &driven);
        Ok(IntegerSteps {
            driven: cx.clip(&driven, Some(LEAST), Some(MOST))?,
            parts,
            integers,
            sequence,
            batch,
            time,
            recurrent,
            per_gate,
        })
    }

    /// All steps; their outputs together, as integers.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let axis = self.sequence.time_axis();
        let mut state: Option<State> = None;
        let mut outputs = Vec::new();
        for step in 0..self.time {
            let driven = cx.pick(&self.driven, axis, step);
            let (stored, cell) = self.step(cx, driven, state.as_ref())?;
            let mut dims = vec![self.batch.clone(), Dim::Fixed(self.parts.outputs)];
            dims.insert(axis, Dim::Fixed(1));
            outputs.push(cx.reshape(&stored, &Shape::new(dims))?);
            if step + 1 < self.time {
                let output = cx.real_of(&stored, &self.integers.state)?;
                state = Some(State { output, cell });
            }
        }
        cx.concat(&outputs, axis)
    }

    /// The output as it is stored, and the cell.
    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        driven: Wire,
        before: Option<&State>,
    ) -> Result<(Wire, Wire), OpError> {
        let mut sums = driven;
        if let Some(State { output, .. }) = before {
            let more = product(cx, output, &self.recurrent, None);
            let more = cx.binary("Mul", &more, &self.per_gate)?;
            sums = self.plus(cx, &sums, &more)?;
        }
        let gates = cx.split(&sums, 1, &vec![self.parts.cells; self.parts.gates().len()]);
        let sum = |gate: usize| &gates[gate - self.parts.gates().start];
        let old = before.map(|state| &state.cell);
        let new = self.gate(cx, CELL_GATE, sum(CELL_GATE), None)?;
        let forget = match self.parts.coupled || old.is_some() {
            true => Some(self.gate(cx, FORGET_GATE, sum(FORGET_GATE), old)?),
            false => None,
        };
        let open = match &forget {
            Some(forget) if self.parts.coupled => {
                let one = cx.floats(&[], &[1.0]);
                cx.binary("Sub", &one, forget)?
            }
            _ => self.gate(cx, INPUT_GATE, sum(INPUT_GATE), old)?,
        };
        let mut cell = self.admitted(cx, &open, &new)?;
        if let (Some(forget), Some(old)) = (&forget, old) {
            let kept = cx.binary("Mul", forget, old)?;
            cell = self.plus(cx, &cell, &kept)?;
        }
        if let Some(clip) = self.integers.cell_clip.map(f64::from) {
            cell = cx.clip(&cell, Some(-clip), Some(clip))?;
        }
        let shown = self.gate(cx, OUTPUT_GATE, sum(OUTPUT_GATE), Some(&cell))?;
        let squashed = match self.integers.squashes() {
            true => {
                let real = self.real_cell(cx, &cell)?;
                cx.unary("Tanh", &real)
            }
            false => open,
        };
        let output = cx.binary("Mul", &shown, &squashed)?;
        let output = cx.stored_as(&output, &self.integers.hidden)?;
        Ok((self.project(cx, output)?, cell))
    }

    /// `a` and the steps nearest to `b`, within 16 bits.
    fn plus(&self, cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        let b = cx.unary("Round", b);
        let sum = cx.binary("Add", a, &b)?;
        cx.clip(&sum, Some(LEAST), Some(MOST))
    }

    /// What input and cell gate add to the cell.
    fn admitted(&self, cx: &mut LowerCx<'_>, open: &Wire, new: &Wire) -> Result<Wire, OpError> {
        let product = cx.binary("Mul", open, new)?;
        let per_step = cx.floats(&[], &[1.0 / self.integers.cell_step]);
        let steps = cx.binary("Mul", &product, &per_step)?;
        let steps = cx.unary("Round", &steps);
        if !self.integers.wraps() {
            return Ok(steps);
        }
        // 16 bits are left of the integer: steps − 2¹⁶ · ⌊(steps + 2¹⁵) / 2¹⁶⌋.
        let half = cx.floats(&[], &[32768.0]);
        let whole = cx.floats(&[], &[65536.0]);
        let turns = cx.binary("Add", &steps, &half)?;
        let turns = cx.binary("Div", &turns, &whole)?;
        let turns = cx.unary("Floor", &turns);
        let past = cx.binary("Mul", &turns, &whole)?;
        cx.binary("Sub", &steps, &past)
    }

    fn real_cell(&self, cx: &mut LowerCx<'_>, cell: &Wire) -> Result<Wire, OpError> {
        let step = cx.floats(&[], &[self.integers.cell_step]);
        cx.binary("Mul", cell, &step)
    }

    /// A gate from the sum of its inputs in steps; `cell` is what its peephole sees.
    fn gate(
        &self,
        cx: &mut LowerCx<'_>,
        gate: usize,
        sum: &Wire,
        cell: Option<&Wire>,
    ) -> Result<Wire, OpError> {
        let slots = self.parts.slots;
        let mut sum = sum.clone();
        let peephole = slots.peephole(gate).filter(|_| self.parts.peephole);
        if let (Some(slot), Some(cell)) = (peephole, cell) {
            let weights = cx.real(slot)?;
            let factor = self.integers.cell_step / self.integers.gate_steps[gate];
            let factor = cx.floats(&[], &[factor]);
            let weights = cx.binary("Mul", &weights, &factor)?;
            let seen = cx.binary("Mul", cell, &weights)?;
            sum = self.plus(cx, &sum, &seen)?;
        }
        if let Some(norm) = slots.norm(gate).filter(|_| self.parts.norm) {
            sum = normalized(cx, &sum)?;
            for (op, slot) in [("Mul", norm), ("Add", slots.bias(gate))] {
                let operand = cx.real(slot)?;
                sum = cx.binary(op, &sum, &operand)?;
            }
            let per_step = cx.floats(&[], &[1.0 / GATE_STEP]);
            sum = cx.binary("Mul", &sum, &per_step)?;
            sum = cx.unary("Round", &sum);
            sum = cx.clip(&sum, Some(LEAST), Some(MOST))?;
        }
        let step = cx.floats(&[], &[GATE_STEP]);
        let real = cx.binary("Mul", &sum, &step)?;
        Ok(cx.unary(if gate == CELL_GATE { "Tanh" } else { "Sigmoid" }, &real))
    }

    fn project(&self, cx: &mut LowerCx<'_>, output: Wire) -> Result<Wire, OpError> {
        if !self.parts.projection {
            return Ok(output);
        }
        let slots = self.parts.slots;
        let weights = cx.real(slots.projection())?;
        let hidden = cx.real_of(&output, &self.integers.hidden)?;
        let bias = cx.real_opt(slots.projection_bias())?;
        let mut projected = product(cx, &hidden, &weights, bias.as_ref());
        if let Some(clip) = self.integers.projection_clip {
            let (low, high) = self.clip(cx, clip)?;
            projected = cx.clip(&projected, Some(low), Some(high))?;
        }
        cx.stored_as(&projected, &self.integers.state)
    }

    /// The kernel clips what is stored as INT8, its zero point being part of it.
    fn clip(&self, cx: &LowerCx<'_>, steps: f32) -> Result<(f64, f64), OpError> {
        let state = cx.io().operand(self.parts.slots.output_state)?;
        let quant = state.quant.as_ref();
        let scale = quant.map_or(1.0, |quant| f64::from(quant.scale[0]));
        let zero_point = quant.map_or(0.0, |quant| quant.zero_point[0] as f64);
        let real = |stored: f64| (stored - zero_point) * scale;
        Ok((real(f64::from(-steps)), real(f64::from(steps))))
    }
}
