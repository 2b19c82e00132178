//! GATHER: slices of a tensor along an axis, chosen by indices; the first axes may be shared by both.
//!
//! Source: LiteRT kernels/gather.cc: negative indices and those out of range are refused when it runs. ONNX:
//! Gather, which would count negative ones from the end; with shared axes GatherND.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, RawOp, Shape, Wire, resolve_axis,
};
use crate::ops::movers::{View, expect_movable, join};
#[cfg(feature = "validate")]
use crate::reference::kernels::gather;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, GatherOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::GATHER, Gather::parse)
    .versions(1..=8)
    .arity(2..=2, 1..=1)
    .emits(&["Gather", "GatherND"])];

/// Types of indices that LiteRT takes.
pub(super) const INDICES: &[DType] = &[DType::Int32, DType::Int64, DType::Int16];

#[derive(Debug)]
struct Gather {
    axis: i64,
    batch_dims: i64,
}

impl Gather {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let GatherOptionsT { axis, batch_dims } = options!(raw, builtin_options_as_gather_options);
        Ok(Box::new(Gather {
            axis: axis.into(),
            batch_dims: batch_dims.into(),
        }))
    }

    /// The axis gathered along, and how many axes data and indices share.
    fn axes(&self, io: &Operands<'_>) -> Result<(usize, usize), OpError> {
        let axis = resolve_axis(self.axis, io.rank(0)?)?;
        let rank = io.rank(1)?;
        let shared = match self.batch_dims {
            negative if negative < 0 => negative + rank as i64,
            count => count,
        };
        let shared = usize::try_from(shared)
            .ok()
            .filter(|&n| n <= axis && n <= rank);
        let shared = shared.ok_or_else(|| {
            let expected = format!("at most {}", axis.min(rank));
            OpError::option("batch_dims", expected, self.batch_dims)
        })?;
        Ok((axis, shared))
    }

    /// Shared axes: GatherND wants the gathered axis right behind them.
    fn lower_shared(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let (axis, shared) = self.axes(cx.io())?;
        let (data, indices) = (cx.source(0)?, cx.source(1)?);
        let inner = data.rank() - axis - 1;
        let mut order: Vec<usize> = (0..data.rank()).filter(|&a| a != axis).collect();
        order.insert(shared, axis);
        let data = cx.transpose(&data, &order)?;
        let mut coordinates = indices.shape.dims().to_vec();
        coordinates.push(Dim::Fixed(1));
        let indices = cx.reshape(&indices, &coordinates.into_iter().collect())?;
        let indices = cx.cast(&indices, DType::Int64)?;
        let own = indices.rank() - 1 - shared;
        let chosen = &indices.shape.dims()[..indices.rank() - 1];
        let shape: Shape = chosen
            .iter()
            .chain(&data.shape.dims()[shared + 1..])
            .cloned()
            .collect();
        let node = cx.node("GatherND").inputs([&data, &indices]);
        let y = node
            .attr("batch_dims", shared as i64)
            .out(data.dtype, shape);
        // Shared axes, the indices' own, those before the gathered axis, those behind it.
        let middle = axis - shared;
        let before = shared + own..shared + own + middle;
        let behind = y.rank() - inner..y.rank();
        let order = (0..shared)
            .chain(before)
            .chain(shared..shared + own)
            .chain(behind);
        cx.transpose(&y, &order.collect::<Vec<_>>())
    }
}

impl Operator for Gather {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, INDICES)?;
        let (axis, shared) = self.axes(io)?;
        let (data, indices) = (io.shape(0)?, io.shape(1)?);
        for a in 0..shared {
            let pair = data[a].fixed().zip(indices[a].fixed());
            if pair.is_some_and(|(a, b)| a != b) {
                return Err(OpError::operand(
                    1,
                    format!("{shared} axes like {data}"),
                    indices,
                ));
            }
        }
        if let (Some(extent), Some(ints)) = (data[axis].fixed(), io.known_ints(1)) {
            let wrong = |&&n: &&i64| usize::try_from(n).is_ok_and(|n| n < extent);
            if let Some(n) = ints.iter().find(|n| !wrong(n)) {
                return Err(OpError::operand(1, format!("indices below {extent}"), n));
            }
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (axis, shared) = self.axes(io)?;
        let (data, indices) = (io.shape(0)?.dims(), io.shape(1)?.dims());
        let dims = data[..axis]
            .iter()
            .chain(&indices[shared..])
            .chain(&data[axis + 1..]);
        Ok(Some(vec![dims.cloned().collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(0)?.literal().zip(io.known_ints(1));
        let ((axis, shared), shape) = (self.axes(io)?, io.result(0).shape.fixed());
        let (Some((literal, ints)), Some(shape), 0) = (known, shape, shared) else {
            return Ok(None);
        };
        let one = |&index: &i64| {
            View::whole(&literal.shape)
                .cut(axis, index, 1, 1)
                .of(&literal)
        };
        let slices: Option<Vec<Literal>> = ints.iter().map(one).collect();
        let joined = slices.and_then(|slices| join(&slices, axis));
        Ok(joined.map(|literal| vec![Literal { shape, ..literal }]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (axis, shared) = self.axes(io)?;
        let (rank, own) = (io.rank(0)?, io.rank(1)? - shared);
        let space = rank + own;
        let indices = (0..shared).chain(rank..space);
        let result = (0..axis).chain(rank..space).chain(axis + 1..rank);
        let map = AxisMap::new(space)
            .operand(0, 0..rank)
            .operand(1, indices)
            .result(0, result);
        batch.along(io, map, (0..space).filter(|&other| other != axis))
    }

    /// A vector of indices leaves an axis where it was, one index takes it out. More axes of indices come to
    /// stand where a change of order might tear them apart.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok((axis, 0)), Ok(rank), Ok(indices)) = (self.axes(io), io.rank(0), io.rank(1)) else {
            return Placement::Barrier;
        };
        let map = AxisMap::new(rank).operand(0, 0..rank);
        match indices {
            0 => Placement::Free(map.result(0, (0..rank).filter(|&a| a != axis))),
            1 => Placement::Free(map.result(0, 0..rank)),
            _ => Placement::Barrier,
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (axis, shared) = self.axes(cx.io())?;
        if shared > 0 {
            let y = self.lower_shared(cx)?;
            return cx.finish(0, y);
        }
        let axis = cx.axis(axis);
        let (data, mut indices) = (cx.real(0)?, cx.source(1)?);
        if indices.dtype == DType::Int16 {
            indices = cx.cast(&indices, DType::Int32)?;
        }
        let y = cx.gather(&data, &indices, axis);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (axis, shared) = self.axes(cx.io())?;
        let y = gather::gather(&*cx.tensor(0)?, &*cx.tensor(1)?, axis, shared)?;
        cx.finish(0, y)
    }
}
