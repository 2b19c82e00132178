//! Activations that are fused into another operator.

#[cfg(feature = "validate")]
use tract_core::prelude::{Datum, DatumType, Tensor};

#[cfg(feature = "validate")]
use crate::lower::stored_bounds;
use crate::op::{LowerCx, OpError, Wire};
#[cfg(feature = "validate")]
use crate::op::{ReferenceCx, Value};
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

    /// The codes it lets through: steps from code 0 of the file.
    #[cfg(feature = "validate")]
    pub fn code_range(self, value: &Value) -> (f32, f32) {
        let (low, high) = self.range();
        let bounds = value.quant.as_ref();
        let bounds = bounds.and_then(|quant| stored_bounds(quant, low, high));
        let (low, high) = bounds.unwrap_or((None, None));
        let code = |stored: i64| stored.saturating_sub(value.code_zero()) as f32;
        (
            low.map_or(f32::NEG_INFINITY, code),
            high.map_or(f32::INFINITY, code),
        )
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
            DatumType::I8 => clamp_stored::<i8>(cx, &x, low, high),
            DatumType::U8 => clamp_stored::<u8>(cx, &x, low, high),
            DatumType::I16 => clamp_stored::<i16>(cx, &x, low, high),
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

/// Of a quantised result 0, as it is stored.
#[cfg(feature = "validate")]
fn clamp_stored<T>(
    cx: &ReferenceCx<'_>,
    x: &Tensor,
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Tensor, OpError>
where
    T: Datum + Copy + Ord + TryFrom<i64>,
{
    let quant = cx.io().result(0).quant.as_ref();
    let bounds = quant.and_then(|quant| stored_bounds(quant, low, high));
    let (low, high) = bounds.unwrap_or((None, None));
    // What its type does not hold bounds nothing.
    let bound = |bound: Option<i64>| bound.and_then(|code| T::try_from(code).ok());
    let (low, high) = (bound(low), bound(high));
    let clamp = |x: T| low.map_or(x, |low| x.max(low));
    let clamp = |x: T| high.map_or(clamp(x), |high| clamp(x).min(high));
    Ok(unary::map(x, clamp)?)
}
