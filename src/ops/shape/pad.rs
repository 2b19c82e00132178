//! PAD, PADV2: a constant around a tensor.
//!
//! Source: LiteRT kernels/pad.cc: both are one kernel; negative paddings are refused. ONNX: Pad; types that
//! onnxruntime does not pad go through INT32.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Listed, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Wire,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::pad;
use crate::tflite::schema::BuiltinOperator as Code;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::PAD, |_| Ok(Box::new(Pad)))
        .versions(1..=6)
        .arity(2..=3, 1..=1)
        .emits(&["Pad"]),
    OpDef::new(Code::PADV2, |_| Ok(Box::new(Pad)))
        .versions(1..=6)
        .arity(2..=3, 1..=1)
        .emits(&["Pad"]),
];

#[derive(Debug)]
struct Pad;

/// Elements before and after each axis; `None` where they are computed.
pub(super) fn paddings(io: &Operands<'_>) -> Result<Option<Vec<(usize, usize)>>, OpError> {
    io.expect_dtype(1, &[DType::Int32, DType::Int64])?;
    let (rank, rows) = (io.rank(0)?, io.shape(1)?);
    if rows.fixed().as_deref() != Some(&[rank, 2]) {
        return Err(OpError::operand(1, format!("shape [{rank}, 2]"), rows));
    }
    let Some(ints) = io.known_ints(1) else {
        return Ok(None);
    };
    let (pairs, _) = ints.as_chunks::<2>();
    let pair = |&[before, after]: &[i64; 2]| {
        let before = u32::try_from(before).ok()?;
        Some((before as usize, u32::try_from(after).ok()? as usize))
    };
    let found: Option<Vec<_>> = pairs.iter().map(pair).collect();
    let refused = || OpError::operand(1, "paddings from 0 to 2³²", Listed(&ints));
    found.ok_or_else(refused).map(Some)
}

/// The padded shape.
pub(super) fn padded(io: &Operands<'_>) -> Result<Shape, OpError> {
    let pads = paddings(io)?;
    let dims = io.shape(0)?.dims().iter().enumerate();
    let dim = |(axis, dim): (usize, &Dim)| {
        let more = pads.as_ref().map(|pads| pads[axis].0 + pads[axis].1);
        match (dim, more) {
            (dim, Some(0)) => dim.clone(),
            (Dim::Fixed(n), Some(more)) => Dim::Fixed(n + more),
            _ => io.unknown_dim(0, axis),
        }
    };
    Ok(dims.map(dim).collect())
}

/// The examples of a batch along an axis that is not padded.
pub(super) fn unpadded(io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
    let pads = paddings(io)?.unwrap_or_default();
    batch.same(io, (0..pads.len()).filter(|&axis| pads[axis] == (0, 0)))
}

/// Any order will do where the paddings are known.
pub(super) fn where_known(io: &Operands<'_>) -> Placement {
    match io.known_ints(1) {
        Some(_) => Placement::Free(AxisMap::same(io.result(0).shape.rank())),
        None => Placement::Barrier,
    }
}

/// ONNX's pads from rows of two computed when the model runs: all beginnings, then all ends.
pub(super) fn computed(cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
    let rows = cx.source(1)?;
    let rows = cx.cast(&rows, DType::Int64)?;
    let rank = cx.io().rank(0)?;
    let columns = cx.transpose(&rows, &[1, 0])?;
    cx.reshape_to(&columns, &[rank * 2])
}

impl Operator for Pad {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        paddings(io)?;
        if let Some(value) = io.get(2) {
            io.expect_same_dtype(2, 0)?;
            if value.shape.count() != Some(1) {
                return Err(OpError::operand(2, "one element", &value.shape));
            }
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![padded(io)?]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        unpadded(io, batch)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        where_known(io)
    }

    /// The kernel copies what is stored, whatever the parameters, and fills with the result's zero point
    /// (kernels/pad.cc).
    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let own = x.dtype;
        let wide = match own {
            DType::Int16 | DType::UInt16 => DType::Int32,
            other => other,
        };
        let x = cx.cast(&x, wide)?;
        let value = match cx.io().get(2) {
            Some(_) => {
                let value = cx.source(2)?;
                let value = cx.reshape_to(&value, &[])?;
                Some(cx.cast(&value, wide)?)
            }
            None => cx.zero(wide)?,
        };
        let y = match paddings(cx.io())? {
            Some(pads) => {
                let pads = cx.ordered(&pads);
                cx.pad(&x, &pads, value.as_ref())?
            }
            None => {
                let pads = computed(cx)?;
                let shape = cx.result_shape(0);
                let node = cx.node("Pad").inputs([&x, &pads]).maybe(value.as_ref());
                node.attr("mode", "constant").out(wide, shape)
            }
        };
        let y = cx.cast(&y, own)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let pads = reference_paddings(cx)?;
        let value = match cx.tensor_opt(2) {
            Some(value) => Some(value),
            None => cx.zero()?,
        };
        let y = pad::pad(&*cx.tensor(0)?, &pads, value.as_deref())?;
        cx.finish(0, y)
    }
}

/// The rows of two that an execution is given.
#[cfg(feature = "validate")]
pub(super) fn reference_paddings(cx: &ReferenceCx<'_>) -> Result<Vec<(usize, usize)>, OpError> {
    let ints = cx.ints(1)?;
    let (pairs, _) = ints.as_chunks::<2>();
    let count = |n: i64| usize::try_from(n).map_err(|_| OpError::operand(1, "no negatives", n));
    pairs
        .iter()
        .map(|&[before, after]| Ok((count(before)?, count(after)?)))
        .collect()
}
