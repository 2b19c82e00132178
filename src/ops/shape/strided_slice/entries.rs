//! The entries of begin, end and strides as cuts of the operand's axes.

use super::StridedSlice;
use crate::op::{Cut, Dim, OpError, Operands, Shape};

/// What becomes of the axes, in the order of the entries of begin, end and strides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An operand's axis as it is.
    Whole(usize),
    /// A new axis of extent 1.
    New,
    /// An operand's axis, cut by an entry; dropped afterwards, perhaps.
    Cut {
        axis: usize,
        entry: usize,
        drop: bool,
    },
}

pub(super) fn bit(mask: i32, at: usize) -> bool {
    mask >> at & 1 == 1
}

impl StridedSlice {
    pub(super) fn steps(&self, io: &Operands<'_>) -> Result<Vec<Step>, OpError> {
        let rank = io.rank(0)?;
        let entries = io.dims(1)?.first().copied().unwrap_or(0);
        if entries > 31 {
            return Err(OpError::operand(1, "at most 31 entries", entries));
        }
        let added = (0..entries).filter(|&entry| bit(self.new_axis_mask, entry));
        let total = rank + added.count();
        let (mut steps, mut axis) = (Vec::new(), 0);
        for entry in 0..entries {
            if steps.len() == total && self.ellipsis_mask != 0 {
                // An ellipsis takes one axis at least; where none was left for it, the last entry falls off.
                break;
            }
            if bit(self.ellipsis_mask, entry) {
                let rest = (total + entry + 1).saturating_sub(steps.len() + entries);
                steps.extend((axis..axis + rest.max(1)).map(Step::Whole));
                axis += rest.max(1);
            } else if bit(self.new_axis_mask, entry) {
                steps.push(Step::New);
            } else {
                let drop = bit(self.shrink_axis_mask, entry);
                steps.push(match self.is_whole(io, entry) {
                    true if !drop => Step::Whole(axis),
                    _ => Step::Cut { axis, entry, drop },
                });
                axis += 1;
            }
        }
        if axis > rank {
            let expected = format!("entries for {rank} axes");
            return Err(OpError::operand(1, expected, format!("entries for {axis}")));
        }
        steps.extend((axis..rank).map(Step::Whole));
        Ok(steps)
    }

    /// Does an entry take every element of its axis, however many there are?
    fn is_whole(&self, io: &Operands<'_>, entry: usize) -> bool {
        let is = |slot, n| io.known_ints(slot).is_some_and(|ints| ints[entry] == n);
        let from_start = bit(self.begin_mask, entry) || is(1, 0);
        // No axis reaches further than this.
        let to_end = bit(self.end_mask, entry) || is(2, i32::MAX.into());
        is(3, 1) && from_start && to_end && !self.offset
    }

    /// The cuts in numbers, by the operand's axes; `None` where an entry or an extent is computed.
    pub(super) fn cuts(&self, io: &Operands<'_>) -> Result<Option<Vec<Cut>>, OpError> {
        let (Some(begin), Some(end), Some(strides)) =
            (io.known_ints(1), io.known_ints(2), io.known_ints(3))
        else {
            return Ok(None);
        };
        if strides.contains(&0) {
            return Err(OpError::operand(3, "strides other than 0", 0));
        }
        let mut cuts = Vec::new();
        for step in self.steps(io)? {
            let Step::Cut { axis, entry, drop } = step else {
                if self.offset {
                    return Err(OpError::unsupported("option offset with whole or new axes"));
                }
                continue;
            };
            let extent = io.shape(0)?[axis].fixed();
            let Some(n) = extent.and_then(|n| i64::try_from(n).ok()) else {
                return Ok(None);
            };
            let (start, stop) =
                self.bounds(n, entry, drop, begin[entry], end[entry], strides[entry]);
            if drop && (strides[entry] < 0 || !(0..n).contains(&start)) {
                let expected = format!("an element of axis {axis} of {}", io.shape(0)?);
                return Err(OpError::operand(1, expected, begin[entry]));
            }
            let extent = count(stop - start, strides[entry]);
            if self.offset && !drop && extent != count(end[entry], strides[entry]) {
                // LiteRT sizes the result by the offset alone and writes beyond it.
                let expected = format!("an offset that stays within axis {axis}");
                return Err(OpError::operand(2, expected, end[entry]));
            }
            let (start, step) = match extent {
                0 => (0, 1),
                _ if drop => (start, 1),
                _ => (start, strides[entry]),
            };
            cuts.push(Cut {
                axis,
                start,
                step,
                extent,
            });
        }
        Ok(Some(cuts))
    }

    /// First index and the one behind the last, on an axis of `n`.
    fn bounds(
        &self,
        n: i64,
        entry: usize,
        drop: bool,
        begin: i64,
        end: i64,
        stride: i64,
    ) -> (i64, i64) {
        let (low, high) = if stride > 0 { (0, n) } else { (-1, n - 1) };
        let clamp = |index: i64| {
            let index = if index < 0 { index + n } else { index };
            index.clamp(low, high)
        };
        let start = match (bit(self.begin_mask, entry), stride > 0) {
            (true, true) => 0,
            (true, false) => n - 1,
            (false, _) => clamp(begin),
        };
        let stop = match (bit(self.end_mask, entry), stride > 0) {
            _ if drop => start + 1,
            (true, true) => n,
            (true, false) => -1,
            (false, _) if self.offset => clamp(start + end),
            (false, _) => clamp(end),
        };
        (start, stop)
    }

    /// Shape of the operand after the cuts, dropped axes still there.
    pub(super) fn cut_shape(&self, io: &Operands<'_>) -> Result<Shape, OpError> {
        let (steps, cuts) = (self.steps(io)?, self.cuts(io)?);
        let mut dims = io.shape(0)?.dims().to_vec();
        let mut position = 0;
        for step in steps {
            if let Step::Cut { axis, drop, .. } = step {
                let known = cuts.iter().flatten().find(|cut| cut.axis == axis);
                dims[axis] = match known {
                    Some(cut) => Dim::Fixed(cut.extent),
                    None if drop => Dim::Fixed(1),
                    None => io.unknown_dim(0, position),
                };
            }
            position += usize::from(!matches!(step, Step::Cut { drop: true, .. }));
        }
        Ok(dims.into_iter().collect())
    }
}

/// How many steps of `stride` stay short of `distance`.
fn count(distance: i64, stride: i64) -> usize {
    let ahead = distance.signum() == stride.signum();
    let steps = distance.unsigned_abs().div_ceil(stride.unsigned_abs());
    usize::try_from(steps).ok().filter(|_| ahead).unwrap_or(0)
}
