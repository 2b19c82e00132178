//! SHAPE, RANK: a tensor's extents and how many there are.
//!
//! Source: LiteRT kernels/shape.cc, kernels/rank.cc. Constants, wherever the shape is static. ONNX: Shape.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, RawOp, Shape, Term,
};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, ShapeOptionsT, TensorType};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::SHAPE, ShapeOf::parse).emits(&["Shape"]),
    OpDef::new(Code::RANK, |_| Ok(Box::new(Rank))),
];

#[derive(Debug)]
struct ShapeOf {
    dtype: DType,
}

impl ShapeOf {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let ShapeOptionsT { out_type } = options!(raw, builtin_options_as_shape_options);
        let dtype = match out_type {
            TensorType::INT32 => DType::Int32,
            TensorType::INT64 => DType::Int64,
            other => return Err(OpError::option("out_type", "INT32 or INT64", other.0)),
        };
        Ok(Box::new(ShapeOf { dtype }))
    }
}

impl Operator for ShapeOf {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_result_dtype(0, self.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![Shape::new([io.rank(0)?])]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(dims) = io.shape(0)?.fixed() else {
            return Ok(None);
        };
        let ints: Vec<i64> = dims.iter().map(|&n| n as i64).collect();
        let literal = Literal::from_ints(self.dtype, vec![ints.len()], &ints);
        Ok(literal.map(|literal| vec![literal]))
    }

    fn terms(&self, io: &Operands<'_>) -> Option<Vec<Term>> {
        let dims = io.get(0)?.shape.dims().iter();
        let term = |dim: &Dim| match dim {
            Dim::Fixed(n) => Term::Number(*n as i64),
            Dim::Symbol(symbol) => Term::Extent(symbol.clone()),
        };
        Some(dims.map(term).collect())
    }

    fn batch(&self, _: &Operands<'_>, _: &Batch<'_>) -> Result<Batched, OpError> {
        Ok(Batched::following())
    }

    /// Any order will do: the extents are put back into the file's.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.count().unwrap_or(0);
        Placement::Free(AxisMap::new(rank).operand(0, 0..rank))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let order: Vec<usize> = (0..x.rank()).map(|axis| cx.operand_axis(0, axis)).collect();
        let mut y = cx.shape_of(&x);
        if !order.is_sorted() {
            let order = cx.extents(&order);
            y = cx.gather(&y, &order, 0);
        }
        let y = cx.cast(&y, self.dtype)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let ints: Vec<i64> = x.shape().iter().map(|&n| n as i64).collect();
        cx.finish_ints(0, &[ints.len()], &ints)
    }
}

#[derive(Debug)]
struct Rank;

impl Operator for Rank {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.operand(0)?;
        io.expect_result_dtype(0, DType::Int32)
    }

    fn infer(&self, _: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![Shape::scalar()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let literal = Literal::from_ints(DType::Int32, vec![], &[io.rank(0)? as i64]);
        Ok(literal.map(|literal| vec![literal]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let y = cx.scalar(DType::Int32, cx.io().rank(0)? as f64)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let rank = cx.tensor(0)?.rank() as i64;
        cx.finish_ints(0, &[], &[rank])
    }
}
