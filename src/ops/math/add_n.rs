//! ADD_N: the sum of two or more tensors of one shape.
//!
//! Source: LiteRT kernels/add_n.cc. ONNX: Sum; Add for integers, which onnxruntime's Sum lacks.

#[cfg(feature = "validate")]
use tract_core::prelude::IntoTensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, MANY, OpDef, OpError, Operands, Operator, Placement,
    Shape, Tolerance, broadcast,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::binary::{Arithmetic, arithmetic};
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::ADD_N, |_| Ok(Box::new(AddN)))
    .arity(2..=MANY, 1..=1)
    .emits(&["Sum", "Add"])];

#[derive(Debug)]
struct AddN;

impl Operator for AddN {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Int32])?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        let first = io.shape(0)?;
        for slot in 1..io.len() {
            io.expect_same_dtype(slot, 0)?;
            let shape = io.shape(slot)?;
            if shape.rank() != first.rank() || broadcast([first, shape]).as_ref() != Some(first) {
                return Err(OpError::operand(slot, first, shape));
            }
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let mut terms = Vec::new();
        for slot in 0..cx.io().len() {
            terms.push(cx.real(slot)?);
        }
        let y = match terms.as_slice() {
            [first, rest @ ..] if !first.dtype.is_float() => rest
                .iter()
                .try_fold(first.clone(), |sum, term| cx.binary("Add", &sum, term))?,
            all => cx.node("Sum").inputs(all).out_result(0),
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let terms = cx.tensors()?;
        let mut sum = terms[0].clone().into_tensor();
        for term in &terms[1..] {
            sum = arithmetic(Arithmetic::Add, &sum, term)?;
        }
        cx.finish(0, sum)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
