//! Rules that many operators share.

use super::{Batch, Batched, Holds, Rewrite, Span, mixes};
use crate::error::OpError;
use crate::ir::Shape;
use crate::op::{AxisMap, Operands};

impl Batch<'_> {
    /// The operator treats each index of these axes of its space alone. An operand without examples that has
    /// such an axis has the same for each of them.
    ///
    /// # Errors
    /// Examples along another axis.
    pub fn along(
        &self,
        io: &Operands<'_>,
        map: AxisMap,
        axes: impl IntoIterator<Item = usize>,
    ) -> Result<Batched, OpError> {
        self.lanes(io, &map, &axes.into_iter().collect::<Vec<_>>(), false)
    }

    /// Operand 0 and result 0 have the same axes, of which these are treated index by index.
    ///
    /// # Errors
    /// Examples along another axis.
    pub fn same(
        &self,
        io: &Operands<'_>,
        axes: impl IntoIterator<Item = usize>,
    ) -> Result<Batched, OpError> {
        self.along(io, AxisMap::same(io.result(0).shape.rank()), axes)
    }

    /// The first axis of operand 0 and of result 0 has the examples.
    ///
    /// # Errors
    /// Examples along another axis.
    pub fn first(&self, io: &Operands<'_>) -> Result<Batched, OpError> {
        self.same(io, [0])
    }

    /// Operands are broadcast, and each element of the result is computed alone.
    ///
    /// # Errors
    /// Operands that have the examples along different axes of the result.
    pub fn elementwise(&self, io: &Operands<'_>) -> Result<Batched, OpError> {
        let rank = io.result(0).shape.rank();
        let axes: Vec<usize> = (0..rank).collect();
        self.lanes(io, &AxisMap::elementwise(io), &axes, true)
    }

    /// As [`Batch::along`] where operands are broadcast to each other.
    ///
    /// # Errors
    /// Examples along another axis.
    pub fn broadcast_along(
        &self,
        io: &Operands<'_>,
        map: AxisMap,
        axes: impl IntoIterator<Item = usize>,
    ) -> Result<Batched, OpError> {
        self.lanes(io, &map, &axes.into_iter().collect::<Vec<_>>(), true)
    }

    fn lanes(
        &self,
        io: &Operands<'_>,
        map: &AxisMap,
        axes: &[usize],
        broadcasts: bool,
    ) -> Result<Batched, OpError> {
        let mut found: Option<(usize, Option<usize>, usize)> = None;
        for slot in 0..io.len() {
            let is_listed = listed(&map.operands, slot).is_some();
            let span = match self.holds(slot) {
                Holds::Examples(span) => span,
                Holds::Extents if is_listed => return Err(mixes(slot)),
                _ => continue,
            };
            let axis = listed(&map.operands, slot).and_then(|list| list.get(span.axis).copied());
            let axis = axis
                .filter(|axis| axes.contains(axis))
                .ok_or_else(|| mixes(slot))?;
            let lane = (axis, io.shape(slot)?[span.axis].fixed(), span.outer);
            if *found.get_or_insert(lane) != lane {
                return Err(mixes(slot));
            }
        }
        let Some((axis, extent, outer)) = found else {
            return Err(OpError::unsupported("no operand holds examples"));
        };
        let place = |list: &[usize]| {
            let axis = list.iter().position(|&other| other == axis)?;
            Some(Span { axis, outer })
        };
        let mut results = Vec::new();
        for slot in 0..io.results() {
            let span = listed(&map.results, slot).and_then(place);
            let shape = &io.result(slot).shape;
            let span = span.filter(|span| shape[span.axis].fixed() == extent);
            let span = span.ok_or_else(|| {
                OpError::unsupported("the examples of the batch are not kept apart in its results")
            })?;
            results.push(Holds::Examples(span));
        }
        let mut batched = Batched::new(results);
        for slot in 0..io.len() {
            let span = listed(&map.operands, slot).and_then(place);
            let same = self.holds(slot) == Holds::Same;
            if let (true, Some(span), Some(value)) = (same, span, io.get(slot)) {
                let own = value.shape[span.axis].fixed();
                if !broadcasts || own != Some(1) {
                    batched.rewrites.push(Rewrite::Repeat { slot, span });
                }
            }
        }
        Ok(batched)
    }

    /// Where the examples are when the same elements in the same order get another shape. Of several such
    /// places, the one with the least of each example on the axis.
    pub fn regroup(&self, from: &Shape, to: &Shape, span: Span) -> Option<Span> {
        let mut before = from.dims().get(..span.axis)?.iter();
        let before = before.try_fold(span.outer, |n, dim| n.checked_mul(dim.fixed()?))?;
        let mut candidates = Vec::new();
        let mut prefix = 1usize;
        for (axis, dim) in to.dims().iter().enumerate() {
            let Some(extent) = dim.fixed() else { break };
            // What an example has of this axis, if that is where it ends up.
            let outer = before / prefix;
            let share = outer.checked_mul(self.size)?;
            if before % prefix == 0 && extent > 0 && extent % share == 0 {
                candidates.push((extent / share, outer, axis));
            }
            prefix = prefix.checked_mul(extent).filter(|&n| n > 0)?;
        }
        let best = candidates.into_iter().min();
        best.map(|(_, outer, axis)| Span { axis, outer })
    }

    /// Where a tensor has the examples that this operator regroups from operand 0 to a shape.
    ///
    /// # Errors
    /// A shape in which the examples are no axis, nor blocks of one.
    pub fn regrouped(&self, io: &Operands<'_>, to: &Shape) -> Result<Span, OpError> {
        let slots: Vec<usize> = (1..io.len()).collect();
        let span = self.only(0, &slots)?;
        self.regroup(io.shape(0)?, to, span).ok_or_else(|| mixes(0))
    }
}

fn listed(lists: &[(usize, Vec<usize>)], slot: usize) -> Option<&[usize]> {
    let found = lists.iter().find(|(other, _)| *other == slot);
    found.map(|(_, axes)| axes.as_slice())
}
