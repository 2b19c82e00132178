//! LSTMs in floats, element by element (`kernels/lstm_eval.cc`).

use tract_core::prelude::Tensor;

use super::sequence::Rows;
use super::{KernelError, Result, check, elements};

/// The weights of one gate.
#[derive(Debug)]
pub struct Gate<'a> {
    /// `[cells, inputs]`
    pub input: &'a Tensor,
    /// `[cells, inputs of the second kind]`
    pub aux: Option<&'a Tensor>,
    /// `[cells, outputs]`
    pub recurrent: &'a Tensor,
    pub peephole: Option<&'a Tensor>,
    /// Coefficients of layer normalisation, which comes before the bias.
    pub norm: Option<&'a Tensor>,
    pub bias: &'a Tensor,
}

/// An LSTM.
#[derive(Debug)]
pub struct Lstm<'a> {
    /// Without one it is what the forget gate leaves.
    pub input: Option<Gate<'a>>,
    pub forget: Gate<'a>,
    pub cell: Gate<'a>,
    pub output: Gate<'a>,
    /// `[outputs, cells]`
    pub projection: Option<&'a Tensor>,
    pub projection_bias: Option<&'a Tensor>,
    /// The function of the cell gate, and of the cell on its way to the output.
    pub squash: fn(f32) -> f32,
    pub cell_clip: Option<f32>,
    pub projection_clip: Option<f32>,
    /// Is the input `[time, batch, inputs]`, and not `[batch, time, inputs]`?
    pub time_major: bool,
    /// Is the last step of the sequence the first one?
    pub backward: bool,
    /// What a row of numbers becomes that meets quantised weights.
    pub rounding: Option<fn(&mut [f32])>,
}

/// What a step is fed: a row of the input, and one of the second input.
#[derive(Clone, Copy, Debug)]
struct Fed<'a> {
    input: &'a [f32],
    aux: &'a [f32],
}

