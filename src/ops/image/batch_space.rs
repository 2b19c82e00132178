//! SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: positions within blocks become batches, and back; padded before, or
//! cropped after.
//!
//! Source: LiteRT kernels/{space_to_batch_nd,batch_to_space_nd}.cc: rank 3 or 4, and as many blocks as there are
//! axes between the first and the last. ONNX: Pad or Slice around Reshape, Transpose, Reshape.

use super::batch_space_computed;
use super::blocks::{self, Blocks};
use super::regroup::Regroup;
use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Span, Wire,
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
    .emits(&["Pad", "Reshape", "Transpose"]),
    OpDef::new(BuiltinOperator::BATCH_TO_SPACE_ND, |_| {
        Ok(Box::new(BatchSpace(Direction::ToSpace)))
    })
    .versions(1..=4)
    .arity(3..=3, 1..=1)
    .emits(&["Reshape", "Transpose", "Slice"]),
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

impl BatchSpace {
    fn pad_and_regroup(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let mut pads = vec![(0, 0)];
        pads.extend(Blocks::of(cx.io())?.margins);
        pads.push((0, 0));
        let pads = cx.ordered(&pads);
        let zero = cx.zero(x.dtype)?;
        let x = cx.pad(x, &pads, zero.as_ref())?;
        let shape = cx.result_shape(0);
        self.regroup(cx, &x, &shape)
    }

    fn regroup_and_crop(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let (shape, whole) = blocks::to_space(cx.io())?;
        let margins = Blocks::of(cx.io())?.margins;
        let whole = cx.ordered(whole.dims()).into_iter().collect();
        let y = self.regroup(cx, x, &whole)?;
        let cut = |(axis, (before, _)): (usize, (usize, usize))| {
            Some(Cut {
                axis: cx.axis(axis),
                start: before as i64,
                step: 1,
                extent: shape[axis].fixed()?,
            })
        };
        let cuts: Vec<Cut> = (1..).zip(margins).filter_map(cut).collect();
        Ok(cx.slice(&y, &cuts))
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

/// Are the blocks or the margins known only when the model runs?
fn is_computed(io: &Operands<'_>) -> bool {
    io.known_ints(1).is_none() || io.known_ints(2).is_none()
}

impl Operator for BatchSpace {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 3..=4)?;
        io.expect_dtype(0, DTYPES)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_dtype(2, &[DType::Int32])?;
        let count = io.rank(0)? - 2;
        for (slot, dims) in [(1, vec![count]), (2, vec![count, 2])] {
            if io.shape(slot)?.fixed().as_ref() != Some(&dims) {
                return Err(OpError::operand(
                    slot,
                    format!("shape {dims:?}"),
                    io.shape(slot)?,
                ));
            }
        }
        self.infer(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        if is_computed(io) {
            let shape = io.shape(0)?;
            let last = shape.rank() - 1;
            let mut dims: Vec<Dim> = (0..last).map(|axis| io.unknown_dim(0, axis)).collect();
            dims.push(shape[last].clone());
            return Ok(Some(vec![Shape::new(dims)]));
        }
        Ok(Some(vec![match self.0 {
            Direction::ToBatch => blocks::to_batch(io)?,
            Direction::ToSpace => blocks::to_space(io)?.0,
        }]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (span, blocks) = (batch.only(0, &[])?, Blocks::of(io)?.blocks);
        let count: usize = blocks.iter().product();
        if span.axis != 0 || count == 0 {
            return Err(mixes(0));
        }
        // Blocks stand before the examples.
        let outer = match self.0 {
            Direction::ToBatch => span.outer.checked_mul(count),
            Direction::ToSpace => {
                Some(span.outer / count).filter(|outer| outer * count == span.outer)
            }
        };
        let outer = outer.ok_or_else(|| mixes(0))?;
        Ok(Batched::at(Span { axis: 0, outer }))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        if is_computed(io) {
            return Placement::Barrier;
        }
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let own = x.dtype;
        // onnxruntime's Pad has no INT16.
        let wide = if own == DType::Int16 {
            DType::Int32
        } else {
            own
        };
        let x = cx.cast(&x, wide)?;
        let y = match (self.0, is_computed(cx.io())) {
            (Direction::ToBatch, false) => self.pad_and_regroup(cx, &x)?,
            (Direction::ToSpace, false) => self.regroup_and_crop(cx, &x)?,
            (Direction::ToBatch, true) => batch_space_computed::to_batch(cx, &x)?,
            (Direction::ToSpace, true) => batch_space_computed::to_space(cx, &x)?,
        };
        let y = cx.cast(&y, own)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let Blocks { blocks, margins } = Blocks::read(cx.io(), |slot| cx.ints(slot))?;
        let x = cx.tensor(0)?;
        let y = match self.0 {
            Direction::ToBatch => space::space_to_batch_nd(&x, &blocks, &margins)?,
            Direction::ToSpace => space::batch_to_space_nd(&x, &blocks, &margins)?,
        };
        cx.finish(0, y)
    }
}
