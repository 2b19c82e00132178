//! One direction of the RNN operators: its operands, its lowering, its reference.

use super::function::Function;
use super::lstm_cell::Sequence;
use super::lstm_parts::expect_state;
use super::recurrence::{self, Recurrence, Run, memory};
use super::{product, rounded};
use crate::op::{Cut, DType, Dim, LowerCx, OpError, Operands, Shape, Wire};
#[cfg(feature = "validate")]
use crate::op::{ReferenceCx, Tensor};
use crate::ops::hybrid::{Hybrid, is_hybrid};
#[cfg(feature = "validate")]
use crate::reference::kernels::rnn;

/// Which operands a layer's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slots {
    input: usize,
    /// The first of weights, recurrent weights, bias and state.
    base: usize,
    /// A second input, and its weights.
    aux: Option<(usize, usize)>,
    backward: bool,
}

impl Slots {
    /// Of RNN and UNIDIRECTIONAL_SEQUENCE_RNN.
    pub const ONE: Slots = Slots {
        input: 0,
        base: 1,
        aux: None,
        backward: false,
    };
    /// Of all layers.
    pub const STATES: [usize; 2] = [4, 8];
    const AUX: usize = 9;
    const AUX_WEIGHTS: [usize; 2] = [10, 11];

    /// Of BIDIRECTIONAL_SEQUENCE_RNN. A second input without weights of its own is the backward layer's input; where
    /// the batch comes first the kernel takes the first input for both.
    pub fn of_two(io: &Operands<'_>, backward: bool, time_major: bool) -> Self {
        let given = io.get(Self::AUX).is_some();
        let weighted = io.get(Self::AUX_WEIGHTS[0]).is_some();
        let weights = Self::AUX_WEIGHTS[usize::from(backward)];
        Slots {
            input: match given && !weighted && backward && time_major {
                true => Self::AUX,
                false => 0,
            },
            base: if backward { 5 } else { 1 },
            aux: weighted.then_some((Self::AUX, weights)),
            backward,
        }
    }

    fn weights(self) -> usize {
        self.base
    }
    fn recurrent(self) -> usize {
        self.base + 1
    }
    fn bias(self) -> usize {
        self.base + 2
    }
    fn state(self) -> usize {
        self.base + 3
    }
}

/// The steps of a layer; what inputs and bias add to each is fed.
struct Steps {
    function: Function,
    rounding: Option<Hybrid>,
    recurrent: Wire,
    /// What the run before left.
    start: Option<Wire>,
}

impl Recurrence for Steps {
    fn state(&self) -> Vec<usize> {
        self.recurrent.shape[0].fixed().into_iter().collect()
    }

    fn start(&self, _cx: &mut LowerCx<'_>) -> Result<Option<Vec<Wire>>, OpError> {
        Ok(self.start.clone().map(|start| vec![start]))
    }

    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        fed: &Wire,
        before: Option<&[Wire]>,
    ) -> Result<(Wire, Vec<Wire>), OpError> {
        let mut sum = fed.clone();
        if let Some([output]) = before {
            let output = rounded(cx, self.rounding, output.clone())?;
            let more = product(cx, &output, &self.recurrent, None);
            sum = cx.binary("Add", &sum, &more)?;
        }
        Ok((self.function.lower(cx, &sum)?, Vec::new()))
    }
}

/// What an operator's options say of all its layers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub function: Function,
    /// Is a sequence `[time, batch, …]`, and not `[batch, time, …]`?
    pub time_major: bool,
    /// How numbers are rounded that meet quantised weights.
    pub hybrid: Hybrid,
}

/// One direction of an operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    slots: Slots,
    options: Options,
    /// Of the input: 2 is a single step, 3 a sequence.
    rank: usize,
    /// How often the sequence is run through.
    passes: usize,
    /// What LiteRT does to numbers that meet quantised weights.
    rounding: Option<Hybrid>,
    pub inputs: usize,
    pub aux_inputs: usize,
    pub units: usize,
}

impl Layer {
    pub fn of(
        io: &Operands<'_>,
        slots: Slots,
        options: Options,
        rank: usize,
        passes: usize,
    ) -> Result<Self, OpError> {
        io.expect_rank(slots.weights(), 2..=2)?;
        let weights = io.dims(slots.weights())?;
        let aux_inputs = match slots.aux {
            Some((_, weights)) => {
                io.expect_rank(weights, 2..=2)?;
                io.dims(weights)?[1]
            }
            None => 0,
        };
        Ok(Layer {
            slots,
            options,
            rank,
            passes,
            rounding: is_hybrid(io, slots.input, slots.weights()).then_some(options.hybrid),
            inputs: weights[1],
            aux_inputs,
            units: weights[0],
        })
    }

