//! ABS … TANH: functions of one element without options.
//!
//! Source: LiteRT kernels/{elementwise,neg,ceil,floor,round,exp,sign,activations}.cc. ONNX: the operator of
//! the same name, but RSQRT: Sqrt, Reciprocal; SQUARE: Mul; LOGISTIC: Sigmoid. Both round halves to even. Of
//! quantised operands, where LiteRT computes by tables: Gather, with the lines between the samples.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance, Wire,
};
use crate::ops::integer::hard_swish::{HardSwish, hard_swish};
use crate::ops::integer::interpolated::Samples;
use crate::ops::integer::sigmoid::{Curve, Sigmoid};
#[cfg(feature = "validate")]
use crate::reference::kernels::{self, unary};
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, its last version, element types, exact or rounding, the ONNX operators that are
/// applied one after the other (`Mul` to twice the same), the reference, and, where LiteRT's kernel of
/// quantised operands is not the function between dequantising and quantising, what it is.
macro_rules! unary {
    ($($code:ident ..= $last:literal, [$($dtype:ident),+], $tolerance:ident => [$($onnx:literal),+], $reference:expr $(, $kernel:expr)?;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| {
                Ok(Box::new(Unary {
                    dtypes: &[$(DType::$dtype),+],
                    tolerance: Tolerance::$tolerance,
                    onnx: &[$($onnx),+],
                    kernel: [$($kernel,)? Kernel::Rounded][0],
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
    EXP ..= 2, [Float32], ROUNDING => ["Exp"], |x| unary::map(x, f32::exp),
        Kernel::Sampled(|x, _| x.exp());
    FLOOR ..= 1, [Float32, Float16], EXACT => ["Floor"], |x| unary::map(x, f32::floor);
    HARD_SWISH ..= 1, [Float32], ROUNDING => ["HardSwish"], |x| unary::map(x, unary::hard_swish),
        Kernel::HardSwish;
    LOG ..= 2, [Float32], ROUNDING => ["Log"], |x| unary::map(x, f32::ln),
        Kernel::Sampled(log);
    LOGICAL_NOT ..= 1, [Bool], EXACT => ["Not"], unary::not;
    LOGISTIC ..= 3, [Float32, Float16], ROUNDING => ["Sigmoid"], |x| unary::map(x, unary::logistic),
        Kernel::Curve(Curve::Logistic);
    NEG ..= 1, [Float32, Float16, Int8, Int16, Int32, Int64], EXACT => ["Neg"], unary::neg;
    ROUND ..= 1, [Float32, Float16], EXACT => ["Round"], |x| unary::map(x, unary::round);
    RSQRT ..= 3, [Float32], ROUNDING => ["Sqrt", "Reciprocal"], |x| unary::map(x, unary::rsqrt),
        Kernel::Sampled(rsqrt);
    SIGN ..= 2, [Float32, Float64, Int32], EXACT => ["Sign"], unary::sign;
    SIN ..= 2, [Float32, Float16], ROUNDING => ["Sin"], |x| unary::map(x, f32::sin);
    SQRT ..= 2, [Float32], ROUNDING => ["Sqrt"], |x| unary::map(x, f32::sqrt),
        Kernel::Floored;
    SQUARE ..= 1, [Float32], ROUNDING => ["Mul"], unary::square;
    TANH ..= 3, [Float32, Float16], ROUNDING => ["Tanh"], |x| unary::map(x, f32::tanh),
        Kernel::Curve(Curve::Tanh);
}

/// What LiteRT's kernel of quantised operands computes.
#[derive(Clone, Copy, Debug)]
enum Kernel {
    /// The function of what they mean, rounded: of 8-bit operands by a table of all 256 results.
    Rounded,
    /// The same, but of INT16 operands by samples of a function of the operand and the result's scale.
    Sampled(fn(f32, f32) -> f32),
    /// The same, but of INT16 operands by samples of the sigmoid.
    Curve(Curve),
    /// The function of what they mean, rounded towards zero.
    Floored,
    /// Products of 16 bits, of 8-bit operands.
    HardSwish,
}

/// LOG below zero, as the kernel's samples have it: the least result.
fn log(x: f32, scale: f32) -> f32 {
    if x <= 0.0 { -32768.0 * scale } else { x.ln() }
}

/// RSQRT at zero, and below, where the kernel refuses to compute: the greatest result.
fn rsqrt(x: f32, scale: f32) -> f32 {
    if x <= 0.0 {
        32767.0 * scale
    } else {
        1.0 / x.sqrt()
    }
}

/// A function of INT16 codes, exact to the bit.
enum Codes {
    Samples(Samples),
    Sigmoid(Sigmoid),
}

impl Codes {
    fn lower(&self, cx: &mut LowerCx<'_>, codes: &Wire) -> Result<Wire, OpError> {
        match self {
            Codes::Samples(samples) => samples.lower(cx, codes),
            Codes::Sigmoid(sigmoid) => sigmoid.lower(cx, codes),
        }
    }

    #[cfg(feature = "validate")]
    fn at(&self, code: i16) -> i16 {
        match self {
            Codes::Samples(samples) => samples.at(code),
            Codes::Sigmoid(sigmoid) => sigmoid.at(code),
        }
    }
}

#[derive(Debug)]
struct Unary {
    dtypes: &'static [DType],
    tolerance: Tolerance,
    onnx: &'static [&'static str],
    kernel: Kernel,
    #[cfg(feature = "validate")]
    reference: fn(&Tensor) -> kernels::Result,
}

impl Unary {
    /// The function of INT16 codes that LiteRT computes in place of the real one.
    fn codes(&self, io: &Operands<'_>) -> Result<Option<Codes>, OpError> {
        let (x, y) = (io.operand(0)?, io.result(0));
        let (true, Some(from), Some(to)) = (x.stored == DType::Int16, &x.quant, &y.quant) else {
            return Ok(None);
        };
        Ok(match self.kernel {
            Kernel::Sampled(function) => {
                let scale = to.scale.first().copied().unwrap_or_default();
                Some(Codes::Samples(Samples::new(
                    |x| function(x, scale),
                    from,
                    to,
                )?))
            }
            Kernel::Curve(curve) => Some(Codes::Sigmoid(Sigmoid::new(curve, from)?)),
            Kernel::Rounded | Kernel::Floored | Kernel::HardSwish => None,
        })
    }

    /// The kernel of HARD_SWISH.
    fn hard_swish(&self, io: &Operands<'_>) -> Option<HardSwish> {
        matches!(self.kernel, Kernel::HardSwish).then(|| HardSwish::of(io))?
    }

    /// The scale of a quantised result that is rounded towards zero.
    fn floored(&self, io: &Operands<'_>) -> Option<f32> {
        let quant = io.result(0).quant.as_ref()?;
        matches!(self.kernel, Kernel::Floored).then(|| quant.scale.first().copied())?
    }
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
        if let Some(codes) = self.codes(cx.io())? {
            let x = cx.stored(0)?;
            let y = codes.lower(cx, &x)?;
            return cx.finish_stored(0, y);
        }
        if let Some(integer) = self.hard_swish(cx.io()) {
            return integer.lower(cx);
        }
        let mut y = cx.real(0)?;
        for &onnx in self.onnx {
            y = match onnx {
                "Mul" => cx.binary(onnx, &y, &y)?,
                "HardSwish" => hard_swish(cx, &y)?,
                _ => cx.unary(onnx, &y),
            };
        }
        if let Some(scale) = self.floored(cx.io()) {
            let scale = cx.floats(&[], &[scale]);
            let y = cx.binary("Div", &y, &scale)?;
            let y = cx.unary("Floor", &y);
            return cx.finish_steps(0, y);
        }
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(codes) = self.codes(cx.io())? {
            let y = unary::map(&*cx.stored(0)?, |code| codes.at(code))?;
            return cx.finish_stored(0, y);
        }
        if let Some(integer) = self.hard_swish(cx.io()) {
            return integer.reference(cx);
        }
        let y = (self.reference)(&*cx.tensor(0)?)?;
        if let Some(scale) = self.floored(cx.io()) {
            let y = unary::map(&y, |y: f32| (y / scale).floor())?;
            return cx.finish_steps(0, &y);
        }
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
}
