//! Resizing, and exchange of space for channels or batch.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
