//! SEGMENT_SUM, UNSORTED_SEGMENT_SUM, …_PROD, …_MAX, …_MIN: the slices of the data that have one identifier
//! become one slice of the result, at that index.
//!
//! Source: LiteRT kernels/{segment_sum,unsorted_segment}.cc: slices with negative identifiers go nowhere, and
//! where nothing goes is 0, 1, the least or the greatest number. ONNX: ScatterElements, since onnxruntime's
//! ScatterND loses updates where it meets an index twice (it writes in parallel).

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance, Value, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::reduce::{Reduction, segment};
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, what it computes, whether identifiers are sorted and the last one says how many
/// slices the result has.
macro_rules! segments {
    ($($code:ident, $kind:ident, $sorted:literal;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| {
                Ok(Box::new(Segments { kind: Kind::$kind, sorted: $sorted }))
            })
            .arity(if $sorted { 2..=2 } else { 3..=3 }, 1..=1)
            .emits(&["ScatterElements"])
        ),*];
    };
}

segments! {
    SEGMENT_SUM, Sum, true;
    UNSORTED_SEGMENT_SUM, Sum, false;
    UNSORTED_SEGMENT_PROD, Prod, false;
    UNSORTED_SEGMENT_MAX, Max, false;
    UNSORTED_SEGMENT_MIN, Min, false;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sum,
    Prod,
    Max,
    Min,
}

impl Kind {
    /// ONNX's `reduction`, and the opset that has it.
    fn reduction(self) -> (&'static str, i64) {
        match self {
            Kind::Sum => ("add", 16),
            Kind::Prod => ("mul", 16),
            Kind::Max => ("max", 18),
            Kind::Min => ("min", 18),
        }
    }

    /// What stands where nothing goes.
    fn empty(self, dtype: DType) -> f64 {
        let (least, greatest) = match dtype {
            DType::Float32 => (f64::from(f32::MIN), f64::from(f32::MAX)),
            _ => (f64::from(i32::MIN), f64::from(i32::MAX)),
        };
        match self {
            Kind::Sum => 0.0,
            Kind::Prod => 1.0,
            Kind::Max => least,
            Kind::Min => greatest,
        }
    }
}

#[derive(Debug)]
struct Segments {
    kind: Kind,
    sorted: bool,
}

/// How many slices the result has: as a dimension, and as a vector of one INT64.
struct Count {
    dim: Dim,
    wire: Wire,
}

impl Segments {
    /// How many slices the result has, where it is known.
    fn count(&self, io: &Operands<'_>) -> Result<Option<usize>, OpError> {
        let count = match self.sorted {
            true => io
                .known_ints(1)
                .map(|ids| ids.last().map_or(0, |last| last + 1)),
            false => io.known_ints(2).map(|_| io.int(2)).transpose()?,
        };
        let inconsistent = |count| OpError::inconsistent(format!("a result of {count} slices"));
        let count = count.map(|count| usize::try_from(count).map_err(|_| inconsistent(count)));
        count.transpose()
    }

    /// Refuses constant identifiers that the kernel refuses.
    fn check_ids(&self, io: &Operands<'_>, ids: &[i64]) -> Result<(), OpError> {
        let steps = ids
            .windows(2)
            .all(|pair| matches!(pair[1] - pair[0], 0 | 1));
        if self.sorted && !(steps && ids.first().is_none_or(|&first| first == 0)) {
            let expected = "identifiers that rise from 0 by 1 at most";
            return Err(OpError::operand(1, expected, "others"));
        }
        match (self.count(io)?, ids.iter().max()) {
            (Some(count), Some(&greatest)) if greatest >= count as i64 => {
                let expected = format!("identifiers below {count}");
                Err(OpError::operand(1, expected, greatest))
            }
            _ => Ok(()),
        }
    }

    /// Refuses to quantise the −3.4e38 of a greatest of nothing below zero: LiteRT's sum of it and the zero
    /// point wraps around (`AffineQuantize`, reference/quantize.h), to the other end of the range.
    fn check_empty(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let (Some(ids), Some(count)) = (io.known_ints(1), self.count(io)?) else {
            return Ok(());
        };
        let empty = (0..count as i64).any(|segment| !ids.contains(&segment));
        let wraps = |value: &Value| {
            let quant = value.quant.as_ref();
            quant.is_some_and(|quant| quant.zero_point.iter().any(|&zero| zero < 0))
        };
        match self.kind == Kind::Max && empty && io.made_of(0).any(wraps) {
            true => Err(OpError::unsupported_operand(
                1,
                "segments without elements, whose greatest is then quantised: TFLite wraps around",
            )),
            false => Ok(()),
        }
    }

