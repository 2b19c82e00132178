//! Recurrent networks.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
