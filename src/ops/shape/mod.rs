//! Shapes and movement of data.

mod reshape;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[reshape::DEFS];
