//! Affine quantisation of a value: `real = scale · (stored − zero_point)`.

use std::sync::Arc;

/// Quantisation parameters of a value (schema: `QuantizationParameters`).
#[derive(Clone, Debug, PartialEq)]
pub struct Quant {
    /// One scale, or one for every index along `axis`.
    pub scale: Arc<[f32]>,
    /// As many zero points as scales.
    pub zero_point: Arc<[i64]>,
    /// The axis that several scales run along, numbered as the file numbers axes.
    pub axis: Option<usize>,
}
