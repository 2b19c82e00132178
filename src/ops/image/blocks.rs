//! What the operands of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND say where they are known, and the shapes that
//! follow.

use crate::op::{Dim, Listed, OpError, Operands, Shape};

/// What the constant operands say, for each axis that has blocks.
pub(super) struct Blocks {
    pub blocks: Vec<usize>,
    /// Elements added or cut off before and after.
    pub margins: Vec<(usize, usize)>,
}

impl Blocks {
    pub fn of(io: &Operands<'_>) -> Result<Self, OpError> {
        Self::read(io, |slot| io.ints(slot))
    }

    /// `read` gives the elements of an operand.
    pub fn read(
        io: &Operands<'_>,
        read: impl Fn(usize) -> Result<Vec<i64>, OpError>,
    ) -> Result<Self, OpError> {
        let count = io.rank(0)?.saturating_sub(2);
        let list = |slot: usize, len: usize| -> Result<Vec<usize>, OpError> {
            let ints = read(slot)?;
            let list: Option<Vec<usize>> = ints.iter().map(|&n| usize::try_from(n).ok()).collect();
            list.filter(|list| list.len() == len).ok_or_else(|| {
                let expected = format!("{len} numbers, none of them negative");
                OpError::operand(slot, expected, Listed(&ints))
            })
        };
        let blocks = list(1, count)?;
        if blocks.contains(&0) {
            return Err(OpError::operand(1, "positive blocks", "0"));
        }
        let margins = list(2, 2 * count)?;
        let (pairs, _) = margins.as_chunks::<2>();
        Ok(Blocks {
            blocks,
            margins: pairs
                .iter()
                .map(|&[before, after]| (before, after))
                .collect(),
        })
    }

    fn area(&self) -> usize {
        self.blocks
            .iter()
            .fold(1, |n, &block| n.saturating_mul(block))
    }
}

/// Shape of the result of SPACE_TO_BATCH_ND.
pub(super) fn to_batch(io: &Operands<'_>) -> Result<Shape, OpError> {
    let (shape, blocks) = (io.shape(0)?, Blocks::of(io)?);
    let batch = match &shape[0] {
        Dim::Fixed(n) => Dim::Fixed(n.saturating_mul(blocks.area())),
        Dim::Symbol(_) => io.unknown_dim(0, 0),
    };
    let mut dims = vec![batch];
    for (i, &block) in blocks.blocks.iter().enumerate() {
        let (before, after) = blocks.margins[i];
        let whole = extent(io, i + 1)?
            .saturating_add(before)
            .saturating_add(after);
        if whole % block != 0 {
            return Err(OpError::operand(
                2,
                format!("a padded axis of a multiple of {block}"),
                whole,
            ));
        }
        dims.push(Dim::Fixed(whole / block));
    }
    dims.push(shape[shape.rank() - 1].clone());
    Ok(Shape::new(dims))
}

/// Shape of the result of BATCH_TO_SPACE_ND, and the same before it is cropped.
pub(super) fn to_space(io: &Operands<'_>) -> Result<(Shape, Shape), OpError> {
    let (shape, blocks) = (io.shape(0)?, Blocks::of(io)?);
    let batch = match &shape[0] {
        Dim::Fixed(n) if n % blocks.area() == 0 => Dim::Fixed(n / blocks.area()),
        Dim::Fixed(_) => {
            let expected = format!("a batch that is a multiple of {}", blocks.area());
            return Err(OpError::operand(0, expected, shape));
        }
        Dim::Symbol(_) => io.unknown_dim(0, 0),
    };
    let (mut dims, mut whole) = (vec![batch.clone()], vec![batch]);
    for (i, &block) in blocks.blocks.iter().enumerate() {
        let (before, after) = blocks.margins[i];
        let full = extent(io, i + 1)?.saturating_mul(block);
        let left = full.checked_sub(before).and_then(|n| n.checked_sub(after));
        let left = left
            .ok_or_else(|| OpError::operand(2, format!("crops within {full}"), before + after))?;
        dims.push(Dim::Fixed(left));
        whole.push(Dim::Fixed(full));
    }
    let last = shape[shape.rank() - 1].clone();
    dims.push(last.clone());
    whole.push(last);
    Ok((Shape::new(dims), Shape::new(whole)))
}

/// An extent that must be static.
fn extent(io: &Operands<'_>, axis: usize) -> Result<usize, OpError> {
    let dim = &io.shape(0)?[axis];
    dim.fixed().ok_or_else(|| {
        OpError::unsupported_operand(0, format!("blocks of the dynamic dimension {dim}"))
    })
}