/// What one gate makes of an input, the output before it and the cell.
fn open(
    gate: &Gate<'_>,
    fed: Fed<'_>,
    output: &[f32],
    cell: &[f32],
    function: impl Fn(f32) -> f32,
) -> Result<Vec<f32>> {
    let (weights, recurrent) = (
        elements::<f32>(gate.input)?,
        elements::<f32>(gate.recurrent)?,
    );
    let aux = gate.aux.map_or(Ok([].as_slice()), elements::<f32>)?;
    let bias = elements::<f32>(gate.bias)?;
    let cells = cell.len();
    check!(
        weights.len() == cells * fed.input.len()
            && aux.len() == cells * fed.aux.len()
            && recurrent.len() == cells * output.len()
            && bias.len() == cells,
        "a gate of {cells} cells with weights {:?} and {:?}",
        gate.input.shape(),
        gate.recurrent.shape()
    );
    let dot = |matrix: &[f32], vector: &[f32], row: usize| -> f32 {
        let row = &matrix[row * vector.len()..][..vector.len()];
        row.iter().zip(vector).map(|(a, b)| a * b).sum()
    };
    let mut sums: Vec<f32> = (0..cells)
        .map(|row| {
            dot(weights, fed.input, row) + dot(aux, fed.aux, row) + dot(recurrent, output, row)
        })
        .collect();
    if let Some(peephole) = gate.peephole {
        let weights = elements::<f32>(peephole)?;
        sums.iter_mut()
            .zip(weights)
            .zip(cell)
            .for_each(|((sum, weight), cell)| *sum += weight * cell);
    }
    if let Some(norm) = gate.norm {
        let mean = sums.iter().sum::<f32>() / cells as f32;
        let variance = sums.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / cells as f32;
        let deviation = (variance + 1e-8).sqrt();
        let coefficients = elements::<f32>(norm)?;
        sums.iter_mut()
            .zip(coefficients)
            .for_each(|(sum, scale)| *sum = (*sum - mean) / deviation * scale);
    }
    Ok(sums
        .iter()
        .zip(bias)
        .map(|(sum, bias)| function(sum + bias))
        .collect())
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// One step of one sequence; changes its output and cell.
fn step(lstm: &Lstm<'_>, fed: Fed<'_>, output: &mut Vec<f32>, cell: &mut [f32]) -> Result<()> {
    let rounded = |row: &[f32]| {
        let mut row = row.to_vec();
        lstm.rounding.iter().for_each(|round| round(&mut row));
        row
    };
    let (input, aux) = (rounded(fed.input), rounded(fed.aux));
    let (input, aux) = (&*input, &*aux);
    let fed = Fed { input, aux };
    let before = &rounded(output);
    let forget = open(&lstm.forget, fed, before, cell, logistic)?;
    let admit = match &lstm.input {
        Some(gate) => open(gate, fed, before, cell, logistic)?,
        None => forget.iter().map(|x| 1.0 - x).collect(),
    };
    let new = open(&lstm.cell, fed, before, cell, lstm.squash)?;
    for (at, cell) in cell.iter_mut().enumerate() {
        *cell = forget[at] * *cell + admit[at] * new[at];
        if let Some(clip) = lstm.cell_clip {
            *cell = cell.clamp(-clip, clip);
        }
    }
    let shown = open(&lstm.output, fed, before, cell, logistic)?;
    let shown: Vec<f32> = shown
        .iter()
        .zip(&*cell)
        .map(|(gate, &cell)| gate * (lstm.squash)(cell))
        .collect();
    let Some(projection) = lstm.projection else {
        *output = shown;
        return Ok(());
    };
    let shown = rounded(&shown);
    let bias = lstm.projection_bias.map(elements::<f32>).transpose()?;
    let rows = elements::<f32>(projection)?.chunks_exact(shown.len());
    *output = rows
        .enumerate()
        .map(|(at, row)| {
            let sum: f32 = row.iter().zip(&shown).map(|(a, b)| a * b).sum();
            let sum = sum + bias.map_or(0.0, |bias| bias[at]);
            lstm.projection_clip
                .map_or(sum, |clip| sum.clamp(-clip, clip))
        })
        .collect();
    Ok(())
}

/// The outputs of all steps, from a state of outputs and cells, and that state after them.
pub fn sequence_lstm(
    x: &Tensor,
    aux: Option<&Tensor>,
    state: [&Tensor; 2],
    lstm: &Lstm<'_>,
) -> Result<(Tensor, [Tensor; 2])> {
    let (&[first, second, inputs], Some(&outputs)) =
        (x.shape(), lstm.output.recurrent.shape().last())
    else {
        return Err(KernelError::invalid(format!(
            "an LSTM over {:?}",
            x.shape()
        )));
    };
    let rows = Rows::new([first, second], lstm.time_major);
    let batch = rows.batch;
    let cells = lstm.output.bias.len();
    let [output_state, cell_state] = [elements::<f32>(state[0])?, elements::<f32>(state[1])?];
    check!(
        inputs > 0
            && cells > 0
            && output_state.len() == batch * outputs
            && cell_state.len() == batch * cells,
        "states {:?} and {:?} of a batch of {batch}",
        state[0].shape(),
        state[1].shape()
    );
    let data = elements::<f32>(x)?;
    let more = aux.map_or(Ok([].as_slice()), elements::<f32>)?;
    let more_inputs = aux.and_then(|aux| aux.shape().last().copied()).unwrap_or(0);
    check!(
        more.len() == first * second * more_inputs,
        "a second input of {} elements beside {:?}",
        more.len(),
        x.shape()
    );
    let mut out = vec![0.0_f32; first * second * outputs];
    let mut left = [Vec::new(), Vec::new()];
    for sequence in 0..batch {
        let mut output = output_state[sequence * outputs..][..outputs].to_vec();
        let mut cell = cell_state[sequence * cells..][..cells].to_vec();
        for at in 0..rows.time {
            let row = match lstm.backward {
                true => rows.back_at(sequence, at),
                false => rows.at(sequence, at),
            };
            let fed = Fed {
                input: &data[row * inputs..][..inputs],
                aux: &more[row * more_inputs..][..more_inputs],
            };
            step(lstm, fed, &mut output, &mut cell)?;
            out[row * outputs..][..outputs].copy_from_slice(&output);
        }
        left[0].extend(output);
        left[1].extend(cell);
    }
    let left = [
        Tensor::from_shape(&[batch, outputs], &left[0])?,
        Tensor::from_shape(&[batch, cells], &left[1])?,
    ];
    Ok((Tensor::from_shape(&[first, second, outputs], &out)?, left))
}
