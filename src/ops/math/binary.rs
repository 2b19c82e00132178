//! MAXIMUM … RIGHT_SHIFT, the comparisons and the logical operators: functions of two operands that
//! broadcast, without options.
//!
//! Source: LiteRT kernels/{maximum_minimum,pow,squared_difference,floor_div,floor_mod,bitwise_xor,right_shift,
//! comparisons,logical}.cc. MAXIMUM and MINIMUM give the second operand where either is NaN; ONNX gives NaN.
//! ONNX: see the rows and [`forms`].

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use super::forms;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, Shape, Tolerance, Wire, broadcast,
};
use crate::ops::fold;
use crate::ops::integer::comparison::Scaled;
use crate::ops::integer::squared_difference::SquaredDifference;
#[cfg(feature = "validate")]
use crate::reference::kernels::{
    self,
    binary::{Arithmetic, Bits, Comparison, arithmetic, bits, compare},
};
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, its last version, element types, type of the result where it is another, exact
/// or rounding, ONNX operators, lowering, integer arithmetic, reference, and the integer kernel where it is
/// another function.
macro_rules! binary {
    ($($code:ident ..= $last:literal, [$($dtype:ident),+] $(-> $result:ident)?, $tolerance:ident => [$($onnx:literal),+],
        $lower:expr, $fold:expr, $reference:expr $(, $kernel:expr)?;)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |_| {
                Ok(Box::new(Binary {
                    dtypes: &[$(DType::$dtype),+],
                    result: [$(DType::$result)?].first().copied(),
                    rule: rule(Code::$code),
                    scaled: scaled(Code::$code),
                    tolerance: Tolerance::$tolerance,
                    lower: $lower,
                    fold: $fold,
                    kernel: [$(Some($kernel as Integer),)? None][0],
                    #[cfg(feature = "validate")]
                    reference: $reference,
                }))
            })
            .versions(1..=$last)
            .arity(2..=2, 1..=1)
            .emits(&[$($onnx),+])
        ),*];
    };
}

