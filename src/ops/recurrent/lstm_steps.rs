//! An LSTM step by step, for what ONNX's LSTM does not say or runtimes do not read. Where weights are quantised, the
//! numbers that meet them are rounded as LiteRT's hybrid kernel does it (`LstmStepHybrid`): the input, the output of the
//! step before, and what is projected, each row on its own.

use super::lstm_cell::{Cell, Sequence};
use super::lstm_gates;
use super::lstm_parts::{self, CELL_GATE, OUTPUT_GATE, Parts};
use super::lstm_weights::{self, Weights, normalized};
use super::recurrence::{self, Recurrence, Run};
use super::{product, rounded};
use crate::op::{LowerCx, OpError, Wire};
use crate::ops::hybrid::Hybrid;

struct Steps<'a> {
    lstm: &'a Cell,
    parts: Parts,
    rounding: Option<Hybrid>,
    weights: Weights,
}

/// All steps.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    lstm: &Cell,
    parts: Parts,
    sequence: Sequence,
) -> Result<Run, OpError> {
    let rounding = lstm.rounding(cx.io(), &parts);
    let driven = lstm_weights::driven(cx, &parts, rounding)?;
    let steps = Steps {
        lstm,
        parts,
        rounding,
        weights: Weights::read(cx, &parts)?,
    };
    recurrence::run(cx, &steps, &driven, sequence)
}

impl Recurrence for Steps<'_> {
    fn state(&self) -> Vec<usize> {
        vec![self.parts.outputs, self.parts.cells]
    }

    fn start(&self, cx: &mut LowerCx<'_>) -> Result<Option<Vec<Wire>>, OpError> {
        Ok(lstm_parts::start(cx, &self.parts)?.map(Vec::from))
    }

    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        fed: &Wire,
        before: Option<&[Wire]>,
    ) -> Result<(Wire, Vec<Wire>), OpError> {
        let mut sums = fed.clone();
        let mut old = None;
        if let Some([output, cell]) = before {
            let output = rounded(cx, self.rounding, output.clone())?;
            let more = product(cx, &output, &self.weights.recurrent, None);
            sums = cx.binary("Add", &sums, &more)?;
            old = Some(cell);
        }
        let gate = |cx: &mut LowerCx<'_>, gate: usize, sum: &Wire, cell: Option<&Wire>| {
            self.gate(cx, gate, sum, cell)
        };
        let gates = lstm_gates::open(cx, &self.parts, &sums, old, gate)?;
        let mut cell = cx.binary("Mul", &gates.cell, &gates.input)?;
        if let (Some(forget), Some(old)) = (&gates.forget, old) {
            let kept = cx.binary("Mul", forget, old)?;
            cell = cx.binary("Add", &kept, &cell)?;
        }
        let cell = clip(cx, cell, self.lstm.cell_clip)?;
        let output_gate = self.gate(cx, OUTPUT_GATE, &gates.output_sum, Some(&cell))?;
        let shown = self.lstm.function.lower(cx, &cell)?;
        let output = cx.binary("Mul", &output_gate, &shown)?;
        Ok((self.project(cx, output)?, vec![cell]))
    }
}

impl Steps<'_> {
    /// A gate from the sum of its inputs; `cell` is what its peephole sees.
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
            sum = cx.binary("Add", &sum, &seen)?;
        }
        if let Some([scale, offset]) = &self.weights.norms[gate] {
            sum = normalized(cx, &sum)?;
            sum = cx.binary("Mul", &sum, scale)?;
            sum = cx.binary("Add", &sum, offset)?;
        }
        match gate {
            CELL_GATE => self.lstm.function.lower(cx, &sum),
            _ => Ok(cx.unary("Sigmoid", &sum)),
        }
    }

    fn project(&self, cx: &mut LowerCx<'_>, output: Wire) -> Result<Wire, OpError> {
        let Some((weights, bias)) = &self.weights.projection else {
            return Ok(output);
        };
        let output = rounded(cx, self.rounding, output)?;
        let output = product(cx, &output, weights, bias.as_ref());
        clip(cx, output, self.lstm.projection_clip)
    }
}

fn clip(cx: &mut LowerCx<'_>, x: Wire, bound: Option<f32>) -> Result<Wire, OpError> {
    match bound.map(f64::from) {
        Some(bound) => cx.clip(&x, Some(-bound), Some(bound)),
        None => Ok(x),
    }
}
