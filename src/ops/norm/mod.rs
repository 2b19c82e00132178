//! Normalisation: softmax and its kin.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
