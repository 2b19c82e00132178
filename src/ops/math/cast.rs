//! CAST: the elements as another type. The operands say which; the options are not read.
//!
//! Source: LiteRT kernels/cast.cc. ONNX: Cast, which does not say what becomes of numbers that the type does
//! not hold; they saturate in TFLite, and do so here where that takes no more than a Clip.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::{datum_type, kernels::cast};
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::CAST, |_| Ok(Box::new(Cast)))
    .versions(1..=9)
    .hands_on()
    .emits(&["Cast", "Clip"])
    .note("no complex numbers; numbers beyond INT32 and INT64 do not saturate")];

const DTYPES: &[DType] = &[
    DType::Float32,
    DType::Float16,
    DType::BFloat16,
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
struct Cast;

/// The least and greatest number of an integer type, where FLOAT32 has both.
fn bounds(dtype: DType) -> Option<(f64, f64)> {
    match dtype {
        DType::Int8 => Some((-128.0, 127.0)),
        DType::Int16 => Some((-32_768.0, 32_767.0)),
        DType::UInt8 => Some((0.0, 255.0)),
        DType::UInt16 => Some((0.0, 65_535.0)),
        _ => None,
    }
}

fn lower_cast(cx: &mut LowerCx<'_>, x: &Wire, to: DType) -> Result<Wire, OpError> {
    let Some((low, high)) = bounds(to).filter(|_| x.dtype.is_float()) else {
        return cx.cast(x, to);
    };
    let wide = match x.dtype {
        DType::Float64 => DType::Float64,
        // FLOAT16 has no 65535, BFLOAT16 no Clip.
        _ => DType::Float32,
    };
    let x = cx.cast(x, wide)?;
    let x = cx.clip(&x, Some(low), Some(high))?;
    cx.cast(&x, to)
}

impl Operator for Cast {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        // The kernel looks at what is stored and at no quantisation parameters.
        let (from, to) = (io.operand(0)?.stored, io.result(0).stored);
        if !DTYPES.contains(&from) || !DTYPES.contains(&to) {
            return Err(OpError::unsupported(format!("a cast of {from} to {to}")));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let literal = io.operand(0)?.literal();
        let literal = literal.and_then(|literal| literal.cast(io.result(0).stored));
        Ok(literal.map(|literal| vec![literal]))
    }

    /// Among INT32 and INT64, which are all that matters here.
    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let y = lower_cast(cx, &x, cx.result_dtype(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let to = cx.result_dtype(0);
        let to = datum_type(to)
            .ok_or_else(|| OpError::unsupported(format!("tract has no type {to}")))?;
        let y = cast::cast(&*cx.tensor(0)?, to)?;
        cx.finish(0, y)
    }
}
