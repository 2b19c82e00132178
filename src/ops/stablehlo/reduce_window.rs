//! REDUCE_WINDOW, STABLEHLO_REDUCE_WINDOW: what a window sees, folded into one element, from an initial value.
//!
//! Source: LiteRT kernels/stablehlo_reduce_window.cc, which has both: the input is dilated, then padded or
//! cropped, with the initial value, and then windows are laid over it. ONNX: Gather and Reduce…, axis by axis,
//! since the functions are associative and commute.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, RawOp, Shape, Tolerance, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::{
    pad::{Spread, spread},
    window,
};
use crate::tflite::options;
use crate::tflite::schema::{
    BuiltinOperator as Code, ReduceWindowOptionsT, StablehloReduceWindowOptionsT,
};

use super::pad::{self, Edge};
use super::reducer::Reducer;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::REDUCE_WINDOW, ReduceWindow::parse)
        .arity(5..=5, 1..=1)
        .emits(&[
            "Gather",
            "ReduceSum",
            "ReduceProd",
            "ReduceMin",
            "ReduceMax",
        ]),
    OpDef::new(Code::STABLEHLO_REDUCE_WINDOW, ReduceWindow::parse_stablehlo)
        .arity(2..=2, 1..=1)
        .emits(&[
            "Gather",
            "ReduceSum",
            "ReduceProd",
            "ReduceMin",
            "ReduceMax",
        ])
        .note("one input; the reduction is one operator"),
];

/// A window along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    window: usize,
    stride: usize,
    dilation: usize,
}

impl Axis {
    fn new(window: i64, stride: i64, dilation: i64) -> Result<Self, OpError> {
        let positive = |n: i64| u32::try_from(n).ok().filter(|&n| n > 0);
        let found = positive(window)
            .zip(positive(stride))
            .zip(positive(dilation));
        let ((window, stride), dilation) = found.ok_or_else(|| {
            let found = format!("{window}, {stride}, {dilation}");
            OpError::option("window, stride and dilation", "positive numbers", found)
        })?;
        Ok(Axis {
            window: window as usize,
            stride: stride as usize,
            dilation: dilation as usize,
        })
    }

    fn is_nothing(self) -> bool {
        (self.window, self.stride) == (1, 1)
    }

    /// How many windows there are on an axis.
    fn count(self, extent: usize) -> Result<usize, OpError> {
        let reach = (self.window - 1)
            .checked_mul(self.dilation)
            .and_then(|reach| extent.checked_sub(reach)?.checked_sub(1));
        let room = reach.ok_or_else(|| {
            OpError::inconsistent(format!(
                "windows of {} elements, {} apart, on an axis of {extent}: an empty result",
                self.window, self.dilation
            ))
        })?;
        Ok(room / self.stride + 1)
    }
}

#[derive(Debug)]
struct ReduceWindow {
    reducer: Reducer,
    /// Windows and edges by axis; where there are none, the windows are operands 2 to 4.
    laid: Option<(Vec<Axis>, Vec<Edge>)>,
}

impl ReduceWindow {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let ReduceWindowOptionsT { reduce_function } =
            options!(raw, builtin_options_2_as_reduce_window_options);
        Ok(Box::new(ReduceWindow {
            reducer: Reducer::named(reduce_function)?,
            laid: None,
        }))
    }

    fn parse_stablehlo(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = raw
            .operator
            .builtin_options_2_as_stablehlo_reduce_window_options();
        let options = options.ok_or_else(|| OpError::inconsistent("it has no options"))?;
        let StablehloReduceWindowOptionsT {
            window_dimensions,
            window_strides,
            base_dilations,
            window_dilations,
            padding,
            body_subgraph_index,
        } = options.unpack();
        let windows = window_dimensions.unwrap_or_default();
        let rank = windows.len();
        // What is left out is 1, or no padding (LiteRT: core/api/flatbuffer_conversions.cc).
        let or = |list: Option<Vec<i64>>, len: usize, default: i64, name: &str| match list {
            Some(list) if list.len() == len => Ok(list),
            None => Ok(vec![default; len]),
            Some(list) if list.is_empty() => Ok(vec![default; len]),
            Some(list) => Err(OpError::option(name, format!("{len} numbers"), list.len())),
        };
        let strides = or(window_strides, rank, 1, "window_strides")?;
        let bases = or(base_dilations, rank, 1, "base_dilations")?;
        let dilations = or(window_dilations, rank, 1, "window_dilations")?;
        let padding = or(padding, rank * 2, 0, "padding")?;
        let limit = i64::from(u32::MAX);
        if bases.iter().any(|&n| n < 1 || n > limit)
            || padding
                .iter()
                .any(|n| n.unsigned_abs() > limit.unsigned_abs())
        {
            let found = format!("{bases:?}, {padding:?}");
            return Err(OpError::option(
                "base_dilations and padding",
                "numbers below 2³²",
                found,
            ));
        }
        let (pairs, _) = padding.as_chunks::<2>();
        let edges = bases.iter().zip(pairs).map(|(&base, &[low, high])| Edge {
            low,
            high,
            interior: base - 1,
        });
        let axes = (0..rank).map(|axis| Axis::new(windows[axis], strides[axis], dilations[axis]));
        Ok(Box::new(ReduceWindow {
            reducer: Reducer::of_body(raw, body_subgraph_index)?,
            laid: Some((axes.collect::<Result<_, _>>()?, edges.collect())),
        }))
    }

    fn laid(&self, io: &Operands<'_>) -> Result<(Vec<Axis>, Vec<Edge>), OpError> {
        let (axes, edges) = match &self.laid {
            Some(laid) => laid.clone(),
            None => {
                let lists = [2, 3, 4].map(|slot| io.ints(slot));
                let [windows, strides, dilations] = lists;
                let (windows, strides, dilations) = (windows?, strides?, dilations?);
                let all = windows.iter().zip(&strides).zip(&dilations);
                let axes =
                    all.map(|((&window, &stride), &dilation)| Axis::new(window, stride, dilation));
                let axes = axes.collect::<Result<Vec<_>, _>>()?;
                let nothing = Edge {
                    low: 0,
                    high: 0,
                    interior: 0,
                };
                let edges = vec![nothing; axes.len()];
                (axes, edges)
            }
        };
        match io.rank(0)? == axes.len() {
            true => Ok((axes, edges)),
            false => Err(OpError::operand(
                0,
                format!("rank {}", axes.len()),
                io.shape(0)?,
            )),
        }
    }
}

