//! An LSTM step by step, for what ONNX's LSTM does not say or runtimes do not read.

use super::lstm_cell::{Cell, Sequence, Squash, input};
use super::lstm_node::stacked;
use super::lstm_parts::{CELL_GATE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, Parts};
use super::product;
use crate::op::{Dim, LowerCx, OpError, Shape, Wire};

/// The most steps that are written out; some twenty nodes each.
pub(super) const MOST: usize = 256;

/// What keeps a row of equal numbers from being divided by zero (`PortableMeanStddevNormalization`,
/// kernels/internal/reference/portable_tensor_utils.cc).
const EPSILON: f32 = 1e-8;

pub(super) struct Steps<'a> {
    lstm: &'a Cell,
    parts: Parts,
    sequence: Sequence,
    /// Extents.
    batch: Dim,
    time: usize,
    /// What the input adds to every gate at every step, `[…, …, gates × cells]`.
    driven: Wire,
    /// `[gates × cells, outputs]`.
    recurrent: Wire,
    /// `[outputs, cells]`.
    projection: Option<Wire>,
}

/// What a step leaves to the next; nothing before the first one.
struct State {
    output: Wire,
    cell: Wire,
}

impl<'a> Steps<'a> {
    pub fn new(
        cx: &mut LowerCx<'_>,
        lstm: &'a Cell,
        parts: Parts,
        sequence: Sequence,
    ) -> Result<Self, OpError> {
        let slots = parts.slots;
        let x = input(cx, &parts, false)?;
        let [batch, time] = sequence.extents(&x.shape);
        let (batch, time) = (batch.clone(), written_out(time)?);
        let mut w = stack(cx, &parts, |gate| Some(slots.input_weights(gate)))?;
        if slots.aux.is_some() {
            let aux = stack(cx, &parts, |gate| slots.aux_weights(gate))?;
            w = cx.concat(&[w, aux], 1)?;
        }
        let w = cx.transpose(&w, &[1, 0])?;
        let recurrent = stack(cx, &parts, |gate| Some(slots.recurrent_weights(gate)))?;
        let mut dims = x.shape.dims().to_vec();
        dims[2] = w.shape[1].clone();
        let mut driven = cx
            .node("MatMul")
            .inputs([&x, &w])
            .out(x.dtype, Shape::new(dims));
        if !parts.norm {
            let biases = stack(cx, &parts, |gate| Some(slots.bias(gate)))?;
            driven = cx.binary("Add", &driven, &biases)?;
        }
        let projection = match parts.projection {
            true => Some(cx.real(slots.projection())?),
            false => None,
        };
        Ok(Steps {
            lstm,
            parts,
            sequence,
            batch,
            time,
            driven,
            recurrent,
            projection,
        })
    }

