//! STABLEHLO_ADD, …_MULTIPLY, …_MAXIMUM, …_MINIMUM, …_AND, …_SHIFT_LEFT: two operands of one shape, computed
//! on what is stored, quantised or not.
//!
//! Source: LiteRT kernels/{stablehlo_elementwise.h,stablehlo_shift_left.cc}: C++'s arithmetic, integers wrap.
//! ONNX: Add, Mul, Max, Min, BitwiseAnd, And, Or; integers that onnxruntime has no arithmetic for go through a
//! type that holds them, and wrap where they come back.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator, Placement, QuantRule,
    Shape, Tolerance, Wire,
};
use crate::ops::fold;
#[cfg(feature = "validate")]
use crate::reference::kernels::binary;
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, what it computes, ONNX operators.
macro_rules! elementwise {
    ($($code:ident => $kind:ident, [$($onnx:literal),+];)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| Ok(Box::new(Elementwise(Kind::$kind))))
                .arity(2..=2, 1..=1)
                .emits(&[$($onnx),+])
        ),*];
    };
}

elementwise! {
    STABLEHLO_ADD => Add, ["Add"];
    STABLEHLO_MULTIPLY => Multiply, ["Mul"];
    STABLEHLO_MAXIMUM => Maximum, ["Max"];
    STABLEHLO_MINIMUM => Minimum, ["Min"];
    STABLEHLO_AND => And, ["And", "BitwiseAnd"];
    STABLEHLO_SHIFT_LEFT => ShiftLeft, ["Gather", "Mul"];
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Add,
    Multiply,
    Maximum,
    Minimum,
    And,
    ShiftLeft,
}

#[derive(Debug)]
struct Elementwise(Kind);

const NARROW: &[DType] = &[DType::Int8, DType::Int16, DType::Int32];
const INTEGERS: &[DType] = &[
    DType::Bool,
    DType::Int8,
    DType::Int16,
    DType::Int32,
    DType::Int64,
    DType::UInt8,
    DType::UInt16,
    DType::UInt32,
    DType::UInt64,
];

impl Kind {
    /// The type to compute in, which holds the type's numbers and wraps where it does.
    fn wide(self, dtype: DType) -> DType {
        match (self, dtype) {
            (Kind::And, own) => own,
            (_, DType::Int8 | DType::Int16 | DType::UInt8 | DType::UInt16) => DType::Int32,
            (_, DType::UInt32) => DType::Int64,
            (Kind::Add | Kind::Multiply, DType::UInt64) => DType::Int64,
            (_, own) => own,
        }
    }

    /// The nodes that compute it, on operands of shapes that broadcast.
    pub fn lower(self, cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        let own = a.dtype;
        let onnx = match (self, own) {
            (Kind::ShiftLeft, _) => return shift_left(cx, a, b),
            (Kind::Add | Kind::Maximum, DType::Bool) => "Or",
            (Kind::Multiply | Kind::Minimum | Kind::And, DType::Bool) => "And",
            (Kind::And, _) => "BitwiseAnd",
            (Kind::Add, _) => "Add",
            (Kind::Multiply, _) => "Mul",
            (Kind::Maximum, _) => "Max",
            (Kind::Minimum, _) => "Min",
        };
        let wide = self.wide(own);
        let (a, b) = (cx.cast(a, wide)?, cx.cast(b, wide)?);
        let y = cx.binary(onnx, &a, &b)?;
        cx.cast(&y, own)
    }

    fn fold(self, a: i64, b: i64) -> Option<i64> {
        Some(match self {
            Kind::Add => a.wrapping_add(b),
            Kind::Multiply => a.wrapping_mul(b),
            Kind::Maximum => a.max(b),
            Kind::Minimum => a.min(b),
            Kind::And => a & b,
            Kind::ShiftLeft => return None,
        })
    }

    #[cfg(feature = "validate")]
    fn reference(
        self,
        a: &tract_core::prelude::Tensor,
        b: &tract_core::prelude::Tensor,
    ) -> crate::reference::kernels::Result {
        use binary::{Arithmetic, Bits, arithmetic, bits};
        let truth = a.datum_type() == tract_core::prelude::DatumType::Bool;
        match self {
            Kind::Add | Kind::Maximum if truth => bits(Bits::Or, a, b),
            Kind::Multiply | Kind::Minimum if truth => bits(Bits::And, a, b),
            Kind::Add => arithmetic(Arithmetic::Add, a, b),
            Kind::Multiply => arithmetic(Arithmetic::Mul, a, b),
            Kind::Maximum => arithmetic(Arithmetic::Maximum, a, b),
            Kind::Minimum => arithmetic(Arithmetic::Minimum, a, b),
            Kind::And => bits(Bits::And, a, b),
            Kind::ShiftLeft => bits(Bits::LeftShift, a, b),
        }
    }
}

/// A product with a power of two. The amount is taken modulo 32, as processors do: C++ defines no other.
fn shift_left(cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
    let wide = cx.cast(a, DType::Int64)?;
    let amount = cx.cast(b, DType::Int64)?;
    let bits = cx.scalar(DType::Int64, 32.0)?;
    let amount = cx.binary("Mod", &amount, &bits)?;
    let powers: Vec<i64> = (0..32).map(|shift| 1 << shift).collect();
    let powers = cx.int64s(&powers);
    let power = cx.gather(&powers, &amount, 0);
    let y = cx.binary("Mul", &wide, &power)?;
    cx.cast(&y, a.dtype)
}

impl Operator for Elementwise {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let stored = io.operand(0)?.stored;
        let floats = [DType::Float16, DType::Float32, DType::Float64];
        let taken = match self.0 {
            Kind::ShiftLeft => NARROW.contains(&stored),
            Kind::And => INTEGERS.contains(&stored),
            _ => INTEGERS.contains(&stored) || floats.contains(&stored),
        };
        if !taken {
            return Err(OpError::unsupported_operand(
                0,
                format!("elements of type {stored}"),
            ));
        }
        let (other, result) = (io.operand(1)?.stored, io.result(0).stored);
        if other != stored {
            return Err(OpError::operand(1, stored, other));
        }
        if result != stored {
            return Err(OpError::result(0, stored, result));
        }
        let (a, b) = (io.shape(0)?, io.shape(1)?);
        match a == b {
            true => Ok(()),
            false => Err(OpError::operand(1, a, b)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        match io.operand(0)?.stored {
            DType::Int32 | DType::Int64 => Ok(fold::elementwise(io, |[a, b]| self.0.fold(a, b))),
            _ => Ok(None),
        }
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (a, b) = (cx.real(0)?, cx.real(1)?);
        let y = self.0.lower(cx, &a, &b)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = self.0.reference(&*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
