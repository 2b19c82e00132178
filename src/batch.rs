//! Another batch size: where each tensor holds the examples of a batch, and which constants hold its size.
//!
//! A model made for `b` examples is walked in step with one for another number of them. Each operator says
//! where its results hold the examples, given where its operands do ([`Operator::batch`](crate::op::Operator::batch)),
//! and refuses what would mix them; constants that hold the size are rewritten on the way. What stands at the
//! end is `n` independent runs of the model, stacked, or an error that names the operator.

mod constants;
mod guide;
mod rules;

pub(crate) use guide::{Guide, Stack};

use crate::error::OpError;

/// Where a tensor holds the examples: its axis `axis` is `outer` blocks, each of which has the examples in
/// order, some indices each. In the usual case `axis` is 0, `outer` is 1, and each example has one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The axis.
    pub axis: usize,
    /// Blocks of all examples on it.
    pub outer: usize,
}

impl Span {
    /// The examples one after the other along an axis.
    pub fn new(axis: usize) -> Self {
        Span { axis, outer: 1 }
    }
}

/// What a tensor has to do with the examples of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing: it is the same for every number of them.
    Same,
    /// Each example's own elements.
    Examples(Span),
    /// Their number, among other extents.
    Extents,
}

/// What is to become of a constant operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// It is the shape of result 0, in which −1 may stand for what is left.
    Shape { slot: usize, rest: bool },
    /// Its element is the extent of result 0 along the examples, unless that is known at run time alone.
    Extent { slot: usize, element: usize },
    /// Its element is to be a number that stands for "all".
    All {
        slot: usize,
        element: usize,
        all: i64,
    },
    /// Its elements are repeated for each example.
    Repeat { slot: usize, span: Span },
}

/// Where an operator's results hold the examples.
#[derive(Clone, Debug)]
pub struct Batched {
    pub(crate) results: Vec<Holds>,
    pub(crate) rewrites: Vec<Rewrite>,
}

impl Batched {
    fn new(results: impl IntoIterator<Item = Holds>) -> Self {
        Batched {
            results: results.into_iter().collect(),
            rewrites: Vec::new(),
        }
    }

    /// Result 0 has the examples there.
    pub fn at(span: Span) -> Self {
        Self::new([Holds::Examples(span)])
    }

    /// Results that are as many as the extents among the operands say, and depend on nothing else of them.
    pub fn following() -> Self {
        Self::new([Holds::Extents])
    }

    /// An operand, if it is constant, is the shape of result 0; with `rest`, −1 stands for what is left.
    pub fn shape_in(mut self, slot: usize, rest: bool) -> Self {
        self.rewrites.push(Rewrite::Shape { slot, rest });
        self
    }

    /// An element of a constant operand is the extent of result 0 along the examples.
    pub(crate) fn extent_in(mut self, slot: usize, element: usize) -> Self {
        self.rewrites.push(Rewrite::Extent { slot, element });
        self
    }

    /// An element of a constant operand becomes a number that stands for the whole axis.
    pub(crate) fn all_in(mut self, slot: usize, element: usize, all: i64) -> Self {
        self.rewrites.push(Rewrite::All { slot, element, all });
        self
    }
}

/// What an operator's operands have to do with the examples.
#[derive(Debug)]
pub struct Batch<'a> {
    holds: &'a [Holds],
    /// Which elements of operands that depend on their number differ.
    changed: &'a [Vec<usize>],
    /// Examples that the file's shapes are for.
    size: usize,
}

impl Batch<'_> {
    /// Where an operand has the examples; `None` where it is the same for all.
    ///
    /// # Errors
    /// Where an operand depends on how many there are.
    pub fn examples(&self, slot: usize) -> Result<Option<Span>, OpError> {
        match self.holds.get(slot) {
            Some(Holds::Examples(span)) => Ok(Some(*span)),
            Some(Holds::Extents) => Err(OpError::unsupported_operand(
                slot,
                "it depends on the size of the batch",
            )),
            _ => Ok(None),
        }
    }

    /// Does an operand depend on how many examples there are in this element alone, if at all?
    pub fn differs_only_in(&self, slot: usize, element: usize) -> bool {
        let changed = self.changed.get(slot).map_or(&[][..], Vec::as_slice);
        changed.iter().all(|&other| other == element)
    }

    /// What an operand holds.
    pub fn holds(&self, slot: usize) -> Holds {
        self.holds.get(slot).copied().unwrap_or(Holds::Same)
    }

    /// Where an operand that must have the examples has them; all others but those in `free` must not.
    ///
    /// # Errors
    /// Examples in another operand, or none in this one.
    pub fn only(&self, slot: usize, free: &[usize]) -> Result<Span, OpError> {
        let others = (0..self.holds.len()).filter(|other| *other != slot && !free.contains(other));
        for other in others {
            if self.holds[other] != Holds::Same {
                return Err(mixes(other));
            }
        }
        self.examples(slot)?.ok_or_else(|| {
            let slot = self.holds.iter().position(|holds| *holds != Holds::Same);
            mixes(slot.unwrap_or(0))
        })
    }
}

/// An operand has the examples where the operator does not take them apart.
pub(crate) fn mixes(slot: usize) -> OpError {
    OpError::unsupported_operand(
        slot,
        "it holds the examples of the batch where the operator does not keep them apart",
    )
}
