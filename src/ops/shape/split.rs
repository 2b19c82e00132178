//! SPLIT, SPLIT_V: a tensor cut into pieces along an axis, equal ones or of given extents.
//!
//! Source: LiteRT kernels/split.cc, kernels/split_v.cc: one extent may be −1, what the others leave. ONNX: Split.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, Listed, Literal, LowerCx, MANY, OpDef, OpError,
    Operands, Operator, Placement, QuantRule, RawOp, Shape, Wire, resolve_axis,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::slice;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, SplitOptionsT, SplitVOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::SPLIT, Split::parse)
        .versions(1..=5)
        .arity(2..=2, 1..=MANY)
        .emits(&["Split"]),
    OpDef::new(Code::SPLIT_V, Split::parse_v)
        .versions(1..=3)
        .arity(3..=3, 1..=MANY)
        .emits(&["Split"]),
];

#[derive(Debug)]
struct Split {
    pieces: usize,
    /// Positions of the operands.
    data: usize,
    axis: usize,
    extents: Option<usize>,
}

impl Split {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let SplitOptionsT { num_splits } = options!(raw, builtin_options_as_split_options);
        Ok(Box::new(Split {
            pieces: count(num_splits)?,
            data: 1,
            axis: 0,
            extents: None,
        }))
    }

    fn parse_v(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let SplitVOptionsT { num_splits } = options!(raw, builtin_options_as_split_voptions);
        Ok(Box::new(Split {
            pieces: count(num_splits)?,
            data: 0,
            axis: 2,
            extents: Some(1),
        }))
    }

    fn axis(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        resolve_axis(io.int(self.axis)?, io.rank(self.data)?)
    }

    /// Extents of the pieces along the axis.
    fn extents(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let shape = io.shape(self.data)?;
        let axis = self.axis(io)?;
        let Some(slot) = self.extents else {
            let total = shape[axis]
                .fixed()
                .ok_or_else(|| dynamic(self.data, axis))?;
            if total % self.pieces != 0 {
                let expected = format!("axis {axis} in {} equal pieces", self.pieces);
                return Err(OpError::operand(self.data, expected, shape));
            }
            return Ok(vec![total / self.pieces; self.pieces]);
        };
        let ints = io.ints(slot)?;
        let wrong = || {
            OpError::operand(
                slot,
                format!("pieces of axis {axis} of {shape}"),
                Listed(&ints),
            )
        };
        let given = ints.iter().filter(|&&n| n != -1);
        let given = given.map(|&n| usize::try_from(n).map_err(|_| wrong()));
        let given: Vec<usize> = given.collect::<Result<_, _>>()?;
        let sum = given.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
        let rest = match (ints.len() - given.len(), shape[axis].fixed()) {
            (0, Some(total)) if total == sum => 0,
            (0, None) => 0,
            (1, Some(total)) => total.checked_sub(sum).ok_or_else(wrong)?,
            (1, None) => return Err(dynamic(self.data, axis)),
            _ => return Err(wrong()),
        };
        Ok(ints
            .iter()
            .map(|&n| usize::try_from(n).unwrap_or(rest))
            .collect())
    }
}

fn count(n: i32) -> Result<usize, OpError> {
    let positive = usize::try_from(n).ok().filter(|&n| n > 0);
    positive.ok_or_else(|| OpError::option("num_splits", "a positive number", n))
}

fn dynamic(slot: usize, axis: usize) -> OpError {
    OpError::unsupported_operand(slot, format!("splitting dynamic axis {axis}"))
}

/// One `Slice` for each piece. onnx2torch hands a `Split` over as a whole where not every piece has a reader
/// inside the graph.
fn separate(cx: &mut LowerCx<'_>, x: &Wire, axis: usize, extents: &[usize]) -> Vec<Wire> {
    let mut start = 0;
    let mut pieces = Vec::new();
    for &extent in extents {
        let cut = Cut {
            axis,
            start,
            step: 1,
            extent,
        };
        pieces.push(cx.slice(x, &[cut]));
        start += extent as i64;
    }
    pieces
}

impl Operator for Split {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, self.data)?;
        io.expect_dtype(self.axis, &[DType::Int32])?;
        if let Some(slot) = self.extents {
            io.expect_dtype(slot, &[DType::Int32, DType::Int64])?;
        }
        if io.results() != self.pieces || self.extents(io)?.len() != self.pieces {
            return Err(OpError::option("num_splits", io.results(), self.pieces));
        }
        let dtype = io.operand(self.data)?.dtype;
        (0..self.pieces).try_for_each(|slot| io.expect_result_dtype(slot, dtype))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (axis, extents) = (self.axis(io)?, self.extents(io)?);
        let dims = io.shape(self.data)?.dims();
        let piece = |extent| {
            let mut dims = dims.to_vec();
            dims[axis] = Dim::Fixed(extent);
            dims.into_iter().collect()
        };
        Ok(Some(extents.into_iter().map(piece).collect()))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(literal) = io.operand(self.data)?.literal() else {
            return Ok(None);
        };
        let axis = self.axis(io)?;
        let mut start = 0;
        let pieces = self.extents(io)?.into_iter().map(|extent| {
            let view = View::whole(&literal.shape).cut(axis, start, 1, extent);
            start += extent as i64;
            view.of(&literal)
        });
        Ok(pieces.collect())
    }

    fn moves(&self, slot: usize) -> bool {
        slot == self.data
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (axis, rank) = (self.axis(io)?, io.rank(self.data)?);
        let map = AxisMap::new(rank).operand(self.data, 0..rank);
        let map = (0..io.results()).fold(map, |map, slot| map.result(slot, 0..rank));
        batch.along(io, map, (0..rank).filter(|&other| other != axis))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.rank();
        let map = AxisMap::new(rank).operand(self.data, 0..rank);
        let results = 0..io.results();
        Placement::Free(results.fold(map, |map, slot| map.result(slot, 0..rank)))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = cx.axis(self.axis(cx.io())?);
        let extents = self.extents(cx.io())?;
        let x = cx.real(self.data)?;
        let read = |slot| cx.io().is_result_read(slot);
        let pieces = match (0..self.pieces).all(read) {
            true => cx.split(&x, axis, &extents),
            false => separate(cx, &x, axis, &extents),
        };
        let mut pieces = pieces.into_iter().enumerate();
        pieces.try_for_each(|(slot, piece)| cx.finish(slot, piece))
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(self.data)?;
        let axis = resolve_axis(cx.io().int(self.axis)?, x.rank())?;
        let extents = (0..self.pieces).map(|slot| Ok(cx.result_dims(slot)?[axis]));
        let extents: Vec<usize> = extents.collect::<Result<_, OpError>>()?;
        let pieces = slice::split(&x, axis, &extents)?;
        let mut pieces = pieces.into_iter().enumerate();
        pieces.try_for_each(|(slot, piece)| cx.finish(slot, piece))
    }
}
