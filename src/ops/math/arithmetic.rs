//! ADD, SUB, MUL, DIV: arithmetic of two operands that broadcast, with a fused activation.
//!
//! Source: LiteRT kernels/{add,sub,mul,div}.cc; plain INT16 only where the kernel takes it without
//! quantisation. ONNX: Add, Sub, Mul, Div (integers wrap and truncate in both).

#[cfg(feature = "validate")]
use super::binary::by_steps;
use crate::ir::Quant;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, Shape, Tolerance, broadcast,
};
use crate::ops::activation::Activation;
use crate::ops::fold;
use crate::ops::integer::addition::Addition;
use crate::ops::integer::multiplier;
use crate::ops::integer::sums::{Exact, Sum};
#[cfg(feature = "validate")]
use crate::reference::kernels::binary;
use crate::tflite::options;
use crate::tflite::schema::{
    AddOptionsT, BuiltinOperator as Code, DivOptionsT, MulOptionsT, SubOptionsT,
};

/// A row: TFLite operator, its last version, accessor and table of its options with those that only
/// quantised kernels read, what it computes, element types besides FLOAT32.
macro_rules! arithmetic {
    ($($code:ident ..= $last:literal, $options:ident $table:ident $({ $powers:ident })?
        => $kind:ident, $onnx:literal, [$($dtype:ident),*];)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |raw| {
                let $table { fused_activation_function, $($powers)? } = options!(raw, $options);
                Ok(Box::new(Arithmetic {
                    kind: Kind::$kind,
                    activation: Activation::parse(fused_activation_function)?,
                    powers_of_two: [$($powers,)? false][0],
                    dtypes: &[DType::Float32, $(DType::$dtype),*],
                }))
            })
            .versions(1..=$last)
            .arity(2..=2, 1..=1)
            .emits(&[$onnx])
        ),*];
    };
}

arithmetic! {
    ADD ..= 6, builtin_options_as_add_options AddOptionsT { pot_scale_int16 }
        => Add, "Add", [Float16, Int16, Int32, Int64];
    SUB ..= 5, builtin_options_as_sub_options SubOptionsT { pot_scale_int16 }
        => Sub, "Sub", [Int32, Int64];
    MUL ..= 8, builtin_options_as_mul_options MulOptionsT
        => Mul, "Mul", [Float16, Int16, Int32, Int64, UInt32];
    DIV ..= 2, builtin_options_as_div_options DivOptionsT
        => Div, "Div", [Int32];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Add,
    Sub,
    Mul,
    Div,
}

impl Kind {
    fn onnx(self) -> &'static str {
        match self {
            Kind::Add => "Add",
            Kind::Sub => "Sub",
            Kind::Mul => "Mul",
            Kind::Div => "Div",
        }
    }

    fn fold(self, a: i64, b: i64) -> Option<i64> {
        match self {
            Kind::Add => Some(a.wrapping_add(b)),
            Kind::Sub => Some(a.wrapping_sub(b)),
            Kind::Mul => Some(a.wrapping_mul(b)),
            Kind::Div => a.checked_div(b),
        }
    }

    #[cfg(feature = "validate")]
    fn reference(self) -> binary::Arithmetic {
        match self {
            Kind::Add => binary::Arithmetic::Add,
            Kind::Sub => binary::Arithmetic::Sub,
            Kind::Mul => binary::Arithmetic::Mul,
            Kind::Div => binary::Arithmetic::Div,
        }
    }
}

#[derive(Debug)]
struct Arithmetic {
    kind: Kind,
    activation: Activation,
    /// Is there another kernel for INT16 whose scales are all powers of two?
    powers_of_two: bool,
    dtypes: &'static [DType],
}

