//! Custom operators: those of MediaPipe, and the ones that LiteRT's own resolver brings along.
//!
//! Their options are an operator's own affair: C structures as they lie in memory ([`structs`]), or FlexBuffers.

mod convolution_2d_transpose_bias;
mod detection_post_process;
#[cfg(feature = "validate")]
mod detection_reference;
mod hadamard_rotation;
mod landmarks_to_transform_matrix;
mod max_pooling_with_argmax;
mod max_unpooling_2d;
#[cfg(feature = "validate")]
mod reference;
mod resampler;
mod structs;
mod transform_landmarks;
mod transform_tensor_bilinear;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    convolution_2d_transpose_bias::DEFS,
    detection_post_process::DEFS,
    hadamard_rotation::DEFS,
    landmarks_to_transform_matrix::DEFS,
    max_pooling_with_argmax::DEFS,
    max_unpooling_2d::DEFS,
    resampler::DEFS,
    transform_landmarks::DEFS,
    transform_tensor_bilinear::DEFS,
];
