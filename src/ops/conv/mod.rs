//! Convolutions.

mod conv_2d;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[conv_2d::DEFS];
