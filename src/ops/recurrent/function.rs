//! The activations that recurrent operators apply within a step.
//!
//! Source: LiteRT kernels/internal/tensor_utils.h (`ApplyActivationToVector`). These kernels know TANH, and compute
//! it, where the others turn an activation into a range ([`Activation`](crate::ops::activation::Activation)).

use crate::op::{LowerCx, OpError, Wire};
use crate::tflite::schema::ActivationFunctionType;

/// A fused activation, as the kernels of recurrent operators apply it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    None,
    Relu,
    ReluN1To1,
    Relu6,
    Tanh,
}

impl Function {
    pub fn parse(function: ActivationFunctionType) -> Result<Self, OpError> {
        Ok(match function {
            ActivationFunctionType::NONE => Function::None,
            ActivationFunctionType::RELU => Function::Relu,
            ActivationFunctionType::RELU_N1_TO_1 => Function::ReluN1To1,
            ActivationFunctionType::RELU6 => Function::Relu6,
            ActivationFunctionType::TANH => Function::Tanh,
            other => {
                return Err(OpError::option(
                    "fused_activation_function",
                    "0 to 4",
                    other.0,
                ));
            }
        })
    }

    pub fn lower(self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        match self {
            Function::None => Ok(x.clone()),
            Function::Relu => Ok(cx.unary("Relu", x)),
            Function::ReluN1To1 => cx.clip(x, Some(-1.0), Some(1.0)),
            Function::Relu6 => cx.clip(x, Some(0.0), Some(6.0)),
            Function::Tanh => Ok(cx.unary("Tanh", x)),
        }
    }

    /// On one number of the reference execution.
    #[cfg(feature = "validate")]
    pub fn real(self) -> fn(f32) -> f32 {
        match self {
            Function::None => |x| x,
            Function::Relu => |x| x.max(0.0),
            Function::ReluN1To1 => |x| x.clamp(-1.0, 1.0),
            Function::Relu6 => |x| x.clamp(0.0, 6.0),
            Function::Tanh => f32::tanh,
        }
    }
}
