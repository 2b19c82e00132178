//! STABLEHLO_PAD and DILATE: elements set apart along each axis, with a value between and around them.
//!
//! Source: LiteRT kernels/{stablehlo_pad,dilate}.cc: negative paddings crop, after everything else; where
//! anything is empty, all of the result is. ONNX: Reshape and Pad set elements apart, Pad and Slice do the
//! edges.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Placement, QuantRule,
    RawOp, Shape, Wire,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::pad::{Spread, spread};
use crate::tflite::schema::{BuiltinOperator as Code, StablehloPadOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::STABLEHLO_PAD, Pad::parse)
        .arity(2..=2, 1..=1)
        .emits(&["Pad", "Reshape", "Slice"]),
    OpDef::new(Code::DILATE, |_| Ok(Box::new(Dilate)))
        .arity(3..=3, 1..=1)
        .emits(&["Pad", "Reshape", "Slice"])
        .note("constant dilations"),
];

/// What happens along one axis: elements before, behind and between those there are; negative edges crop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub low: i64,
    pub high: i64,
    pub interior: i64,
}

impl Edge {
    /// The extent that one of `n` becomes.
    fn extent(self, n: usize) -> Option<usize> {
        let gaps = i64::try_from(n).ok()?.checked_sub(1)?.max(0);
        let spread = (n as i64).checked_add(gaps.checked_mul(self.interior)?)?;
        let extent = spread.checked_add(self.low)?.checked_add(self.high)?;
        usize::try_from(extent).ok().filter(|&n| n > 0)
    }

    fn is_nothing(self) -> bool {
        (self.low, self.high, self.interior) == (0, 0, 0)
    }

    /// For the reference.
    #[cfg(feature = "validate")]
    pub fn reference(self) -> Spread {
        Spread {
            low: self.low,
            high: self.high,
            interior: self.interior.unsigned_abs() as usize,
        }
    }
}

/// The shape that these edges give. An empty one, or one that is only known when the model runs, is refused.
pub(super) fn padded(slot: usize, shape: &Shape, edges: &[Edge]) -> Result<Shape, OpError> {
    if edges.len() != shape.rank() {
        let expected = format!("rank {}", edges.len());
        return Err(OpError::operand(slot, expected, shape));
    }
    let dim = |(dim, edge): (&Dim, &Edge)| match dim {
        dim if edge.is_nothing() => Ok(dim.clone()),
        Dim::Fixed(n) => edge.extent(*n).map(Dim::Fixed).ok_or_else(|| {
            OpError::inconsistent(format!(
                "{n} elements padded with {edge:?}: an empty result"
            ))
        }),
        Dim::Symbol(_) => Err(OpError::unsupported("padding a dynamic dimension")),
    };
    shape.dims().iter().zip(edges).map(dim).collect()
}

/// Pads a wire in its own physical order; the value is a scalar.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    x: &Wire,
    value: &Wire,
    edges: &[Edge],
) -> Result<Wire, OpError> {
    if edges.iter().all(|edge| edge.is_nothing()) {
        return Ok(x.clone());
    }
    let own = x.dtype;
    let wide = match own {
        DType::Bool | DType::Int16 | DType::UInt16 => DType::Int32,
        other => other,
    };
    let (x, value) = (cx.cast(x, wide)?, cx.cast(value, wide)?);
    let mut y = set_apart(cx, &x, &value, edges)?;
    // Behind the last element stands as much as between two.
    let count = |n: i64| usize::try_from(n.max(0)).unwrap_or(usize::MAX);
    let pads: Vec<_> = edges
        .iter()
        .map(|edge| (count(edge.low), count(edge.high - edge.interior)))
        .collect();
    y = cx.pad(&y, &pads, Some(&value))?;
    let shape = padded(0, &x.shape, edges)?;
    let cuts: Vec<Cut> = (edges.iter().enumerate())
        .filter_map(|(axis, edge)| {
            let extent = shape[axis].fixed()?;
            Some(Cut {
                axis,
                start: (-edge.low).max(0),
                step: 1,
                extent,
            })
        })
        .collect();
    let y = cx.slice(&y, &cuts);
    cx.cast(&y, own)
}

