//! MEAN, SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ANY, REDUCE_ALL: one number for all along some
//! axes.
//!
//! Source: LiteRT kernels/reduce.cc: axes may be negative and repeated; none at all reduce nothing; the mean
//! of integers truncates a sum in INT64. ONNX: ReduceMean, …; ANY and ALL are the extremes of 0 and 1. MEAN and
//! SUM of quantised integers are in `sums`.

use super::forms::{Axes, Kind, Reduction};
use super::sums::Sum;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Tolerance, resolve_axis,
};
use crate::ops::fold::Ints;
#[cfg(feature = "validate")]
use crate::reference::kernels::reduce as kernel;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, ReducerOptionsT};

/// A row: TFLite operator, its last version, what it computes, element types, ONNX operator.
macro_rules! reducers {
    ($($code:ident ..= $last:literal, $kind:ident, [$($dtype:ident),+] => $onnx:literal;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |raw| {
                let ReducerOptionsT { keep_dims } = options!(raw, builtin_options_as_reducer_options);
                let dtypes = &[$(DType::$dtype),+];
                Ok(Box::new(Reducer { kind: Kind::$kind, keep_dims, dtypes }))
            })
            .versions(1..=$last)
            .arity(2..=2, 1..=1)
            .emits(&[$onnx])
        ),*];
    };
}

reducers! {
    MEAN ..= 3, Mean, [Float32, Int32, Int64] => "ReduceMean";
    SUM ..= 2, Sum, [Float32, Int32, Int64] => "ReduceSum";
    REDUCE_MAX ..= 3, Max, [Float32, Int8, Int16, Int32, Int64, UInt8] => "ReduceMax";
    REDUCE_MIN ..= 3, Min, [Float32, Int8, Int16, Int32, Int64, UInt8] => "ReduceMin";
    REDUCE_PROD ..= 2, Prod, [Float32, Int8, Int16, Int32, Int64, UInt8] => "ReduceProd";
    REDUCE_ANY ..= 1, Any, [Bool] => "ReduceMax";
    REDUCE_ALL ..= 1, All, [Bool] => "ReduceMin";
}

#[derive(Debug)]
struct Reducer {
    kind: Kind,
    keep_dims: bool,
    dtypes: &'static [DType],
}

impl Reducer {
    /// The axes in the file's order, each once; `None` where they are computed. A scalar has none, whatever
    /// the operand says.
    fn axes(io: &Operands<'_>) -> Result<Option<Vec<usize>>, OpError> {
        let rank = io.rank(0)?;
        if rank == 0 {
            return Ok(Some(Vec::new()));
        }
        let Some(axes) = io.known_ints(1) else {
            return Ok(None);
        };
        let axes = axes.into_iter().map(|axis| resolve_axis(axis, rank));
        let mut axes = axes.collect::<Result<Vec<_>, _>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(Some(axes))
    }

    /// The result's shape where the axes are computed: its rank is known if the axes stay, or if there is
    /// a known number of them. (If any of them is repeated, there is an axis more, in either runtime.)
    fn unknown_shape(&self, io: &Operands<'_>) -> Result<Shape, OpError> {
        let (from, rank) = (io.shape(0)?, io.rank(0)?);
        if self.keep_dims {
            let dims = from.dims().iter().enumerate();
            let dims = dims.map(|(axis, dim)| match dim.is_one() {
                true => Dim::Fixed(1),
                false => io.unknown_dim(0, axis),
            });
            return Ok(dims.collect());
        }
        let left = io
            .shape(1)?
            .count()
            .and_then(|count| rank.checked_sub(count));
        match left {
            Some(left) => Ok((0..left).map(|axis| io.unknown_dim(0, axis)).collect()),
            None => Err(OpError::unsupported_operand(
                1,
                "how many dimensions are left is known only at run time",
            )),
        }
    }
}

