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
        let cutting =
            |entry: &usize| !bit(self.ellipsis_mask, *entry) && !bit(self.new_axis_mask, *entry);
        let cuts = (0..entries).filter(cutting).count();
        let rest = rank.checked_sub(cuts).ok_or_else(|| {
            OpError::operand(
                1,
                format!("entries for {rank} axes"),
                format!("{cuts} of them"),
            )
        })?;
        let (mut steps, mut axis) = (Vec::new(), 0);
        for entry in 0..entries {
            if bit(self.ellipsis_mask, entry) {
                steps.extend((axis..axis + rest).map(Step::Whole));
                axis += rest;
            } else if bit(self.new_axis_mask, entry) {
                steps.push(Step::New);
            } else {
                let drop = bit(self.shrink_axis_mask, entry);
                steps.push(Step::Cut { axis, entry, drop });
                axis += 1;
            }
        }
        steps.extend((axis..rank).map(Step::Whole));
        Ok(steps)
    }

    /// The cuts in numbers, by the operand's axes; `None` where an entry or an extent is computed.
    pub(super) fn cuts(&self, io: &Operands<'_>) -> Result<Option<Vec<Cut>>, OpError> {
        let (Some(begin), Some(end), Some(strides)) =
            (io.known_ints(1), io.known_ints(2), io.known_ints(3))
        else {
            return Ok(None);
        };
        let mut cuts = Vec::new();
        for step in self.steps(io)? {
            let Step::Cut { axis, entry, drop } = step else {
                continue;
            };
            let Some(n) = io.shape(0)?[axis]
                .fixed()
                .and_then(|n| i64::try_from(n).ok())
            else {
                return Ok(None);
            };
            let stride = strides[entry];
            if stride == 0 {
                return Err(OpError::operand(3, "strides other than 0", 0));
            }
            let (low, high) = if stride > 0 { (0, n) } else { (-1, n - 1) };
            let clamp =
                |index: i64| (if index < 0 { index + n } else { index }).clamp(low, high.max(low));
            let start = match (bit(self.begin_mask, entry), stride > 0) {
                (true, true) => 0,
                (true, false) => n - 1,
                (false, _) => clamp(begin[entry]),
            };
            if drop && (stride < 0 || !(0..n).contains(&start)) {
                let expected = format!("an element of axis {axis} of {}", io.shape(0)?);
                return Err(OpError::operand(1, expected, begin[entry]));
            }
            let stop = match (bit(self.end_mask, entry), stride > 0) {
                _ if drop => start + 1,
                (true, true) => n,
                (true, false) => -1,
                (false, _) if self.offset => clamp(start.saturating_add(end[entry])),
                (false, _) => clamp(end[entry]),
            };
            let extent = (stop - start) as f64 / stride as f64;
            cuts.push(Cut {
                axis,
                start,
                step: if drop { 1 } else { stride },
                extent: extent.ceil().max(0.0) as usize,
            });
        }
        Ok(Some(cuts))
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
