//! TRANSPOSE_CONV and CONV_3D_TRANSPOSE, channels last.

use tract_core::prelude::Tensor;

use super::arrange::transpose;
use super::matmul::{multiply, view};
use super::{KernelError, Result, build, check, elements};

/// Where a transposed convolution's contributions land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    pub strides: Vec<usize>,
    /// 1 everywhere for TRANSPOSE_CONV.
    pub dilations: Vec<usize>,
    /// What is cut off before each spatial axis: the padding of the convolution that this one
    /// transposes.
    pub before: Vec<usize>,
    /// The result's spatial shape; contributions outside are dropped.
    pub output: Vec<usize>,
}

/// TRANSPOSE_CONV: input `[N, …, I]`, kernel `[O, …, I]`; each input pixel adds its channels times
/// the kernel to the result (`reference/transpose_conv.h`). CONV_3D_TRANSPOSE's own kernel order is
/// `[…, O, I]`: permute it first.
pub fn transpose_conv(
    x: &Tensor,
    kernel: &Tensor,
    bias: Option<&Tensor>,
    spread: &Spread,
) -> Result {
    let (&[n, ref spatial @ .., inputs], &[outputs, ref taps @ .., depth]) =
        (x.shape(), kernel.shape())
    else {
        return Err(KernelError::invalid(
            "a transposed convolution without channels",
        ));
    };
    let rank = spatial.len();
    spread.check(rank, taps.len())?;
    check!(
        inputs == depth,
        "{inputs} channels under a kernel of {depth}"
    );
    // With the taps outermost, one product of a pixel's channels with the kernel yields its
    // contributions in the order they are added.
    let order: Vec<usize> = (1..=rank).chain([0, rank + 1]).collect();
    let kernel = transpose(kernel, &order)?;
    let (data, weights) = (elements::<f32>(x)?, elements::<f32>(&kernel)?);
    let bias = bias.map(elements::<f32>).transpose()?;
    check!(
        bias.is_none_or(|bias| bias.len() == outputs),
        "a bias that does not match {outputs} outputs"
    );
    let line = spatial[rank - 1];
    let shape = [&[n], &spread.output[..], &[outputs]].concat();
    build(&shape, |out: &mut [f32]| {
        if outputs == 0 || line == 0 || inputs == 0 {
            return;
        }
        if let Some(bias) = bias {
            out.chunks_exact_mut(outputs)
                .for_each(|pixel| pixel.copy_from_slice(bias));
        }
        let scatter = Scatter::new(spread, spatial, taps, outputs);
        let reach = taps.iter().product::<usize>() * outputs;
        // A line of pixels at a time: a product big enough to be fast, small enough not to hold all
        // contributions at once.
        let mut contributions = vec![0.0; line * reach];
        for (row, pixels) in data.chunks_exact(line * inputs).enumerate() {
            let weights = view(weights, [reach, inputs], true);
            multiply(
                view(pixels, [line, inputs], false),
                weights,
                &mut contributions,
            );
            for (column, contributions) in contributions.chunks_exact(reach.max(1)).enumerate() {
                scatter.add(row * line + column, contributions, out);
            }
        }
    })
}

impl Spread {
    /// Whether every list has an entry for each spatial axis.
    fn check(&self, rank: usize, taps: usize) -> Result<()> {
        let lists = [
            taps,
            self.strides.len(),
            self.dilations.len(),
            self.before.len(),
            self.output.len(),
        ];
        check!(
            rank > 0 && lists.iter().all(|len| *len == rank),
            "a transposed window of {lists:?} axes over {rank}"
        );
        Ok(())
    }
}

/// Adds an input pixel's contributions to the result.
struct Scatter<'a> {
    spread: &'a Spread,
    spatial: &'a [usize],
    /// Each tap's coordinates in the kernel.
    taps: Vec<Vec<usize>>,
    outputs: usize,
    /// Pixels of one image of the result.
    pixels: usize,
}

impl<'a> Scatter<'a> {
    fn new(spread: &'a Spread, spatial: &'a [usize], taps: &[usize], outputs: usize) -> Self {
        let pixels = spread.output.iter().product();
        let taps = (0..taps.iter().product())
            .map(|tap| coordinates(tap, taps))
            .collect();
        Self {
            spread,
            spatial,
            taps,
            outputs,
            pixels,
        }
    }

    fn add(&self, pixel: usize, contributions: &[f32], out: &mut [f32]) {
        let position = coordinates(pixel, self.spatial);
        for (tap, contribution) in self
            .taps
            .iter()
            .zip(contributions.chunks_exact(self.outputs))
        {
            if let Some(pixel) = landing(self.spread, &position[1..], &tap[1..]) {
                let at = (position[0] * self.pixels + pixel) * self.outputs;
                let sums = out[at..][..self.outputs].iter_mut();
                sums.zip(contribution).for_each(|(sum, add)| *sum += add);
            }
        }
    }
}

/// The result pixel, as a flat index, that a tap at an input position adds to; none if it lies outside.
fn landing(spread: &Spread, position: &[usize], tap: &[usize]) -> Option<usize> {
    let mut pixel = 0;
    for (axis, &len) in spread.output.iter().enumerate() {
        let at = (position[axis] * spread.strides[axis] + tap[axis] * spread.dilations[axis])
            .checked_sub(spread.before[axis])?;
        if at >= len {
            return None;
        }
        pixel = pixel * len + at;
    }
    Some(pixel)
}

/// A flat index as coordinates in `shape`, led by what exceeds the shape.
fn coordinates(mut flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut coordinates = vec![0; shape.len() + 1];
    for (slot, len) in coordinates[1..].iter_mut().zip(shape).rev() {
        *slot = flat % len;
        flat /= len;
    }
    coordinates[0] = flat;
    coordinates
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, ramp, tensor};
    use super::*;

    fn spread(stride: usize, before: usize, output: [usize; 2]) -> Spread {
        Spread {
            strides: vec![stride; 2],
            dilations: vec![1; 2],
            before: vec![before; 2],
            output: output.into(),
        }
    }

    #[test]
    fn contributions_overlap_and_are_cut() {
        let x = tensor(&[1, 1, 2, 1], &[1.0_f32, 10.0]);
        let kernel = ramp(&[1, 3, 3, 1], 1.0);
        let whole = [
            0.0, 1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 35.0, 40.0, 50.0, 6.0, 7.0, 68.0, 70.0, 80.0,
        ];
        close(
            &transpose_conv(&x, &kernel, None, &spread(2, 0, [3, 5])).unwrap(),
            &[1, 3, 5, 1],
            &whole,
        );
        let bias = tensor(&[1], &[0.5_f32]);
        let cut = [4.5, 35.5, 40.5, 50.5, 7.5, 68.5, 70.5, 80.5];
        close(
            &transpose_conv(&x, &kernel, Some(&bias), &spread(2, 1, [2, 4])).unwrap(),
            &[1, 2, 4, 1],
            &cut,
        );
    }

    #[test]
    fn channels_are_summed() {
        let x = tensor(&[1, 1, 1, 2], &[1.0_f32, 2.0]);
        let kernel = tensor(&[3, 1, 1, 2], &[1.0_f32, 10.0, 2.0, 20.0, 3.0, 30.0]);
        close(
            &transpose_conv(&x, &kernel, None, &spread(1, 0, [1, 1])).unwrap(),
            &[1, 1, 1, 3],
            &[21.0, 42.0, 63.0],
        );
        assert!(
            transpose_conv(&x, &ramp(&[3, 1, 1, 1], 1.0), None, &spread(1, 0, [1, 1])).is_err()
        );
    }
}
