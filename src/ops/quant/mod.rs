//! Between stored and real numbers.

mod dequantize;
mod quantize;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[dequantize::DEFS, quantize::DEFS];
