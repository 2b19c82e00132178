//! ADD, SUB, MUL, DIV: arithmetic of two operands that broadcast, with a fused activation.
//!
//! Source: LiteRT kernels/{add,sub,mul,div}.cc. ONNX: Add, Sub, Mul, Div (integers truncate in both).

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape, Tolerance,
    broadcast,
};
use crate::ops::activation::Activation;
#[cfg(feature = "validate")]
use crate::reference::kernels::binary;
use crate::tflite::options;
use crate::tflite::schema::BuiltinOperator as Code;

/// A row: TFLite operator, its last version, accessor of its options, ONNX operator, integer types.
macro_rules! arithmetic {
    ($($code:ident ..= $last:literal, $options:ident => $onnx:literal, [$($int:ident),*];)*) => {
        pub(super) static DEFS: &[OpDef] = &[$(
            OpDef::new(Code::$code, |raw| {
                let options = options!(raw, $options);
                Arithmetic::make($onnx, options.fused_activation_function, &[DType::Float32, $(DType::$int),*])
            })
            .versions(1..=$last)
            .arity(2..=2, 1..=1)
            .emits(&[$onnx])
        ),*];
    };
}

arithmetic! {
    ADD ..= 6, builtin_options_as_add_options => "Add", [Int32, Int64];
    SUB ..= 5, builtin_options_as_sub_options => "Sub", [Int32, Int64];
    MUL ..= 8, builtin_options_as_mul_options => "Mul", [Int32, Int64];
    DIV ..= 2, builtin_options_as_div_options => "Div", [Int32];
}

#[derive(Debug)]
struct Arithmetic {
    onnx: &'static str,
    activation: Activation,
    dtypes: &'static [DType],
}

impl Arithmetic {
    fn make(
        onnx: &'static str,
        activation: crate::tflite::schema::ActivationFunctionType,
        dtypes: &'static [DType],
    ) -> Result<Box<dyn Operator>, OpError> {
        Ok(Box::new(Arithmetic {
            onnx,
            activation: Activation::parse(activation)?,
            dtypes,
        }))
    }
}

impl Operator for Arithmetic {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, self.dtypes)?;
        io.expect_same_dtype(1, 0)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (a, b) = (io.shape(0)?, io.shape(1)?);
        let shape = broadcast([a, b])
            .ok_or_else(|| OpError::operand(1, format!("a shape that broadcasts with {a}"), b))?;
        Ok(Some(vec![shape]))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (a, b) = (cx.broadcast(0)?, cx.broadcast(1)?);
        let y = cx.binary(self.onnx, &a, &b)?;
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let kind = match self.onnx {
            "Add" => binary::Arithmetic::Add,
            "Sub" => binary::Arithmetic::Sub,
            "Mul" => binary::Arithmetic::Mul,
            _ => binary::Arithmetic::Div,
        };
        let y = binary::arithmetic(kind, &*cx.tensor(0)?, &*cx.tensor(1)?)?;
        cx.finish(0, self.activation.reference(y)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
