//! PACK, UNPACK: tensors stacked along a new axis, and a tensor taken apart along one.
//!
//! Source: LiteRT kernels/pack.cc, kernels/unpack.cc. ONNX: Reshape, Concat; Split, Reshape.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Dim, Literal, LowerCx, MANY, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, RawOp, Shape, resolve_axis,
};
use crate::ops::movers::{View, expect_movable, join};
#[cfg(feature = "validate")]
use crate::reference::kernels::{arrange, slice};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, PackOptionsT, UnpackOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::PACK, Pack::parse)
        .versions(1..=5)
        .arity(1..=MANY, 1..=1)
        .emits(&["Reshape", "Concat"]),
    OpDef::new(Code::UNPACK, Unpack::parse)
        .versions(1..=6)
        .arity(1..=1, 1..=MANY)
        .emits(&["Split", "Reshape"]),
];

/// All axes but one.
fn but(rank: usize, axis: usize) -> impl Iterator<Item = usize> {
    (0..rank).filter(move |&other| other != axis)
}

fn with_unit(shape: &Shape, axis: usize) -> Shape {
    let mut dims = shape.dims().to_vec();
    dims.insert(axis, Dim::Fixed(1));
    dims.into_iter().collect()
}

#[derive(Debug)]
struct Pack {
    axis: i64,
    count: i32,
}

impl Pack {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let PackOptionsT { values_count, axis } = options!(raw, builtin_options_as_pack_options);
        Ok(Box::new(Pack {
            axis: axis.into(),
            count: values_count,
        }))
    }

    fn axis(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        resolve_axis(self.axis, io.rank(0)? + 1)
    }
}

impl Operator for Pack {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        self.axis(io)?;
        if usize::try_from(self.count) != Ok(io.len()) {
            return Err(OpError::option("values_count", io.len(), self.count));
        }
        let first = io.shape(0)?;
        for slot in 0..io.len() {
            expect_movable(io, slot)?;
            io.expect_same_dtype(slot, 0)?;
            let shape = io.shape(slot)?;
            let fits = |(have, want): (&Dim, &Dim)| {
                have == want || have.fixed().is_none() || want.fixed().is_none()
            };
            if shape.rank() != first.rank() || !shape.dims().iter().zip(first.dims()).all(fits) {
                return Err(OpError::operand(slot, first, shape));
            }
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = io.shape(0)?.dims().to_vec();
        dims.insert(self.axis(io)?, Dim::Fixed(io.len()));
        Ok(Some(vec![dims.into_iter().collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let axis = self.axis(io)?;
        let parts = (0..io.len()).map(|slot| {
            let mut literal = io.get(slot)?.literal()?;
            literal.shape.insert(axis, 1);
            Some(literal)
        });
        let parts: Option<Vec<Literal>> = parts.collect();
        let joined = parts.and_then(|parts| join(&parts, axis));
        Ok(joined.map(|literal| vec![literal]))
    }

    fn moves(&self, _: usize) -> bool {
        true
    }

    fn element(&self, io: &Operands<'_>, index: usize) -> Option<(usize, usize, i64)> {
        (io.result(0).shape.rank() == 1).then_some((index, 0, 0))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (axis, rank) = (self.axis(io)?, io.result(0).shape.rank());
        let map = AxisMap::new(rank).result(0, 0..rank);
        let map = (0..io.len()).fold(map, |map, slot| map.operand(slot, but(rank, axis)));
        batch.along(io, map, but(rank, axis))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(axis), rank) = (self.axis(io), io.result(0).shape.rank()) else {
            return Placement::Barrier;
        };
        let map = AxisMap::new(rank).result(0, 0..rank);
        let operands = 0..io.len();
        Placement::Free(operands.fold(map, |map, slot| map.operand(slot, but(rank, axis))))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = cx.axis(self.axis(cx.io())?);
        let mut layers = Vec::new();
        for slot in 0..cx.io().len() {
            let x = cx.real(slot)?;
            let shape = with_unit(&x.shape, axis);
            layers.push(cx.reshape(&x, &shape)?);
        }
        let y = cx.concat(&layers, axis)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let axis = self.axis(cx.io())?;
        let mut layers = Vec::new();
        for tensor in cx.tensors()? {
            let mut shape = tensor.shape().to_vec();
            shape.insert(axis, 1);
            layers.push(arrange::reshape(&tensor, &shape)?);
        }
        let y = slice::concat(&layers.iter().collect::<Vec<_>>(), axis)?;
        cx.finish(0, y)
    }
}

#[derive(Debug)]
struct Unpack {
    axis: i64,
    count: i32,
}

impl Unpack {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let UnpackOptionsT { num, axis } = options!(raw, builtin_options_as_unpack_options);
        Ok(Box::new(Unpack {
            axis: axis.into(),
            count: num,
        }))
    }

    fn axis(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        resolve_axis(self.axis, io.rank(0)?)
    }
}

impl Operator for Unpack {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        let (axis, shape) = (self.axis(io)?, io.shape(0)?);
        let count = shape[axis].fixed().unwrap_or(io.results());
        if io.results() != count || usize::try_from(self.count) != Ok(count) {
            return Err(OpError::option("num", count, self.count));
        }
        let dtype = io.operand(0)?.dtype;
        (0..count).try_for_each(|slot| io.expect_result_dtype(slot, dtype))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (axis, shape) = (self.axis(io)?, io.shape(0)?);
        let layer: Shape = but(shape.rank(), axis).map(|a| shape[a].clone()).collect();
        Ok(Some(vec![layer; io.results()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(literal) = io.operand(0)?.literal() else {
            return Ok(None);
        };
        let axis = self.axis(io)?;
        let layers = (0..io.results()).map(|layer| {
            let view = View::whole(&literal.shape).cut(axis, layer as i64, 1, 1);
            let mut layer = view.of(&literal)?;
            layer.shape.remove(axis);
            Some(layer)
        });
        Ok(layers.collect())
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (axis, rank) = (self.axis(io)?, io.rank(0)?);
        let map = AxisMap::new(rank).operand(0, 0..rank);
        let map = (0..io.results()).fold(map, |map, slot| map.result(slot, but(rank, axis)));
        batch.along(io, map, but(rank, axis))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(axis), Ok(rank)) = (self.axis(io), io.rank(0)) else {
            return Placement::Barrier;
        };
        let map = AxisMap::new(rank).operand(0, 0..rank);
        let results = 0..io.results();
        Placement::Free(results.fold(map, |map, slot| map.result(slot, but(rank, axis))))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = cx.axis(self.axis(cx.io())?);
        let x = cx.real(0)?;
        let layers = cx.split(&x, axis, &vec![1; cx.io().results()]);
        for (slot, layer) in layers.into_iter().enumerate() {
            let layer = cx.reshape(&layer, &cx.result_shape(slot))?;
            cx.finish(slot, layer)?;
        }
        Ok(())
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let axis = self.axis(cx.io())?;
        let layers = slice::split(&x, axis, &vec![1; x.shape()[axis]])?;
        for (slot, layer) in layers.iter().enumerate() {
            let mut shape = layer.shape().to_vec();
            shape.remove(axis);
            cx.finish(slot, arrange::reshape(layer, &shape)?)?;
        }
        Ok(())
    }
}
