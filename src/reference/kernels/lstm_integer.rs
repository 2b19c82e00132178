//! LSTMs of LiteRT's integer kernel, element by element (`kernels/lstm_eval.cc`, `LstmStepInteger8x8_16`), on what
//! the integers mean; all that the kernel rounds is counted in steps, halves away from zero.

use tract_core::prelude::Tensor;

use super::lstm::Gate;
use super::sequence::Rows;
use super::{KernelError, Result, check, elements};

/// Scale and zero point of 8-bit integers.
pub type Bytes = (f64, i64);

/// An LSTM of integers.
#[derive(Debug)]
pub struct IntegerLstm<'a> {
    /// Input, forget, cell, output. Without an input gate it is what the forget gate leaves.
    pub gates: [Option<Gate<'a>>; 4],
    /// `[outputs, cells]`
    pub projection: Option<&'a Tensor>,
    pub projection_bias: Option<&'a Tensor>,
    /// What the sums of the gates and the cell count.
    pub gate_steps: [f64; 4],
    pub cell_step: f64,
    /// In steps.
    pub cell_clip: Option<f64>,
    pub projection_clip: Option<f64>,
    /// As what the output is stored before it is projected, and after.
    pub hidden: Bytes,
    pub state: Bytes,
    /// Does the kernel know a tanh for the cell? Else its place is taken by the input gate.
    pub squashes: bool,
    /// Is the input `[time, batch, inputs]`, and not `[batch, time, inputs]`?
    pub time_major: bool,
}

/// The range of 16 bits.
fn short(steps: f64) -> f64 {
    steps.clamp(-32768.0, 32767.0)
}

fn dot(matrix: &[f32], row: usize, vector: &[f64]) -> f64 {
    let row = &matrix[row * vector.len()..][..vector.len()];
    row.iter().zip(vector).map(|(a, b)| f64::from(*a) * b).sum()
}

fn store(real: f64, (scale, zero_point): Bytes) -> i64 {
    let steps = (real / scale).round() as i64;
    steps.saturating_add(zero_point).clamp(-128, 127)
}

fn mean((scale, zero_point): Bytes, stored: i64) -> f64 {
    (stored - zero_point) as f64 * scale
}

/// One step of one sequence.
struct Step<'s> {
    input: &'s [f64],
    /// What the output before means.
    output: &'s [f64],
    /// In steps.
    cell: &'s [f64],
}

impl IntegerLstm<'_> {
    /// What a gate makes of its inputs.
    fn open(&self, which: usize, step: &Step<'_>) -> Result<Option<Vec<f64>>> {
        let Some(gate) = &self.gates[which] else {
            return Ok(None);
        };
        let (weights, recurrent) = (
            elements::<f32>(gate.input)?,
            elements::<f32>(gate.recurrent)?,
        );
        let bias = elements::<f32>(gate.bias)?;
        let (cells, unit) = (step.cell.len(), self.gate_steps[which]);
        check!(
            weights.len() == cells * step.input.len()
                && recurrent.len() == cells * step.output.len()
                && bias.len() == cells,
            "a gate of {cells} cells with weights {:?}",
            gate.input.shape()
        );
        let mut sums = Vec::with_capacity(cells);
        for (row, &bias) in bias.iter().enumerate() {
            let offset = match gate.norm {
                Some(_) => 0.0,
                None => f64::from(bias),
            };
            let driven = (dot(weights, row, step.input) + offset) / unit;
            let more = dot(recurrent, row, step.output) / unit;
            sums.push(short(short(driven.round()) + more.round()));
        }
        if let Some(peephole) = gate.peephole {
            for ((sum, weight), cell) in sums
                .iter_mut()
                .zip(elements::<f32>(peephole)?)
                .zip(step.cell)
            {
                let seen = f64::from(*weight) * cell * self.cell_step / unit;
                *sum = short(*sum + seen.round());
            }
        }
        let mut reals: Vec<f64> = sums.iter().map(|sum| sum / 4096.0).collect();
        if let Some(norm) = gate.norm {
            let count = cells as f64;
            let middle = sums.iter().sum::<f64>() / count;
            let spread = sums.iter().map(|sum| (sum - middle).powi(2)).sum::<f64>() / count;
            let norm = elements::<f32>(norm)?;
            reals = (0..cells)
                .map(|at| {
                    let level = (sums[at] - middle) / spread.max(1e-8).sqrt();
                    let level = level * f64::from(norm[at]) + f64::from(bias[at]);
                    short((level * 4096.0).round()) / 4096.0
                })
                .collect();
        }
        let function = |x: &f64| match which {
            2 => x.tanh(),
            _ => 1.0 / (1.0 + (-x).exp()),
        };
        Ok(Some(reals.iter().map(function).collect()))
    }

    /// Changes the cell; the output as it is stored.
    fn step(&self, input: &[f64], output: &[f64], cell: &mut Vec<f64>) -> Result<Vec<i64>> {
        let missing = || KernelError::invalid("a gate without weights");
        let step = Step {
            input,
            output,
            cell,
        };
        let forget = self.open(1, &step)?.ok_or_else(missing)?;
        let new = self.open(2, &step)?.ok_or_else(missing)?;
        let open = match self.open(0, &step)? {
            Some(open) => open,
            None => forget.iter().map(|x| 1.0 - x).collect(),
        };
        for (at, cell) in cell.iter_mut().enumerate() {
            let admitted = (open[at] * new[at] / self.cell_step).round() as i64 as i16;
            *cell = short(f64::from(admitted) + (forget[at] * *cell).round());
            if let Some(clip) = self.cell_clip {
                *cell = cell.clamp(-clip, clip);
            }
        }
        let shown = self
            .open(
                3,
                &Step {
                    input,
                    output,
                    cell,
                },
            )?
            .ok_or_else(missing)?;
        let hidden = (0..cell.len()).map(|at| {
            let squashed = match self.squashes {
                true => (cell[at] * self.cell_step).tanh(),
                false => open[at],
            };
            store(shown[at] * squashed, self.hidden)
        });
        let hidden: Vec<i64> = hidden.collect();
        match self.projection {
            Some(projection) => self.project(projection, &hidden),
            None => Ok(hidden),
        }
    }

    fn project(&self, projection: &Tensor, hidden: &[i64]) -> Result<Vec<i64>> {
        let hidden: Vec<f64> = hidden.iter().map(|&n| mean(self.hidden, n)).collect();
        let bias = self.projection_bias.map(elements::<f32>).transpose()?;
        let weights = elements::<f32>(projection)?;
        let outputs = weights.len() / hidden.len().max(1);
        let project = |row: usize| {
            let offset = bias.map_or(0.0, |bias| f64::from(bias[row]));
            let stored = store(dot(weights, row, &hidden) + offset, self.state);
            self.projection_clip
                .map_or(stored, |clip| stored.clamp(-clip as i64, clip as i64))
        };
        Ok((0..outputs).map(project).collect())
    }
}

