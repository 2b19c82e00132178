//! TRANSPOSE: the axes in another order.
//!
//! Source: LiteRT kernels/transpose.cc. ONNX: Transpose; nothing where the layout's own choice of order makes
//! it a change of name.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Listed, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Wire, resolve_axis,
};
use crate::ops::movers::{View, expect_movable};
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::TRANSPOSE, |_| Ok(Box::new(Transpose)))
            .versions(1..=9)
            .arity(2..=2, 1..=1)
            .emits(&["Transpose"]),
    ];

#[derive(Debug)]
struct Transpose;

/// The permutation; `None` where it is computed.
fn permutation(io: &Operands<'_>) -> Result<Option<Vec<usize>>, OpError> {
    let rank = io.rank(0)?;
    let Some(ints) = io.known_ints(1) else {
        return Ok(None);
    };
    let refused = || {
        let expected = format!("a permutation of {rank} axes");
        OpError::operand(1, expected, Listed(&ints))
    };
    if ints.len() != rank {
        return Err(refused());
    }
    let axes = ints.iter().map(|&axis| resolve_axis(axis, rank));
    let axes: Vec<usize> = axes.collect::<Result<_, _>>()?;
    match (0..rank).all(|axis| axes.contains(&axis)) {
        true => Ok(Some(axes)),
        false => Err(refused()),
    }
}

/// A transposition whose permutation is computed: every element is looked up by its place in the flattened
/// tensor, which is a sum over the axes of index times stride.
fn lookup(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let dims = cx.io().dims(0)?;
    let perm = cx.source(1)?;
    let extents = cx.extents(&dims);
    let extents = cx.gather(&extents, &perm, 0);
    let strides: Vec<usize> = (1..=dims.len())
        .map(|after| dims[after..].iter().product())
        .collect();
    let strides = cx.extents(&strides);
    let strides = cx.gather(&strides, &perm, 0);
    let (zero, one) = (cx.scalar(DType::Int64, 0.0)?, cx.scalar(DType::Int64, 1.0)?);
    let result = cx.result_shape(0);
    let mut place: Option<Wire> = None;
    for axis in 0..dims.len() {
        let at = cx.scalar(DType::Int64, axis as f64)?;
        let (extent, stride) = (cx.gather(&extents, &at, 0), cx.gather(&strides, &at, 0));
        let along = Shape::new([result[axis].clone()]);
        let node = cx.node("Range").inputs([&zero, &extent, &one]);
        let index = node.out(DType::Int64, along);
        let index = cx.binary("Mul", &index, &stride)?;
        let mut dims = vec![1usize.into(); dims.len()];
        dims[axis] = result[axis].clone();
        let index = cx.reshape(&index, &dims.into_iter().collect())?;
        place = Some(match place {
            Some(place) => cx.binary("Add", &place, &index)?,
            None => index,
        });
    }
    let Some(place) = place else {
        return Ok(x.clone());
    };
    let flat = cx.reshape_to(x, &[dims.iter().product()])?;
    Ok(cx.gather(&flat, &place, 0))
}

impl Operator for Transpose {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_rank(1, 1..=1)?;
        if permutation(io)?.is_none() {
            io.dims(0)?;
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(0)?;
        let dims: Shape = match permutation(io)? {
            Some(perm) => perm.iter().map(|&axis| shape[axis].clone()).collect(),
            None => (0..shape.rank())
                .map(|axis| io.unknown_dim(0, axis))
                .collect(),
        };
        Ok(Some(vec![dims]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(0)?.literal().zip(permutation(io)?);
        let folded = known
            .and_then(|(literal, perm)| View::whole(&literal.shape).permute(&perm).of(&literal));
        Ok(folded.map(|literal| vec![literal]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let Some(axes) = permutation(io)? else {
            return Err(OpError::unsupported_operand(1, "a computed permutation"));
        };
        let rank = axes.len();
        let map = AxisMap::new(rank).operand(0, 0..rank).result(0, axes);
        batch.along(io, map, 0..rank)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match permutation(io) {
            Ok(Some(perm)) => Placement::Free(
                AxisMap::new(perm.len())
                    .operand(0, 0..perm.len())
                    .result(0, perm),
            ),
            _ => Placement::Barrier,
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let perm = permutation(cx.io())?;
        let given = perm.as_ref().map(|perm| cx.finish_permuted(0, 0, perm));
        if given.transpose()? == Some(true) {
            return Ok(());
        }
        let x = cx.real(0)?;
        let y = match perm {
            None => lookup(cx, &x)?,
            // Operand and result have the same axes, and both stand in the order of the space.
            Some(_) if cx.is_placed() => x,
            Some(perm) => cx.transpose(&x, &perm)?,
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let perm = cx.ints(1)?.into_iter();
        let perm: Result<Vec<usize>, _> = perm.map(|axis| resolve_axis(axis, x.rank())).collect();
        let y = arrange::transpose(&x, &perm?)?;
        cx.finish(0, y)
    }
}
