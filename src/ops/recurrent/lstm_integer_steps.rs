//! The steps of an integer LSTM.

use super::lstm_cell::Sequence;
use super::lstm_gates;
use super::lstm_integer::{GATE_STEP, Integers};
use super::lstm_parts::{self, CELL_GATE, OUTPUT_GATE, Parts};
use super::lstm_weights::{self, Weights, normalized};
use super::product;
use super::recurrence::{self, Recurrence, Run};
use crate::op::{LowerCx, OpError, Shape, Wire};

/// The range of the kernel's gates and cell.
const LEAST: f64 = i16::MIN as f64;
const MOST: f64 = i16::MAX as f64;

struct IntegerSteps<'a> {
    parts: Parts,
    integers: &'a Integers,
    /// Those of the peepholes bring a cell's steps to a gate's.
    weights: Weights,
    /// How many of its steps 1 is: `[gates × cells]`, where gates differ.
    per_gate: Option<Wire>,
}

/// All steps; their outputs are integers, and what is left is real.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    parts: Parts,
    integers: &Integers,
    sequence: Sequence,
) -> Result<Run, OpError> {
    let driven = lstm_weights::driven(cx, &parts, None)?;
    let steps = IntegerSteps::new(cx, parts, integers)?;
    let per_step = match &steps.per_gate {
        Some(per_gate) => per_gate.clone(),
        None => cx.floats(&[], &[1.0 / GATE_STEP]),
    };
    let driven = cx.binary("Mul", &driven, &per_step)?;
    let driven = cx.unary("Round", &driven);
    let driven = cx.clip(&driven, Some(LEAST), Some(MOST))?;
    let mut run = recurrence::run(cx, &steps, &driven, sequence)?;
    let cell = run.left.last_mut().filter(|_| cx.io().carries());
    if let Some(cell) = cell {
        *cell = steps.real(cx, cell, integers.cell_step)?;
    }
    Ok(run)
}

impl Recurrence for IntegerSteps<'_> {
    fn state(&self) -> Vec<usize> {
        vec![self.parts.outputs, self.parts.cells]
    }

    /// The output as it is read, and the cell in steps, which are powers of two.
    fn start(&self, cx: &mut LowerCx<'_>) -> Result<Option<Vec<Wire>>, OpError> {
        let Some([output, cell]) = lstm_parts::start(cx, &self.parts)? else {
            return Ok(None);
        };
        let cell = self.real(cx, &cell, 1.0 / self.integers.cell_step)?;
        Ok(Some(vec![output, cell]))
    }

    /// The output as it is stored, and the cell in steps.
    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        fed: &Wire,
        before: Option<&[Wire]>,
    ) -> Result<(Wire, Vec<Wire>), OpError> {
        let mut sums = fed.clone();
        let mut old = None;
        if let Some([output, cell]) = before {
            let more = self.recurred(cx, output)?;
            sums = self.plus(cx, &sums, &more)?;
            old = Some(cell);
        }
        let (output, cell) = self.cell(cx, sums, old)?;
        let output = cx.stored_as(&output, &self.integers.hidden)?;
        Ok((self.project(cx, output)?, vec![cell]))
    }

    fn carried(&self, cx: &mut LowerCx<'_>, output: &Wire) -> Result<Wire, OpError> {
        cx.real_of(output, &self.integers.state)
    }
}

impl<'a> IntegerSteps<'a> {
    fn new(cx: &mut LowerCx<'_>, parts: Parts, integers: &'a Integers) -> Result<Self, OpError> {
        let mut weights = Weights::read(cx, &parts)?;
        for (gate, weights) in weights.peepholes.iter_mut().enumerate() {
            if let Some(weights) = weights {
                let factor = integers.cell_step / integers.gate_steps[gate];
                let factor = cx.floats(&[], &[factor]);
                *weights = cx.binary("Mul", weights, &factor)?;
            }
        }
        let per_gate = parts.norm.then(|| {
            let per_gate = parts.gates().flat_map(|gate| {
                let per_step = 1.0 / integers.gate_steps[gate];
                std::iter::repeat_n(per_step, parts.cells)
            });
            let per_gate: Vec<f32> = per_gate.collect();
            cx.floats(&[per_gate.len()], &per_gate)
        });
        Ok(IntegerSteps {
            parts,
            integers,
            weights,
            per_gate,
        })
    }