binary! {
    MAXIMUM ..= 4, [Float32, Float16, Int8, Int16, Int32, Int64, UInt8], EXACT => ["Max"],
        |cx, a, b| forms::extreme(cx, "Max", a, b),
        |a, b| Some(a.max(b)),
        |a, b| arithmetic(Arithmetic::Maximum, a, b);
    MINIMUM ..= 4, [Float32, Float16, Int8, Int16, Int32, Int64, UInt8], EXACT => ["Min"],
        |cx, a, b| forms::extreme(cx, "Min", a, b),
        |a, b| Some(a.min(b)),
        |a, b| arithmetic(Arithmetic::Minimum, a, b);
    POW ..= 1, [Float32, Int32], ROUNDING => ["Pow"],
        |cx, a, b| cx.binary("Pow", a, b),
        |a, b| a.checked_pow(u32::try_from(b).ok()?).filter(|&n| i32::try_from(n).is_ok()),
        |a, b| arithmetic(Arithmetic::Pow, a, b);
    SQUARED_DIFFERENCE ..= 2, [Float32, Int32], ROUNDING => ["Sub", "Mul"],
        forms::squared_difference,
        |a, b| a.checked_sub(b)?.checked_pow(2),
        |a, b| arithmetic(Arithmetic::SquaredDifference, a, b),
        SquaredDifference::of;
    FLOOR_DIV ..= 3, [Float32, Int8, Int16, Int32], ROUNDING => ["Div", "Floor"],
        forms::floor_div,
        floor_div,
        |a, b| arithmetic(Arithmetic::FloorDiv, a, b);
    FLOOR_MOD ..= 2, [Float32, Int8, Int16, Int32, Int64], ROUNDING => ["Mod"],
        forms::floor_mod,
        floor_mod,
        |a, b| arithmetic(Arithmetic::FloorMod, a, b);
    BITWISE_XOR ..= 1, [Int8, Int16, Int32, UInt8, UInt16, UInt32], EXACT => ["BitwiseXor"],
        |cx, a, b| cx.binary("BitwiseXor", a, b),
        |a, b| Some(a ^ b),
        |a, b| bits(Bits::Xor, a, b);
    RIGHT_SHIFT ..= 1, [Int8, Int16, Int32, UInt8, UInt16, UInt32], EXACT => ["Gather", "Div", "Floor"],
        forms::right_shift,
        |a, b| Some(a >> b.clamp(0, 31)),
        |a, b| bits(Bits::RightShift, a, b);
    EQUAL ..= 5, [Float32, Float16, Int16, Int32, Int64, Bool] -> Bool, EXACT => ["Equal", "Xor", "Not"],
        forms::equal,
        |a, b| Some((a == b).into()),
        |a, b| compare(Comparison::Equal, a, b);
    NOT_EQUAL ..= 4, [Float32, Float16, Int32, Int64, Bool] -> Bool, EXACT => ["Equal", "Not", "Xor"],
        forms::not_equal,
        |a, b| Some((a != b).into()),
        |a, b| compare(Comparison::NotEqual, a, b);
    LESS ..= 3, [Float32, Float16, Int16, Int32, Int64] -> Bool, EXACT => ["Less"],
        |cx, a, b| cx.compare("Less", a, b),
        |a, b| Some((a < b).into()),
        |a, b| compare(Comparison::Less, a, b);
    LESS_EQUAL ..= 2, [Float32, Float16, Int16, Int32, Int64] -> Bool, EXACT => ["LessOrEqual"],
        |cx, a, b| cx.compare("LessOrEqual", a, b),
        |a, b| Some((a <= b).into()),
        |a, b| compare(Comparison::LessEqual, a, b);
    GREATER ..= 2, [Float32, Float16, Int16, Int32, Int64] -> Bool, EXACT => ["Greater"],
        |cx, a, b| cx.compare("Greater", a, b),
        |a, b| Some((a > b).into()),
        |a, b| compare(Comparison::Greater, a, b);
    GREATER_EQUAL ..= 3, [Float32, Float16, Int16, Int32, Int64] -> Bool, EXACT => ["GreaterOrEqual"],
        |cx, a, b| cx.compare("GreaterOrEqual", a, b),
        |a, b| Some((a >= b).into()),
        |a, b| compare(Comparison::GreaterEqual, a, b);
    LOGICAL_AND ..= 1, [Bool], EXACT => ["And"],
        |cx, a, b| cx.binary("And", a, b),
        |a, b| Some(a & b),
        |a, b| bits(Bits::And, a, b);
    LOGICAL_OR ..= 1, [Bool], EXACT => ["Or"],
        |cx, a, b| cx.binary("Or", a, b),
        |a, b| Some(a | b),
        |a, b| bits(Bits::Or, a, b);
}

/// The kernels compare and move what is stored, whatever the parameters (kernels/maximum_minimum.cc).
fn rule(code: Code) -> QuantRule {
    match code {
        Code::MAXIMUM | Code::MINIMUM => QuantRule::Carries,
        _ => QuantRule::Real,
    }
}

/// The other comparisons of INT16 look at the codes alone.
fn scaled(code: Code) -> &'static [DType] {
    match code {
        Code::EQUAL | Code::NOT_EQUAL => &[DType::Int8, DType::UInt8, DType::Int16],
        Code::LESS | Code::LESS_EQUAL | Code::GREATER | Code::GREATER_EQUAL => {
            &[DType::Int8, DType::UInt8]
        }
        _ => &[],
    }
}

/// The quotient rounded down.
fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let uneven = a % b != 0;
    Some(quotient - i64::from(uneven && (a < 0) != (b < 0)))
}

/// The remainder with the sign of the divisor.
fn floor_mod(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    let differ = rest != 0 && (rest < 0) != (b < 0);
    Some(rest + if differ { b } else { 0 })
}

