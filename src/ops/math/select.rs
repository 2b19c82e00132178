//! SELECT, SELECT_V2: the first or the second of two tensors, element by element. SELECT takes a condition
//! of their shape, a scalar, or one condition for each row; SELECT_V2 broadcasts all three.
//!
//! Source: LiteRT kernels/select.cc. ONNX: Where.

#[cfg(feature = "validate")]
use tract_core::prelude::IntoTensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, broadcast,
};
use crate::ops::fold;
#[cfg(feature = "validate")]
use crate::reference::kernels::{arrange, broadcast as kernel};
use crate::tflite::schema::BuiltinOperator as Code;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::SELECT, |_| Ok(Box::new(Select { broadcasts: false })))
        .versions(1..=4)
        .arity(3..=3, 1..=1)
        .emits(&["Where"]),
    OpDef::new(Code::SELECT_V2, |_| {
        Ok(Box::new(Select { broadcasts: true }))
    })
    .versions(1..=2)
    .arity(3..=3, 1..=1)
    .emits(&["Where"]),
];

/// The types of plain numbers that onnxruntime selects or that go through one it does.
const DTYPES: &[DType] = &[
    DType::Float32,
    DType::Float16,
    DType::Float64,
    DType::Int8,
    DType::Int16,
    DType::Int32,
    DType::Int64,
    DType::UInt8,
    DType::UInt16,
    DType::UInt32,
    DType::Bool,
];

#[derive(Debug)]
struct Select {
    broadcasts: bool,
}

impl Select {
    /// One condition for each row.
    fn by_row(&self, io: &Operands<'_>) -> Result<bool, OpError> {
        Ok(!self.broadcasts && io.rank(0)? == 1 && io.rank(1)? > 1)
    }

    /// Where all have one element, the kernel leaves the result's shape as the file declares it.
    fn single(io: &Operands<'_>) -> Result<bool, OpError> {
        let one = |shape: &Shape| shape.count() == Some(1);
        let result = &io.result(0).shape;
        Ok(one(io.shape(0)?) && one(io.shape(1)?) && one(io.shape(2)?) && one(result))
    }
}

impl Operator for Select {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Bool])?;
        io.expect_dtype(1, DTYPES)?;
        io.expect_same_dtype(2, 1)?;
        io.expect_result_dtype(0, io.operand(1)?.dtype)?;
        if self.broadcasts || Self::single(io)? {
            return Ok(());
        }
        let (condition, yes, no) = (io.shape(0)?, io.shape(1)?, io.shape(2)?);
        if yes != no {
            return Err(OpError::operand(2, yes, no));
        }
        let row = condition.rank() == 1 && condition.dims().first() == yes.dims().first();
        if condition != yes && condition.rank() != 0 && !row {
            return Err(OpError::operand(
                0,
                format!("{yes}, or its rows"),
                condition,
            ));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        if Self::single(io)? {
            return Ok(None);
        }
        let (condition, yes, no) = (io.shape(0)?, io.shape(1)?, io.shape(2)?);
        if !self.broadcasts {
            return Ok(Some(vec![yes.clone()]));
        }
        let shape = broadcast([condition, yes, no]).ok_or_else(|| {
            let expected = format!("a shape that broadcasts with {yes} and {no}");
            OpError::operand(0, expected, condition)
        })?;
        Ok(Some(vec![shape]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        if self.by_row(io)? {
            return Ok(None);
        }
        let pick = |[condition, yes, no]: [i64; 3]| Some(if condition != 0 { yes } else { no });
        Ok(fold::elementwise(io, pick))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let rank = io.result(0).shape.rank();
        match (Self::single(io), self.by_row(io)) {
            (Ok(false), Ok(true)) => Placement::Free(
                AxisMap::new(rank)
                    .operand(0, [0])
                    .operand(1, 0..rank)
                    .operand(2, 0..rank)
                    .result(0, 0..rank),
            ),
            (Ok(false), Ok(false)) => Placement::Free(AxisMap::elementwise(io)),
            _ => Placement::Barrier,
        }
    }

    /// The kernel copies what is stored, whatever the parameters (kernels/select.cc).
    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let condition = match self.by_row(cx.io())? {
            true => {
                let rows = cx.real(0)?;
                let mut dims = vec![Dim::Fixed(1); cx.io().rank(1)?];
                dims[cx.axis(0)] = rows.shape[0].clone();
                cx.reshape(&rows, &Shape::new(dims))?
            }
            false => cx.broadcast(0)?,
        };
        let (yes, no) = (cx.broadcast(1)?, cx.broadcast(2)?);
        let y = cx.select(&condition, &yes, &no)?;
        let y = match Self::single(cx.io())? {
            true => cx.reshape(&y, &cx.result_shape(0))?,
            false => y,
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (condition, yes, no) = (cx.tensor(0)?, cx.tensor(1)?, cx.tensor(2)?);
        let mut condition = condition.into_tensor();
        if self.by_row(cx.io())? {
            let mut shape = vec![1; yes.rank()];
            shape[0] = condition.len();
            condition = arrange::reshape(&condition, &shape)?;
        }
        let y = kernel::select(&condition, &yes, &no)?;
        let y = match Self::single(cx.io())? {
            true => arrange::reshape(&y, &cx.result_dims(0)?)?,
            false => y,
        };
        cx.finish(0, y)
    }
}