    /// How many slices there are, with `more` that are not the result's.
    fn lower_count(&self, cx: &mut LowerCx<'_>, more: usize) -> Result<Count, OpError> {
        if let Some(count) = self.count(cx.io())? {
            let count = count + more;
            let wire = cx.extents(&[count]);
            return Ok(Count {
                dim: Dim::Fixed(count),
                wire,
            });
        }
        let (count, more) = match self.sorted {
            true => {
                let (ids, last) = (cx.source(1)?, cx.int64s(&[-1]));
                (cx.gather(&ids, &last, 0), more + 1)
            }
            false => (cx.source(2)?, more),
        };
        let count = cx.reshape_to(&count, &[1])?;
        let count = cx.cast(&count, DType::Int64)?;
        let more = cx.extents(&[more]);
        Ok(Count {
            dim: cx.io().unknown_dim(0, 0),
            wire: cx.binary("Add", &count, &more)?,
        })
    }

    /// Adds up the rows of a matrix, of which there are as many as identifiers. Where these may be negative
    /// they count from 1: row 0 of the result takes what goes nowhere.
    fn lower_rows(&self, cx: &mut LowerCx<'_>, data: &Wire, aside: bool) -> Result<Wire, OpError> {
        let dims = [data.shape[0].clone(), Dim::Fixed(1)];
        let ids = cx.source(1)?;
        let ids = cx.cast(&ids, DType::Int64)?;
        let mut ids = cx.reshape(&ids, &Shape::new(dims))?;
        if aside {
            let (none, one) = (cx.int64s(&[-1]), cx.int64s(&[1]));
            ids = cx.binary("Max", &ids, &none)?;
            ids = cx.binary("Add", &ids, &one)?;
        }
        let ids = cx.expand(&ids, &data.shape.fixed().unwrap_or_default());
        let count = self.lower_count(cx, usize::from(aside))?;
        let empty = cx.scalar(data.dtype, self.kind.empty(data.dtype))?;
        let width = data.shape[1].clone();
        let shape = Shape::new([count.dim, width.clone()]);
        let start = match shape.fixed() {
            Some(dims) => cx.expand(&empty, &dims),
            None => {
                let width = cx.extents(&[width.fixed().unwrap_or(0)]);
                let target = cx.concat(&[count.wire, width], 0)?;
                let node = cx.node("Expand").inputs([&empty, &target]);
                node.out(data.dtype, shape)
            }
        };
        let (reduction, opset) = self.kind.reduction();
        cx.require_opset(opset)?;
        let node = cx.node("ScatterElements").inputs([&start, &ids, data]);
        let node = node.attr("axis", 0i64).attr("reduction", reduction);
        Ok(node.out_like(&start))
    }
}

impl Operator for Segments {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Int32])?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_dtype(1, &[DType::Int32])?;
        let (data, ids) = (io.dims(0)?, io.dims(1)?);
        if self.sorted {
            io.expect_rank(1, 1..=1)?;
        } else {
            io.expect_dtype(2, &[DType::Int32])?;
            io.expect_rank(2, 0..=1)?;
        }
        if !data.starts_with(&ids) {
            let expected = format!("the first dimensions of {}", io.shape(0)?);
            return Err(OpError::operand(1, expected, io.shape(1)?));
        }
        self.check_empty(io)?;
        match io.known_ints(1) {
            Some(ids) => self.check_ids(io, &ids),
            None => Ok(()),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let count = match self.count(io)? {
            Some(count) => Dim::Fixed(count),
            None => io.unknown_dim(0, 0),
        };
        let rest = io.shape(0)?.dims().iter().skip(io.rank(1)?);
        let shape = std::iter::once(count).chain(rest.cloned()).collect();
        Ok(Some(vec![shape]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (data, ids) = (cx.io().dims(0)?, cx.io().rank(1)?);
        let (rows, width) = data.split_at(ids);
        let dims = [rows.iter().product(), width.iter().product()];
        let data = cx.source(0)?;
        let data = cx.reshape_to(&data, &dims)?;
        let known = cx.io().known_ints(1);
        let aside = !self.sorted && known.is_none_or(|ids| ids.iter().any(|&id| id < 0));
        let mut y = self.lower_rows(cx, &data, aside)?;
        let shape = cx.result_shape(0);
        if aside {
            let (start, end, axis) = (cx.int64s(&[1]), cx.int64s(&[i64::MAX]), cx.int64s(&[0]));
            let kept = Shape::new([shape[0].clone(), y.shape[1].clone()]);
            let node = cx.node("Slice").inputs([&y, &start, &end, &axis]);
            y = node.out(y.dtype, kept);
        }
        let y = cx.reshape(&y, &shape)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let ids = cx.ints(1)?;
        let count = match self.sorted {
            true => ids.last().map_or(0, |last| last + 1),
            false => cx.ints(2)?.first().copied().unwrap_or(0),
        };
        let kind = match self.kind {
            Kind::Sum => Reduction::Sum,
            Kind::Prod => Reduction::Prod,
            Kind::Max => Reduction::Max,
            Kind::Min => Reduction::Min,
        };
        let y = segment(kind, &*cx.tensor(0)?, &*cx.tensor(1)?, count)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
