//! Between stored and real numbers.

mod dequantize;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[dequantize::DEFS];
