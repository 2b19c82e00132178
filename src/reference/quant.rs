//! What quantised tensors mean, and how reals are stored: float arithmetic between the two, rounding half to
//! even, as ONNX's QuantizeLinear does. LiteRT's integer kernels round halves away from zero in places; a
//! validation that used their rounding on one side alone would find differences that are not the conversion's.

use tract_core::internal::{TractResult, ensure};
use tract_core::prelude::{Datum, DatumType, Tensor};

use super::kernels::indices;
use crate::error::OpError;
use crate::ir::Value;
use crate::lower::limits;

/// What a stored tensor means, as FLOAT32.
pub(crate) fn dequantize(tensor: &Tensor, value: &Value) -> Result<Tensor, OpError> {
    let Some(quant) = &value.quant else {
        return Err(OpError::inconsistent("no quantisation parameters"));
    };
    let stored = indices(tensor)?;
    let shape = tensor.shape();
    let channels = quant.channels(shape).ok_or_else(|| {
        OpError::inconsistent(format!("{} scales on shape {shape:?}", quant.scale.len()))
    })?;
    let real = |(index, &n): (usize, &i64)| {
        let channel = channels(index);
        (n - quant.zero_point[channel]) as f32 * quant.scale[channel]
    };
    let floats: Vec<f32> = stored.iter().enumerate().map(real).collect();
    Tensor::from_shape(shape, &floats).map_err(OpError::from_tract)
}

/// Reals as a value stores them.
pub(crate) fn quantize(
    tensor: &Tensor,
    value: &Value,
    dtype: DatumType,
) -> Result<Tensor, OpError> {
    store(tensor, value, dtype, |x, scale| x / scale)
}

/// Steps from its zero point as a value stores them.
pub(super) fn store_steps(
    tensor: &Tensor,
    value: &Value,
    dtype: DatumType,
) -> Result<Tensor, OpError> {
    store(tensor, value, dtype, |x, _| x)
}

fn store(
    tensor: &Tensor,
    value: &Value,
    dtype: DatumType,
    steps: impl Fn(f32, f32) -> f32,
) -> Result<Tensor, OpError> {
    let shape = tensor.shape();
    let parameters = value.quant.as_ref().zip(limits(value.stored));
    let channels = value.quant.as_ref().and_then(|quant| quant.channels(shape));
    let (Some((quant, (least, greatest))), Some(channels)) = (parameters, channels) else {
        return Err(OpError::unsupported(format!(
            "quantising to {}",
            value.stored
        )));
    };
    let step = |(index, x): (usize, &f32)| {
        let channel = channels(index);
        (steps(*x, quant.scale[channel]).round_ties_even() as i64)
            .saturating_add(quant.zero_point[channel])
            .clamp(least, greatest)
    };
    let store = || -> TractResult<Tensor> {
        let reals = tensor.try_as_plain_ram()?.as_slice::<f32>()?;
        // What becomes of it is nobody's to say: C++ and ONNX both leave it open.
        ensure!(
            !reals.iter().any(|x| x.is_nan()),
            "no integer stands for NaN"
        );
        let steps: Vec<i64> = reals.iter().enumerate().map(step).collect();
        let wide = Tensor::from_shape(shape, &steps)?;
        debug_assert_eq!(wide.datum_type(), i64::datum_type());
        Ok(wide.cast_to_dt(dtype)?.into_owned())
    };
    store().map_err(OpError::from_tract)
}
