//! ARG_MAX, ARG_MIN: where along an axis the greatest or least element is; the first of several.
//!
//! Source: LiteRT kernels/arg_min_max.cc. NaN is never chosen there; ONNX does not say. ONNX: ArgMax, ArgMin.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, Shape, resolve_axis,
};
#[cfg(feature = "validate")]
use crate::reference::{
    datum_type,
    kernels::{
        cast,
        order::{Extreme as Kind, arg_extreme},
    },
};
use crate::tflite::schema::{ArgMaxOptionsT, ArgMinOptionsT, BuiltinOperator as Code, TensorType};
use crate::tflite::{self, options};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::ARG_MAX, |raw| {
        let ArgMaxOptionsT { output_type } = options!(raw, builtin_options_as_arg_max_options);
        Ok(Box::new(Extreme {
            greatest: true,
            output_type,
        }))
    })
    .versions(1..=3)
    .arity(2..=2, 1..=1)
    .emits(&["ArgMax", "Cast"]),
    OpDef::new(Code::ARG_MIN, |raw| {
        let ArgMinOptionsT { output_type } = options!(raw, builtin_options_as_arg_min_options);
        Ok(Box::new(Extreme {
            greatest: false,
            output_type,
        }))
    })
    .versions(1..=3)
    .arity(2..=2, 1..=1)
    .emits(&["ArgMin", "Cast"]),
];

#[derive(Debug)]
struct Extreme {
    greatest: bool,
    output_type: TensorType,
}

impl Extreme {
    fn axis(io: &Operands<'_>) -> Result<usize, OpError> {
        resolve_axis(io.int(1)?, io.rank(0)?)
    }
}

impl Operator for Extreme {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let dtypes = [
            DType::Float32,
            DType::Int8,
            DType::Int32,
            DType::UInt8,
            DType::Bool,
        ];
        io.expect_dtype(0, &dtypes)?;
        io.expect_dtype(1, &[DType::Int32, DType::Int64])?;
        let index = tflite::dtype(self.output_type);
        let index = index.filter(|index| [DType::Int32, DType::Int64].contains(index));
        let index = index
            .ok_or_else(|| OpError::option("output_type", "INT32 or INT64", self.output_type.0))?;
        io.expect_result_dtype(0, index)?;
        let shape = io.shape(0)?;
        if shape[Self::axis(io)?] == Dim::Fixed(0) {
            return Err(OpError::operand(0, "elements on the axis", shape));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = io.shape(0)?.dims().to_vec();
        dims.remove(Self::axis(io)?);
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let (rank, axis) = (io.rank(0)?, Self::axis(io)?);
        let kept = || (0..rank).filter(|&other| other != axis);
        let map = AxisMap::new(rank).operand(0, 0..rank).result(0, kept());
        batch.along(io, map, kept())
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(rank), Ok(axis)) = (io.rank(0), Self::axis(io)) else {
            return Placement::Barrier;
        };
        let kept = (0..rank).filter(|&other| other != axis);
        Placement::Free(AxisMap::new(rank).operand(0, 0..rank).result(0, kept))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axis = cx.axis(Self::axis(cx.io())?);
        let mut x = cx.real(0)?;
        x = match x.dtype {
            DType::Bool => cx.cast(&x, DType::UInt8)?,
            DType::Int16 => cx.cast(&x, DType::Int32)?,
            _ => x,
        };
        let onnx = if self.greatest { "ArgMax" } else { "ArgMin" };
        let shape = cx.result_shape(0);
        let node = cx.node(onnx).input(&x).attr("axis", axis as i64);
        let index = node.attr("keepdims", false).out(DType::Int64, shape);
        let index = cx.cast(&index, cx.result_dtype(0))?;
        cx.finish(0, index)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let kind = if self.greatest { Kind::Max } else { Kind::Min };
        let index = arg_extreme(kind, &*cx.tensor(0)?, Self::axis(cx.io())?)?;
        let to = cx.result_dtype(0);
        let to = datum_type(to)
            .ok_or_else(|| OpError::unsupported(format!("tract has no type {to}")))?;
        cx.finish(0, cast::cast(&index, to)?)
    }
}
