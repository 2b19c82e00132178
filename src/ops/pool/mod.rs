//! Pooling.

mod pool_2d;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[pool_2d::DEFS];
