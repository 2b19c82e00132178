//! SCATTER_ND: updates added to zeros at tuples of coordinates.
//!
//! Source: LiteRT kernels/scatter_nd.cc: duplicates add up (BOOL: or). ONNX: ScatterND with reduction add
//! (opset 16); without it where constant indices are all different.

use std::collections::HashSet;

use super::gather_nd::tuples;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance, Wire};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::gather;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::SCATTER_ND, |_| Ok(Box::new(ScatterNd)))
            .arity(3..=3, 1..=1)
            .emits(&["ScatterND", "Expand"]),
    ];

#[derive(Debug)]
struct ScatterNd;

/// A tensor of the result's shape, which operand `slot` gives, all of one element.
pub(super) fn canvas(cx: &mut LowerCx<'_>, element: &Wire, slot: usize) -> Result<Wire, OpError> {
    let element = cx.reshape_to(element, &[])?;
    let shape = cx.result_shape(0);
    if let Some(dims) = shape.fixed() {
        return Ok(cx.expand(&element, &dims));
    }
    let dims = cx.source(slot)?;
    let dims = cx.cast(&dims, DType::Int64)?;
    let node = cx.node("Expand").inputs([&element, &dims]);
    Ok(node.out(element.dtype, shape))
}

/// Are the indices constant, and all tuples different?
pub(super) fn distinct(io: &Operands<'_>, slot: usize, length: usize) -> bool {
    io.known_ints(slot).is_some_and(|ints| {
        let mut seen = HashSet::new();
        length > 0 && ints.chunks(length).all(|tuple| seen.insert(tuple))
    })
}

impl Operator for ScatterNd {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Int32])?;
        io.expect_dtype(2, &[DType::Int32])?;
        expect_movable(io, 1)?;
        let (updates, target) = (io.shape(1)?, io.asked_shape(2)?);
        let (outer, length) = tuples(io, 0)?;
        let wanted = target
            .dims()
            .get(length..)
            .map(|inner| outer.iter().chain(inner));
        let wanted: Option<Shape> = wanted.map(|dims| dims.cloned().collect());
        let fits = |(have, want): (&Dim, &Dim)| {
            have == want || have.fixed().is_none() || want.fixed().is_none()
        };
        let fit = wanted.as_ref().is_some_and(|wanted| {
            wanted.rank() == updates.rank() && wanted.dims().iter().zip(updates.dims()).all(fits)
        });
        if !fit || length == 0 {
            let expected = format!("updates of {target} at tuples of {length}");
            return Err(OpError::operand(1, expected, updates));
        }
        if let Some(ints) = io.known_ints(0) {
            let within = |(&n, dim): (&i64, &Dim)| {
                let index = usize::try_from(n).ok();
                index.is_some_and(|index| dim.fixed().is_none_or(|extent| index < extent))
            };
            let mut tuples = ints.chunks(length);
            if !tuples.all(|tuple| tuple.iter().zip(target.dims()).all(within)) {
                return Err(OpError::operand(
                    0,
                    format!("coordinates in {target}"),
                    "others",
                ));
            }
        }
        io.expect_result_dtype(0, io.operand(1)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.asked_shape(2)?]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (_, length) = tuples(cx.io(), 0)?;
        let distinct = distinct(cx.io(), 0, length);
        let updates = cx.source(1)?;
        let own = updates.dtype;
        // As numbers booleans add up to what "or" makes of them.
        let updates = match own {
            DType::Bool if !distinct => cx.cast(&updates, DType::Int32)?,
            _ => updates,
        };
        let zero = cx.scalar(updates.dtype, 0.0)?;
        let zeros = canvas(cx, &zero, 2)?;
        let indices = cx.source(0)?;
        let indices = cx.cast(&indices, DType::Int64)?;
        if !distinct {
            cx.require_opset(16)?;
        }
        let node = cx.node("ScatterND").inputs([&zeros, &indices, &updates]);
        let y = match distinct {
            true => node.out_like(&zeros),
            false => node.attr("reduction", "add").out_like(&zeros),
        };
        let y = cx.cast(&y, own)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let wrong = |n| OpError::operand(2, "a shape", n);
        let shape = cx.ints(2)?.into_iter();
        let shape = shape.map(|n| usize::try_from(n).map_err(|_| wrong(n)));
        let shape: Vec<usize> = shape.collect::<Result<_, _>>()?;
        let y = gather::scatter_nd(&*cx.tensor(0)?, &*cx.tensor(1)?, &shape)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
