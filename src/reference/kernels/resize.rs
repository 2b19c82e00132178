//! RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR of NHWC tensors, with LiteRT's three ways of placing
//! pixels.

use tract_core::prelude::Tensor;

use super::pick::{all, pick, runs};
use super::{KernelError, Result, build, check, elements};

/// Where a result pixel lies among the source pixels: the operators' two flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The corner pixels of both images coincide.
    pub align_corners: bool,
    /// Pixels are squares with a centre, not points.
    pub half_pixel_centers: bool,
}

impl Grid {
    /// Source pixels per result pixel. Aligned corners leave one gap fewer than pixels on either
    /// side; with a single result pixel there is no gap to measure and LiteRT falls back to the
    /// plain ratio.
    fn scale(self, from: usize, to: usize) -> f32 {
        if self.align_corners && to > 1 {
            (from as f32 - 1.0) / (to as f32 - 1.0)
        } else {
            from as f32 / to as f32
        }
    }

    /// The nearest source index (`reference/resize_nearest_neighbor.h`), which offsets by half a
    /// pixel but never back.
    fn nearest(self, at: usize, from: usize, to: usize) -> usize {
        let centre = if self.half_pixel_centers {
            at as f32 + 0.5
        } else {
            at as f32
        };
        let source = centre * self.scale(from, to);
        let index = if self.align_corners {
            source.round()
        } else {
            source.floor()
        };
        (index.max(0.0) as usize).min(from - 1)
    }

    /// The two source indices around a result pixel and the weight of the second
    /// (`reference/resize_bilinear.h`).
    ///
    /// The weight is measured from the lower index after it was kept inside the image, so it is
    /// negative above the first pixel; both indices are 0 there and the weights still add up to
    /// one.
    fn between(self, at: usize, from: usize, to: usize) -> (usize, usize, f32) {
        let scale = self.scale(from, to);
        let source = if self.half_pixel_centers {
            (at as f32 + 0.5) * scale - 0.5
        } else {
            at as f32 * scale
        };
        let lower = source.floor().max(0.0);
        let upper = (source.ceil().max(0.0) as usize).min(from - 1);
        ((lower as usize).min(from - 1), upper, source - lower)
    }
}

impl Grid {
    /// The two source indices around a result pixel and the weight of the second in 1024ths, where all
    /// places are in whole 1024ths (`ComputeInterpolationValuesInteger`).
    fn between_steps(self, at: usize, from: usize, to: usize) -> (usize, usize, i64) {
        let (over, under) = match self.align_corners && to > 1 {
            true => (from as i64 - 1, to as i64 - 1),
            false => (from as i64, to as i64),
        };
        let scale = (1024 * over + under / 2) / under;
        let place = match self.half_pixel_centers {
            true => at as i64 * scale + scale / 2 - 512,
            false => at as i64 * scale,
        };
        let last = from as i64 - 1;
        let lower = (place / 1024).max(0).min(last);
        let upper = ((place + 1023) / 1024).min(last).max(0);
        (lower as usize, upper as usize, place - lower * 1024)
    }
}

/// RESIZE_BILINEAR of INT8 or INT16 codes to height and width `to`, in integers, halves away from zero.
pub fn resize_codes(x: &Tensor, to: [usize; 2], grid: Grid) -> Result {
    let &[n, h, w, c] = image(x, to)?;
    let wide = super::indices(x)?;
    let code = |b: usize, y: usize, x: usize, k: usize| wide[((b * h + y) * w + x) * c + k];
    let mut codes = Vec::with_capacity(n * to[0] * to[1] * c);
    for (b, y) in (0..n).flat_map(|b| (0..to[0]).map(move |y| (b, y))) {
        let (top, bottom, down) = grid.between_steps(y, h, to[0]);
        for at in 0..to[1] {
            let (left, right, across) = grid.between_steps(at, w, to[1]);
            codes.extend((0..c).map(|k| {
                let upper =
                    code(b, top, left, k) * (1024 - across) + code(b, top, right, k) * across;
                let lower =
                    code(b, bottom, left, k) * (1024 - across) + code(b, bottom, right, k) * across;
                let sum = upper * (1024 - down) + lower * down;
                (sum + if sum > 0 { 1 << 19 } else { -(1 << 19) }) / (1 << 20)
            }));
        }
    }
    let codes = Tensor::from_shape(&[n, to[0], to[1], c], &codes).map_err(KernelError::Tract)?;
    let codes = codes
        .cast_to_dt(x.datum_type())
        .map_err(KernelError::Tract)?;
    Ok(codes.into_owned())
}

