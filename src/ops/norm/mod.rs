//! Normalisation along an axis.

mod l2_normalization;
mod local_response_normalization;
mod softmax;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    l2_normalization::DEFS,
    local_response_normalization::DEFS,
    softmax::DEFS,
];
