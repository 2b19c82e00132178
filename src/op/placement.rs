//! How an operator stands to the physical order of its operands and results.

use std::fmt::Debug;

use super::Operands;
use crate::ir::{Order, Role};

/// How an operator stands to the physical order of its operands and results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Works in the file's own axis order alone.
    Barrier,
    /// Works in any order, so long as the axes correspond.
    Free(AxisMap),
    /// Works in one order alone.
    Fixed(Order, AxisMap),
}

/// The axes an operator works on (its *space*), and which axis of each operand and result is which of
/// them. Operands and results that are not listed stay in the file's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AxisMap {
    pub(crate) roles: Vec<Role>,
    pub(crate) operands: Vec<(usize, Vec<usize>)>,
    pub(crate) results: Vec<(usize, Vec<usize>)>,
}

impl AxisMap {
    /// A space of `rank` axes that mean nothing in particular.
    pub fn new(rank: usize) -> Self {
        AxisMap {
            roles: vec![Role::Unknown; rank],
            ..Self::default()
        }
    }

    /// Batch, `rank - 2` spatial axes, channel: what TFLite's convolutions and pools work on.
    pub fn channels_last(rank: usize) -> Self {
        let mut roles = vec![Role::Batch];
        roles.extend((0..).map(Role::Space).take(rank.saturating_sub(2)));
        roles.push(Role::Channel);
        AxisMap {
            roles,
            ..Self::default()
        }
    }

    /// Operand 0 and result 0 have the axes of the space, in order.
    pub fn same(rank: usize) -> Self {
        Self::new(rank).operand(0, 0..rank).result(0, 0..rank)
    }

    /// Every operand is broadcast to result 0: axes are aligned at the right.
    pub fn elementwise(io: &Operands<'_>) -> Self {
        let rank = io.result(0).shape.rank();
        let mut map = Self::new(rank).result(0, 0..rank);
        for slot in 0..io.len() {
            if let Some(value) = io.get(slot) {
                let own = value.shape.rank();
                if own <= rank {
                    map = map.operand(slot, rank - own..rank);
                }
            }
        }
        map
    }

    /// Says which axis of the space each axis of an operand is.
    pub fn operand(mut self, slot: usize, axes: impl IntoIterator<Item = usize>) -> Self {
        self.operands.push((slot, axes.into_iter().collect()));
        self
    }

    /// Says which axis of the space each axis of a result is.
    pub fn result(mut self, slot: usize, axes: impl IntoIterator<Item = usize>) -> Self {
        self.results.push((slot, axes.into_iter().collect()));
        self
    }
}
