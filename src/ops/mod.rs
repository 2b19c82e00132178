//! Every operator, one file each, by family. This file is the index and nothing else.

pub(crate) mod activation;
mod conv;
mod custom;
mod dense;
mod detect;
mod flow;
pub(crate) mod fold;
pub(crate) mod hybrid;
mod image;
mod index;
pub(crate) mod integer;
mod math;
pub(crate) mod movers;
mod norm;
mod pool;
mod quant;
mod random;
mod recurrent;
mod reduce;
mod shape;
mod signal;
mod stablehlo;
pub(crate) mod window;

use crate::op::OpDef;

/// Every builtin row.
pub(crate) fn all() -> impl Iterator<Item = &'static OpDef> {
    [
        conv::DEFS,
        custom::DEFS,
        dense::DEFS,
        detect::DEFS,
        flow::DEFS,
        image::DEFS,
        index::DEFS,
        math::DEFS,
        norm::DEFS,
        pool::DEFS,
        quant::DEFS,
        random::DEFS,
        recurrent::DEFS,
        reduce::DEFS,
        shape::DEFS,
        signal::DEFS,
        stablehlo::DEFS,
    ]
    .into_iter()
    .flatten()
    .flat_map(|rows| rows.iter())
}