/// Folds one axis: each window's elements along an axis of their own, which is then reduced.
fn lower_axis(
    cx: &mut LowerCx<'_>,
    reducer: Reducer,
    x: &Wire,
    at: usize,
    axis: Axis,
) -> Result<Wire, OpError> {
    if axis.is_nothing() {
        return Ok(x.clone());
    }
    let extent = x.shape[at]
        .fixed()
        .ok_or_else(|| OpError::unsupported("a window on a dynamic dimension"))?;
    let count = axis.count(extent)?;
    if (count, axis.window) == (1, extent) {
        return Ok(cx.reduce(reducer.onnx(), x, &[at], true));
    }
    cx.make_room(count.saturating_mul(axis.window), size_of::<i64>())?;
    let starts = (0..count).map(|window| window * axis.stride);
    let indices = starts.flat_map(|start| (0..axis.window).map(move |i| start + i * axis.dilation));
    let data: Vec<u8> = indices
        .flat_map(|index| (index as i64).to_le_bytes())
        .collect();
    let indices = cx.literal(Literal {
        dtype: DType::Int64,
        shape: vec![count, axis.window],
        data: data.into(),
    });
    let seen = cx.gather(x, &indices, at);
    Ok(cx.reduce(reducer.onnx(), &seen, &[at + 1], false))
}

impl Operator for ReduceWindow {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 1..=6)?;
        let stored = io.operand(0)?.stored;
        self.reducer.check(0, stored)?;
        let initial = io.operand(1)?;
        if initial.stored != stored {
            return Err(OpError::operand(1, stored, initial.stored));
        }
        if initial.shape.count() != Some(1) {
            return Err(OpError::operand(1, "one element", &initial.shape));
        }
        if self.laid.is_none() {
            (2..=4).try_for_each(|slot| io.expect_dtype(slot, &[DType::Int64]))?;
        }
        self.laid(io)?;
        match io.result(0).stored {
            result if result == stored => Ok(()),
            result => Err(OpError::result(0, stored, result)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (axes, edges) = self.laid(io)?;
        let padded = pad::padded(0, io.shape(0)?, &edges)?;
        let dim = |(dim, axis): (&Dim, &Axis)| match dim {
            dim if axis.is_nothing() => Ok(dim.clone()),
            Dim::Fixed(n) => axis.count(*n).map(Dim::Fixed),
            Dim::Symbol(_) => Err(OpError::unsupported("a window on a dynamic dimension")),
        };
        let shape = padded.dims().iter().zip(&axes).map(dim);
        Ok(Some(vec![shape.collect::<Result<_, _>>()?]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (axes, edges) = self.laid(cx.io())?;
        let (axes, edges) = (cx.ordered(&axes), cx.ordered(&edges));
        let x = cx.real(0)?;
        let initial = cx.source(1)?;
        let initial = cx.reshape_to(&initial, &[])?;
        let own = x.dtype;
        let x = pad::lower(cx, &x, &initial, &edges)?;
        let mut y = self.reducer.widen(cx, &x)?;
        for (at, &axis) in axes.iter().enumerate() {
            y = lower_axis(cx, self.reducer, &y, at, axis)?;
        }
        let initial = self.reducer.widen(cx, &initial)?;
        let y = self.reducer.pair(cx, &y, &initial)?;
        let y = cx.cast(&y, own)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (axes, edges) = self.laid(cx.io())?;
        let initial = cx.tensor(1)?;
        let apart: Vec<Spread> = edges.iter().map(|edge| edge.reference()).collect();
        let x = spread(&*cx.tensor(0)?, &apart, &initial)?;
        let axes: Vec<window::Axis> = axes
            .iter()
            .map(|axis| window::Axis {
                window: axis.window,
                stride: axis.stride,
                dilation: axis.dilation,
            })
            .collect();
        let y = window::reduce(self.reducer.reference(), &x, &axes, &initial)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
