//! Reductions along axes.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
