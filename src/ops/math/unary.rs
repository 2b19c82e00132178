//! ABS … TANH: functions of one element without options.
//!
//! Source: LiteRT kernels/{elementwise,neg,ceil,floor,round,exp,sign,activations}.cc. ONNX: the operator of
//! the same name, but RSQRT: Sqrt, Reciprocal; SQUARE: Mul; LOGISTIC: Sigmoid. Both round halves to even.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::{self, unary};
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, its last version, element types, exact or rounding, the ONNX operators that are
/// applied one after the other (`Mul` to twice the same), the reference.
macro_rules! unary {
    ($($code:ident ..= $last:literal, [$($dtype:ident),+], $tolerance:ident => [$($onnx:literal),+], $reference:expr;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| {
                Ok(Box::new(Unary {
                    dtypes: &[$(DType::$dtype),+],
                    tolerance: Tolerance::$tolerance,
                    onnx: &[$($onnx),+],
                    #[cfg(feature = "validate")]
                    reference: $reference,
                }))
            })
            .versions(1..=$last)
            .emits(&[$($onnx),+])
        ),*];
    };
}

unary! {
    ABS ..= 5, [Float32, Int16, Int32], EXACT => ["Abs"], unary::abs;
    CEIL ..= 1, [Float32], EXACT => ["Ceil"], |x| unary::map(x, f32::ceil);
    COS ..= 2, [Float32, Float16], ROUNDING => ["Cos"], |x| unary::map(x, f32::cos);
    ELU ..= 1, [Float32], ROUNDING => ["Elu"], |x| unary::map(x, unary::elu);
    EXP ..= 2, [Float32], ROUNDING => ["Exp"], |x| unary::map(x, f32::exp);
    FLOOR ..= 1, [Float32, Float16], EXACT => ["Floor"], |x| unary::map(x, f32::floor);
    HARD_SWISH ..= 1, [Float32], ROUNDING => ["HardSwish"], |x| unary::map(x, unary::hard_swish);
    LOG ..= 2, [Float32], ROUNDING => ["Log"], |x| unary::map(x, f32::ln);
    LOGICAL_NOT ..= 1, [Bool], EXACT => ["Not"], unary::not;
    LOGISTIC ..= 3, [Float32, Float16], ROUNDING => ["Sigmoid"], |x| unary::map(x, unary::logistic);
    NEG ..= 1, [Float32, Float16, Int8, Int16, Int32, Int64], EXACT => ["Neg"], unary::neg;
    ROUND ..= 1, [Float32, Float16], EXACT => ["Round"], |x| unary::map(x, unary::round);
    RSQRT ..= 3, [Float32], ROUNDING => ["Sqrt", "Reciprocal"], |x| unary::map(x, unary::rsqrt);
    SIGN ..= 2, [Float32, Float64, Int32], EXACT => ["Sign"], unary::sign;
    SIN ..= 2, [Float32, Float16], ROUNDING => ["Sin"], |x| unary::map(x, f32::sin);
    SQRT ..= 2, [Float32], ROUNDING => ["Sqrt"], |x| unary::map(x, f32::sqrt);
    SQUARE ..= 1, [Float32], ROUNDING => ["Mul"], unary::square;
    TANH ..= 3, [Float32, Float16], ROUNDING => ["Tanh"], |x| unary::map(x, f32::tanh);
}

#[derive(Debug)]
struct Unary {
    dtypes: &'static [DType],
    tolerance: Tolerance,
    onnx: &'static [&'static str],
    #[cfg(feature = "validate")]
    reference: fn(&Tensor) -> kernels::Result,
}

impl Operator for Unary {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, self.dtypes)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
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
        let mut y = cx.real(0)?;
        for &onnx in self.onnx {
            y = match onnx {
                "Mul" => cx.binary(onnx, &y, &y)?,
                _ => cx.unary(onnx, &y),
            };
        }
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = (self.reference)(&*cx.tensor(0)?)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
}
