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
        .emits(&["Where"]),
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
fn mask(cx: &mut LowerCx<'_>, (rows, columns): (usize, usize)) -> Wire {
    let places = 0..rows * columns;
    cx.literal(Literal {
        dtype: DType::Bool,
        shape: vec![rows, columns],
        data: places
            .map(|place| u8::from(place / columns == place % columns))
            .collect(),
    })
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

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.source(0)?;
        let sides = sides(&cx.result_shape(0));
        let mask = mask(cx, sides.ok_or_else(|| OpError::inconsistent("no matrix"))?);
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
        let sides = sides(matrix);
        let (rows, columns) =
            sides.ok_or_else(|| OpError::operand(0, "a static matrix", matrix))?;
        let mut wanted = matrix.dims()[..matrix.rank() - 2].to_vec();
        wanted.push(Dim::Fixed(rows.min(columns)));
        let wanted: Shape = wanted.into_iter().collect();
        if wanted != *diagonal {
            return Err(OpError::operand(1, wanted, diagonal));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (x, diagonal) = (cx.source(0)?, cx.source(1)?);
        let sides = sides(&x.shape).ok_or_else(|| OpError::inconsistent("no matrix"))?;
        let mask = mask(cx, sides);
        // The diagonal is as long as the shorter side, and repeats along the other one.
        let mut dims = diagonal.shape.dims().to_vec();
        dims.insert(dims.len() - usize::from(sides.0 > sides.1), Dim::Fixed(1));
        let diagonal = cx.reshape(&diagonal, &dims.into_iter().collect())?;
        let y = cx.select(&mask, &diagonal, &x)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = place::matrix_set_diag(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }
}
