//! Operators that run subgraphs, and variables.

mod branch;
mod composite;
mod repeat;
mod variable;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] =
    &[branch::DEFS, composite::DEFS, repeat::DEFS, variable::DEFS];
