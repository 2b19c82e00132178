//! SQUEEZE, EXPAND_DIMS: axes of extent 1 taken out and put in.
//!
//! Source: LiteRT kernels/squeeze.cc (no axes given: all of extent 1), kernels/expand_dims.cc. ONNX: Reshape,
//! or Unsqueeze along a computed axis.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, RawOp, Shape, resolve_axis,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, SqueezeOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::SQUEEZE, squeeze)
        .versions(1..=2)
        .emits(&["Reshape"]),
    OpDef::new(Code::EXPAND_DIMS, |_| Ok(Box::new(UnitAxes::ExpandDims)))
        .arity(2..=2, 1..=1)
        .emits(&["Reshape", "Unsqueeze"]),
];

#[derive(Debug)]
enum UnitAxes {
    Squeeze(Vec<i64>),
    ExpandDims,
}

fn squeeze(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let SqueezeOptionsT { squeeze_dims } = options!(raw, builtin_options_as_squeeze_options);
    let axes = squeeze_dims.unwrap_or_default().into_iter().map(i64::from);
    Ok(Box::new(UnitAxes::Squeeze(axes.collect())))
}

impl UnitAxes {
    /// The axes, as the longer of the two shapes counts them, that the other one lacks; `None` where they are
    /// computed.
    fn axes(&self, io: &Operands<'_>) -> Result<Option<Vec<usize>>, OpError> {
        let shape = io.shape(0)?;
        // The two parts of a complex number lie along an axis of their own, which the file does not count.
        let rank = shape.rank() - usize::from(io.operand(0)?.complex);
        let axes: Vec<usize> = match self {
            UnitAxes::ExpandDims => match io.known_ints(1).as_deref() {
                Some(&[axis]) => vec![resolve_axis(axis, rank + 1)?],
                _ if rank < shape.rank() => {
                    return Err(OpError::unsupported_operand(
                        1,
                        "computed, for complex numbers",
                    ));
                }
                _ => return Ok(None),
            },
            UnitAxes::Squeeze(axes) if axes.is_empty() => {
                let units = (0..rank).filter(|&axis| shape[axis].is_one());
                units.collect()
            }
            UnitAxes::Squeeze(axes) => {
                let axes = axes.iter().map(|&axis| resolve_axis(axis, rank));
                axes.collect::<Result<_, _>>()?
            }
        };
        Ok(Some(axes))
    }
}

impl Operator for UnitAxes {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        let (shape, axes) = (io.shape(0)?, self.axes(io)?);
        match self {
            UnitAxes::ExpandDims => {
                io.expect_dtype(1, &[DType::Int32, DType::Int64])?;
                if io.shape(1)?.count() != Some(1) {
                    return Err(OpError::operand(1, "one element", io.shape(1)?));
                }
            }
            UnitAxes::Squeeze(_) => {
                let axes = axes.unwrap_or_default();
                let wrong = |axis: &&usize| shape[**axis].fixed().is_some_and(|n| n != 1);
                if let Some(axis) = axes.iter().find(wrong) {
                    let expected = format!("extent 1 on axis {axis}");
                    return Err(OpError::operand(0, expected, shape));
                }
            }
        }
        io.expect_result_like(0, 0)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (shape, axes) = (io.shape(0)?, self.axes(io)?);
        let dims = shape.dims();
        let shape = match (self, axes) {
            (_, None) => (0..=dims.len())
                .map(|axis| io.unknown_dim(0, axis))
                .collect(),
            (UnitAxes::ExpandDims, Some(axes)) => {
                let mut dims = dims.to_vec();
                axes.iter().for_each(|&at| dims.insert(at, Dim::Fixed(1)));
                dims.into_iter().collect()
            }
            (UnitAxes::Squeeze(_), Some(axes)) => {
                let kept = (0..dims.len()).filter(|axis| !axes.contains(axis));
                kept.map(|axis| dims[axis].clone()).collect()
            }
        };
        Ok(Some(vec![shape]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let literal = io.operand(0)?.literal();
        let shape = io.result(0).shape.fixed();
        let folded = literal.zip(shape);
        Ok(folded.map(|(literal, shape)| vec![Literal { shape, ..literal }]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn element(&self, _io: &Operands<'_>, index: usize) -> Option<(usize, usize, i64)> {
        Some((0, index, 0))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        if io.operand(0)?.complex {
            return Err(OpError::unsupported_operand(0, "complex numbers"));
        }
        match self.placement(io) {
            Placement::Free(map) => {
                let rank = io.rank(0)?.max(io.result(0).shape.rank());
                batch.along(io, map, 0..rank)
            }
            _ => Err(OpError::unsupported_operand(1, "a computed axis")),
        }
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(Some(axes)), Ok(rank)) = (self.axes(io), io.rank(0)) else {
            return Placement::Barrier;
        };
        let longer = rank.max(io.result(0).shape.rank());
        let rest: Vec<usize> = (0..longer).filter(|axis| !axes.contains(axis)).collect();
        let map = AxisMap::new(longer);
        Placement::Free(match self {
            UnitAxes::ExpandDims => map.operand(0, rest).result(0, 0..longer),
            UnitAxes::Squeeze(_) => map.operand(0, 0..longer).result(0, rest),
        })
    }

    fn takes_complex(&self) -> bool {
        true
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let y = match self.axes(cx.io())? {
            Some(_) => cx.reshape(&x, &cx.result_shape(0))?,
            None => {
                let axis = cx.source(1)?;
                let axis = cx.reshape_to(&axis, &[1])?;
                let axis = cx.cast(&axis, DType::Int64)?;
                let node = cx.node("Unsqueeze").inputs([&x, &axis]);
                node.out_result(0)
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let mut dims = x.shape().to_vec();
        match self {
            UnitAxes::ExpandDims => {
                let rank = dims.len() - usize::from(cx.io().operand(0)?.complex);
                let at = resolve_axis(cx.ints(1)?.first().copied().unwrap_or(0), rank + 1)?;
                dims.insert(at, 1);
            }
            UnitAxes::Squeeze(_) => {
                let axes = self.axes(cx.io())?.unwrap_or_default();
                let mut axis = 0..;
                dims.retain(|_| axis.next().is_none_or(|axis| !axes.contains(&axis)));
            }
        }
        let y = arrange::reshape(&x, &dims)?;
        cx.finish(0, y)
    }
}
