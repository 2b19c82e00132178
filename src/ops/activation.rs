//! Activations that are fused into another operator.

use crate::op::{LowerCx, OpError, Wire};
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

    pub fn lower(self, cx: &mut LowerCx<'_>, wire: Wire) -> Result<Wire, OpError> {
        match self {
            Activation::None => Ok(wire),
            Activation::Relu if wire.dtype.is_float() => Ok(cx.unary("Relu", &wire)),
            _ => {
                let (low, high) = self.range();
                cx.clip(&wire, low, high)
            }
        }
    }
}
