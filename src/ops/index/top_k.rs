//! TOPK_V2: the greatest elements along the last axis in falling order, and their indices; of equal ones the
//! first comes first.
//!
//! Source: LiteRT kernels/topk_v2.cc: a k below 0 means 0. ONNX: TopK.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::order;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::TOPK_V2, |_| Ok(Box::new(TopK)))
    .versions(1..=3)
    .arity(2..=2, 2..=2)
    .emits(&["TopK"])];

#[derive(Debug)]
struct TopK;

/// How many; `None` where that is computed.
fn count(io: &Operands<'_>) -> Option<usize> {
    let k = match io.get(1)?.literal()? {
        short if short.dtype == DType::Int16 => {
            let (words, _) = short.data.as_chunks::<2>();
            words.first().map(|&word| i16::from_le_bytes(word).into())
        }
        other => other.ints()?.first().copied(),
    };
    k.map(|k: i64| usize::try_from(k).unwrap_or(0))
}

impl Operator for TopK {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Float32, Int8, Int16, Int32, Int64, UInt8};
        io.expect_dtype(0, &[Float32, Int32, Int64, Int16, Int8, UInt8])?;
        io.expect_dtype(1, &[Int32, Int16])?;
        let (shape, k) = (io.shape(0)?, io.shape(1)?);
        if k.count() != Some(1) {
            return Err(OpError::operand(1, "one element", k));
        }
        let last = shape.dims().last();
        let last = last.ok_or_else(|| OpError::operand(0, "at least one axis", shape))?;
        if count(io).zip(last.fixed()).is_some_and(|(k, n)| k > n) {
            return Err(OpError::operand(
                1,
                format!("at most {last}"),
                count(io).unwrap_or(0),
            ));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        match io.result(1).dtype {
            Int32 | Int16 => Ok(()),
            other => Err(OpError::result(1, "INT32 or INT16", other)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(0)?;
        let last = shape.rank() - 1;
        let mut dims = shape.dims().to_vec();
        dims[last] = count(io).map_or_else(|| io.unknown_dim(0, last), Dim::Fixed);
        let shape: Shape = dims.into_iter().collect();
        Ok(Some(vec![shape.clone(), shape]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let rank = io.rank(0)?;
        let map = AxisMap::same(rank).result(1, 0..rank);
        batch.along(io, map, 0..rank.saturating_sub(1))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.rank();
        Placement::Free(AxisMap::same(rank).result(1, 0..rank))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let axis = cx.axis(x.rank() - 1);
        let k = match count(cx.io()) {
            Some(k) => cx.extents(&[k]),
            None => {
                let k = cx.source(1)?;
                let k = cx.reshape_to(&k, &[1])?;
                let k = cx.cast(&k, DType::Int64)?;
                let none = cx.int64s(&[0]);
                cx.binary("Max", &k, &none)?
            }
        };
        let shape = cx.result_shape(0);
        let node = cx.node("TopK").inputs([&x, &k]).attr("axis", axis as i64);
        let node = node.attr("largest", 1i64).attr("sorted", 1i64);
        let outs = node.outs(vec![(x.dtype, shape.clone()), (DType::Int64, shape)]);
        let [values, indices] = &outs[..] else {
            return Err(OpError::inconsistent("TopK has two outputs"));
        };
        cx.finish(0, values.clone())?;
        let indices = cx.cast(indices, cx.result_dtype(1))?;
        cx.finish(1, indices)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let k = crate::reference::kernels::indices(&*cx.tensor(1)?)?;
        let k = k.first().map_or(0, |&k| usize::try_from(k).unwrap_or(0));
        let (values, indices) = order::top_k(&*cx.tensor(0)?, k)?;
        cx.finish(0, values)?;
        let shape = indices.shape().to_vec();
        let indices = crate::reference::kernels::indices(&indices)?;
        cx.finish_ints(1, &shape, &indices)
    }
}