impl Operator for Reducer {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, self.dtypes)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_dtype(1, &[DType::Int32])?;
        let shape = io.shape(0)?;
        let Some(axes) = Self::axes(io)? else {
            return self.unknown_shape(io).map(drop);
        };
        let empty = axes.iter().any(|&axis| shape[axis] == Dim::Fixed(0));
        if empty && !matches!(self.kind, Kind::Sum | Kind::Prod) {
            return Err(OpError::unsupported_operand(
                0,
                format!("reducing {shape} over no elements"),
            ));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let Some(axes) = Self::axes(io)? else {
            return Ok(Some(vec![self.unknown_shape(io)?]));
        };
        let dims = io.shape(0)?.dims().iter().enumerate();
        let dims = dims.filter_map(|(axis, dim)| match axes.contains(&axis) {
            false => Some(dim.clone()),
            true => self.keep_dims.then_some(Dim::Fixed(1)),
        });
        Ok(Some(vec![dims.collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let (Some(x), Some(axes)) = (Ints::operand(io, 0), Self::axes(io)?) else {
            return Ok(None);
        };
        let reduce =
            |empty, step: fn(i64, i64) -> i64| x.reduce(&axes, self.keep_dims, empty, step);
        let y = match self.kind {
            Kind::Mean | Kind::Sum => {
                let mut sum = reduce(0, i64::wrapping_add);
                if self.kind == Kind::Mean {
                    let count: usize = axes.iter().map(|&axis| x.shape[axis]).product();
                    sum.elements.iter_mut().for_each(|n| *n /= count as i64);
                }
                sum
            }
            Kind::Max | Kind::Any => reduce(i64::MIN, i64::max),
            Kind::Min | Kind::All => reduce(i64::MAX, i64::min),
            Kind::Prod => reduce(1, i64::wrapping_mul),
        };
        Ok(y.write(io.result(0).dtype).map(|literal| vec![literal]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let Some(axes) = Self::axes(io)? else {
            return Err(OpError::unsupported_operand(1, "computed axes"));
        };
        let rank = io.rank(0)?;
        let kept = (0..rank).filter(|axis| self.keep_dims || !axes.contains(axis));
        let map = AxisMap::new(rank).operand(0, 0..rank).result(0, kept);
        batch.along(io, map, (0..rank).filter(|axis| !axes.contains(axis)))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(rank), Ok(Some(axes))) = (io.rank(0), Self::axes(io)) else {
            return Placement::Barrier;
        };
        let kept = (0..rank).filter(|axis| self.keep_dims || !axes.contains(axis));
        Placement::Free(AxisMap::new(rank).operand(0, 0..rank).result(0, kept))
    }

    fn quant(&self) -> QuantRule {
        match self.kind {
            Kind::Max | Kind::Min => QuantRule::Moves,
            _ => QuantRule::Real,
        }
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axes = match Self::axes(cx.io())? {
            Some(axes) => {
                let sum = Sum::of(cx.io(), self.kind, &axes);
                let mut physical: Vec<usize> = axes.iter().map(|&axis| cx.axis(axis)).collect();
                physical.sort_unstable();
                match sum {
                    Some(sum) => return sum.lower(cx, physical, self.keep_dims),
                    None => Axes::Known(physical),
                }
            }
            None => {
                let axes = cx.source(1)?;
                let axes = cx.cast(&axes, DType::Int64)?;
                match axes.rank() {
                    0 => Axes::Computed(cx.reshape_to(&axes, &[1])?),
                    _ => Axes::Computed(axes),
                }
            }
        };
        let x = cx.real(0)?;
        let reduction = Reduction {
            kind: self.kind,
            axes,
            keep_dims: self.keep_dims,
        };
        let y = reduction.lower(cx, &x)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let kind = match self.kind {
            Kind::Mean => kernel::Reduction::Mean,
            Kind::Sum => kernel::Reduction::Sum,
            Kind::Max => kernel::Reduction::Max,
            Kind::Min => kernel::Reduction::Min,
            Kind::Prod => kernel::Reduction::Prod,
            Kind::Any => kernel::Reduction::Any,
            Kind::All => kernel::Reduction::All,
        };
        let x = cx.tensor(0)?;
        let axes: Vec<usize> = match x.rank() {
            0 => Vec::new(),
            rank => {
                let axes = cx.ints(1)?.into_iter();
                let axes = axes.map(|axis| resolve_axis(axis, rank));
                axes.collect::<Result<_, _>>()?
            }
        };
        let sum = Self::axes(cx.io())?.and_then(|axes| Sum::of(cx.io(), self.kind, &axes));
        match sum {
            Some(sum) => sum.reference(cx, &axes, self.keep_dims),
            None => cx.finish(0, kernel::reduce(kind, &x, &axes, self.keep_dims)?),
        }
    }

    fn tolerance(&self) -> Tolerance {
        match self.kind {
            Kind::Mean | Kind::Sum | Kind::Prod => Tolerance::ROUNDING,
            Kind::Max | Kind::Min | Kind::Any | Kind::All => Tolerance::EXACT,
        }
    }
}
