//! LiteRT's integer kernels, where the real operator between DequantizeLinear and QuantizeLinear would give
//! other numbers than they do: each in arithmetic that every ONNX runtime has, exact to the bit unless said
//! otherwise.

pub(crate) mod addition;
pub(crate) mod comparison;
pub(crate) mod hard_swish;
pub(crate) mod interpolated;
pub(crate) mod multiplier;
pub(crate) mod output_stage;
mod overlap;
pub(crate) mod requantize;
pub(crate) mod scalar;
pub(crate) mod sigmoid;
pub(crate) mod slopes;
pub(crate) mod softmax;
pub(crate) mod squared_difference;
pub(crate) mod sums;
