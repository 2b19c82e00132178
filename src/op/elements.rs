//! Where single elements and blocks of computed values come from: as much arithmetic as it takes to see that a list
//! of which rows are replaced keeps its length.
//!
//! TensorFlow's converter lowers the lists in which loops collect their steps to such replacements
//! (`TensorListSetItem`: rows 0 to i, the new row, rows i + 1 to the end), and leaves the lengths open.

use super::Operands;
use crate::ir::{Dim, Graph, ValueId};

/// Operators that are looked through at most.
const MAX_DEPTH: usize = 32;

/// An integer element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Number(i64),
    /// One of a value that is computed, plus a number.
    Computed(ValueId, usize, i64),
}

/// A part of a value along one axis.
#[derive(Clone, Copy, Debug)]
struct Block {
    of: ValueId,
    from: Element,
    /// `None`: the end.
    to: Option<Element>,
}

impl Element {
    fn of(graph: &Graph, mut id: ValueId, mut index: usize) -> Option<Self> {
        let mut plus = 0i64;
        for _ in 0..MAX_DEPTH {
            let value = graph.value(id);
            if let Some(ints) = value.literal().and_then(|literal| literal.ints()) {
                return ints.get(index)?.checked_add(plus).map(Element::Number);
            }
            let computed = Some(Element::Computed(id, index, plus));
            let Some(op) = graph.producer(id) else {
                return computed;
            };
            let io = Operands::new(graph, op);
            let Some((slot, other, more)) = graph.op(op).op.element(&io, index) else {
                return computed;
            };
            (id, index, plus) = (io.operand_id(slot)?, other, plus.checked_add(more)?);
        }
        None
    }

    fn plus(self, more: usize) -> Option<Self> {
        let more = i64::try_from(more).ok()?;
        Some(match self {
            Element::Number(n) => Element::Number(n.checked_add(more)?),
            Element::Computed(id, index, n) => Element::Computed(id, index, n.checked_add(more)?),
        })
    }
}

impl Operands<'_> {
    /// The extent that operands have together along an axis, where they are a value of which rows are replaced: what
    /// precedes those, the new ones, and what follows them. A replacement from a row before the first is none, and has
    /// another extent; no converter writes that.
    pub(crate) fn replaced(&self, axis: usize) -> Option<Dim> {
        let last = self.len().checked_sub(1).filter(|&last| last > 0)?;
        let (before, after) = (self.block(0, axis)?, self.block(last, axis)?);
        let new = (1..last).try_fold(0usize, |sum, slot| {
            sum.checked_add(self.get(slot)?.shape.dims().get(axis)?.fixed()?)
        })?;
        let follows = before.to?.plus(new)? == after.from;
        let whole = before.from == Element::Number(0) && after.to.is_none();
        let extent = self.graph.value(before.of).shape.dims().get(axis).cloned();
        extent.filter(|_| before.of == after.of && follows && whole)
    }

    /// An element of an integer operand, where it is known, be the others computed.
    pub fn known_int(&self, slot: usize, index: usize) -> Option<i64> {
        match Element::of(self.graph, self.operand_id(slot)?, index)? {
            Element::Number(n) => Some(n),
            Element::Computed(..) => None,
        }
    }

    /// Which part of another value an operand is.
    fn block(&self, slot: usize, axis: usize) -> Option<Block> {
        let op = self.graph.producer(self.operand_id(slot)?)?;
        let io = Operands::new(self.graph, op);
        let [begin, size] = self.graph.op(op).op.block()?;
        let of = io.operand_id(0)?;
        let element = |slot| Element::of(self.graph, io.operand_id(slot)?, axis);
        let (from, size) = (element(begin)?, element(size)?);
        let to = match (from, size) {
            (_, Element::Number(-1)) => None,
            (from, Element::Number(size)) => Some(from.plus(usize::try_from(size).ok()?)?),
            (Element::Number(0), size) => Some(size),
            _ => return None,
        };
        Some(Block { of, from, to })
    }
}
