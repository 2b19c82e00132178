//! TRANSPOSE_CONV: 2-D transposed convolution of an NHWC input with an OHWI kernel to a given shape.
//!
//! Source: LiteRT kernels/transpose_conv.cc. ONNX: ConvTranspose with explicit pads (never `output_shape` or
//! `auto_pad`, which runtimes read differently), and Slice where the pads would be lopsided.

#[cfg(feature = "validate")]
use super::kernel;
#[cfg(feature = "validate")]
use super::transposed::KERNEL;
use super::transposed::{self, Transposed};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Batch, Batched, Bias, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp, Shape,
    Tolerance,
};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, TransposeConvOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::TRANSPOSE_CONV, TransposeConv::parse)
            .versions(1..=5)
            .arity(3..=4, 1..=1)
            .kernel(1, "OHWI", "IOHW", &KERNEL_ORDER)
            .emits(&["ConvTranspose", "Slice"]),
    ];

/// OHWI → IOHW.
const KERNEL_ORDER: [usize; 4] = [3, 0, 1, 2];

#[derive(Debug)]
struct TransposeConv(Transposed);

impl TransposeConv {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let TransposeConvOptionsT {
            padding,
            stride_w,
            stride_h,
            fused_activation_function,
            quantized_bias_type: _, // Only of integer kernels.
        } = options!(raw, builtin_options_as_transpose_conv_options);
        Ok(Box::new(TransposeConv(Transposed {
            window: Window::new(padding, &[stride_h, stride_w], &[1, 1])?,
            activation: Activation::parse(fused_activation_function)?,
            kernel_order: &KERNEL_ORDER,
        })))
    }
}

impl Operator for TransposeConv {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        self.0.check(io)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        self.0.infer(io)
    }

    fn batch(&self, _: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        self.0.batch(batch)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        self.0.placement()
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        self.0.lower(cx)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let kernel = kernel::reference(cx, KERNEL)?;
        self.0.reference(cx, &kernel)
    }

    fn bias(&self) -> Option<Bias> {
        Some(Bias {
            input: transposed::INPUT,
            weights: transposed::KERNEL,
            bias: transposed::BIAS,
        })
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
