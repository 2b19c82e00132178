//! BROADCAST_TO, BROADCAST_ARGS: a tensor spread to a shape, and the shape that two shapes broadcast to.
//!
//! Source: LiteRT kernels/broadcast_to.cc, kernels/broadcast_args.cc. ONNX: Expand; Where of 1s.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Wire, expect_possible_rank,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::broadcast;
use crate::tflite::schema::BuiltinOperator as Code;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::BROADCAST_TO, |_| Ok(Box::new(BroadcastTo)))
        .versions(1..=4)
        .arity(2..=2, 1..=1)
        .emits(&["Expand"]),
    OpDef::new(Code::BROADCAST_ARGS, |_| Ok(Box::new(BroadcastArgs)))
        .arity(2..=2, 1..=1)
        .emits(&["Concat", "Equal", "Where"]),
];

const SHAPES: &[DType] = &[DType::Int32, DType::Int64];

#[derive(Debug)]
struct BroadcastTo;

impl Operator for BroadcastTo {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, SHAPES)?;
        let (shape, target) = (io.shape(0)?, io.asked_shape(1)?);
        let mut pairs = shape.dims().iter().rev().zip(target.dims().iter().rev());
        let fits = |(have, want): (&Dim, &Dim)| {
            let open = have.fixed().is_none() || want.fixed().is_none();
            open || have == want || have.is_one()
        };
        if shape.rank() > target.rank() || !pairs.all(fits) {
            let expected = format!("a shape that broadcasts to {target}");
            return Err(OpError::operand(0, expected, shape));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.asked_shape(1)?]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(0)?.literal().zip(io.asked_shape(1)?.fixed());
        let Some((literal, shape)) = known else {
            return Ok(None);
        };
        let (own, lead) = (&literal.shape, shape.len() - literal.shape.len());
        let mut view = View::whole(own);
        for axis in (0..own.len()).filter(|&axis| own[axis] == 1) {
            view = view.cut(axis, 0, 0, shape[lead + axis]);
        }
        for (axis, &extent) in shape[..lead].iter().enumerate() {
            view = view.repeat(axis, extent);
        }
        Ok(view.of(&literal).map(|literal| vec![literal]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        if batch.examples(0)?.is_none() {
            return Ok(Batched::following());
        }
        let (own, rank) = (io.rank(0)?, io.result(0).shape.rank());
        let map = AxisMap::new(rank)
            .operand(0, rank - own..rank)
            .result(0, 0..rank);
        Ok(batch.along(io, map, 0..rank)?.shape_in(1, false))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(own), rank) = (io.rank(0), io.result(0).shape.rank()) else {
            return Placement::Barrier;
        };
        if io.known_ints(1).is_none() {
            return Placement::Barrier;
        }
        Placement::Free(
            AxisMap::new(rank)
                .operand(0, rank - own..rank)
                .result(0, 0..rank),
        )
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.broadcast(0)?;
        let y = match cx.result_shape(0).fixed() {
            Some(dims) => cx.expand(&x, &dims),
            None => {
                let shape = cx.source(1)?;
                let shape = cx.cast(&shape, DType::Int64)?;
                let node = cx.node("Expand").inputs([&x, &shape]);
                node.out_result(0)
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let count = |n: i64| usize::try_from(n).map_err(|_| OpError::operand(1, "a shape", n));
        let shape: Result<Vec<usize>, _> = cx.ints(1)?.into_iter().map(count).collect();
        let y = broadcast::broadcast_to(&*cx.tensor(0)?, &shape?)?;
        cx.finish(0, y)
    }
}

#[derive(Debug)]
struct BroadcastArgs;

/// Two shapes as lists of one length, ones put in front of the shorter.
fn aligned(a: &[i64], b: &[i64]) -> Vec<(i64, i64)> {
    let rank = a.len().max(b.len());
    let at = |list: &[i64], axis: usize| match axis.checked_sub(rank - list.len()) {
        Some(axis) => list[axis],
        None => 1,
    };
    (0..rank).map(|axis| (at(a, axis), at(b, axis))).collect()
}

/// The extent that two extents broadcast to.
fn joint((a, b): (i64, i64)) -> Result<i64, OpError> {
    match (a, b) {
        (1, other) | (other, 1) => Ok(other),
        (a, b) if a == b => Ok(a),
        _ => Err(OpError::operand(1, format!("extent 1 or {a}"), b)),
    }
}

impl BroadcastArgs {
    /// Ones in front of a shape that is shorter than the result.
    fn lead(cx: &mut LowerCx<'_>, slot: usize) -> Result<Wire, OpError> {
        let shape = cx.source(slot)?;
        let missing = cx.result_shape(0)[0].fixed().zip(shape.shape[0].fixed());
        let missing = missing.map_or(0, |(rank, own)| rank.saturating_sub(own));
        if missing == 0 {
            return Ok(shape);
        }
        let ones = cx.int64s(&vec![1; missing]);
        let ones = cx.cast(&ones, shape.dtype)?;
        cx.concat(&[ones, shape], 0)
    }
}

impl Operator for BroadcastArgs {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        for slot in [0, 1] {
            io.expect_dtype(slot, SHAPES)?;
            io.expect_rank(slot, 1..=1)?;
            expect_possible_rank(io.dims(slot)?[0])?;
        }
        io.expect_same_dtype(1, 0)?;
        if let (Some(a), Some(b)) = (io.known_ints(0), io.known_ints(1)) {
            aligned(&a, &b)
                .into_iter()
                .try_for_each(|pair| joint(pair).map(drop))?;
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let rank = io.dims(0)?[0].max(io.dims(1)?[0]);
        Ok(Some(vec![Shape::new([rank])]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let (Some(a), Some(b)) = (io.known_ints(0), io.known_ints(1)) else {
            return Ok(None);
        };
        let shape: Result<Vec<i64>, _> = aligned(&a, &b).into_iter().map(joint).collect();
        let shape = shape?;
        let literal = Literal::from_ints(io.operand(0)?.dtype, vec![shape.len()], &shape);
        Ok(literal.map(|literal| vec![literal]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (a, b) = (Self::lead(cx, 0)?, Self::lead(cx, 1)?);
        let one = cx.scalar(a.dtype, 1.0)?;
        let unit = cx.compare("Equal", &a, &one)?;
        let y = cx.select(&unit, &b, &a)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let shape = |slot| -> Result<Vec<usize>, OpError> {
            let wrong = |n| OpError::operand(slot, "a shape", n);
            let ints = cx.ints(slot)?.into_iter();
            ints.map(|n| usize::try_from(n).map_err(|_| wrong(n)))
                .collect()
        };
        let common = broadcast::common_shape(&[&shape(0)?, &shape(1)?])?;
        let ints: Vec<i64> = common.iter().map(|&n| n as i64).collect();
        cx.finish_ints(0, &[ints.len()], &ints)
    }
}
