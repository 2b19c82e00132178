//! Arithmetic and comparison, element by element.

mod arithmetic;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[arithmetic::DEFS];