/// A function of steps from the zero points, which are got from what the operands mean: that is a whole number
/// of their scales to well within FLOAT32.
#[cfg(feature = "validate")]
pub(super) fn by_steps(
    io: &Operands<'_>,
    a: &Tensor,
    b: &Tensor,
    function: impl Fn(i64, i64) -> i64,
) -> kernels::Result {
    let scale = |slot| {
        let quant = io.get(slot).and_then(|value| value.quant.as_ref());
        quant.map_or(1.0, |quant| quant.scale[0])
    };
    let steps = |x: &Tensor, scale: f32| kernels::unary::map(x, |x: f32| (x / scale).round());
    let (a, b) = (steps(a, scale(0))?, steps(b, scale(1))?);
    // Both in one number: a step of either is a whole one of it.
    let wide = kernels::unary::map(&a, |a: f32| a * 1024.0)?;
    let both = arithmetic(Arithmetic::Add, &wide, &b)?;
    kernels::unary::map(&both, |both: f32| {
        let a = (both / 1024.0).round();
        function(a as i64, (both - a * 1024.0) as i64) as f32
    })
}

/// An integer kernel, for operands that it takes.
type Integer = fn(&Operands<'_>) -> Option<SquaredDifference>;

#[derive(Debug)]
struct Binary {
    dtypes: &'static [DType],
    result: Option<DType>,
    rule: QuantRule,
    /// Quantised types whose numbers are rounded before they are compared.
    scaled: &'static [DType],
    tolerance: Tolerance,
    lower: fn(&mut LowerCx<'_>, &Wire, &Wire) -> Result<Wire, OpError>,
    fold: fn(i64, i64) -> Option<i64>,
    /// LiteRT's integer kernel, where it is not the function between dequantising and quantising.
    kernel: Option<Integer>,
    #[cfg(feature = "validate")]
    reference: fn(&Tensor, &Tensor) -> kernels::Result,
}

impl Operator for Binary {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, self.dtypes)?;
        io.expect_same_dtype(1, 0)?;
        io.expect_result_dtype(0, self.result.unwrap_or(io.operand(0)?.dtype))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (a, b) = (io.shape(0)?, io.shape(1)?);
        let shape = broadcast([a, b])
            .ok_or_else(|| OpError::operand(1, format!("a shape that broadcasts with {a}"), b))?;
        Ok(Some(vec![shape]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        Ok(fold::elementwise(io, |[a, b]| (self.fold)(a, b)))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn quant(&self) -> QuantRule {
        self.rule
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if let Some(integer) = self.kernel.and_then(|of| of(cx.io())) {
            return integer.lower(cx);
        }
        let (a, b) = match Scaled::of(cx.io(), self.scaled) {
            Some(scaled) => (scaled.lower(cx, 0)?, scaled.lower(cx, 1)?),
            None => (cx.broadcast(0)?, cx.broadcast(1)?),
        };
        let y = (self.lower)(cx, &a, &b)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (a, b) = (cx.tensor(0)?, cx.tensor(1)?);
        if let Some(integer) = self.kernel.and_then(|of| of(cx.io())) {
            let y = by_steps(cx.io(), &a, &b, |a, b| integer.at(a, b))?;
            return cx.finish_steps(0, &y);
        }
        let y = match Scaled::of(cx.io(), self.scaled) {
            Some(scaled) => (self.reference)(&scaled.reference(&a, 0)?, &scaled.reference(&b, 1)?)?,
            None => (self.reference)(&a, &b)?,
        };
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_down() {
        let cases = [(7, 3), (-7, 3), (7, -3), (-7, -3), (6, -3)];
        let quotients = cases.map(|(a, b)| floor_div(a, b));
        assert_eq!(quotients, [2, -3, -3, 2, -2].map(Some));
        let rests = cases.map(|(a, b)| floor_mod(a, b));
        assert_eq!(rests, [1, 2, -2, -1, 0].map(Some));
        assert_eq!(floor_div(1, 0), None);
    }
}