    /// All steps; their outputs together.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let axis = self.sequence.time_axis();
        let mut state: Option<State> = None;
        let mut outputs = Vec::new();
        for step in 0..self.time {
            let at = match self.sequence.backward {
                true => self.time - 1 - step,
                false => step,
            };
            let driven = cx.pick(&self.driven, axis, at);
            let next = self.step(cx, driven, state.as_ref())?;
            let mut dims = vec![self.batch.clone(), Dim::Fixed(self.parts.outputs)];
            dims.insert(axis, Dim::Fixed(1));
            outputs.push(cx.reshape(&next.output, &Shape::new(dims))?);
            state = Some(next);
        }
        if self.sequence.backward {
            outputs.reverse();
        }
        cx.concat(&outputs, axis)
    }

    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        driven: Wire,
        before: Option<&State>,
    ) -> Result<State, OpError> {
        let mut sums = driven;
        if let Some(State { output, .. }) = before {
            let more = product(cx, output, &self.recurrent, None);
            sums = cx.binary("Add", &sums, &more)?;
        }
        let gates = cx.split(&sums, 1, &vec![self.parts.cells; self.parts.gates().len()]);
        let sum = |gate: usize| &gates[gate - self.parts.gates().start];
        let old = before.map(|state| &state.cell);
        let new = self.gate(cx, CELL_GATE, sum(CELL_GATE), None)?;
        let forget = match self.parts.coupled || old.is_some() {
            true => Some(self.gate(cx, FORGET_GATE, sum(FORGET_GATE), old)?),
            false => None,
        };
        let input = match &forget {
            Some(forget) if self.parts.coupled => {
                let one = cx.floats(&[], &[1.0]);
                cx.binary("Sub", &one, forget)?
            }
            _ => self.gate(cx, INPUT_GATE, sum(INPUT_GATE), old)?,
        };
        let mut cell = cx.binary("Mul", &new, &input)?;
        if let (Some(forget), Some(old)) = (&forget, old) {
            let kept = cx.binary("Mul", forget, old)?;
            cell = cx.binary("Add", &kept, &cell)?;
        }
        let cell = clip(cx, cell, self.lstm.cell_clip)?;
        let open = self.gate(cx, OUTPUT_GATE, sum(OUTPUT_GATE), Some(&cell))?;
        let squashed = self.squash(cx, &cell)?;
        let output = cx.binary("Mul", &open, &squashed)?;
        let output = self.project(cx, output)?;
        Ok(State { output, cell })
    }

    /// A gate from the sum of its inputs; `cell` is what its peephole sees.
    fn gate(
        &self,
        cx: &mut LowerCx<'_>,
        gate: usize,
        sum: &Wire,
        cell: Option<&Wire>,
    ) -> Result<Wire, OpError> {
        let mut sum = sum.clone();
        let slot = self
            .parts
            .slots
            .peephole(gate)
            .filter(|_| self.parts.peephole);
        if let (Some(slot), Some(cell)) = (slot, cell) {
            let weights = cx.real(slot)?;
            let seen = cx.binary("Mul", cell, &weights)?;
            sum = cx.binary("Add", &sum, &seen)?;
        }
        if self.parts.norm {
            sum = normalized(cx, &sum)?;
            let scale = self.parts.slots.norm(gate);
            let scale = scale.ok_or_else(|| OpError::inconsistent("no coefficients"))?;
            let scale = cx.real(scale)?;
            let offset = cx.real(self.parts.slots.bias(gate))?;
            sum = cx.binary("Mul", &sum, &scale)?;
            sum = cx.binary("Add", &sum, &offset)?;
        }
        match gate {
            CELL_GATE => self.squash(cx, &sum),
            _ => Ok(cx.unary("Sigmoid", &sum)),
        }
    }

    fn squash(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        match self.lstm.squash {
            Squash::Tanh => Ok(cx.unary("Tanh", x)),
            Squash::Relu => Ok(cx.unary("Relu", x)),
            Squash::ReluN1To1 => cx.clip(x, Some(-1.0), Some(1.0)),
            Squash::Relu6 => cx.clip(x, Some(0.0), Some(6.0)),
        }
    }

    fn project(&self, cx: &mut LowerCx<'_>, output: Wire) -> Result<Wire, OpError> {
        let Some(weights) = &self.projection else {
            return Ok(output);
        };
        let bias = cx.real_opt(self.parts.slots.projection_bias())?;
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

/// The operands of all gates that have weights, along the first axis.
pub(super) fn stack(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    slot: impl Fn(usize) -> Option<usize>,
) -> Result<Wire, OpError> {
    let wires = parts.gates().filter_map(slot).map(|slot| cx.real(slot));
    let wires: Vec<Wire> = wires.collect::<Result<_, _>>()?;
    stacked(cx, &wires)
}

/// The number of steps, where they can be written out one by one.
pub(super) fn written_out(time: &Dim) -> Result<usize, OpError> {
    time.fixed().filter(|&time| time <= MOST).ok_or_else(|| {
        OpError::unsupported(format!(
            "more than {MOST} steps, or a number that is known only at run time, of a recurrence that ONNX's operators do not express"
        ))
    })
}

/// Mean 0 and variance 1 along the last axis.
pub(super) fn normalized(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let mean = cx.reduce("ReduceMean", x, &[1], true);
    let centred = cx.binary("Sub", x, &mean)?;
    let squares = cx.binary("Mul", &centred, &centred)?;
    let variance = cx.reduce("ReduceMean", &squares, &[1], true);
    let epsilon = cx.floats(&[], &[EPSILON]);
    let variance = cx.binary("Add", &variance, &epsilon)?;
    let deviation = cx.unary("Sqrt", &variance);
    cx.binary("Div", &centred, &deviation)
}
