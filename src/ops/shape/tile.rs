//! TILE: a tensor repeated along its axes.
//!
//! Source: LiteRT kernels/tile.cc. ONNX: Tile.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Listed, Literal, LowerCx, OpDef, OpError, Operands,
    Operator, Placement, QuantRule, Shape,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::TILE, |_| Ok(Box::new(Tile)))
    .versions(1..=3)
    .arity(2..=2, 1..=1)
    .emits(&["Tile"])];

#[derive(Debug)]
struct Tile;

/// How often each axis repeats; `None` where that is computed.
fn repeats(io: &Operands<'_>) -> Result<Option<Vec<usize>>, OpError> {
    let (rank, list) = (io.rank(0)?, io.shape(1)?);
    if list.count() != Some(rank) {
        return Err(OpError::operand(
            1,
            format!("{rank} elements, one an axis"),
            list,
        ));
    }
    let Some(ints) = io.known_ints(1) else {
        return Ok(None);
    };
    let repeat = |&n: &i64| u32::try_from(n).ok().map(|n| n as usize);
    let repeats: Option<Vec<usize>> = ints.iter().map(repeat).collect();
    let refused = || OpError::operand(1, "no negative numbers", Listed(&ints));
    repeats.ok_or_else(refused).map(Some)
}

impl Operator for Tile {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, &[DType::Int32, DType::Int64])?;
        repeats(io)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let repeats = repeats(io)?;
        let dims = io.shape(0)?.dims().iter().enumerate();
        let dim = |(axis, dim): (usize, &Dim)| {
            let times = repeats.as_ref().map(|repeats| repeats[axis]);
            match (dim, times) {
                (dim, Some(1)) => dim.clone(),
                (Dim::Fixed(n), Some(times)) => Dim::Fixed(n.saturating_mul(times)),
                _ => io.unknown_dim(0, axis),
            }
        };
        Ok(Some(vec![dims.map(dim).collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(0)?.literal().zip(repeats(io)?);
        let Some(((literal, repeats), shape)) = known.zip(io.result(0).shape.fixed()) else {
            return Ok(None);
        };
        let mut view = View::whole(&literal.shape);
        for (axis, times) in repeats.into_iter().enumerate().rev() {
            view = view.repeat(axis, times);
        }
        let tiled = view.of(&literal);
        Ok(tiled.map(|tiled| vec![Literal { shape, ..tiled }]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        if batch.examples(0)?.is_none() {
            return Ok(Batched::following());
        }
        let repeats = repeats(io)?.unwrap_or_default();
        batch.same(io, (0..repeats.len()).filter(|&axis| repeats[axis] == 1))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match repeats(io) {
            Ok(Some(_)) => Placement::Free(AxisMap::same(io.result(0).shape.rank())),
            _ => Placement::Barrier,
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let times = match repeats(cx.io())? {
            Some(repeats) if repeats.iter().all(|&times| times == 1) => return cx.finish(0, x),
            Some(repeats) => {
                let repeats = cx.ordered(&repeats);
                cx.extents(&repeats)
            }
            None => {
                let times = cx.source(1)?;
                let times = cx.reshape_to(&times, &[x.rank()])?;
                cx.cast(&times, DType::Int64)?
            }
        };
        let y = cx.node("Tile").inputs([&x, &times]).out_result(0);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let count = |n: i64| usize::try_from(n).map_err(|_| OpError::operand(1, "no negatives", n));
        let repeats = cx.ints(1)?.into_iter().map(count);
        let y = arrange::tile(&*cx.tensor(0)?, &repeats.collect::<Result<Vec<_>, _>>()?)?;
        cx.finish(0, y)
    }
}
