//! SPACE_TO_DEPTH, DEPTH_TO_SPACE: blocks of pixels become channels, in row-major order of the block, and back.
//!
//! Source: LiteRT kernels/{space_to_depth,depth_to_space}.cc. ONNX: Reshape, Transpose, Reshape, which every
//! importer knows (SpaceToDepth and DepthToSpace in this order few do).

use super::regroup::Regroup;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::space;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, DepthToSpaceOptionsT, SpaceToDepthOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::SPACE_TO_DEPTH, |raw| {
        let SpaceToDepthOptionsT { block_size } =
            options!(raw, builtin_options_as_space_to_depth_options);
        DepthSpace::make(Direction::ToDepth, block_size)
    })
    .versions(1..=2)
    .emits(&["Reshape", "Transpose"]),
    OpDef::new(BuiltinOperator::DEPTH_TO_SPACE, |raw| {
        let DepthToSpaceOptionsT { block_size } =
            options!(raw, builtin_options_as_depth_to_space_options);
        DepthSpace::make(Direction::ToSpace, block_size)
    })
    .versions(1..=2)
    .emits(&["Reshape", "Transpose"]),
];

const DTYPES: &[DType] = &[
    DType::Float32,
    DType::Int32,
    DType::Int64,
    DType::UInt8,
    DType::Int8,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToDepth,
    ToSpace,
}

#[derive(Debug)]
struct DepthSpace {
    direction: Direction,
    block: usize,
}

/// Numbers of the parts: batch; rows and columns of blocks; rows and columns in a block; channels.
const BATCH: usize = 0;
const ROWS: usize = 1;
const COLUMNS: usize = 2;
const ROW: usize = 3;
const COLUMN: usize = 4;
const CHANNELS: usize = 5;

impl DepthSpace {
    fn make(direction: Direction, block: i32) -> Result<Box<dyn Operator>, OpError> {
        let block = usize::try_from(block)
            .ok()
            .filter(|&n| n > 0)
            .ok_or_else(|| OpError::option("block_size", "a positive number", block))?;
        Ok(Box::new(DepthSpace { direction, block }))
    }

    /// One extent over `by`.
    fn divide(io: &Operands<'_>, axis: usize, by: usize) -> Result<Dim, OpError> {
        match &io.shape(0)?[axis] {
            Dim::Fixed(n) if n % by == 0 => Ok(Dim::Fixed(n / by)),
            Dim::Fixed(_) => Err(OpError::operand(
                0,
                format!("multiples of {by} along axis {axis}"),
                io.shape(0)?,
            )),
            Dim::Symbol(_) => Ok(io.unknown_dim(0, axis)),
        }
    }

    fn multiply(io: &Operands<'_>, axis: usize, by: usize) -> Result<Dim, OpError> {
        Ok(match &io.shape(0)?[axis] {
            Dim::Fixed(n) => Dim::Fixed(n.saturating_mul(by)),
            symbol if by == 1 => symbol.clone(),
            Dim::Symbol(_) => io.unknown_dim(0, axis),
        })
    }
}

impl Operator for DepthSpace {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(0, DTYPES)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        self.infer(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (block, area) = (self.block, self.block.saturating_mul(self.block));
        let batch = io.shape(0)?[0].clone();
        let rest = match self.direction {
            Direction::ToDepth => [
                Self::divide(io, 1, block)?,
                Self::divide(io, 2, block)?,
                Self::multiply(io, 3, area)?,
            ],
            Direction::ToSpace => [
                Self::multiply(io, 1, block)?,
                Self::multiply(io, 2, block)?,
                Self::divide(io, 3, area)?,
            ],
        };
        Ok(Some(vec![[batch].into_iter().chain(rest).collect()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let io = cx.io();
        let (wide, deep) = (io.shape(0)?, &io.result(0).shape);
        let (wide, deep) = match self.direction {
            Direction::ToDepth => (wide, deep),
            Direction::ToSpace => (deep, wide),
        };
        let block = Dim::Fixed(self.block);
        let extents = [
            deep[0].clone(),
            deep[1].clone(),
            deep[2].clone(),
            block.clone(),
            block,
            wide[3].clone(),
        ];
        let wide = [
            vec![BATCH],
            vec![ROWS, ROW],
            vec![COLUMNS, COLUMN],
            vec![CHANNELS],
        ];
        let deep = [
            vec![BATCH],
            vec![ROWS],
            vec![COLUMNS],
            vec![ROW, COLUMN, CHANNELS],
        ];
        let (wide, deep) = (cx.ordered(&wide), cx.ordered(&deep));
        let (from, to) = match self.direction {
            Direction::ToDepth => (wide, deep),
            Direction::ToSpace => (deep, wide),
        };
        let regroup = Regroup {
            extents: &extents,
            from: &from,
            to: &to,
        };
        let x = cx.real(0)?;
        let shape = cx.result_shape(0);
        let y = regroup.lower(cx, &x, &shape)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let y = match self.direction {
            Direction::ToDepth => space::space_to_depth(&x, self.block)?,
            Direction::ToSpace => space::depth_to_space(&x, self.block)?,
        };
        cx.finish(0, y)
    }
}
