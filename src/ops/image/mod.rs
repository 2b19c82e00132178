//! Images: resizing, and blocks of pixels.

mod batch_space;
mod batch_space_computed;
mod blocks;
mod depth_space;
mod lines;
mod pixels;
mod regroup;
mod resize;
mod sizes;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[batch_space::DEFS, depth_space::DEFS, resize::DEFS];
