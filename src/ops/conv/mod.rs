//! Convolutions.

mod bias;
mod conv_2d;
mod conv_3d;
mod conv_3d_transpose;
mod depthwise_conv_2d;
mod direct;
mod kernel;
mod transpose_conv;
mod transposed;
mod transposed_lower;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    conv_2d::DEFS,
    conv_3d::DEFS,
    conv_3d_transpose::DEFS,
    depthwise_conv_2d::DEFS,
    transpose_conv::DEFS,
];
