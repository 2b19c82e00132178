//! Fourier transforms and complex numbers.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
