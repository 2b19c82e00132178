//! DEQUANTIZE: real numbers from how they are stored. Of half floats, as weights often are, exactly.
//!
//! Source: LiteRT kernels/dequantize.cc. ONNX: DequantizeLinear. Where the real numbers meet constant ones,
//! Cast, Sub, Mul: between DequantizeLinear and QuantizeLinear onnxruntime quantises such constants, the
//! weights of a convolution, on its own (`WeightBiasQuantization`). So where they come to a SOFTMAX that is quantised
//! again, whose form of 8 bits is wrong there. Of constants too: a product with what
//! DequantizeLinear makes of them is one of 8 bits there (`MatMulNBits`), 4·10⁻³ off and more, where LiteRT's is
//! real; and runtimes decode them once, when they load the file. Half floats: Cast; constants become FLOAT32
//! initialisers.

use half::f16;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::cast;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::DEQUANTIZE, |_| Ok(Box::new(Dequantize)))
            .versions(1..=9)
            .hands_on()
            .emits(&["Cast", "DequantizeLinear", "Sub", "Mul"]),
    ];

#[derive(Debug)]
struct Dequantize;

impl Operator for Dequantize {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        // Quantised integers count as what they mean.
        io.expect_dtype(0, &[DType::Float16, DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let Some(literal) = io.operand(0)?.literal() else {
            return Ok(None);
        };
        let size = literal.data.len() * 2;
        let data = literal.data.derived("widened", size, |data| {
            let (halves, _) = data.as_chunks::<2>();
            let floats = halves.iter().map(|&half| f16::from_le_bytes(half).to_f32());
            let mut data = Vec::with_capacity(halves.len() * 4);
            floats.for_each(|float| data.extend_from_slice(&float.to_le_bytes()));
            data
        });
        Ok(Some(vec![Literal {
            dtype: DType::Float32,
            shape: literal.shape,
            data,
        }]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let constant = cx.io().operand(0)?.constant().is_some();
        let x = match constant || cx.io().wants_plain(0) {
            true => cx.plain(0)?,
            false => cx.real(0)?,
        };
        let y = cx.cast(&x, DType::Float32)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        match cx.io().operand(0)?.dtype {
            DType::Float16 => cx.finish(0, cast::widen_f16(&x)?),
            _ => cx.finish(0, x),
        }
    }
}
