//! Shapes and movement of data.

mod broadcast;
mod concatenation;
mod densify;
mod fill;
mod mirror_pad;
mod pack;
mod pad;
mod range;
mod reshape;
mod reverse;
mod shape_of;
mod slice;
mod split;
mod strided_slice;
mod tile;
mod transpose;
mod unit_axes;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    broadcast::DEFS,
    concatenation::DEFS,
    densify::DEFS,
    fill::DEFS,
    mirror_pad::DEFS,
    pack::DEFS,
    pad::DEFS,
    range::DEFS,
    reshape::DEFS,
    reverse::DEFS,
    shape_of::DEFS,
    slice::DEFS,
    split::DEFS,
    strided_slice::DEFS,
    tile::DEFS,
    transpose::DEFS,
    unit_axes::DEFS,
];
