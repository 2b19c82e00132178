//! What CONV_2D and DEPTHWISE_CONV_2D are: a 2-D convolution of an NHWC input in groups, with a bias and a fused
//! activation. They differ in the order of the kernel's axes and in how many groups there are.

use super::{bias, kernel};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Bias, DType, LowerCx, OpError, Operands, Operator, Order, Placement,
    Shape, Tolerance,
};
use crate::ops::activation::Activation;
use crate::ops::hybrid::{Hybrid, is_hybrid};
use crate::ops::integer::output_stage::OutputStage;
use crate::ops::window::{Laid, Window};
#[cfg(feature = "validate")]
use crate::reference::kernels;

#[derive(Debug)]
pub(super) struct Direct {
    pub window: Window,
    pub activation: Activation,
    pub depthwise: bool,
}

/// OHWI → OIHW.
pub(super) const FULL: [usize; 4] = [0, 3, 1, 2];
/// `[1, H, W, C·m]` → `[C·m, 1, H, W]`.
pub(super) const DEPTHWISE: [usize; 4] = [3, 0, 1, 2];

impl Direct {
    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let kernel = io.dims(1)?;
        let input = &io.shape(0)?.dims()[1..3];
        self.window.lay(io, input, &kernel[1..3])
    }

    /// The kernel's axes in ONNX's order; the first one is that of the result's channels.
    fn kernel_order(&self) -> &'static [usize; 4] {
        match self.depthwise {
            true => &DEPTHWISE,
            false => &FULL,
        }
    }

    /// Channels of the result.
    fn outputs(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        Ok(io.dims(1)?[self.kernel_order()[0]])
    }

    fn groups(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        match self.depthwise {
            true => Self::channels(io),
            false => Self::shares(io),
        }
    }

    /// How real numbers are quantised for an INT8 kernel. The operator that takes one with a single scale is older
    /// than the others, and does it otherwise.
    fn hybrid(&self, io: &Operands<'_>) -> Result<Option<Hybrid>, OpError> {
        if !is_hybrid(io, 0, 1) {
            return Ok(None);
        }
        let scales = io.operand(1)?.quant.as_ref().map(|quant| &*quant.scale);
        let differ = scales.is_some_and(|scales| scales.windows(2).any(|two| two[0] != two[1]));
        let newer = self.depthwise || differ || self.groups(io)? != 1;
        Ok(Some(Hybrid::asked(newer)))
    }

    /// Input channels over kernel channels.
    fn shares(io: &Operands<'_>) -> Result<usize, OpError> {
        let kernel = io.dims(1)?;
        let channels = io.shape(0)?[3].fixed().unwrap_or(kernel[3]);
        let groups = channels.checked_div(kernel[3]).unwrap_or(0);
        if groups == 0 || groups * kernel[3] != channels || kernel[0] % groups != 0 {
            return Err(OpError::operand(
                1,
                format!("a kernel that divides {channels} input channels into groups"),
                io.shape(1)?,
            ));
        }
        Ok(groups)
    }

    /// Input channels; each is a group.
    fn channels(io: &Operands<'_>) -> Result<usize, OpError> {
        let kernel = io.dims(1)?;
        let channels = io.shape(0)?[3].fixed().ok_or_else(|| {
            OpError::unsupported_operand(0, "a depthwise convolution of dynamically many channels")
        })?;
        let fits = channels > 0 && kernel[3] % channels == 0;
        if kernel[0] != 1 || !fits {
            return Err(OpError::operand(
                1,
                format!("[1, H, W, a multiple of {channels} channels]"),
                io.shape(1)?,
            ));
        }
        Ok(channels)
    }
}

impl Operator for Direct {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_rank(1, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        kernel::check(io, 1)?;
        bias::check(io, 2, self.outputs(io)?)?;
        self.groups(io)?;
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = vec![io.shape(0)?[0].clone()];
        dims.extend(self.lay(io)?.output);
        dims.push(io.shape(1)?[self.kernel_order()[0]].clone());
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        is_hybrid(io, 0, 1)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let groups = self.groups(cx.io())?;
        let stage = OutputStage::of(cx.io(), 0, 1, Some(2));
        if stage.is_some() {
            cx.read_steps();
        }
        let mut x = cx.real(0)?;
        if let Some(hybrid) = self.hybrid(cx.io())? {
            x = hybrid.lower(cx, &x, &[1, 2, 3])?;
        }
        let w = kernel::lower(cx, 1, self.kernel_order())?;
        let outputs = self.outputs(cx.io())?;
        let b = bias::lower(cx, 2, outputs)?;
        let node = cx.node("Conv").inputs([&x, &w]).maybe(b.as_ref());
        let y = laid.attrs(node).attr("group", groups as i64).out_result(0);
        if let Some(stage) = stage {
            return stage.finish(cx, &y, 1, self.activation);
        }
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let window = self.lay(cx.io())?.reference();
        let stage = OutputStage::of(cx.io(), 0, 1, Some(2));
        if stage.is_some() {
            cx.read_steps()?;
        }
        let w = kernel::reference(cx, 1)?;
        let (mut x, b) = (cx.tensor(0)?, cx.tensor_opt(2));
        if let Some(hybrid) = self.hybrid(cx.io())? {
            x = hybrid
                .reference(&x, x.shape().iter().skip(1).product())?
                .into();
        }
        let conv = match self.depthwise {
            true => kernels::conv::depthwise_conv,
            false => kernels::conv::conv,
        };
        let y = conv(&x, &w, b.as_deref(), &window)?;
        if let Some(stage) = stage {
            return stage.reference(cx, &y, self.activation);
        }
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn bias(&self) -> Option<Bias> {
        Some(Bias {
            input: 0,
            weights: 1,
            bias: 2,
        })
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
