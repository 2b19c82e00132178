//! What a StableHLO reduction folds elements with: named by the options, or told from a subgraph of one
//! operator, as the kernels tell it.

use crate::op::{DType, LowerCx, OpError, RawOp, Wire};
use crate::tflite::schema::{BuiltinOperator as Code, ReduceWindowFunction};

use super::elementwise::Kind;

/// An associative, commutative function of two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reducer {
    Sum,
    Product,
    Least,
    Greatest,
    All,
    Any,
}

impl Reducer {
    pub fn named(function: ReduceWindowFunction) -> Result<Self, OpError> {
        Ok(match function {
            ReduceWindowFunction::ADD => Reducer::Sum,
            ReduceWindowFunction::MUL => Reducer::Product,
            ReduceWindowFunction::MINIMUM => Reducer::Least,
            ReduceWindowFunction::MAXIMUM => Reducer::Greatest,
            ReduceWindowFunction::ALL => Reducer::All,
            ReduceWindowFunction::ANY => Reducer::Any,
            other => {
                return Err(OpError::option("reduce_function", "a function", other.0));
            }
        })
    }

    /// The one operator of a subgraph (LiteRT: `GetBodyFunction`, kernels/stablehlo_reduce_window.cc).
    pub fn of_body(raw: &RawOp<'_>, subgraph: i32) -> Result<Self, OpError> {
        let codes = raw.subgraph_codes(subgraph)?;
        Ok(match codes.as_slice() {
            [Code::ADD | Code::STABLEHLO_ADD] => Reducer::Sum,
            [Code::MUL | Code::STABLEHLO_MULTIPLY] => Reducer::Product,
            [Code::MINIMUM | Code::STABLEHLO_MINIMUM] => Reducer::Least,
            [Code::MAXIMUM | Code::STABLEHLO_MAXIMUM] => Reducer::Greatest,
            [Code::LOGICAL_AND | Code::STABLEHLO_AND] => Reducer::All,
            [Code::LOGICAL_OR] => Reducer::Any,
            _ => {
                let names = codes.iter().map(|code| code.variant_name().unwrap_or("?"));
                let found = names.collect::<Vec<_>>().join(", ");
                return Err(OpError::unsupported(format!(
                    "a reduction with [{found}]: expected one of addition, multiplication, minimum, maximum, and, or"
                )));
            }
        })
    }

    /// Does it ask only whether elements are zero?
    fn is_logical(self) -> bool {
        matches!(self, Reducer::All | Reducer::Any)
    }

    /// Refuses element types that it has no meaning for.
    pub fn check(self, slot: usize, dtype: DType) -> Result<(), OpError> {
        let truth_only = matches!(self, Reducer::Sum | Reducer::Product);
        let taken = match dtype {
            DType::Bool => !truth_only,
            DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64 | DType::UInt8 => true,
            DType::Float32 | DType::Float64 => true,
            _ => false,
        };
        match taken {
            true => Ok(()),
            false => Err(OpError::unsupported_operand(
                slot,
                format!("{self:?} of {dtype}"),
            )),
        }
    }

    /// A type in which onnxruntime reduces, that holds what is to be reduced.
    pub fn widen(self, cx: &mut LowerCx<'_>, wire: &Wire) -> Result<Wire, OpError> {
        let wire = match self.is_logical() {
            true => cx.cast(wire, DType::Bool)?,
            false => wire.clone(),
        };
        let wide = match wire.dtype {
            DType::Bool | DType::Int8 | DType::Int16 | DType::UInt8 => DType::Int32,
            own => own,
        };
        cx.cast(&wire, wide)
    }

    /// ONNX's reduction of a whole axis, for what [`Reducer::widen`] gives.
    pub fn onnx(self) -> &'static str {
        match self {
            Reducer::Sum => "ReduceSum",
            Reducer::Product => "ReduceProd",
            Reducer::Least | Reducer::All => "ReduceMin",
            Reducer::Greatest | Reducer::Any => "ReduceMax",
        }
    }

    /// The same of two elements.
    pub fn pair(self, cx: &mut LowerCx<'_>, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        let kind = match self {
            Reducer::Sum => Kind::Add,
            Reducer::Product => Kind::Multiply,
            Reducer::Least | Reducer::All => Kind::Minimum,
            Reducer::Greatest | Reducer::Any => Kind::Maximum,
        };
        kind.lower(cx, a, b)
    }

    /// For the reference.
    #[cfg(feature = "validate")]
    pub fn reference(self) -> crate::reference::kernels::window::Fold {
        use crate::reference::kernels::window::Fold;
        match self {
            Reducer::Sum => Fold::Sum,
            Reducer::Product => Fold::Product,
            Reducer::Least => Fold::Least,
            Reducer::Greatest => Fold::Greatest,
            Reducer::All => Fold::All,
            Reducer::Any => Fold::Any,
        }
    }
}
