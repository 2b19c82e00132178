//! Random numbers. What comes out is distributed as LiteRT's, and another: no two runs are compared.

mod multinomial;
mod numbers;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[multinomial::DEFS, numbers::DEFS];

/// ONNX's `seed` for the two that TFLite has; none where both are 0, which asks for other numbers every time.
fn seed(seed: i64, seed2: i64) -> Option<f32> {
    let mixed = seed.rotate_left(17) ^ seed2;
    // A whole number that FLOAT holds exactly.
    ((seed, seed2) != (0, 0)).then(|| (mixed.rem_euclid(1 << 24)) as f32)
}
