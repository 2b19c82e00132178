//! Activations that are fused into another operator.

#[cfg(feature = "validate")]
use tract_core::prelude::{DatumType, Tensor};

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{LowerCx, OpError, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels::unary;
use crate::tflite::schema::ActivationFunctionType;

/// A fused activation, as LiteRT's kernels apply it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    None,
    Relu,
    ReluN1To1,
    Relu6,
}

impl Activation {
    /// TANH and SIGN_BIT are what the schema also allows. LiteRT's kernels turn an activation into an
    /// output range (`CalculateActivationRange`, kernels/kernel_util.h), which has no range for these two:
    /// they are computed as if there were none.
    pub fn parse(function: ActivationFunctionType) -> Result<Self, OpError> {
        match function {
            ActivationFunctionType::NONE
            | ActivationFunctionType::TANH
            | ActivationFunctionType::SIGN_BIT => Ok(Activation::None),
            ActivationFunctionType::RELU => Ok(Activation::Relu),
            ActivationFunctionType::RELU_N1_TO_1 => Ok(Activation::ReluN1To1),
            ActivationFunctionType::RELU6 => Ok(Activation::Relu6),
            other => Err(OpError::option(
                "fused_activation_function",
                "0 to 5",
                other.0,
            )),
        }
    }

    /// The values it lets through.
    pub fn range(self) -> (Option<f64>, Option<f64>) {
        match self {
            Activation::None => (None, None),
            Activation::Relu => (Some(0.0), None),
            Activation::ReluN1To1 => (Some(-1.0), Some(1.0)),
            Activation::Relu6 => (Some(0.0), Some(6.0)),
        }
    }

    /// The same on a reference tensor.
    #[cfg(feature = "validate")]
    pub fn reference(self, cx: &ReferenceCx<'_>, x: Tensor) -> Result<Tensor, OpError> {
        let (low, high) = match self {
            Activation::None => cx.implied_activation(),
            _ => self.range(),
        };
        if (low, high) == (None, None) {
            return Ok(x);
        }
        match x.datum_type() {
            DatumType::F32 => {
                let low = low.map_or(f32::NEG_INFINITY, |x| x as f32);
                let high = high.map_or(f32::INFINITY, |x| x as f32);
                Ok(unary::clamp(&x, low, high)?)
            }
            DatumType::I32 => {
                let low = low.map_or(i32::MIN, |x| x as i32);
                let high = high.map_or(i32::MAX, |x| x as i32);
                Ok(unary::map(&x, |x: i32| x.clamp(low, high))?)
            }
            DatumType::I64 => {
                let low = low.map_or(i64::MIN, |x| x as i64);
                let high = high.map_or(i64::MAX, |x| x as i64);
                Ok(unary::map(&x, |x: i64| x.clamp(low, high))?)
            }
            other => Err(OpError::unsupported(format!(
                "a fused activation on {other:?}"
            ))),
        }
    }

    /// On what becomes result 0.
    pub fn lower(self, cx: &mut LowerCx<'_>, wire: Wire) -> Result<Wire, OpError> {
        let (low, high) = match self {
            Activation::None => cx.implied_activation(0),
            _ => self.range(),
        };
        match (low, high) {
            (None, None) => Ok(wire),
            _ if cx.saturates(0, low, high) || cx.clamp_stored(0, low, high) => Ok(wire),
            (Some(0.0), None) if wire.dtype.is_float() => Ok(cx.unary("Relu", &wire)),
            _ => cx.clip(&wire, low, high),
        }
    }
}
