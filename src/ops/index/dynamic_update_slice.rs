//! DYNAMIC_UPDATE_SLICE: a tensor with a block of it replaced; the block is moved so that it lies within.
//!
//! Source: LiteRT kernels/dynamic_update_slice.cc. ONNX: ScatterND at the coordinates of the block, over the
//! axes up to the last one that it does not fill.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    QuantRule, Shape, Wire,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::DYNAMIC_UPDATE_SLICE, |_| {
    Ok(Box::new(DynamicUpdateSlice))
})
.versions(1..=6)
.arity(3..=3, 1..=1)
.emits(&["ScatterND", "Add", "Min", "Max"])];

#[derive(Debug)]
struct DynamicUpdateSlice;

/// More coordinates than this are not written into the file.
const MOST: usize = 1 << 24;

/// How many leading axes the coordinates speak of: behind them the block fills the tensor.
fn depth(io: &Operands<'_>) -> Result<usize, OpError> {
    let (whole, block) = (io.dims(0)?, io.dims(1)?);
    let partial = (0..whole.len())
        .rev()
        .find(|&axis| whole[axis] != block[axis]);
    Ok(partial.map_or(0, |axis| axis + 1))
}

/// Coordinates of every place of the block, were it at the origin: shape `[block…, depth]`.
fn places(block: &[usize]) -> Option<Literal> {
    let count: usize = block.iter().product();
    let mut ints = Vec::with_capacity(count * block.len());
    for place in 0..count {
        let mut inner = count;
        for &extent in block {
            inner /= extent;
            ints.push((place / inner % extent) as i64);
        }
    }
    let shape = block.iter().copied().chain([block.len()]).collect();
    Literal::from_ints(DType::Int64, shape, &ints)
}

/// The block's first element, moved so that the block lies within.
fn start(cx: &mut LowerCx<'_>, most: &[i64]) -> Result<Wire, OpError> {
    let depth = most.len();
    if let Some(starts) = cx.io().known_ints(2) {
        let clamped = starts
            .iter()
            .zip(most)
            .map(|(&at, &most)| at.clamp(0, most));
        let clamped: Vec<i64> = clamped.collect();
        return Ok(cx.int64s(&clamped));
    }
    let starts = cx.source(2)?;
    let starts = cx.cast(&starts, DType::Int64)?;
    let axes: Vec<usize> = (0..depth).collect();
    let axes = cx.extents(&axes);
    let starts = match starts.shape.fixed() {
        Some(dims) if dims == [depth] => starts,
        _ => cx.gather(&starts, &axes, 0),
    };
    let (zero, most) = (cx.scalar(DType::Int64, 0.0)?, cx.int64s(most));
    let starts = cx.binary("Max", &starts, &zero)?;
    cx.binary("Min", &starts, &most)
}

impl Operator for DynamicUpdateSlice {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_same_dtype(1, 0)?;
        io.expect_dtype(2, &[DType::Int32, DType::Int64])?;
        let (whole, block) = (io.dims(0)?, io.dims(1)?);
        let within = block
            .iter()
            .zip(&whole)
            .all(|(block, whole)| block <= whole);
        if block.len() != whole.len() || !within {
            let expected = format!("a block of {}", io.shape(0)?);
            return Err(OpError::operand(1, expected, io.shape(1)?));
        }
        if io.dims(2)? != [whole.len()] {
            let expected = format!("{} elements", whole.len());
            return Err(OpError::operand(2, expected, io.shape(2)?));
        }
        let places = block[..depth(io)?].iter().product::<usize>();
        if places.saturating_mul(whole.len()) > MOST {
            return Err(OpError::unsupported_operand(
                1,
                format!("a block of {places} places"),
            ));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (whole, block) = (io.dims(0)?, io.dims(1)?);
        let map = AxisMap::same(whole.len()).operand(1, 0..whole.len());
        batch.along(
            io,
            map,
            (0..whole.len()).filter(|&axis| whole[axis] == block[axis]),
        )
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (whole, block) = (cx.io().dims(0)?, cx.io().dims(1)?);
        let depth = depth(cx.io())?;
        let (x, update) = (cx.source(0)?, cx.source(1)?);
        if depth == 0 {
            return cx.finish(0, update);
        }
        if block.contains(&0) {
            return cx.finish(0, x);
        }
        let most: Vec<i64> = (0..depth).map(|a| (whole[a] - block[a]) as i64).collect();
        let start = start(cx, &most)?;
        cx.make_room(
            block[..depth]
                .iter()
                .product::<usize>()
                .saturating_mul(depth),
            8,
        )?;
        let places = places(&block[..depth]);
        let places = places.ok_or_else(|| OpError::inconsistent("a block without places"))?;
        let indices = match cx.known(&start).and_then(Literal::ints) {
            Some(start) => {
                let ints = places.ints().unwrap_or_default().into_iter();
                let moved = ints.zip(start.iter().cycle()).map(|(n, start)| n + start);
                let moved: Vec<i64> = moved.collect();
                let literal = Literal::from_ints(DType::Int64, places.shape, &moved);
                literal.map(|literal| cx.literal(literal))
            }
            None => {
                let places = cx.literal(places);
                Some(cx.binary("Add", &places, &start)?)
            }
        };
        let indices = indices.ok_or_else(|| OpError::inconsistent("a block without places"))?;
        let node = cx.node("ScatterND").inputs([&x, &indices, &update]);
        let y = node.out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = place::dynamic_update_slice(&*cx.tensor(0)?, &*cx.tensor(1)?, &cx.ints(2)?)?;
        cx.finish(0, y)
    }
}