    fn batch_axis(&self) -> usize {
        match self.rank {
            2 => 0,
            _ => usize::from(self.options.time_major),
        }
    }

    pub fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let (slots, units) = (self.slots, self.units);
        let mut weights = vec![
            (slots.recurrent(), vec![units, units]),
            (slots.bias(), vec![units]),
        ];
        let mut inputs = vec![(slots.input, self.inputs)];
        if let Some((aux, of_aux)) = slots.aux {
            weights.push((of_aux, vec![units, self.aux_inputs]));
            inputs.push((aux, self.aux_inputs));
        }
        for (slot, expected) in weights {
            io.expect_dtype(slot, &[DType::Float32])?;
            if io.dims(slot)? != expected {
                let shape = format!("shape {expected:?}");
                return Err(OpError::operand(slot, shape, io.shape(slot)?));
            }
        }
        let rows = &io.shape(0)?.dims()[..self.rank - 1];
        for (slot, width) in inputs {
            io.expect_rank(slot, self.rank..=self.rank)?;
            io.expect_dtype(slot, &[DType::Float32])?;
            let shape = io.shape(slot)?;
            let fits = shape.dims()[..self.rank - 1] == *rows;
            if !fits || shape[self.rank - 1].fixed() != Some(width) {
                let expected = format!("{width} along the last axis");
                return Err(OpError::operand(slot, expected, shape));
            }
        }
        expect_state(io, slots.state(), &rows[self.batch_axis()], units)
    }

    /// What the run before left, where it is carried.
    fn start(&self, cx: &mut LowerCx<'_>) -> Result<Option<Wire>, OpError> {
        match cx.io().carries() {
            true => memory(cx, self.slots.state(), self.units).map(Some),
            false => Ok(None),
        }
    }

    /// The layer's outputs, in the order of the input's axes, and what is left where that is carried.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<Run, OpError> {
        if self.rank == 3 && self.options.function == Function::Tanh && self.rounding.is_none() {
            return self.lower_node(cx);
        }
        let sums = self.sums(cx)?;
        let single = self.rank == 2;
        if single && !cx.io().carries() {
            // The recurrent weights meet a state of zeros.
            return Ok(Run {
                outputs: self.options.function.lower(cx, &sums)?,
                left: Vec::new(),
            });
        }
        let steps = Steps {
            function: self.options.function,
            rounding: self.rounding,
            recurrent: cx.real(self.slots.recurrent())?,
            start: self.start(cx)?,
        };
        if single {
            let start = steps.start.as_ref().map(std::slice::from_ref);
            let (output, _) = steps.step(cx, &sums, start)?;
            return Ok(Run {
                outputs: output.clone(),
                left: vec![output],
            });
        }
        self.lower_steps(cx, sums, &steps)
    }

    /// What inputs and bias add to every step.
    fn sums(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let (x, w) = self.input(cx, false)?;
        let w = cx.transpose(&w, &[1, 0])?;
        let mut dims = x.shape.dims().to_vec();
        dims[self.rank - 1] = Dim::Fixed(self.units);
        let node = cx.node("MatMul").inputs([&x, &w]);
        let driven = node.out(DType::Float32, Shape::new(dims));
        let bias = cx.real(self.slots.bias())?;
        cx.binary("Add", &driven, &bias)
    }

    /// Input and weights, those of the second input beside them; first and second axis of the input exchanged
    /// where asked.
    fn input(&self, cx: &mut LowerCx<'_>, exchanged: bool) -> Result<(Wire, Wire), OpError> {
        let mut inputs = Vec::new();
        let mut weights = vec![cx.real(self.slots.weights())?];
        let mut slots = vec![self.slots.input];
        if let Some((aux, of_aux)) = self.slots.aux {
            slots.push(aux);
            weights.push(cx.real(of_aux)?);
        }
        for slot in slots {
            let input = match exchanged {
                true => cx.permuted(slot, &[1, 0, 2])?,
                false => cx.real(slot)?,
            };
            inputs.push(rounded(cx, self.rounding, input)?);
        }
        Ok((cx.concat(&inputs, self.rank - 1)?, cx.concat(&weights, 1)?))
    }

    fn lower_node(&self, cx: &mut LowerCx<'_>) -> Result<Run, OpError> {
        let units = self.units;
        let (mut x, w) = self.input(cx, !self.options.time_major)?;
        if self.slots.backward {
            x = cx.reversed(&x, &[0]);
        }
        x = self.repeated(cx, x, 0)?;
        let w = cx.reshape_to(&w, &[1, units, self.inputs + self.aux_inputs])?;
        let r = cx.real(self.slots.recurrent())?;
        let r = cx.reshape_to(&r, &[1, units, units])?;
        let none = cx.floats(&[units], &vec![0.0; units]);
        let b = cx.real(self.slots.bias())?;
        let b = cx.concat(&[b, none], 0)?;
        let b = cx.reshape_to(&b, &[1, 2 * units])?;
        let [time, batch] = [&x.shape[0], &x.shape[1]].map(Dim::clone);
        let hidden = Dim::Fixed(units);
        let shape = Shape::new([time.clone(), Dim::Fixed(1), batch.clone(), hidden.clone()]);
        let mut outs = vec![(DType::Float32, shape)];
        let mut start = self.start(cx)?;
        if let Some(wire) = &mut start {
            let state = Shape::new([Dim::Fixed(1), batch.clone(), hidden.clone()]);
            *wire = cx.reshape(wire, &state)?;
            outs.push((DType::Float32, state));
        }
        // Sequence lengths are left out, and an initial state that is zeros.
        let node = cx.node("RNN").inputs([&x, &w, &r, &b]).maybe(None);
        let node = node.maybe(start.as_ref());
        let mut left = node.attr("hidden_size", units as i64).outs(outs);
        let y = left.remove(0);
        let y = cx.reshape(&y, &Shape::new([time, batch, hidden]))?;
        let mut y = self.last(cx, y, 0, false);
        if self.slots.backward {
            y = cx.reversed(&y, &[0]);
        }
        let outputs = match self.options.time_major {
            true => y,
            false => cx.transpose(&y, &[1, 0, 2])?,
        };
        Ok(Run { outputs, left })
    }

    fn lower_steps(&self, cx: &mut LowerCx<'_>, sums: Wire, steps: &Steps) -> Result<Run, OpError> {
        let sequence = Sequence {
            time_major: self.options.time_major,
            backward: self.slots.backward,
        };
        let axis = sequence.time_axis();
        let sums = self.repeated(cx, sums, axis)?;
        let mut run = recurrence::run(cx, steps, &sums, sequence)?;
        run.outputs = self.last(cx, run.outputs, axis, self.slots.backward);
        Ok(run)
    }

    /// What is fed in all passes, one after the other.
    fn repeated(&self, cx: &mut LowerCx<'_>, x: Wire, axis: usize) -> Result<Wire, OpError> {
        if self.passes == 1 {
            return Ok(x);
        }
        // Operands of one node, each with a shape and a name.
        cx.make_room(self.passes, 4096)?;
        cx.concat(&vec![x; self.passes], axis)
    }

    /// The outputs of the last pass, which backwards is at the beginning.
    fn last(&self, cx: &mut LowerCx<'_>, y: Wire, axis: usize, backward: bool) -> Wire {
        let Some(steps) = y.shape[axis].fixed().filter(|_| self.passes > 1) else {
            return y;
        };
        let extent = steps / self.passes;
        let cut = Cut {
            axis,
            start: if backward { 0 } else { (steps - extent) as i64 },
            step: 1,
            extent,
        };
        cx.slice(&y, &[cut])
    }

    /// The layer's outputs, and what it leaves.
    #[cfg(feature = "validate")]
    pub fn reference(&self, cx: &ReferenceCx<'_>) -> Result<(Tensor, Tensor), OpError> {
        let aux = match self.slots.aux {
            Some((aux, weights)) => Some((cx.tensor(aux)?, cx.tensor(weights)?)),
            None => None,
        };
        let (weights, recurrent) = (
            cx.tensor(self.slots.weights())?,
            cx.tensor(self.slots.recurrent())?,
        );
        let (bias, state) = (
            cx.tensor(self.slots.bias())?,
            cx.tensor(self.slots.state())?,
        );
        let rnn = rnn::Rnn {
            weights: &weights,
            recurrent: &recurrent,
            bias: &bias,
            aux: aux.as_ref().map(|(aux, weights)| (&**aux, &**weights)),
            function: self.options.function.real(),
            time_major: self.options.time_major,
            backward: self.slots.backward,
            passes: self.passes,
            rounding: self.rounding.map(Hybrid::rounding),
        };
        Ok(rnn::layer(&*cx.tensor(self.slots.input)?, &state, &rnn)?)
    }
}
