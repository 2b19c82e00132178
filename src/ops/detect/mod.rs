//! Boxes.

mod non_max_suppression;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[non_max_suppression::DEFS];
