//! REVERSE_V2: the elements along some axes in reverse.
//!
//! Source: LiteRT kernels/reverse.cc. ONNX: Slice with steps of −1.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, resolve_axis,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::slice;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::REVERSE_V2, |_| Ok(Box::new(Reverse)))
            .versions(1..=4)
            .arity(2..=2, 1..=1)
            .emits(&["Slice"]),
    ];

#[derive(Debug)]
struct Reverse;

fn axes(io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
    let rank = io.rank(0)?;
    let mut axes: Vec<usize> = Vec::new();
    for axis in io.ints(1)? {
        let axis = resolve_axis(axis, rank)?;
        if axes.contains(&axis) {
            return Err(OpError::operand(
                1,
                "every axis once",
                format!("{axis} twice"),
            ));
        }
        axes.push(axis);
    }
    Ok(axes)
}

impl Operator for Reverse {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_rank(1, 1..=1)?;
        axes(io)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(literal) = io.operand(0)?.literal() else {
            return Ok(None);
        };
        let mut view = View::whole(&literal.shape);
        for axis in axes(io)? {
            let extent = literal.shape[axis];
            view = view.cut(axis, extent as i64 - 1, -1, extent);
        }
        Ok(view.of(&literal).map(|literal| vec![literal]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let reversed = axes(io)?;
        batch.same(io, (0..io.rank(0)?).filter(|axis| !reversed.contains(axis)))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let axes: Vec<usize> = axes(cx.io())?
            .into_iter()
            .map(|axis| cx.axis(axis))
            .collect();
        let y = cx.reversed(&x, &axes);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let axes = cx
            .ints(1)?
            .into_iter()
            .map(|axis| resolve_axis(axis, x.rank()));
        let y = slice::reverse(&x, &axes.collect::<Result<Vec<_>, _>>()?)?;
        cx.finish(0, y)
    }
}
