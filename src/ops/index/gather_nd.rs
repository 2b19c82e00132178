//! GATHER_ND: slices of a tensor at tuples of coordinates.
//!
//! Source: LiteRT kernels/gather_nd.cc. ONNX: GatherND; tuples of no coordinates, which it does not know,
//! repeat the whole tensor.

use super::gather::INDICES;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, QuantRule,
    Shape,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::gather;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::GATHER_ND, |_| Ok(Box::new(GatherNd)))
            .versions(1..=6)
            .arity(2..=2, 1..=1)
            .emits(&["GatherND"]),
    ];

#[derive(Debug)]
struct GatherNd;

/// The indices' axes but the last, and how long the tuples along it are.
pub(super) fn tuples<'a>(io: &Operands<'a>, slot: usize) -> Result<(&'a [Dim], usize), OpError> {
    let shape = io.shape(slot)?;
    let found = shape.dims().split_last();
    let found = found.and_then(|(last, outer)| Some((outer, last.fixed()?)));
    found.ok_or_else(|| OpError::operand(slot, "tuples along the last axis", shape))
}

impl Operator for GatherNd {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, INDICES)?;
        let ((_, length), rank) = (tuples(io, 1)?, io.rank(0)?);
        if length > rank || rank == 0 {
            let expected = format!("tuples of at most {rank} coordinates");
            return Err(OpError::operand(1, expected, io.shape(1)?));
        }
        if length == 0 {
            io.dims(0)?;
            io.dims(1)?;
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (outer, length) = tuples(io, 1)?;
        let inner = &io.shape(0)?.dims()[length..];
        Ok(Some(vec![outer.iter().chain(inner).cloned().collect()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let last = io.rank(1)?.saturating_sub(1);
        let rank = io.result(0).shape.rank();
        let map = AxisMap::new(rank + 1).operand(1, (0..last).chain([rank]));
        batch.along(io, map.result(0, 0..rank), 0..last)
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (_, length) = tuples(cx.io(), 1)?;
        let x = cx.source(0)?;
        let y = if length == 0 {
            let dims = cx.result_shape(0).fixed().unwrap_or_default();
            cx.expand(&x, &dims)
        } else {
            let indices = cx.source(1)?;
            let indices = cx.cast(&indices, DType::Int64)?;
            cx.node("GatherND").inputs([&x, &indices]).out_result(0)
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = gather::gather_nd(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }
}
