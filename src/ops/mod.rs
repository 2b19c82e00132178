//! Every operator, one file each, by family. This file is the index and nothing else.

pub(crate) mod activation;
mod conv;
mod math;
mod shape;
pub(crate) mod window;

use crate::op::OpDef;

/// Every builtin row.
pub(crate) fn all() -> impl Iterator<Item = &'static OpDef> {
    [conv::DEFS, math::DEFS, shape::DEFS]
        .into_iter()
        .flatten()
        .flat_map(|rows| rows.iter())
}
