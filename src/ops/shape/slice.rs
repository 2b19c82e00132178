//! SLICE: a block of a tensor, by its first element and its extents; −1 means "to the end".
//!
//! Source: LiteRT kernels/slice.cc: a negative begin and a block that reaches beyond the tensor are refused.
//! ONNX: Slice.

use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Wire,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::slice;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::SLICE, |_| Ok(Box::new(Slice)))
    .versions(1..=8)
    .arity(3..=3, 1..=1)
    .emits(&["Slice"])];

#[derive(Debug)]
struct Slice;

/// What is known of one axis.
struct Block {
    begin: Option<usize>,
    /// Resolved where it can be.
    extent: Option<usize>,
    /// Is it all of the axis, of whatever extent?
    whole: bool,
}

impl Block {
    fn is_settled(&self) -> bool {
        self.whole || (self.begin.is_some() && self.extent.is_some())
    }
}

fn blocks(io: &Operands<'_>) -> Result<Vec<Block>, OpError> {
    let shape = io.shape(0)?;
    for slot in [1, 2] {
        io.expect_dtype(slot, &[DType::Int32, DType::Int64])?;
        let list = io.shape(slot)?;
        if list.fixed().as_deref() != Some(&[shape.rank()]) {
            let expected = format!("{} elements, one an axis", shape.rank());
            return Err(OpError::operand(slot, expected, list));
        }
    }
    let block = |(axis, dim): (usize, &Dim)| {
        let wrong = |slot, n| OpError::operand(slot, format!("a block within {shape}"), n);
        let begin = io.known_int(1, axis);
        let begin = begin.map(|n| usize::try_from(n).map_err(|_| wrong(1, n)));
        let begin = begin.transpose()?;
        let size = io.known_int(2, axis);
        let extent = match size {
            None => None,
            Some(-1) => match dim.fixed().zip(begin) {
                Some((n, begin)) => {
                    Some(n.checked_sub(begin).ok_or_else(|| wrong(1, begin as i64))?)
                }
                None => None,
            },
            Some(n) => Some(usize::try_from(n).map_err(|_| wrong(2, n))?),
        };
        let end = begin.unwrap_or(0).checked_add(extent.unwrap_or(0));
        match (end, dim.fixed()) {
            (None, _) => Err(wrong(2, i64::MAX)),
            (Some(end), Some(n)) if end > n => Err(wrong(2, end as i64)),
            _ => Ok(Block {
                begin,
                extent,
                whole: begin == Some(0)
                    && (size == Some(-1) || extent == dim.fixed() && extent.is_some()),
            }),
        }
    };
    shape.dims().iter().enumerate().map(block).collect()
}

/// ONNX's starts or sizes of these axes, from the operand that has them for all.
fn bounds(cx: &mut LowerCx<'_>, slot: usize, axes: &[usize]) -> Result<Wire, OpError> {
    let all = cx.source(slot)?;
    let all = cx.cast(&all, DType::Int64)?;
    if all.shape.count() == Some(axes.len()) {
        return Ok(all);
    }
    let one = |&start: &usize| Cut {
        axis: 0,
        start: start as i64,
        step: 1,
        extent: 1,
    };
    let each: Vec<Wire> = axes
        .iter()
        .map(|axis| cx.slice(&all, &[one(axis)]))
        .collect();
    cx.concat(&each, 0)
}

/// ONNX's exclusive ends on these axes, of which each begins or ends where is computed.
fn ends(cx: &mut LowerCx<'_>, begins: &Wire, axes: &[usize]) -> Result<Wire, OpError> {
    let known: Vec<_> = axes
        .iter()
        .map(|&axis| cx.io().known_int(2, axis))
        .collect();
    if known.iter().all(|&size| size == Some(-1)) {
        return Ok(cx.int64s(&vec![i64::MAX; axes.len()]));
    }
    let sizes = bounds(cx, 2, axes)?;
    let sums = cx.binary("Add", begins, &sizes)?;
    if known.iter().all(|size| size.is_some_and(|size| size >= 0)) {
        return Ok(sums);
    }
    let zero = cx.scalar(DType::Int64, 0.0)?;
    let to_end = cx.compare("Less", &sizes, &zero)?;
    let far = cx.int64s(&[i64::MAX]);
    cx.select(&to_end, &far, &sums)
}

impl Operator for Slice {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        blocks(io)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (shape, blocks) = (io.shape(0)?, blocks(io)?);
        let dim = |(axis, block): (usize, &Block)| match (block.whole, block.extent) {
            (true, _) => shape[axis].clone(),
            (false, Some(extent)) => Dim::Fixed(extent),
            (false, None) => io.unknown_dim(0, axis),
        };
        Ok(Some(vec![blocks.iter().enumerate().map(dim).collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(literal) = io.operand(0)?.literal() else {
            return Ok(None);
        };
        let mut view = View::whole(&literal.shape);
        for (axis, block) in blocks(io)?.into_iter().enumerate() {
            let (Some(begin), Some(extent)) = (block.begin, block.extent) else {
                return Ok(None);
            };
            view = view.cut(axis, begin as i64, 1, extent);
        }
        Ok(view.of(&literal).map(|literal| vec![literal]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn block(&self) -> Option<[usize; 2]> {
        Some([1, 2])
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let span = batch.only(0, &[2])?;
        let blocks = blocks(io)?;
        let whole = (0..blocks.len()).filter(|&axis| {
            let extent = io.result(0).shape[axis].fixed();
            blocks[axis].begin == Some(0) && blocks[axis].extent == extent
        });
        let batched = batch.same(io, whole)?;
        match batch.differs_only_in(2, span.axis) {
            true => Ok(batched.all_in(2, span.axis, -1)),
            false => Err(mixes(2)),
        }
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match blocks(io).is_ok_and(|blocks| blocks.iter().all(Block::is_settled)) {
            true => Placement::Free(AxisMap::same(io.result(0).shape.rank())),
            false => Placement::Barrier,
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let (mut cuts, mut open) = (Vec::new(), Vec::new());
        for (axis, block) in blocks(cx.io())?.into_iter().enumerate() {
            match (block.begin, block.extent) {
                _ if block.whole => {}
                (Some(begin), Some(extent)) => cuts.push(Cut {
                    axis: cx.axis(axis),
                    start: begin as i64,
                    step: 1,
                    extent,
                }),
                _ => open.push(axis),
            }
        }
        let mut y = cx.slice(&x, &cuts);
        if !open.is_empty() {
            let begins = bounds(cx, 1, &open)?;
            let ends = ends(cx, &begins, &open)?;
            let axes: Vec<i64> = open.iter().map(|&axis| axis as i64).collect();
            let axes = cx.int64s(&axes);
            let node = cx.node("Slice").inputs([&y, &begins, &ends, &axes]);
            y = node.out_result(0);
        }
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let count = |n: i64| usize::try_from(n).map_err(|_| OpError::operand(1, "no negatives", n));
        let begins: Result<Vec<usize>, _> = cx.ints(1)?.into_iter().map(count).collect();
        let begins = begins?;
        let sizes = cx.ints(2)?.into_iter().enumerate();
        let sizes = sizes.map(|(axis, size)| match size {
            -1 => Ok(x.shape()[axis].saturating_sub(begins[axis])),
            size => count(size),
        });
        let y = slice::slice(&x, &begins, &sizes.collect::<Result<Vec<_>, _>>()?)?;
        cx.finish(0, y)
    }
}
