//! BUCKETIZE: how many of some sorted boundaries are not above an element.
//!
//! Source: LiteRT kernels/bucketize.cc; integers are compared as FLOAT32, and NaN is above all. ONNX: Less,
//! Not, Cast, ReduceSum over an axis of all boundaries.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Listed, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, RawOp, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::{cast, unary};
use crate::tflite::options;
use crate::tflite::schema::{BucketizeOptionsT, BuiltinOperator};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::BUCKETIZE, Bucketize::parse)
    .emits(&["Less", "Not", "Cast", "ReduceSum"])];

#[derive(Debug)]
struct Bucketize {
    boundaries: Vec<f32>,
}

impl Bucketize {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let BucketizeOptionsT { boundaries } = options!(raw, builtin_options_as_bucketize_options);
        let boundaries = boundaries.unwrap_or_default();
        if !boundaries.is_sorted() {
            let found = Listed(&boundaries);
            return Err(OpError::option("boundaries", "sorted numbers", found));
        }
        Ok(Box::new(Bucketize { boundaries }))
    }
}

impl Operator for Bucketize {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let dtypes = [DType::Float32, DType::Float64, DType::Int32, DType::Int64];
        io.expect_dtype(0, &dtypes)?;
        io.expect_result_dtype(0, DType::Int32)
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
        let x = cx.real(0)?;
        let dtype = match x.dtype {
            DType::Float64 => DType::Float64,
            _ => DType::Float32,
        };
        let x = cx.cast(&x, dtype)?;
        let axis = x.rank();
        let one = std::iter::once(Dim::Fixed(1));
        let column: Shape = x.shape.dims().iter().cloned().chain(one).collect();
        let column = cx.reshape(&x, &column)?;
        let boundaries = cx.floats(&[self.boundaries.len()], &self.boundaries);
        let boundaries = cx.cast(&boundaries, dtype)?;
        let below = cx.compare("Less", &column, &boundaries)?;
        let reached = cx.unary("Not", &below);
        let reached = cx.cast(&reached, DType::Int32)?;
        let y = cx.reduce("ReduceSum", &reached, &[axis], false);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let reached = |below: &dyn Fn(&f32) -> bool| {
            self.boundaries
                .iter()
                .filter(|&boundary| !below(boundary))
                .count() as i32
        };
        let y = match cx.io().operand(0)?.dtype {
            DType::Float64 => unary::map(&x, |x: f64| reached(&|&b| x < f64::from(b)))?,
            _ => {
                let x = cast::cast(&x, tract_core::prelude::DatumType::F32)?;
                unary::map(&x, |x: f32| reached(&|&b| x < b))?
            }
        };
        cx.finish(0, y)
    }
}
