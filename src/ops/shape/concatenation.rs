//! CONCATENATION: tensors joined along an axis.
//!
//! Source: LiteRT kernels/concatenation.cc: the one kernel that refuses every fused activation; scalars may
//! be joined where all are constant. ONNX: Concat.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, MANY, OpDef, OpError, Operands,
    Operator, Placement, QuantRule, RawOp, Shape, resolve_axis,
};
use crate::ops::movers::{expect_movable, join};
#[cfg(feature = "validate")]
use crate::reference::kernels::slice;
use crate::tflite::options;
use crate::tflite::schema::{ActivationFunctionType, BuiltinOperator, ConcatenationOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::CONCATENATION, Concatenation::parse)
            .versions(1..=7)
            .arity(1..=MANY, 1..=1)
            .emits(&["Concat"]),
    ];

#[derive(Debug)]
struct Concatenation {
    axis: i64,
}

impl Concatenation {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let ConcatenationOptionsT {
            axis,
            fused_activation_function: activation,
        } = options!(raw, builtin_options_as_concatenation_options);
        if activation != ActivationFunctionType::NONE {
            return Err(OpError::option(
                "fused_activation_function",
                "NONE",
                format!("{activation:?}"),
            ));
        }
        let axis = axis.into();
        Ok(Box::new(Concatenation { axis }))
    }

    /// Scalars are joined as vectors of one.
    fn axis(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        resolve_axis(self.axis, io.rank(0)?.max(1))
    }

    fn has_scalars(io: &Operands<'_>) -> bool {
        io.get(0).is_some_and(|value| value.shape.rank() == 0)
    }
}

impl Operator for Concatenation {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let axis = self.axis(io)?;
        let first = io.shape(0)?;
        let fits = |(a, (have, want)): (usize, (&Dim, &Dim))| {
            a == axis || have == want || have.fixed().is_none() || want.fixed().is_none()
        };
        for slot in 0..io.len() {
            expect_movable(io, slot)?;
            io.expect_same_dtype(slot, 0)?;
            let shape = io.shape(slot)?;
            let mut pairs = shape.dims().iter().zip(first.dims()).enumerate();
            if shape.rank() != first.rank() || !pairs.all(fits) {
                let expected = format!("{first} apart from axis {axis}");
                return Err(OpError::operand(slot, expected, shape));
            }
            if Self::has_scalars(io) && io.operand(slot)?.constant().is_none() {
                return Err(OpError::operand(slot, "a tensor with axes", "a scalar"));
            }
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let axis = self.axis(io)?;
        if Self::has_scalars(io) {
            return Ok(Some(vec![Shape::new([io.len()])]));
        }
        let mut dims = io.shape(0)?.dims().to_vec();
        let mut total = Some(0usize);
        for slot in 0..io.len() {
            let shape = io.shape(slot)?;
            total = total.zip(shape[axis].fixed()).map(|(sum, n)| sum + n);
            for (have, dim) in dims.iter_mut().zip(shape.dims()) {
                if have.fixed().is_none() && dim.fixed().is_some() {
                    *have = dim.clone();
                }
            }
        }
        let told = || io.replaced(axis).unwrap_or_else(|| io.unknown_dim(0, axis));
        dims[axis] = total.map_or_else(told, Dim::Fixed);
        Ok(Some(vec![dims.into_iter().collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let axis = self.axis(io)?;
        let parts = (0..io.len()).map(|slot| {
            let mut literal = io.get(slot)?.literal()?;
            if literal.shape.is_empty() {
                literal.shape.push(1);
            }
            Some(literal)
        });
        let parts: Option<Vec<Literal>> = parts.collect();
        let joined = parts.and_then(|parts| join(&parts, axis));
        Ok(joined.map(|literal| vec![literal]))
    }

    fn moves(&self, _: usize) -> bool {
        true
    }

    fn element(&self, io: &Operands<'_>, mut index: usize) -> Option<(usize, usize, i64)> {
        if io.result(0).shape.rank() != 1 {
            return None;
        }
        for slot in 0..io.len() {
            let count = io.get(slot)?.shape.count()?;
            match index.checked_sub(count) {
                Some(rest) => index = rest,
                None => return Some((slot, index, 0)),
            }
        }
        None
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (rank, axis) = (io.rank(0)?, self.axis(io)?);
        let map = AxisMap::new(rank).result(0, 0..rank);
        let map = (0..io.len()).fold(map, |map, slot| map.operand(slot, 0..rank));
        batch.along(io, map, (0..rank).filter(|&other| other != axis))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.rank();
        if Self::has_scalars(io) {
            return Placement::Barrier;
        }
        let map = AxisMap::new(rank).result(0, 0..rank);
        let operands = 0..io.len();
        Placement::Free(operands.fold(map, |map, slot| map.operand(slot, 0..rank)))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = cx.axis(self.axis(cx.io())?);
        let mut wires = Vec::new();
        for slot in 0..cx.io().len() {
            let wire = match carries(cx.io()) {
                true => cx.stored(slot)?,
                false => cx.real(slot)?,
            };
            wires.push(match wire.rank() {
                0 => cx.reshape_to(&wire, &[1])?,
                _ => wire,
            });
        }
        let y = match wires.as_slice() {
            [only] => only.clone(),
            [first, ..] => {
                let shape = cx.result_shape(0);
                let node = cx.node("Concat").inputs(&wires).attr("axis", axis as i64);
                node.out(first.dtype, shape)
            }
            [] => return Err(OpError::operand(0, "a tensor", "none")),
        };
        match carries(cx.io()) {
            true => cx.finish_stored(0, y),
            false => cx.finish(0, y),
        }
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let axis = self.axis(cx.io())?;
        let mut parts = Vec::new();
        for slot in 0..cx.io().len() {
            let tensor = match carries(cx.io()) {
                true => cx.stored(slot)?,
                false => cx.tensor(slot)?,
            };
            parts.push(match tensor.rank() {
                0 => crate::reference::kernels::arrange::reshape(&tensor, &[1])?,
                _ => tensor.as_ref().clone(),
            });
        }
        let y = slice::concat(&parts.iter().collect::<Vec<_>>(), axis)?;
        match carries(cx.io()) {
            true => cx.finish_stored(0, y),
            false => cx.finish(0, y),
        }
    }
}

/// Does the kernel copy what is stored, whatever the parameters? It does of INT16; it rescales UINT8, and refuses INT8
/// of different parameters (kernels/concatenation.cc).
fn carries(io: &Operands<'_>) -> bool {
    let result = io.result(0);
    result.is_quantized() && result.stored == DType::Int16
}
