//! Reductions along axes.

mod cumsum;
mod extreme;
mod forms;
mod reducers;
mod segment;
mod sums;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[cumsum::DEFS, extreme::DEFS, reducers::DEFS, segment::DEFS];
