//! SPARSE_TO_DENSE: values at coordinates, a default everywhere else.
//!
//! Source: LiteRT kernels/sparse_to_dense.cc: indices of rank 0 or 1 are coordinates in a vector; one value may
//! stand for all. ONNX: ScatterND.

use super::scatter_nd::{canvas, distinct};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape};
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, SparseToDenseOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::SPARSE_TO_DENSE, SparseToDense::parse)
            .versions(1..=3)
            .arity(4..=4, 1..=1)
            .emits(&["ScatterND", "Expand"]),
    ];

#[derive(Debug)]
struct SparseToDense;

impl SparseToDense {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        // LiteRT's kernel does not look at it.
        let SparseToDenseOptionsT {
            validate_indices: _,
        } = options!(raw, builtin_options_as_sparse_to_dense_options);
        Ok(Box::new(SparseToDense))
    }

    /// How many places, and how many coordinates each has.
    fn places(io: &Operands<'_>) -> Result<(usize, usize), OpError> {
        match io.dims(0)?[..] {
            [] => Ok((1, 1)),
            [count] => Ok((count, 1)),
            [count, length] => Ok((count, length)),
            _ => Err(OpError::operand(0, "rank 0 to 2", io.shape(0)?)),
        }
    }
}

impl Operator for SparseToDense {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Float32, Int8, Int32, Int64, UInt8};
        io.expect_dtype(0, &[Int32, Int64])?;
        io.expect_dtype(1, &[Int32, Int64])?;
        io.expect_dtype(2, &[Float32, Int32, Int64, Int8, UInt8])?;
        io.expect_same_dtype(3, 2)?;
        let ((count, length), target) = (Self::places(io)?, io.asked_shape(1)?);
        if length != target.rank() || length == 0 {
            let expected = format!("coordinates in {target}");
            return Err(OpError::operand(0, expected, io.shape(0)?));
        }
        let values = io.dims(2)?;
        if !values.is_empty() && values != [count] {
            return Err(OpError::operand(
                2,
                format!("{count} values, or one"),
                io.shape(2)?,
            ));
        }
        if io.shape(3)?.count() != Some(1) {
            return Err(OpError::operand(3, "one element", io.shape(3)?));
        }
        // ScatterND leaves open which of several values for one place stays.
        if io.known_ints(0).is_some() && !distinct(io, 0, length) {
            return Err(OpError::unsupported_operand(
                0,
                "coordinates that occur twice",
            ));
        }
        io.expect_result_dtype(0, io.operand(2)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.asked_shape(1)?]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (count, length) = Self::places(cx.io())?;
        let default = cx.source(3)?;
        let canvas = canvas(cx, &default, 1)?;
        let indices = cx.source(0)?;
        let indices = cx.reshape_to(&indices, &[count, length])?;
        let indices = cx.cast(&indices, DType::Int64)?;
        let values = cx.source(2)?;
        let values = match values.rank() {
            0 => cx.expand(&values, &[count]),
            _ => values,
        };
        let node = cx.node("ScatterND").inputs([&canvas, &indices, &values]);
        let y = node.out_like(&canvas);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let wrong = |n| OpError::operand(1, "a shape", n);
        let shape = cx.ints(1)?.into_iter();
        let shape = shape.map(|n| usize::try_from(n).map_err(|_| wrong(n)));
        let shape: Vec<usize> = shape.collect::<Result<_, _>>()?;
        let (values, default) = (cx.tensor(2)?, cx.tensor(3)?);
        let y = place::sparse_to_dense(&cx.ints(0)?, &shape, &values, &default)?;
        cx.finish(0, y)
    }
}
