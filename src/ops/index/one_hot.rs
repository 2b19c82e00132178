//! ONE_HOT: a new axis that is "on" at the index and "off" elsewhere.
//!
//! Source: LiteRT kernels/one_hot.cc: an index out of range, a negative one too, is off throughout. ONNX:
//! Equal to 0, 1, 2, … and Where. OneHot would count negative indices from the end, lacks most types in
//! onnxruntime and altogether in onnx2torch.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape,
    Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::gather;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, OneHotOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::ONE_HOT, OneHot::parse)
    .arity(4..=4, 1..=1)
    .emits(&["Equal", "Where", "Reshape"])];

#[derive(Debug)]
struct OneHot {
    axis: i32,
}

impl OneHot {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let OneHotOptionsT { axis } = options!(raw, builtin_options_as_one_hot_options);
        Ok(Box::new(OneHot { axis }))
    }

    /// Where the new axis stands; −1 is behind all others.
    fn axis(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        let rank = io.rank(0)?;
        let axis = match self.axis {
            -1 => Some(rank),
            axis => usize::try_from(axis).ok().filter(|&axis| axis <= rank),
        };
        axis.ok_or_else(|| OpError::option("axis", format!("−1 to {rank}"), self.axis))
    }

    fn depth(io: &Operands<'_>) -> Result<Option<usize>, OpError> {
        let Some(depth) = io.known_ints(1).and_then(|ints| ints.first().copied()) else {
            return Ok(None);
        };
        let found = usize::try_from(depth).ok();
        let refused = || OpError::operand(1, "a depth of 0 or more", depth);
        found.ok_or_else(refused).map(Some)
    }

    /// 0, 1, 2, … along the new axis, of the indices' type.
    fn classes(&self, cx: &mut LowerCx<'_>, dtype: DType, behind: usize) -> Result<Wire, OpError> {
        let depth = cx.result_shape(0)[self.axis(cx.io())?].clone();
        let classes = match Self::depth(cx.io())? {
            Some(depth) => {
                cx.make_room(depth, 8)?;
                let classes: Vec<i64> = (0..depth as i64).collect();
                let classes = cx.int64s(&classes);
                cx.cast(&classes, dtype)?
            }
            None => {
                let limit = cx.source(1)?;
                let limit = cx.reshape_to(&limit, &[])?;
                let limit = cx.cast(&limit, dtype)?;
                let (zero, one) = (cx.scalar(dtype, 0.0)?, cx.scalar(dtype, 1.0)?);
                let node = cx.node("Range").inputs([&zero, &limit, &one]);
                node.out(dtype, Shape::new([depth.clone()]))
            }
        };
        let mut dims = vec![Dim::Fixed(1); behind];
        dims.insert(0, depth);
        cx.reshape(&classes, &dims.into_iter().collect())
    }
}

impl Operator for OneHot {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Bool, Float32, Int8, Int16, Int32, Int64, UInt8};
        io.expect_dtype(0, &[Int32, Int64])?;
        io.expect_dtype(1, &[Int32])?;
        io.expect_dtype(2, &[Float32, Int32, Int64, Int16, Int8, UInt8, Bool])?;
        io.expect_same_dtype(3, 2)?;
        for slot in 1..4 {
            if io.shape(slot)?.count() != Some(1) {
                return Err(OpError::operand(slot, "one element", io.shape(slot)?));
            }
        }
        self.axis(io)?;
        Self::depth(io)?;
        io.expect_result_dtype(0, io.operand(2)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let axis = self.axis(io)?;
        let depth = Self::depth(io)?;
        let mut dims = io.shape(0)?.dims().to_vec();
        dims.insert(
            axis,
            depth.map_or_else(|| io.unknown_dim(0, axis), Dim::Fixed),
        );
        Ok(Some(vec![dims.into_iter().collect()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (axis, rank) = (self.axis(io)?, io.result(0).shape.rank());
        let others = || (0..rank).filter(|&other| other != axis);
        let map = AxisMap::new(rank).operand(0, others()).result(0, 0..rank);
        batch.along(io, map, others())
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = self.axis(cx.io())?;
        let indices = cx.source(0)?;
        let mut dims = indices.shape.dims().to_vec();
        dims.insert(axis, Dim::Fixed(1));
        let column = cx.reshape(&indices, &dims.into_iter().collect())?;
        let classes = self.classes(cx, indices.dtype, indices.rank() - axis)?;
        let hot = cx.compare("Equal", &column, &classes)?;
        let (on, off) = (cx.source(2)?, cx.source(3)?);
        let (on, off) = (cx.reshape_to(&on, &[])?, cx.reshape_to(&off, &[])?);
        let is = |wire: &Wire, byte: u8| {
            let known = cx.known(wire);
            known.is_some_and(|literal| match literal.dtype {
                DType::Float32 => literal.floats().is_some_and(|x| x == [f32::from(byte)]),
                DType::Int32 | DType::Int64 => {
                    literal.ints().is_some_and(|n| n == [i64::from(byte)])
                }
                _ => literal.data.as_ref() == [byte],
            })
        };
        let y = match is(&on, 1) && is(&off, 0) {
            true => cx.cast(&hot, on.dtype)?,
            false => cx.select(&hot, &on, &off)?,
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let axis = self.axis(cx.io())?;
        let depth = cx.ints(1)?.first().copied().unwrap_or(0);
        let depth = usize::try_from(depth).map_err(|_| OpError::operand(1, "a depth", depth))?;
        let (indices, on, off) = (cx.tensor(0)?, cx.tensor(2)?, cx.tensor(3)?);
        cx.finish(0, gather::one_hot(&indices, depth, &on, &off, axis)?)
    }
}
