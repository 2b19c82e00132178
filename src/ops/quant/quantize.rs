//! QUANTIZE: real numbers, or integers of other parameters, to quantised integers.
//!
//! Source: LiteRT kernels/quantize.cc. The reference kernel rounds halves away from zero, ONNX's
//! QuantizeLinear half to even: a difference of one step, at ties alone.
//! ONNX: QuantizeLinear, behind DequantizeLinear where integers are requantised; where XNNPACK's factors of 8 bits
//! give other codes than that, LeakyRelu between the two ([`slopes`](crate::ops::integer::slopes)); from and to INT32 see
//! [`requantize`](crate::ops::integer::requantize), or arithmetic in FLOAT64 where the other side has become real
//! numbers.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance,
};
use crate::ops::integer::requantize::Requantize;
use crate::ops::integer::slopes::Slopes;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::QUANTIZE, |_| Ok(Box::new(Quantize)))
            .versions(1..=6)
            .hands_on()
            .emits(&[
                "QuantizeLinear",
                "LeakyRelu",
                "Mul",
                "Add",
                "Mod",
                "Sub",
                "Div",
                "Clip",
            ]),
    ];

/// The lowering quantises every quantised result; nothing is left for the operator itself to do.
#[derive(Debug)]
struct Quantize;

impl Operator for Quantize {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        use DType::{Float32, Int8, Int16, Int32, UInt8};
        let (x, result) = (io.operand(0)?, io.result(0));
        if Requantize::of(io)?.is_some() {
            let known = match x.stored {
                Int8 | UInt8 => matches!(result.stored, Int8 | UInt8 | Int16),
                Int16 => matches!(result.stored, Int8 | Int16 | Int32),
                Int32 => matches!(result.stored, Int8 | Int16),
                _ => false,
            };
            return match known {
                true => Ok(()),
                false => Err(OpError::unsupported(format!(
                    "{} as {}, which TFLite's kernel does not requantise",
                    x.stored, result.stored
                ))),
            };
        }
        io.expect_dtype(0, &[Float32])?;
        let channels = result.quant.as_ref().is_some_and(|q| q.axis.is_some());
        if channels && x.is_quantized() {
            return Err(OpError::unsupported(
                "requantising to a scale for each channel, which TFLite's kernel does not",
            ));
        }
        if result.is_quantized() {
            return Ok(());
        }
        Err(OpError::result(0, "quantisation parameters", result.stored))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if let Some(integer) = Requantize::of(cx.io())? {
            return integer.lower(cx);
        }
        if let Some(slopes) = Slopes::of(cx.io(), None) {
            return slopes.lower(cx);
        }
        let x = cx.real(0)?;
        match cx.io().result(0).is_quantized() {
            true => cx.finish_by_channel(0, x),
            false => cx.finish(0, x),
        }
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(integer) = Requantize::of(cx.io())? {
            return integer.reference(cx);
        }
        if let Some(slopes) = Slopes::of(cx.io(), None) {
            return slopes.reference(cx);
        }
        let x = cx.tensor(0)?;
        cx.finish(0, x)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
