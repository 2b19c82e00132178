//! RELU, RELU6, RELU_N1_TO_1, RELU_0_TO_1: limits.
//!
//! Source: LiteRT kernels/activations.cc. ONNX: Relu, Clip; Clip of the stored integers where operand and result have the
//! same parameters.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::unary;
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, its last version, its limits, ONNX operator.
macro_rules! limits {
    ($($code:ident ..= $last:literal, $low:literal, $high:expr => $onnx:literal;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| Ok(Box::new(Limits { low: $low, high: $high })))
                .versions(1..=$last)
                .emits(&[$onnx, "Clip"])
        ),*];
    };
}

limits! {
    RELU ..= 3, 0.0, None => "Relu";
    RELU6 ..= 3, 0.0, Some(6.0) => "Clip";
    RELU_N1_TO_1 ..= 1, -1.0, Some(1.0) => "Clip";
    RELU_0_TO_1 ..= 1, 0.0, Some(1.0) => "Clip";
}

#[derive(Debug)]
struct Limits {
    low: f32,
    high: Option<f32>,
}

impl Operator for Limits {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
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

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let (low, high) = (f64::from(self.low), self.high.map(f64::from));
        let y = match (x.dtype, self.high) {
            (DType::Float32, None) => cx.unary("Relu", &x),
            (DType::Float32, Some(_)) => cx.clip(&x, Some(low), high)?,
            (own, _) => {
                // onnxruntime's Clip has no INT16.
                let wide = if own == DType::Int16 {
                    DType::Int32
                } else {
                    own
                };
                let x = cx.cast(&x, wide)?;
                let y = cx.clip_stored(0, &x, Some(low), high)?;
                cx.cast(&y, own)?
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let high = self.high.unwrap_or(f32::INFINITY);
        let y = unary::clamp(&*cx.tensor(0)?, self.low, high)?;
        cx.finish(0, y)
    }
}