    /// What the output before adds to the gates, in their steps.
    fn recurred(&self, cx: &mut LowerCx<'_>, output: &Wire) -> Result<Wire, OpError> {
        match &self.per_gate {
            Some(per_gate) => {
                let real = product(cx, output, &self.weights.recurrent, None);
                cx.binary("Mul", &real, per_gate)
            }
            // A power of two: it is no other sum.
            None => {
                let shape = Shape::new([
                    output.shape[0].clone(),
                    self.weights.recurrent.shape[0].clone(),
                ]);
                let node = cx.node("Gemm").inputs([output, &self.weights.recurrent]);
                let node = node.attr("alpha", 1.0 / GATE_STEP).attr("transB", 1i64);
                Ok(node.out(output.dtype, shape))
            }
        }
    }

    /// What the cell shows, and the cell.
    fn cell(
        &self,
        cx: &mut LowerCx<'_>,
        mut sums: Wire,
        old: Option<&Wire>,
    ) -> Result<(Wire, Wire), OpError> {
        if self.whole() {
            sums = self.real(cx, &sums, GATE_STEP)?;
        }
        let gate = |cx: &mut LowerCx<'_>, gate: usize, sum: &Wire, cell: Option<&Wire>| {
            self.gate(cx, gate, sum, cell)
        };
        let gates = lstm_gates::open(cx, &self.parts, &sums, old, gate)?;
        let mut cell = self.admitted(cx, &gates.input, &gates.cell)?;
        if let (Some(forget), Some(old)) = (&gates.forget, old) {
            let kept = cx.binary("Mul", forget, old)?;
            cell = self.plus(cx, &cell, &kept)?;
        }
        if let Some(clip) = self.integers.cell_clip.map(f64::from) {
            cell = cx.clip(&cell, Some(-clip), Some(clip))?;
        }
        let output_gate = self.gate(cx, OUTPUT_GATE, &gates.output_sum, Some(&cell))?;
        let shown = match self.integers.squashes() {
            true => {
                let real = self.real(cx, &cell, self.integers.cell_step)?;
                cx.unary("Tanh", &real)
            }
            false => gates.input,
        };
        Ok((cx.binary("Mul", &output_gate, &shown)?, cell))
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

    /// Steps times their size.
    fn real(&self, cx: &mut LowerCx<'_>, steps: &Wire, step: f32) -> Result<Wire, OpError> {
        let step = cx.floats(&[], &[step]);
        cx.binary("Mul", steps, &step)
    }

    /// Do gates see nothing but their sums, so that these are made real together?
    fn whole(&self) -> bool {
        !self.parts.norm && !self.parts.peephole
    }

    /// A gate from the sum of its inputs, in steps unless all are made real together; `cell` is what its peephole
    /// sees.
    fn gate(
        &self,
        cx: &mut LowerCx<'_>,
        gate: usize,
        sum: &Wire,
        cell: Option<&Wire>,
    ) -> Result<Wire, OpError> {
        let mut sum = sum.clone();
        if let (Some(weights), Some(cell)) = (&self.weights.peepholes[gate], cell) {
            let seen = cx.binary("Mul", cell, weights)?;
            sum = self.plus(cx, &sum, &seen)?;
        }
        if let Some([scale, offset]) = &self.weights.norms[gate] {
            sum = normalized(cx, &sum)?;
            sum = cx.binary("Mul", &sum, scale)?;
            sum = cx.binary("Add", &sum, offset)?;
            let per_step = cx.floats(&[], &[1.0 / GATE_STEP]);
            sum = cx.binary("Mul", &sum, &per_step)?;
            sum = cx.unary("Round", &sum);
            sum = cx.clip(&sum, Some(LEAST), Some(MOST))?;
        }
        if !self.whole() {
            sum = self.real(cx, &sum, GATE_STEP)?;
        }
        Ok(cx.unary(if gate == CELL_GATE { "Tanh" } else { "Sigmoid" }, &sum))
    }

    fn project(&self, cx: &mut LowerCx<'_>, output: Wire) -> Result<Wire, OpError> {
        let Some((weights, bias)) = &self.weights.projection else {
            return Ok(output);
        };
        let hidden = cx.real_of(&output, &self.integers.hidden)?;
        let mut projected = product(cx, &hidden, weights, bias.as_ref());
        if let Some(clip) = self.integers.projection_clip {
            let (low, high) = self.clip(cx, clip)?;
            projected = cx.clip(&projected, Some(low), Some(high))?;
        }
        cx.stored_as(&projected, &self.integers.state)
    }

    /// The kernel clips what is stored as INT8, its zero point being part of it.
    fn clip(&self, cx: &LowerCx<'_>, steps: f32) -> Result<(f64, f64), OpError> {
        let state = cx.io().operand(self.parts.slots.output_state)?;
        let (scale, zero_point) = state.parameters().unwrap_or((1.0, 0));
        let real = |stored: f64| (stored - zero_point as f64) * f64::from(scale);
        Ok((real(f64::from(-steps)), real(f64::from(steps))))
    }
}
