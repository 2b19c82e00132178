//! SVDF, element by element (`kernels/internal/reference/svdf.h`).

use tract_core::prelude::Tensor;

use crate::passes::stored::Range;

use super::{KernelError, Result, check, elements};

/// The layer.
#[derive(Debug)]
pub struct Svdf<'a> {
    /// Weights of the input, `[filters, inputs]`.
    pub feature: &'a Tensor,
    /// Weights of the steps, `[filters, memory]`.
    pub time: &'a Tensor,
    pub bias: Option<&'a Tensor>,
    /// Filters of a unit.
    pub rank: usize,
    /// What the memory's integers can hold, where it is made of such.
    pub memory: Option<Range>,
    pub function: fn(f32) -> f32,
}

/// A row of results for each row of `x`, and the memory `[batch, filters × steps]`, moved on by one step.
pub fn svdf(x: &Tensor, memory: &Tensor, svdf: &Svdf<'_>) -> Result<(Tensor, Tensor)> {
    let (&[batch, inputs], &[filters, steps]) = (x.shape(), svdf.time.shape()) else {
        return Err(KernelError::invalid(format!("SVDF of {:?}", x.shape())));
    };
    let (data, feature, time) = (
        elements::<f32>(x)?,
        elements::<f32>(svdf.feature)?,
        elements::<f32>(svdf.time)?,
    );
    let memory = elements::<f32>(memory)?;
    let bias = svdf.bias.map(elements::<f32>).transpose()?;
    let units = filters / svdf.rank;
    check!(
        steps > 0
            && feature.len() == filters * inputs
            && memory.len() == batch * filters * steps
            && bias.is_none_or(|bias| bias.len() == units),
        "{filters} filters of rank {} on {:?}",
        svdf.rank,
        x.shape()
    );
    let stored = |sum: f64| match svdf.memory {
        Some(Range { low, high, step }) => ((sum / step).round() * step).clamp(low, high),
        None => sum,
    };
    let mut out = Vec::with_capacity(batch * units);
    let mut left = Vec::with_capacity(memory.len());
    for row in 0..batch {
        let fed = &data[row * inputs..][..inputs];
        for unit in 0..units {
            let mut sum = bias.map_or(0.0, |bias| f64::from(bias[unit]));
            for filter in unit * svdf.rank..(unit + 1) * svdf.rank {
                let weights = &feature[filter * inputs..][..inputs];
                let products = weights.iter().zip(fed);
                let seen = stored(products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum());
                let weights = &time[filter * steps..][..steps];
                let before = &memory[(row * filters + filter) * steps..][1..steps];
                let kept = before.iter().zip(weights);
                let kept: f64 = kept.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                sum += kept + seen * f64::from(weights[steps - 1]);
                left.extend(before.iter().copied().chain([seen as f32]));
            }
            out.push((svdf.function)(sum as f32));
        }
    }
    let left = Tensor::from_shape(&[batch, filters * steps], &left)?;
    Ok((Tensor::from_shape(&[batch, units], &out)?, left))
}
