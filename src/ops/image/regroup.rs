//! Splitting axes into parts and joining the parts into other axes: what the block operators share.

use crate::op::{Dim, LowerCx, OpError, Shape, Wire};

/// A rearrangement of *parts*, which have a number and an extent each.
pub(super) struct Regroup<'a> {
    /// Extent of each part.
    pub extents: &'a [Dim],
    /// The parts of each axis of the operand, in physical order.
    pub from: &'a [Vec<usize>],
    /// The parts of each axis of the result, in physical order.
    pub to: &'a [Vec<usize>],
}

impl Regroup<'_> {
    /// `Reshape`, `Transpose`, `Reshape` to `shape`. Parts of extent 1 are left out of it all.
    pub fn lower(&self, cx: &mut LowerCx<'_>, x: &Wire, shape: &Shape) -> Result<Wire, OpError> {
        let parts = |axes: &[Vec<usize>]| -> Vec<usize> {
            let parts = axes.iter().flatten().copied();
            parts.filter(|&part| !self.extents[part].is_one()).collect()
        };
        let (from, to) = (parts(self.from), parts(self.to));
        let split = from.iter().map(|&part| self.extents[part].clone());
        let order: Vec<usize> = to
            .iter()
            .filter_map(|part| from.iter().position(|other| other == part))
            .collect();
        let split = cx.reshape(x, &split.collect())?;
        let turned = cx.transpose(&split, &order)?;
        cx.reshape(&turned, shape)
    }
}
