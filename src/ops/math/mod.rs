//! Arithmetic and comparison, element by element.

mod arithmetic;
mod binary;
mod forms;
mod gelu;
mod leaky_relu;
mod prelu;
mod relu;
mod unary;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    arithmetic::DEFS,
    binary::DEFS,
    gelu::DEFS,
    leaky_relu::DEFS,
    prelu::DEFS,
    relu::DEFS,
    unary::DEFS,
];
