//! CUMSUM: running sums along an axis.
//!
//! Source: LiteRT kernels/cumsum.cc. ONNX: CumSum.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp,
    Shape, Tolerance, resolve_axis,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::order;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, CumsumOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CUMSUM, Cumsum::parse)
    .arity(2..=2, 1..=1)
    .emits(&["CumSum"])];

#[derive(Debug)]
struct Cumsum {
    exclusive: bool,
    reverse: bool,
}

impl Cumsum {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let CumsumOptionsT { exclusive, reverse } =
            options!(raw, builtin_options_as_cumsum_options);
        Ok(Box::new(Cumsum { exclusive, reverse }))
    }

    /// The axis; `None` where it is computed.
    fn axis(io: &Operands<'_>) -> Result<Option<usize>, OpError> {
        match io.known_ints(1) {
            Some(_) => resolve_axis(io.int(1)?, io.rank(0)?).map(Some),
            None => Ok(None),
        }
    }
}

impl Operator for Cumsum {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Int32, DType::Int64])?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_rank(1, 0..=1)?;
        Self::axis(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let axis = Self::axis(io)?;
        batch.same(
            io,
            (0..io.rank(0)?).filter(|&other| axis.is_some_and(|axis| axis != other)),
        )
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match (io.rank(0), Self::axis(io)) {
            (Ok(rank), Ok(Some(_))) => Placement::Free(AxisMap::same(rank)),
            _ => Placement::Barrier,
        }
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let axis = match Self::axis(cx.io())? {
            Some(axis) => cx.scalar(DType::Int64, cx.axis(axis) as f64)?,
            None => {
                let axis = cx.source(1)?;
                cx.reshape_to(&axis, &[])?
            }
        };
        let node = cx.node("CumSum").inputs([&x, &axis]);
        let node = node.attr("exclusive", self.exclusive);
        let y = node.attr("reverse", self.reverse).out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let axis = match cx.ints(1)?.as_slice() {
            [axis] => resolve_axis(*axis, x.rank())?,
            many => return Err(OpError::operand(1, "one axis", many.len())),
        };
        let y = order::cumsum(&x, axis, self.exclusive, self.reverse)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
