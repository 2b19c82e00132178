//! MATRIX_DIAG, MATRIX_SET_DIAG: a diagonal on zeros, and a matrix with its diagonal replaced.
//!
//! Source: LiteRT kernels/matrix_diag.cc, kernels/matrix_set_diag.cc. ONNX: Where with a constant mask.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator, QuantRule, Shape, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::schema::BuiltinOperator as Code;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::MATRIX_DIAG, |_| Ok(Box::new(MatrixDiag))).emits(&["Where"]),
    OpDef::new(Code::MATRIX_SET_DIAG, |_| Ok(Box::new(MatrixSetDiag)))
        .arity(2..=2, 1..=1)
        .emits(&["Where", "Equal", "Gather"]),
];

/// Everything else is read as FLOAT32 by LiteRT's kernels.
const TYPES: &[DType] = &[
    DType::Float32,
    DType::Int64,
    DType::Int32,
    DType::Int16,
    DType::Int8,
    DType::UInt8,
];

/// Extents of the last two axes.
fn sides(shape: &Shape) -> Option<(usize, usize)> {
    let [.., rows, columns] = shape.dims() else {
        return None;
    };
    Some((rows.fixed()?, columns.fixed()?))
}

/// True on the diagonal of a matrix.
fn mask(cx: &mut LowerCx<'_>, (rows, columns): (usize, usize)) -> Result<Wire, OpError> {
    cx.make_room(rows * columns, 1)?;
    let places = 0..rows * columns;
    Ok(cx.literal(Literal {
        dtype: DType::Bool,
        shape: vec![rows, columns],
        data: places
            .map(|place| u8::from(place / columns == place % columns))
            .collect(),
    }))
}

/// A mask and a diagonal's elements, one a row, for matrices whose sides are known when the model runs.
fn at_run_time(cx: &mut LowerCx<'_>, x: &Wire, diagonal: &Wire) -> Result<(Wire, Wire), OpError> {
    let (zero, one) = (cx.scalar(DType::Int64, 0.0)?, cx.scalar(DType::Int64, 1.0)?);
    let [rows, columns] = [x.rank() - 2, x.rank() - 1].map(|axis| {
        let extent = cx.extent(x, axis);
        let extent = cx.reshape_to(&extent, &[])?;
        let node = cx.node("Range").inputs([&zero, &extent, &one]);
        Ok::<Wire, OpError>(node.out(DType::Int64, Shape::new([x.shape[axis].clone()])))
    });
    let (rows, columns) = (rows?, columns?);
    let column = Shape::new([x.shape[x.rank() - 2].clone(), Dim::Fixed(1)]);
    let column = cx.reshape(&rows, &column)?;
    let mask = cx.compare("Equal", &column, &columns)?;
    // Rows below the end of the diagonal take its last element; the mask has nothing there.
    let axis = diagonal.rank() - 1;
    let length = cx.extent(diagonal, axis);
    let last = cx.binary("Sub", &length, &one)?;
    let row = cx.binary("Min", &rows, &last)?;
    let elements = cx.gather(diagonal, &row, axis);
    let shape = elements.shape.dims().iter().cloned().chain([Dim::Fixed(1)]);
    let elements = cx.reshape(&elements, &shape.collect())?;
    Ok((mask, elements))
}

#[derive(Debug)]
struct MatrixDiag;

impl Operator for MatrixDiag {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, TYPES)?;
        let shape = io.shape(0)?;
        if shape.dims().last().and_then(Dim::fixed).is_none() {
            return Err(OpError::operand(0, "a static last axis", shape));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let dims = io.shape(0)?.dims();
        Ok(Some(vec![
            dims.iter().chain(dims.last()).cloned().collect(),
        ]))
    }

    /// The kernel writes stored zeros around it, whatever they mean.
    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.source(0)?;
        let sides = sides(&cx.result_shape(0));
        let mask = mask(cx, sides.ok_or_else(|| OpError::inconsistent("no matrix"))?)?;
        let column = x.shape.dims().iter().cloned().chain([Dim::Fixed(1)]);
        let column = cx.reshape(&x, &column.collect())?;
        let zero = cx.scalar(x.dtype, 0.0)?;
        let y = cx.select(&mask, &column, &zero)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = place::matrix_diag(&*cx.tensor(0)?)?;
        cx.finish(0, y)
    }
}

#[derive(Debug)]
struct MatrixSetDiag;

impl Operator for MatrixSetDiag {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, TYPES)?;
        io.expect_same_dtype(1, 0)?;
        let (matrix, diagonal) = (io.shape(0)?, io.shape(1)?);
        let Some((batch, [rows, columns])) = matrix.dims().split_last_chunk::<2>() else {
            return Err(OpError::operand(0, "a matrix", matrix));
        };
        let shorter = rows.fixed().zip(columns.fixed());
        let shorter = shorter.map(|(rows, columns)| Dim::Fixed(rows.min(columns)));
        let wanted: Shape = batch.iter().chain(&shorter).cloned().collect();
        if diagonal.rank() != matrix.rank() - 1 || (shorter.is_some() && wanted != *diagonal) {
            return Err(OpError::operand(1, wanted, diagonal));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (x, diagonal) = (cx.source(0)?, cx.source(1)?);
        let (mask, diagonal) = match sides(&x.shape) {
            Some(sides) => {
                // The diagonal is as long as the shorter side, and repeats along the other one.
                let mut dims = diagonal.shape.dims().to_vec();
                dims.insert(dims.len() - usize::from(sides.0 > sides.1), Dim::Fixed(1));
                let diagonal = cx.reshape(&diagonal, &dims.into_iter().collect())?;
                (mask(cx, sides)?, diagonal)
            }
            None => at_run_time(cx, &x, &diagonal)?,
        };
        let y = cx.select(&mask, &diagonal, &x)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = place::matrix_set_diag(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }
}
