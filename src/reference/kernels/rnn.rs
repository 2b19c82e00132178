//! Plain recurrent layers in floats, element by element (`kernels/internal/kernel_utils.cc`).

use tract_core::prelude::Tensor;

use super::sequence::Rows;
use super::{KernelError, Result, check, elements};

/// A layer.
#[derive(Debug)]
pub struct Rnn<'a> {
    /// `[units, inputs]`
    pub weights: &'a Tensor,
    /// `[units, units]`
    pub recurrent: &'a Tensor,
    pub bias: &'a Tensor,
    /// A second input, and its weights.
    pub aux: Option<(&'a Tensor, &'a Tensor)>,
    pub function: fn(f32) -> f32,
    /// Is the input `[time, batch, inputs]`, and not `[batch, time, inputs]`? One of rank 2 is a single step.
    pub time_major: bool,
    /// Is the last step of the sequence the first one?
    pub backward: bool,
    /// How often the sequence is run through; the outputs are those of the last time.
    pub passes: usize,
    /// What a row of numbers becomes that meets quantised weights.
    pub rounding: Option<fn(&mut [f32])>,
}

impl Rnn<'_> {
    /// The row of the input that a sequence reads at a step of all passes.
    fn reads(&self, rows: Rows, sequence: usize, step: usize) -> usize {
        match self.backward {
            true => rows.back_at(sequence, step % rows.time),
            false => rows.at(sequence, step % rows.time),
        }
    }
}

fn dot(matrix: &[f32], row: usize, vector: &[f32]) -> f32 {
    let row = &matrix[row * vector.len()..][..vector.len()];
    row.iter().zip(vector).map(|(a, b)| a * b).sum()
}

/// The outputs of all steps, from a state, and the state after them, `[batch, units]`.
pub fn layer(x: &Tensor, state: &Tensor, rnn: &Rnn<'_>) -> Result<(Tensor, Tensor)> {
    let (first, second, inputs, outer) = match *x.shape() {
        [batch, inputs] => (1, batch, inputs, vec![batch]),
        [first, second, inputs] => (first, second, inputs, vec![first, second]),
        _ => return Err(KernelError::invalid(format!("an RNN over {:?}", x.shape()))),
    };
    let steps = Rows::new([first, second], rnn.time_major || x.rank() == 2);
    let batch = steps.batch;
    let units = rnn.bias.len();
    let (weights, recurrent) = (
        elements::<f32>(rnn.weights)?,
        elements::<f32>(rnn.recurrent)?,
    );
    let (bias, state) = (elements::<f32>(rnn.bias)?, elements::<f32>(state)?);
    let (aux, aux_weights) = match rnn.aux {
        Some((aux, weights)) => (elements::<f32>(aux)?, elements::<f32>(weights)?),
        None => ([].as_slice(), [].as_slice()),
    };
    let rows = first * second;
    let more = aux.len().checked_div(rows).unwrap_or(0);
    check!(
        weights.len() == units * inputs
            && recurrent.len() == units * units
            && aux_weights.len() == units * more
            && state.len() == batch * units,
        "an RNN of {units} units over {:?} with weights {:?}",
        x.shape(),
        rnn.weights.shape()
    );
    let data = elements::<f32>(x)?;
    let rounded = |row: &[f32]| {
        let mut row = row.to_vec();
        rnn.rounding.iter().for_each(|round| round(&mut row));
        row
    };
    let mut out = vec![0.0_f32; rows * units];
    let mut left = Vec::with_capacity(batch * units);
    for sequence in 0..batch {
        let mut hidden = state[sequence * units..][..units].to_vec();
        for step in 0..steps.time * rnn.passes {
            let row = rnn.reads(steps, sequence, step);
            let (fed, aux) = (&data[row * inputs..][..inputs], &aux[row * more..][..more]);
            let (fed, aux) = (&rounded(fed), &rounded(aux));
            let before = &rounded(&hidden);
            hidden = (0..units)
                .map(|unit| {
                    let driven = dot(weights, unit, fed) + dot(aux_weights, unit, aux);
                    (rnn.function)(bias[unit] + driven + dot(recurrent, unit, before))
                })
                .collect();
            out[row * units..][..units].copy_from_slice(&hidden);
        }
        left.extend(hidden);
    }
    let shape: Vec<usize> = outer.into_iter().chain([units]).collect();
    let left = Tensor::from_shape(&[batch, units], &left)?;
    Ok((Tensor::from_shape(&shape, &out)?, left))
}

/// Outputs beside each other along the last axis.
pub fn beside(outputs: &[Tensor]) -> Result {
    let axis = outputs
        .first()
        .map_or(0, |first| first.rank().saturating_sub(1));
    Ok(Tensor::stack_tensors(axis, outputs)?)
}
