//! SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: positions within blocks become batches, and back; padded before, or
//! cropped after.
//!
//! Source: LiteRT kernels/{space_to_batch_nd,batch_to_space_nd}.cc: rank 3 or 4, and as many blocks as there are
//! axes between the first and the last. ONNX: Pad or Slice around Reshape, Transpose, Reshape.

use super::regroup::Regroup;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::space;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::SPACE_TO_BATCH_ND, |_| {
        Ok(Box::new(BatchSpace(Direction::ToBatch)))
    })
    .versions(1..=4)
    .arity(3..=3, 1..=1)
    .emits(&["Pad", "Reshape", "Transpose"])
    .note("constant block shape and paddings"),
    OpDef::new(BuiltinOperator::BATCH_TO_SPACE_ND, |_| {
        Ok(Box::new(BatchSpace(Direction::ToSpace)))
    })
    .versions(1..=4)
    .arity(3..=3, 1..=1)
    .emits(&["Reshape", "Transpose", "Slice"])
    .note("constant block shape and crops"),
];

/// LiteRT goes by the width alone; these are the types that onnxruntime pads.
const DTYPES: &[DType] = &[
    DType::Float32,
    DType::Int32,
    DType::Int64,
    DType::UInt8,
    DType::Int8,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToBatch,
    ToSpace,
}

#[derive(Debug)]
struct BatchSpace(Direction);

/// What the constant operands say, for each axis that has blocks.
struct Blocks {
    blocks: Vec<usize>,
    /// Elements added or cut off before and after.
    margins: Vec<(usize, usize)>,
}

impl Blocks {
    fn of(io: &Operands<'_>) -> Result<Self, OpError> {
        let count = io.rank(0)?.saturating_sub(2);
        let list = |slot: usize, len: usize| -> Result<Vec<usize>, OpError> {
            let ints = io.ints(slot)?;
            let list: Option<Vec<usize>> = ints.iter().map(|&n| usize::try_from(n).ok()).collect();
            list.filter(|list| list.len() == len).ok_or_else(|| {
                let expected = format!("{len} numbers, none of them negative");
                OpError::operand(slot, expected, format!("{ints:?}"))
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

impl BatchSpace {
    /// Shape of the result of SPACE_TO_BATCH_ND.
    fn to_batch(io: &Operands<'_>) -> Result<Shape, OpError> {
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
    fn to_space(io: &Operands<'_>) -> Result<(Shape, Shape), OpError> {
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
            let left = left.ok_or_else(|| {
                OpError::operand(2, format!("crops within {full}"), before + after)
            })?;
            dims.push(Dim::Fixed(left));
            whole.push(Dim::Fixed(full));
        }
        let last = shape[shape.rank() - 1].clone();
        dims.push(last.clone());
        whole.push(last);
        Ok((Shape::new(dims), Shape::new(whole)))
    }

    fn regroup(&self, cx: &mut LowerCx<'_>, x: &Wire, shape: &Shape) -> Result<Wire, OpError> {
        let io = cx.io();
        let blocks = Blocks::of(io)?.blocks;
        let count = blocks.len();
        // The shape with many batches, and the batch without them.
        let (many, batch) = match self.0 {
            Direction::ToBatch => (&io.result(0).shape, &io.shape(0)?[0]),
            Direction::ToSpace => (io.shape(0)?, &io.result(0).shape[0]),
        };
        // Parts: batch; axes of blocks; within blocks; channels.
        let mut extents = vec![batch.clone()];
        extents.extend(many.dims()[1..=count].iter().cloned());
        extents.extend(blocks.into_iter().map(Dim::Fixed));
        extents.push(many[count + 1].clone());
        let inner = |axis: usize| count + axis;
        let channels = vec![2 * count + 1];
        let mut wide = vec![vec![0]];
        wide.extend((1..=count).map(|axis| vec![axis, inner(axis)]));
        wide.push(channels.clone());
        let mut batched = vec![(1..=count).map(inner).chain([0]).collect()];
        batched.extend((1..=count).map(|axis| vec![axis]));
        batched.push(channels);
        let (wide, batched) = (cx.ordered(&wide), cx.ordered(&batched));
        let (from, to) = match self.0 {
            Direction::ToBatch => (wide, batched),
            Direction::ToSpace => (batched, wide),
        };
        Regroup {
            extents: &extents,
            from: &from,
            to: &to,
        }
        .lower(cx, x, shape)
    }
}

/// An extent that must be static.
fn extent(io: &Operands<'_>, axis: usize) -> Result<usize, OpError> {
    let dim = &io.shape(0)?[axis];
    dim.fixed().ok_or_else(|| {
        OpError::unsupported_operand(0, format!("blocks of the dynamic dimension {dim}"))
    })
}

impl Operator for BatchSpace {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 3..=4)?;
        io.expect_dtype(0, DTYPES)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        self.infer(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![match self.0 {
            Direction::ToBatch => Self::to_batch(io)?,
            Direction::ToSpace => Self::to_space(io)?.0,
        }]))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let margins = Blocks::of(cx.io())?.margins;
        let x = cx.real(0)?;
        let y = match self.0 {
            Direction::ToBatch => {
                let mut pads = vec![(0, 0)];
                pads.extend(margins);
                pads.push((0, 0));
                let pads = cx.ordered(&pads);
                let x = cx.pad(&x, &pads, None)?;
                let shape = cx.result_shape(0);
                self.regroup(cx, &x, &shape)?
            }
            Direction::ToSpace => {
                let (shape, whole) = Self::to_space(cx.io())?;
                let whole = cx.ordered(whole.dims()).into_iter().collect();
                let y = self.regroup(cx, &x, &whole)?;
                let cuts: Vec<Cut> = (1..)
                    .zip(margins)
                    .filter_map(|(axis, (before, _))| {
                        Some(Cut {
                            axis: cx.axis(axis),
                            start: before as i64,
                            step: 1,
                            extent: shape[axis].fixed()?,
                        })
                    })
                    .collect();
                cx.slice(&y, &cuts)
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let Blocks { blocks, margins } = Blocks::of(cx.io())?;
        let x = cx.tensor(0)?;
        let y = match self.0 {
            Direction::ToBatch => space::space_to_batch_nd(&x, &blocks, &margins)?,
            Direction::ToSpace => space::batch_to_space_nd(&x, &blocks, &margins)?,
        };
        cx.finish(0, y)
    }
}