/// RESIZE_NEAREST_NEIGHBOR to height and width `to`.
pub fn resize_nearest(x: &Tensor, to: [usize; 2], grid: Grid) -> Result {
    let &[n, h, w, c] = image(x, to)?;
    let nearest = |from: usize, to: usize| runs((0..to).map(|at| grid.nearest(at, from, to)));
    pick(
        x,
        &[all(n), nearest(h, to[0]), nearest(w, to[1]), all(c)],
        None,
    )
}

/// RESIZE_BILINEAR to height and width `to`.
pub fn resize_bilinear(x: &Tensor, to: [usize; 2], grid: Grid) -> Result {
    let &[n, h, w, c] = image(x, to)?;
    let data = elements::<f32>(x)?;
    let columns: Vec<_> = (0..to[1]).map(|at| grid.between(at, w, to[1])).collect();
    build(&[n, to[0], to[1], c], |out: &mut [f32]| {
        if out.is_empty() {
            return;
        }
        for (slot, out) in out.chunks_exact_mut(to[1] * c).enumerate() {
            let (batch, y) = (slot / to[0], slot % to[0]);
            let (top, bottom, down) = grid.between(y, h, to[0]);
            let line = |row: usize| &data[(batch * h + row) * w * c..][..w * c];
            let (top, bottom) = (line(top), line(bottom));
            for (&(left, right, across), out) in columns.iter().zip(out.chunks_exact_mut(c)) {
                let weights = [
                    (1.0 - down) * (1.0 - across),
                    down * (1.0 - across),
                    (1.0 - down) * across,
                    down * across,
                ];
                let corners = [
                    &top[left * c..],
                    &bottom[left * c..],
                    &top[right * c..],
                    &bottom[right * c..],
                ];
                for (k, out) in out.iter_mut().enumerate() {
                    *out = (0..4)
                        .map(|corner| corners[corner][k] * weights[corner])
                        .sum();
                }
            }
        }
    })
}

/// The shape of a tensor that can be resized: an NHWC image with pixels, to a size with pixels.
fn image(x: &Tensor, to: [usize; 2]) -> Result<&[usize; 4]> {
    let shape: &[usize; 4] = x
        .shape()
        .try_into()
        .map_err(|_| KernelError::invalid(format!("resizing shape {:?}", x.shape())))?;
    check!(
        shape[1] > 0 && shape[2] > 0 && to[0] > 0 && to[1] > 0,
        "resizing shape {shape:?} to {to:?}"
    );
    Ok(shape)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, ramp};
    use super::*;

    const PLAIN: Grid = Grid {
        align_corners: false,
        half_pixel_centers: false,
    };
    const CORNERS: Grid = Grid {
        align_corners: true,
        half_pixel_centers: false,
    };
    const HALF: Grid = Grid {
        align_corners: false,
        half_pixel_centers: true,
    };

    // The expected rows are LiteRT's, on [0, 1, 2] resized to 5 and 2.
    #[test]
    fn bilinear_rows() {
        let x = ramp(&[1, 1, 3, 1], 1.0);
        let row = |to, grid| resize_bilinear(&x, [1, to], grid).unwrap();
        close(&row(5, PLAIN), &[1, 1, 5, 1], &[0.0, 0.6, 1.2, 1.8, 2.0]);
        close(&row(5, CORNERS), &[1, 1, 5, 1], &[0.0, 0.5, 1.0, 1.5, 2.0]);
        close(&row(5, HALF), &[1, 1, 5, 1], &[0.0, 0.4, 1.0, 1.6, 2.0]);
        close(&row(2, HALF), &[1, 1, 2, 1], &[0.25, 1.75]);
    }

    #[test]
    fn nearest_rows() {
        let x = ramp(&[1, 1, 3, 1], 1.0);
        let row = |to, grid| resize_nearest(&x, [1, to], grid).unwrap();
        close(&row(5, PLAIN), &[1, 1, 5, 1], &[0.0, 0.0, 1.0, 1.0, 2.0]);
        close(&row(5, CORNERS), &[1, 1, 5, 1], &[0.0, 1.0, 1.0, 2.0, 2.0]);
        close(&row(2, HALF), &[1, 1, 2, 1], &[0.0, 2.0]);
        assert!(resize_nearest(&x, [0, 2], HALF).is_err());
    }
}
