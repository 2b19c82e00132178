//! Arithmetic and comparison, element by element.

mod add_n;
mod arithmetic;
mod atan2;
mod binary;
mod bitcast;
mod bucketize;
mod cast;
mod forms;
mod gelu;
mod leaky_relu;
mod prelu;
mod relu;
mod select;
mod unary;
mod zeros_like;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    add_n::DEFS,
    arithmetic::DEFS,
    atan2::DEFS,
    binary::DEFS,
    bitcast::DEFS,
    bucketize::DEFS,
    cast::DEFS,
    gelu::DEFS,
    leaky_relu::DEFS,
    prelu::DEFS,
    relu::DEFS,
    select::DEFS,
    unary::DEFS,
    zeros_like::DEFS,
];
