//! FILL: a tensor all of one number.
//!
//! Source: LiteRT kernels/fill.cc. ONNX: Expand; small ones are constants.

use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape,
};
use crate::ops::movers::{expect_movable, filled};
#[cfg(feature = "validate")]
use crate::reference::kernels::generate;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::FILL, |_| Ok(Box::new(Fill)))
    .versions(1..=5)
    .arity(2..=2, 1..=1)
    .emits(&["Expand"])];

#[derive(Debug)]
struct Fill;

impl Operator for Fill {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Int32, DType::Int64])?;
        io.expect_rank(0, 1..=1)?;
        io.expect_rank(1, 0..=0)?;
        expect_movable(io, 1)?;
        io.asked_shape(0)?;
        io.expect_result_dtype(0, io.operand(1)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.asked_shape(0)?]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(1)?.literal().zip(io.asked_shape(0)?.fixed());
        let literal = known.and_then(|(value, shape)| filled(&value, &shape));
        Ok(literal.map(|literal| vec![literal]))
    }

    fn batch(&self, _: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        match batch.examples(1)? {
            None => Ok(Batched::following()),
            Some(_) => Err(mixes(1)),
        }
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.rank();
        match io.known_ints(0) {
            Some(_) => Placement::Free(AxisMap::new(rank).result(0, 0..rank)),
            None => Placement::Barrier,
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let value = cx.source(1)?;
        let y = match cx.result_shape(0).fixed() {
            Some(dims) => cx.expand(&value, &dims),
            None => {
                let dims = cx.source(0)?;
                let dims = cx.cast(&dims, DType::Int64)?;
                let node = cx.node("Expand").inputs([&value, &dims]);
                node.out_result(0)
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let count = |n: i64| usize::try_from(n).map_err(|_| OpError::operand(0, "a shape", n));
        let dims: Result<Vec<usize>, _> = cx.ints(0)?.into_iter().map(count).collect();
        let y = generate::fill(&dims?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }
}
