//! Execution for validation, worked out from the masks on its own.

use super::StridedSlice;
use crate::op::{OpError, ReferenceCx};
use crate::reference::kernels::arrange;
use crate::reference::kernels::slice::{Stride, strided_slice};

/// One place of the index expression, such as `1:`, `::-1`, `3`, `None` or what an ellipsis stands for.
enum Place {
    Range(Stride),
    Element(Stride),
    NewAxis,
}

pub(super) fn run(op: &StridedSlice, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
    let x = cx.tensor(0)?;
    let places = expression(op, x.shape(), [&cx.ints(1)?, &cx.ints(2)?, &cx.ints(3)?]);
    let (mut strides, mut elements, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let mut rank = 0;
    for place in &places {
        match place {
            Place::NewAxis => added.push(rank),
            Place::Element(stride) => {
                elements.push(strides.len());
                strides.push(*stride);
            }
            Place::Range(stride) => strides.push(*stride),
        }
        rank += usize::from(!matches!(place, Place::Element(_)));
    }
    let y = strided_slice(&x, &strides, &elements)?;
    let mut shape = y.shape().to_vec();
    added.into_iter().for_each(|axis| shape.insert(axis, 1));
    cx.finish(0, arrange::reshape(&y, &shape)?)
}

/// The index expression, an ellipsis written out, every axis of the operand spoken of.
fn expression(op: &StridedSlice, shape: &[usize], [begin, end, stride]: [&[i64]; 3]) -> Vec<Place> {
    let set = |mask: i32, entry: usize| mask & (1 << entry) != 0;
    let new_axes = (0..begin.len())
        .filter(|&entry| set(op.new_axis_mask, entry))
        .count();
    let spoken_of = begin.len() - new_axes - usize::from(op.ellipsis_mask != 0);
    // LiteRT's ellipsis stands for one axis at least, at the cost of the last entry.
    let missing = shape.len().saturating_sub(spoken_of).max(1);
    let mut lengths = shape.iter().copied();
    let mut places = Vec::new();
    for entry in 0..begin.len() {
        if set(op.ellipsis_mask, entry) {
            let whole = lengths.by_ref().take(missing);
            places.extend(whole.map(|len| Place::Range(Stride::whole(len))));
        } else if set(op.new_axis_mask, entry) {
            places.push(Place::NewAxis);
        } else if let Some(len) = lengths.next() {
            let range = Range {
                begin: (!set(op.begin_mask, entry)).then_some(begin[entry]),
                end: (!set(op.end_mask, entry)).then_some(end[entry]),
                from_begin: op.offset,
                stride: stride[entry],
            };
            places.push(match set(op.shrink_axis_mask, entry) {
                true => Place::Element(range.first(len as i64)),
                false => Place::Range(range.over(len as i64)),
            });
        }
    }
    places.extend(lengths.map(|len| Place::Range(Stride::whole(len))));
    places
}

/// `begin:end:stride` as written.
struct Range {
    begin: Option<i64>,
    end: Option<i64>,
    from_begin: bool,
    stride: i64,
}

impl Range {
    /// Python's `slice.indices`.
    fn over(&self, len: i64) -> Stride {
        let falls = self.stride < 0;
        let (lowest, highest) = if falls { (-1, len - 1) } else { (0, len) };
        let place = |index: i64| {
            let index = if index < 0 { index + len } else { index };
            index.max(lowest).min(highest)
        };
        let (first, last) = if falls {
            (highest, lowest)
        } else {
            (lowest, highest)
        };
        let begin = self.begin.map_or(first, place);
        let end = match self.end {
            Some(length) if self.from_begin => place(begin + length),
            Some(end) => place(end),
            None => last,
        };
        Stride {
            begin,
            end,
            stride: self.stride,
        }
    }

    /// The one element at the beginning.
    fn first(&self, len: i64) -> Stride {
        let Stride { begin, .. } = self.over(len);
        Stride {
            begin,
            end: begin + 1,
            stride: 1,
        }
    }
}
