//! Operators that rescale rows along the last axis: SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION,
//! LOCAL_RESPONSE_NORMALIZATION.

use tract_core::prelude::Tensor;

use super::{Result, build, check, elements};

/// Rewrites each row of the last axis from the input's row.
fn rows(x: &Tensor, rewrite: impl Fn(&[f32], &mut [f32])) -> Result {
    let along = x.shape().last().copied().unwrap_or(1);
    let data = elements::<f32>(x)?;
    build(x.shape(), |out: &mut [f32]| {
        if along > 0 {
            data.chunks_exact(along)
                .zip(out.chunks_exact_mut(along))
                .for_each(|(row, out)| rewrite(row, out));
        }
    })
}

fn greatest(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::MIN, f32::max)
}

/// SOFTMAX over the last axis of `beta · x` (`reference/softmax.h`).
pub fn softmax(x: &Tensor, beta: f32) -> Result {
    rows(x, |row, out| {
        let max = greatest(row);
        out.iter_mut()
            .zip(row)
            .for_each(|(out, x)| *out = ((x - max) * beta).exp());
        let sum: f32 = out.iter().sum();
        out.iter_mut().for_each(|out| *out /= sum);
    })
}

/// LOG_SOFTMAX over the last axis, without the underflow of `log(softmax(x))`
/// (`reference/log_softmax.h`).
pub fn log_softmax(x: &Tensor) -> Result {
    rows(x, |row, out| {
        let max = greatest(row);
        let log_sum = row.iter().map(|x| (x - max).exp()).sum::<f32>().ln();
        out.iter_mut()
            .zip(row)
            .for_each(|(out, x)| *out = x - max - log_sum);
    })
}

/// L2_NORMALIZATION over the last axis. The norm, not its square, is kept from below 1e-6
/// (`reference/l2normalization.h`).
pub fn l2_normalize(x: &Tensor) -> Result {
    rows(x, |row, out| {
        let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        out.iter_mut().zip(row).for_each(|(out, x)| *out = x / norm);
    })
}

/// LOCAL_RESPONSE_NORMALIZATION over the last axis: x / (bias + alpha · Σ x²)^beta, the sum over
/// `radius` neighbours to either side (`optimized/optimized_ops.h`). ONNX's LRN divides alpha by
/// its window's size, so it must be multiplied there.
pub fn local_response_normalization(
    x: &Tensor,
    radius: usize,
    bias: f32,
    alpha: f32,
    beta: f32,
) -> Result {
    check!(x.rank() > 0, "LOCAL_RESPONSE_NORMALIZATION of a scalar");
    rows(x, |row, out| {
        for (at, out) in out.iter_mut().enumerate() {
            let window = &row[at.saturating_sub(radius)
                ..row.len().min(at.saturating_add(radius).saturating_add(1))];
            let squares: f32 = window.iter().map(|x| x * x).sum();
            *out = row[at] * (bias + alpha * squares).powf(-beta);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, f32s, tensor};
    use super::*;

    #[test]
    fn softmax_scales_by_beta() {
        let x = tensor(&[2, 2], &[0.0_f32, 1.0, 1000.0, 1000.0]);
        close(
            &softmax(&x, 2.0).unwrap(),
            &[2, 2],
            &[0.119_202_92, 0.880_797_1, 0.5, 0.5],
        );
    }

    #[test]
    fn log_softmax_does_not_underflow() {
        assert_eq!(
            f32s(&log_softmax(&tensor(&[2], &[0.0_f32, 300.0])).unwrap()),
            [-300.0, 0.0]
        );
    }

    #[test]
    fn small_norms_do_not_blow_up() {
        let x = tensor(&[2, 2], &[3.0_f32, 4.0, 1e-8, 0.0]);
        close(&l2_normalize(&x).unwrap(), &[2, 2], &[0.6, 0.8, 0.01, 0.0]);
    }

    #[test]
    fn responses_are_damped_by_their_neighbours() {
        let x = tensor(&[1, 3], &[1.0_f32, 2.0, 3.0]);
        let want = [1.0 / 6.0_f32, 2.0 / 15.0, 3.0 / 14.0];
        close(
            &local_response_normalization(&x, 1, 1.0, 1.0, 1.0).unwrap(),
            &[1, 3],
            &want,
        );
    }
}
