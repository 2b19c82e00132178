//! EMBEDDING_LOOKUP: rows of a table (operand 1) by their index (operand 0).
//!
//! Source: LiteRT kernels/embedding_lookup.cc; an index outside the table is an error there. A quantised table with
//! real results has zero points of 0, and its rows begin in whole bytes. ONNX: Gather, of the integers and of their
//! scales where rows or blocks have their own, so that nothing but the rows is dequantised when the model runs.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::gather;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::EMBEDDING_LOOKUP, |_| {
    Ok(Box::new(EmbeddingLookup))
})
.versions(1..=5)
.arity(2..=2, 1..=1)
.emits(&["Gather", "Cast", "Mul", "Reshape"])];

#[derive(Debug)]
struct EmbeddingLookup;

impl Operator for EmbeddingLookup {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Int32])?;
        io.expect_rank(0, 1..=1)?;
        io.expect_rank(1, 2..=usize::MAX)?;
        let table = io.operand(1)?;
        let row = io.shape(1)?.dims()[1..].iter().map(Dim::fixed);
        let bits = table.packed.and_then(DType::bits).unwrap_or(8);
        let whole = |row: usize| (row * bits).is_multiple_of(8);
        if !row.product::<Option<usize>>().is_some_and(whole) && table.packed.is_some() {
            let what = "a table of packed numbers whose rows begin within a byte";
            return Err(OpError::unsupported_operand(1, what));
        }
        io.expect_result_dtype(0, table.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let count = io.shape(0)?[0].clone();
        let row = io.shape(1)?.dims()[1..].iter().cloned();
        let shape: Shape = [count].into_iter().chain(row).collect();
        Ok(Some(vec![shape]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let rank = io.result(0).shape.rank();
        batch.along(
            io,
            AxisMap::new(rank).operand(0, [0]).result(0, 0..rank),
            [0],
        )
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (indices, table) = (cx.real(0)?, cx.stored(1)?);
        let rows = cx.gather(&table, &indices, 0);
        let (from, to) = (cx.io().operand(1)?, cx.io().result(0));
        if from.quant == to.quant && from.stored == to.stored {
            return cx.finish_stored(0, rows);
        }
        let y = cx.rows_of(1, &rows, &indices)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = gather::gather(&*cx.tensor(1)?, &*cx.tensor(0)?, 0, 0)?;
        cx.finish(0, y)
    }
}