/// Every element with its gap behind it: an axis of its own for each axis that has gaps, padded, then merged.
fn set_apart(
    cx: &mut LowerCx<'_>,
    x: &Wire,
    value: &Wire,
    edges: &[Edge],
) -> Result<Wire, OpError> {
    if edges.iter().all(|edge| edge.interior == 0) {
        return Ok(x.clone());
    }
    let (mut single, mut merged, mut pads) = (Vec::new(), Vec::new(), Vec::new());
    for (dim, edge) in x.shape.dims().iter().zip(edges) {
        single.push(dim.clone());
        pads.push((0, 0));
        let gap = usize::try_from(edge.interior).unwrap_or(0);
        if gap == 0 {
            merged.push(dim.clone());
            continue;
        }
        let extent = dim
            .fixed()
            .ok_or_else(|| OpError::unsupported("padding a dynamic dimension"))?;
        single.push(Dim::Fixed(1));
        pads.push((0, gap));
        merged.push(Dim::Fixed(extent * (gap + 1)));
    }
    let y = cx.reshape(x, &Shape::new(single))?;
    let y = cx.pad(&y, &pads, Some(value))?;
    cx.reshape(&y, &Shape::new(merged))
}

/// Operand, value and result of one type, the value one element.
fn check(io: &Operands<'_>, value: usize) -> Result<(), OpError> {
    expect_movable(io, 0)?;
    io.expect_rank(0, 1..=8)?;
    let (stored, fill) = (io.operand(0)?.stored, io.operand(value)?);
    if fill.stored != stored {
        return Err(OpError::operand(value, stored, fill.stored));
    }
    if fill.shape.count() != Some(1) {
        return Err(OpError::operand(value, "one element", &fill.shape));
    }
    match io.result(0).stored {
        result if result == stored => Ok(()),
        result => Err(OpError::result(0, stored, result)),
    }
}

fn lower_with(cx: &mut LowerCx<'_>, value: usize, edges: &[Edge]) -> Result<(), OpError> {
    let x = cx.real(0)?;
    let value = cx.source(value)?;
    let value = cx.reshape_to(&value, &[])?;
    let edges = cx.ordered(edges);
    let y = lower(cx, &x, &value, &edges)?;
    cx.finish(0, y)
}

#[derive(Debug)]
struct Pad {
    edges: Vec<Edge>,
}

impl Pad {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = raw.operator.builtin_options_2_as_stablehlo_pad_options();
        let options = options.ok_or_else(|| OpError::inconsistent("it has no options"))?;
        let StablehloPadOptionsT {
            edge_padding_low,
            edge_padding_high,
            interior_padding,
        } = options.unpack();
        let low = edge_padding_low.unwrap_or_default();
        let high = edge_padding_high.unwrap_or_default();
        let interior = interior_padding.unwrap_or_default();
        let limit = u64::from(u32::MAX);
        let all = low.iter().chain(&high).chain(&interior);
        let lengths = (low.len(), low.len()) == (high.len(), interior.len());
        if !lengths
            || all.clone().any(|n| n.unsigned_abs() > limit)
            || interior.iter().any(|&n| n < 0)
        {
            let found = format!("{low:?}, {high:?}, {interior:?}");
            return Err(OpError::option("padding", "three lists below 2³²", found));
        }
        let edges = (low.iter().zip(&high).zip(&interior)).map(|((&low, &high), &interior)| Edge {
            low,
            high,
            interior,
        });
        Ok(Box::new(Pad {
            edges: edges.collect(),
        }))
    }
}

impl Operator for Pad {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        check(io, 1)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![padded(0, io.shape(0)?, &self.edges)?]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn placement(&self, _io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(self.edges.len()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        lower_with(cx, 1, &self.edges)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let axes: Vec<Spread> = self.edges.iter().map(|edge| edge.reference()).collect();
        let y = spread(&*cx.tensor(0)?, &axes, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }
}

#[derive(Debug)]
struct Dilate;

impl Dilate {
    fn edges(io: &Operands<'_>) -> Result<Vec<Edge>, OpError> {
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_rank(1, 1..=1)?;
        let edge = |dilation: i64| match dilation {
            1.. => Ok(Edge {
                low: 0,
                high: 0,
                interior: dilation - 1,
            }),
            other => Err(OpError::operand(1, "dilations above 0", other)),
        };
        io.ints(1)?.into_iter().map(edge).collect()
    }
}

impl Operator for Dilate {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        check(io, 2)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![padded(0, io.shape(0)?, &Self::edges(io)?)?]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let edges = Self::edges(cx.io())?;
        lower_with(cx, 2, &edges)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let dilations = cx.ints(1)?;
        let axis = |n: &i64| Spread {
            low: 0,
            high: 0,
            interior: usize::try_from(n - 1).unwrap_or(0),
        };
        let axes: Vec<Spread> = dilations.iter().map(axis).collect();
        let y = spread(&*cx.tensor(0)?, &axes, &*cx.tensor(2)?)?;
        cx.finish(0, y)
    }
}