/// What a sequence gives.
#[derive(Debug)]
pub struct Sequence {
    /// `[…, …, outputs]`, in the order of the input's axes.
    pub shape: Vec<usize>,
    /// The outputs of all steps as they are stored.
    pub stored: Vec<i64>,
    /// What the last step leaves of output and cell, as real numbers.
    pub left: [Tensor; 2],
}

/// A sequence from a state of outputs and cells, in real numbers.
pub fn sequence(
    x: &Tensor,
    outputs: usize,
    state: [&Tensor; 2],
    lstm: &IntegerLstm<'_>,
) -> Result<Sequence> {
    let &[first, second, inputs] = x.shape() else {
        return Err(KernelError::invalid(format!(
            "an LSTM over {:?}",
            x.shape()
        )));
    };
    let rows = Rows::new([first, second], lstm.time_major);
    let batch = rows.batch;
    let cells = lstm.gates[3].as_ref().map_or(0, |gate| gate.bias.len());
    let data: Vec<f64> = elements::<f32>(x)?.iter().map(|&x| f64::from(x)).collect();
    let [output_state, cell_state] = [elements::<f32>(state[0])?, elements::<f32>(state[1])?];
    check!(
        output_state.len() == batch * outputs && cell_state.len() == batch * cells,
        "states {:?} and {:?} of a batch of {batch}",
        state[0].shape(),
        state[1].shape()
    );
    let mut out = vec![0; first * second * outputs];
    let mut left: [Vec<f32>; 2] = [Vec::new(), Vec::new()];
    for sequence in 0..batch {
        let output = &output_state[sequence * outputs..][..outputs];
        let mut output: Vec<f64> = output.iter().map(|&x| f64::from(x)).collect();
        let cell = &cell_state[sequence * cells..][..cells];
        let mut cell: Vec<f64> = cell
            .iter()
            .map(|&x| f64::from(x) / lstm.cell_step)
            .collect();
        for at in 0..rows.time {
            let row = rows.at(sequence, at);
            let stored = lstm.step(&data[row * inputs..][..inputs], &output, &mut cell)?;
            check!(
                stored.len() == outputs,
                "{} outputs of {outputs}",
                stored.len()
            );
            output = stored.iter().map(|&n| mean(lstm.state, n)).collect();
            out[row * outputs..][..outputs].copy_from_slice(&stored);
        }
        left[0].extend(output.iter().map(|&x| x as f32));
        left[1].extend(cell.iter().map(|&x| (x * lstm.cell_step) as f32));
    }
    Ok(Sequence {
        shape: vec![first, second, outputs],
        stored: out,
        left: [
            Tensor::from_shape(&[batch, outputs], &left[0])?,
            Tensor::from_shape(&[batch, cells], &left[1])?,
        ],
    })
}
