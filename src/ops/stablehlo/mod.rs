//! The StableHLO operators that LiteRT has kernels for, and those of TFLite's own that came of them.

mod elementwise;
mod gather;
mod pad;
mod reduce_window;
mod reducer;
mod scatter;
mod slices;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    elementwise::DEFS,
    gather::DEFS,
    pad::DEFS,
    reduce_window::DEFS,
    scatter::DEFS,
];
