//! One tensor in the two forms in which the two graphs keep it: the file's integers, the same 128 higher, or the
//! real numbers they mean.

use std::sync::Arc;

use tract_core::prelude::{DatumType, Tensor, TractResult};

use crate::error::OpError;
use crate::ir::Value;
use crate::reference::{dequantize, quantize};

/// A tensor of the reference in the type that the ONNX file has it in.
pub(crate) fn as_onnx(
    tensor: &Arc<Tensor>,
    value: &Value,
    dtype: DatumType,
) -> Result<Arc<Tensor>, OpError> {
    match (tensor.datum_type(), dtype) {
        (have, want) if have == want || !value.is_quantized() => Ok(tensor.clone()),
        (DatumType::I8, DatumType::U8) => shifted(tensor, 128, dtype),
        (_, DatumType::F32) => dequantize(tensor, value).map(Arc::new),
        (DatumType::F32, _) => quantize(tensor, value, dtype).map(Arc::new),
        _ => Ok(tensor.clone()),
    }
}

/// A tensor of the ONNX file in the type that the reference has it in.
pub(crate) fn as_reference(
    tensor: &Arc<Tensor>,
    value: &Value,
    dtype: DatumType,
) -> Result<Arc<Tensor>, OpError> {
    match (tensor.datum_type(), dtype) {
        (have, want) if have == want || !value.is_quantized() => Ok(tensor.clone()),
        (DatumType::U8, DatumType::I8) => shifted(tensor, -128, dtype),
        (DatumType::F32, _) => quantize(tensor, value, dtype).map(Arc::new),
        _ => Ok(tensor.clone()),
    }
}

/// Is what the ONNX file has stored as integers, and the reference's the real numbers they mean?
pub(crate) fn is_stored(onnx: &Tensor, reference: &Tensor) -> bool {
    onnx.datum_type().is_integer() && reference.datum_type() == DatumType::F32
}

fn shifted(tensor: &Tensor, by: i16, dtype: DatumType) -> Result<Arc<Tensor>, OpError> {
    let shift = || -> TractResult<Arc<Tensor>> {
        let wide = tensor.cast_to::<i16>()?;
        let wide = wide.try_as_plain_ram()?.as_slice::<i16>()?;
        let steps: Vec<i16> = wide.iter().map(|step| step + by).collect();
        let wide = Tensor::from_shape(tensor.shape(), &steps)?;
        Ok(Arc::new(wide.cast_to_dt(dtype)?.into_owned()))
    };
    shift().map_err(OpError::from_tract)
}
