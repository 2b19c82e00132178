//! Operators that run subgraphs.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
