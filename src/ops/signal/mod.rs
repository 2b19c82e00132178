//! Spectra and complex numbers.

mod complex;
mod rfft2d;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[complex::DEFS, rfft2d::DEFS];
