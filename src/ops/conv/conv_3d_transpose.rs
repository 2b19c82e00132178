//! CONV_3D_TRANSPOSE: 3-D transposed convolution of an NDHWC input to a given shape; kernel `[D, H, W, O, I]`.
//!
//! Source: LiteRT kernels/conv3d_transpose.cc. ONNX: ConvTranspose, as TRANSPOSE_CONV has it.

use super::conv_3d;
#[cfg(feature = "validate")]
use super::transposed::KERNEL;
use super::transposed::Transposed;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Batch, Batched, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp, Shape, Tolerance,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;
use crate::tflite::options;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::CONV_3D_TRANSPOSE, Conv3DTranspose::parse)
            .arity(3..=4, 1..=1)
            .kernel(1, "DHWOI", "IODHW", &KERNEL_ORDER)
            .emits(&["ConvTranspose", "Slice"]),
    ];

/// DHWOI → IODHW.
const KERNEL_ORDER: [usize; 5] = [4, 3, 0, 1, 2];

#[derive(Debug)]
struct Conv3DTranspose(Transposed);

impl Conv3DTranspose {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = options!(raw, builtin_options_as_conv_3_doptions);
        let (window, activation) = conv_3d::parse(options)?;
        Ok(Box::new(Conv3DTranspose(Transposed {
            window,
            activation,
            kernel_order: &KERNEL_ORDER,
        })))
    }
}

impl Operator for Conv3DTranspose {
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
        let kernel = arrange::transpose(&*cx.tensor(KERNEL)?, &[3, 0, 1, 2, 4])?;
        self.0.reference(cx, &kernel)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