/// Refuses a quantised quotient so coarse that LiteRT's kernel, even of the greatest operands, shifts an INT32
/// by 32 bits and more, for which no result is defined (`DivElementwise`, reference/div.h).
fn check_quotient(io: &Operands<'_>) -> Result<(), OpError> {
    let scale = |quant: &Option<Quant>| quant.as_ref()?.scale.first().map(|&x| f64::from(x));
    let (a, b, y) = (io.operand(0)?, io.operand(1)?, io.result(0));
    let scales = scale(&a.quant).zip(scale(&b.quant)).zip(scale(&y.quant));
    match scales {
        Some(((a, b), y)) if multiplier::shift(a / (b * y)) < -1 => Err(OpError::result(
            0,
            format!("a scale of at most {}", 4.0 * a / b),
            format!("{y}: TFLite's kernel shifts all bits out"),
        )),
        _ => Ok(()),
    }
}

impl Arithmetic {
    /// The integer kernel of a sum or difference.
    fn addition(&self, io: &Operands<'_>) -> Option<Addition> {
        match self.kind {
            Kind::Add => Addition::of(io, 1),
            Kind::Sub => Addition::of(io, -1),
            Kind::Mul | Kind::Div => None,
        }
    }

    /// LiteRT's integer kernel, where what it gives is not the sum between dequantising and quantising.
    fn exact(&self, io: &Operands<'_>) -> Option<Exact> {
        let sum = match self.kind {
            Kind::Add => Sum::Add,
            Kind::Sub => Sum::Sub,
            Kind::Mul => Sum::Mul,
            Kind::Div => return None,
        };
        Exact::of(io, sum, self.powers_of_two)
    }
}

impl Operator for Arithmetic {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, self.dtypes)?;
        io.expect_same_dtype(1, 0)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        match self.kind {
            Kind::Div => check_quotient(io),
            _ => Ok(()),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (a, b) = (io.shape(0)?, io.shape(1)?);
        let shape = broadcast([a, b])
            .ok_or_else(|| OpError::operand(1, format!("a shape that broadcasts with {a}"), b))?;
        Ok(Some(vec![shape]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        if self.activation != Activation::None {
            return Ok(None);
        }
        Ok(fold::elementwise(io, |[a, b]| self.kind.fold(a, b)))
    }

    /// Sums and differences of single elements of which one is known.
    fn element(&self, io: &Operands<'_>, _index: usize) -> Option<(usize, usize, i64)> {
        if self.activation != Activation::None || io.result(0).shape.count() != Some(1) {
            return None;
        }
        let known = |slot| io.known_ints(slot)?.first().copied();
        match self.kind {
            Kind::Add => match known(1) {
                Some(n) => Some((0, 0, n)),
                None => Some((1, 0, known(0)?)),
            },
            Kind::Sub => Some((0, 0, known(1)?.checked_neg()?)),
            Kind::Mul | Kind::Div => None,
        }
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if let Some(exact) = self.exact(cx.io()) {
            return exact.lower(cx, self.activation);
        }
        let scales = self
            .addition(cx.io())
            .and_then(|addition| addition.scales());
        let (a, b) = match scales {
            Some([a, b]) => (cx.broadcast_scaled(0, a)?, cx.broadcast_scaled(1, b)?),
            None => (cx.broadcast(0)?, cx.broadcast(1)?),
        };
        if matches!(a.dtype, DType::Int16 | DType::UInt32) {
            // Narrow integers came to ONNX's arithmetic in opset 14.
            cx.require_opset(14)?;
        }
        let y = cx.binary(self.kind.onnx(), &a, &b)?;
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(exact) = self.exact(cx.io()) {
            return exact.reference(cx, self.activation);
        }
        let (a, b) = (cx.tensor(0)?, cx.tensor(1)?);
        let integer = self.addition(cx.io());
        if let Some(addition) = integer.filter(|_| self.activation == Activation::None) {
            let y = by_steps(cx.io(), &a, &b, |a, b| addition.steps([a, b]))?;
            return cx.finish_steps(0, &y);
        }
        let y = binary::arithmetic(self.kind.reference(), &a, &b)?;
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
