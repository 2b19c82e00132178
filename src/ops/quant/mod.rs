//! Between stored and real numbers.

mod dequantize;
mod fake_quant;
mod quantize;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[dequantize::DEFS, fake_quant::DEFS, quantize::DEFS];
