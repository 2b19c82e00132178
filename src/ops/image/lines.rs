//! RESIZE_BILINEAR of INT8 and INT16: LiteRT places pixels in steps of 1/1024, rounded once for all, so that far
//! from the origin the result is another one than the real scale gives.
//!
//! Source: LiteRT kernels/internal/reference/resize_bilinear.h (`ResizeBilinearInteger`); its kernel of UINT8
//! computes with real numbers. ONNX: along each axis Gather of both neighbours, Sub, Mul, Add.

use super::pixels::Grid;
use crate::op::{DType, LowerCx, OpError, Wire};

const UNIT: i64 = 1024;

/// The neighbours of each result pixel along an axis, and how far it is from the first to the second.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    pub lower: Vec<usize>,
    pub upper: Vec<usize>,
    pub part: Vec<f32>,
}

impl Line {
    /// From so many pixels to so many.
    pub fn new(grid: Grid, from: usize, to: usize) -> Self {
        let step = step(grid, from, to);
        let last = from as i64 - 1;
        let mut line = Line::default();
        for at in 0..to as i64 {
            let place = match grid.half_pixel_centers {
                true => at * step + step / 2 - UNIT / 2,
                false => at * step,
            };
            let lower = (place / UNIT).clamp(0, last);
            let upper = ((place + UNIT - 1) / UNIT).clamp(0, last);
            line.lower.push(lower as usize);
            line.upper.push(upper as usize);
            line.part.push((place - lower * UNIT) as f32 / UNIT as f32);
        }
        line
    }
}

/// Steps of 1/1024 from one result pixel to the next.
fn step(grid: Grid, from: usize, to: usize) -> i64 {
    let (over, under) = whole(grid, from, to);
    (UNIT * over + under / 2) / under
}

/// The scale as a fraction.
fn whole(grid: Grid, from: usize, to: usize) -> (i64, i64) {
    match grid.align_corners && to > 1 {
        true => (from as i64 - 1, to as i64 - 1),
        false => (from as i64, to.max(1) as i64),
    }
}

/// Is the scale a whole number of steps, and so the real one?
pub(super) fn is_exact(grid: Grid, from: usize, to: usize) -> bool {
    let (over, under) = whole(grid, from, to);
    UNIT * over % under == 0
}

/// Both axes of stored integers in NCHW order.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    grid: Grid,
    stored: &Wire,
    extents: [(usize, usize); 2],
) -> Result<Wire, OpError> {
    let mut y = stored.clone();
    for (axis, (from, to)) in (2..).zip(extents) {
        if from == to {
            continue;
        }
        let line = Line::new(grid, from, to);
        let (lower, upper) = (cx.extents(&line.lower), cx.extents(&line.upper));
        let mut part = vec![1; 4 - axis];
        part[0] = to;
        let part = cx.floats(&part, &line.part);
        let (lower, upper) = (cx.gather(&y, &lower, axis), cx.gather(&y, &upper, axis));
        let (lower, upper) = (
            cx.cast(&lower, DType::Float32)?,
            cx.cast(&upper, DType::Float32)?,
        );
        let rise = cx.binary("Sub", &upper, &lower)?;
        let rise = cx.binary("Mul", &rise, &part)?;
        y = cx.binary("Add", &lower, &rise)?;
    }
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_rounded_once() {
        let grid = Grid {
            align_corners: false,
            half_pixel_centers: false,
        };
        assert!(is_exact(grid, 4, 8));
        assert!(!is_exact(grid, 3, 7));
        // 3/7 · 1024 = 438.86.
        let line = Line::new(grid, 3, 7);
        assert_eq!(line.lower, [0, 0, 0, 1, 1, 2, 2]);
        assert_eq!(line.upper, [0, 1, 1, 2, 2, 2, 2]);
        assert_eq!(line.part[1], 439.0 / 1024.0);
        assert_eq!(line.part[6], (6.0 * 439.0 - 2048.0) / 1024.0);
    }
}
