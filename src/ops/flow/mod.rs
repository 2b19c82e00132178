//! Operators that run subgraphs.

mod composite;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[composite::DEFS];
