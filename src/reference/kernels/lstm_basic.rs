//! The basic kernel of LSTM, element by element (`kernels/internal/reference/lstm_cell.h`).

use tract_core::prelude::Tensor;

use super::{KernelError, Result, check, elements};

/// Output, cell, input beside the output before, and the gates' sums, of one step. `state`: the output before and
/// the cell. `weights`: those of all gates (input, cell, forget, output), and their bias. `steps`: how many
/// steps 1 is, of sums and of the cell, where they are made of integers.
pub fn step(
    x: &Tensor,
    state: [&Tensor; 2],
    weights: [&Tensor; 2],
    steps: Option<(f64, f64)>,
) -> Result<[Tensor; 4]> {
    let (&[batch, inputs], &[rows, width]) = (x.shape(), weights[0].shape()) else {
        return Err(KernelError::invalid(format!(
            "an LSTM cell of {:?}",
            x.shape()
        )));
    };
    let [before, cell] = [elements::<f32>(state[0])?, elements::<f32>(state[1])?];
    let [weights, bias] = [elements::<f32>(weights[0])?, elements::<f32>(weights[1])?];
    let (data, cells) = (elements::<f32>(x)?, rows / 4);
    check!(
        width == inputs + cells
            && bias.len() == rows
            && before.len() == batch * cells
            && cell.len() == batch * cells,
        "an LSTM cell of {rows} rows on {:?}",
        x.shape()
    );
    let count = |x: f64, steps: Option<f64>| match steps {
        Some(steps) => (x * steps).round().clamp(-32768.0, 32767.0) / steps,
        None => x,
    };
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let [mut outputs, mut after, mut beside, mut sums] = [const { Vec::new() }; 4];
    for row in 0..batch {
        let fed: Vec<f32> = [
            &data[row * inputs..][..inputs],
            &before[row * cells..][..cells],
        ]
        .concat();
        let gates: Vec<f64> = (0..rows)
            .map(|gate| {
                let products = weights[gate * width..][..width].iter().zip(&fed);
                let sum: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                count(sum + f64::from(bias[gate]), steps.map(|steps| steps.0))
            })
            .collect();
        for at in 0..cells {
            let [open, new, forget, shown] = [0, 1, 2, 3].map(|gate| gates[gate * cells + at]);
            let in_steps = |x: f64| count(x, steps.map(|steps| steps.1));
            let old = f64::from(cell[row * cells + at]);
            let kept = in_steps(logistic(forget) * old);
            let value = in_steps(logistic(open) * new.tanh()) + kept;
            outputs.push((logistic(shown) * value.tanh()) as f32);
            after.push(value as f32);
        }
        beside.extend(fed);
        sums.extend(gates.iter().map(|&gate| gate as f32));
    }
    Ok([
        Tensor::from_shape(&[batch, cells], &outputs)?,
        Tensor::from_shape(&[batch, cells], &after)?,
        Tensor::from_shape(&[batch, width], &beside)?,
        Tensor::from_shape(&[batch, rows], &sums)?,
    ])
}
