//! Transposed windows: what TRANSPOSE_CONV and CONV_3D_TRANSPOSE are.
//!
//! The result's extents are an operand; the padding is that of the convolution which would turn the result
//! back into the input. What falls outside the result is dropped, and what nothing reaches is bias alone.

use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Bias, DType, Dim, Listed, LowerCx, OpError, Operands, Operator, Order,
    Placement, Shape, Tolerance,
};
use crate::ops::activation::Activation;
#[cfg(feature = "validate")]
use crate::ops::hybrid::Hybrid;
use crate::ops::hybrid::is_hybrid;
use crate::ops::integer::output_stage::OutputStage;
use crate::ops::window::{Axis, Window};
#[cfg(feature = "validate")]
use crate::reference::kernels::{self, arrange};

use super::bias;
#[cfg(feature = "validate")]
use super::kernel;

/// Operands: the result's shape, kernel, input, bias.
pub(super) const OUTPUT_SHAPE: usize = 0;
pub(super) const KERNEL: usize = 1;
pub(super) const INPUT: usize = 2;
pub(super) const BIAS: usize = 3;

/// A transposed convolution over `window.axes.len()` spatial axes.
#[derive(Debug)]
pub(super) struct Transposed {
    pub window: Window,
    pub activation: Activation,
    /// Kernel axes as ONNX has them: `[I, O, space…]`.
    pub kernel_order: &'static [usize],
}

/// A transposed window, laid so that it gives the result.
pub(super) struct Laid {
    /// Elements cut off before each axis of what the kernel reaches, and after it.
    pub crops: Vec<(usize, usize)>,
    /// Elements behind what the kernel reaches.
    pub beyond: Vec<usize>,
    pub output: Vec<usize>,
}

impl Transposed {
    pub(super) fn spatial_rank(&self) -> usize {
        self.window.axes.len()
    }

    /// Spatial extents of the kernel.
    pub(super) fn kernel(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let dims = io.dims(KERNEL)?;
        let space = self.kernel_order.iter().skip(2);
        Ok(space.map(|&axis| dims[axis]).collect())
    }

    pub(super) fn outputs(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        Ok(io.dims(KERNEL)?[self.kernel_order[1]])
    }

    fn input(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let dims = &io.shape(INPUT)?.dims()[1..=self.spatial_rank()];
        let fixed = dims.iter().map(Dim::fixed).collect::<Option<_>>();
        fixed.ok_or_else(|| {
            OpError::unsupported_operand(INPUT, "a transposed window over a dynamic dimension")
        })
    }

    /// The window laid for a result of a known shape; `None` where it is known at run time alone.
    pub(super) fn known(&self, io: &Operands<'_>) -> Result<Option<Laid>, OpError> {
        match io.known_ints(OUTPUT_SHAPE) {
            Some(shape) => self.lay(io, &shape).map(Some),
            None => Ok(None),
        }
    }

    /// Extents along which the kernel reaches.
    pub(super) fn reach(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let (input, kernel) = (self.input(io)?, self.kernel(io)?);
        let reach = |((axis, input), kernel): ((&Axis, &usize), &usize)| {
            let one = kernel.saturating_sub(1) * axis.dilation + 1;
            input.saturating_sub(1) * axis.stride + one
        };
        let axes = self.window.axes.iter().zip(&input).zip(&kernel);
        Ok(axes.map(reach).collect())
    }

    fn lay(&self, io: &Operands<'_>, shape: &[i64]) -> Result<Laid, OpError> {
        let output = self.output(io, shape)?;
        let input = self.input(io)?;
        // The convolution that goes from the result to the input.
        let dims = |list: &[usize]| list.iter().copied().map(Dim::Fixed).collect::<Vec<_>>();
        let back = self.window.lay(io, &dims(&output), &self.kernel(io)?)?;
        if back.output != dims(&input) {
            return Err(OpError::operand(
                OUTPUT_SHAPE,
                format!("a result that a convolution turns into {input:?}"),
                format!("{output:?}, which it turns into {:?}", back.output),
            ));
        }
        let mut laid = Laid {
            crops: Vec::new(),
            beyond: Vec::new(),
            output,
        };
        for (&extent, full) in laid.output.iter().zip(self.reach(io)?) {
            let total = full.saturating_sub(extent);
            laid.crops.push((total / 2, total - total / 2));
            laid.beyond.push(extent.saturating_sub(full));
        }
        Ok(laid)
    }

    /// Spatial extents of a result of this shape.
    fn output(&self, io: &Operands<'_>, shape: &[i64]) -> Result<Vec<usize>, OpError> {
        let rank = self.spatial_rank() + 2;
        let dims: Option<Vec<usize>> = shape.iter().map(|&n| usize::try_from(n).ok()).collect();
        let dims = dims.filter(|dims| dims.len() == rank).ok_or_else(|| {
            OpError::operand(OUTPUT_SHAPE, format!("{rank} extents"), Listed(shape))
        })?;
        let outputs = self.outputs(io)?;
        let batch = io.shape(INPUT)?[0].fixed();
        if dims[rank - 1] != outputs || batch.is_some_and(|batch| batch != dims[0]) {
            return Err(OpError::operand(
                OUTPUT_SHAPE,
                format!("batch {} and {outputs} channels", io.shape(INPUT)?[0]),
                Listed(shape),
            ));
        }
        Ok(dims[1..rank - 1].to_vec())
    }
}

/// No runtime has an integer kernel of it, so that of 8 bits is written as well.
fn stage(io: &Operands<'_>) -> Option<OutputStage> {
    OutputStage::of(io, INPUT, KERNEL, Some(BIAS)).or_else(|| OutputStage::once(io, INPUT, KERNEL))
}

impl Operator for Transposed {
    /// The result's extents hold the number of examples too.
    fn batch(&self, _: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let span = batch.only(INPUT, &[OUTPUT_SHAPE])?;
        match span.axis {
            0 => Ok(Batched::at(span).extent_in(OUTPUT_SHAPE, 0)),
            _ => Err(mixes(INPUT)),
        }
    }

    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let rank = self.spatial_rank() + 2;
        io.expect_rank(INPUT, rank..=rank)?;
        io.expect_rank(KERNEL, rank..=rank)?;
        io.expect_dtype(INPUT, &[DType::Float32])?;
        io.expect_dtype(KERNEL, &[DType::Float32])?;
        io.expect_dtype(OUTPUT_SHAPE, &[DType::Int32])?;
        io.expect_rank(OUTPUT_SHAPE, 1..=1)?;
        bias::check(io, BIAS, self.outputs(io)?)?;
        let depth = io.dims(KERNEL)?[self.kernel_order[0]];
        let channels = &io.shape(INPUT)?[rank - 1];
        if channels.fixed().is_some_and(|channels| channels != depth) {
            return Err(OpError::operand(
                KERNEL,
                format!("{channels} input channels"),
                io.shape(KERNEL)?,
            ));
        }
        self.input(io)?;
        self.known(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = vec![io.shape(INPUT)?[0].clone()];
        match self.known(io)? {
            Some(laid) => dims.extend(laid.output.into_iter().map(Dim::Fixed)),
            None => dims.extend((1..=self.spatial_rank()).map(|axis| io.unknown_dim(0, axis))),
        }
        dims.push(Dim::Fixed(self.outputs(io)?));
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let rank = self.spatial_rank() + 2;
        let map = AxisMap::channels_last(rank)
            .operand(INPUT, 0..rank)
            .result(0, 0..rank);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        is_hybrid(io, INPUT, KERNEL)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let stage = stage(cx.io());
        if stage.is_some() {
            cx.read_steps();
        }
        let y = match self.known(cx.io())? {
            Some(laid) => self.lower_known(cx, &laid)?,
            None => self.lower_computed(cx)?,
        };
        if let Some(stage) = stage {
            return stage.finish(cx, &y, 1, self.activation);
        }
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let [input, output, space @ ..] = self.kernel_order else {
            return Err(OpError::inconsistent("a kernel without channels"));
        };
        // As the reference takes it: [O, space…, I].
        let order = [&[*output], space, &[*input]].concat();
        let stage = stage(cx.io());
        if stage.is_some() {
            cx.read_steps()?;
        }
        let kernel = arrange::transpose(&*kernel::reference(cx, KERNEL)?, &order)?;
        let laid = self.lay(cx.io(), &cx.ints(OUTPUT_SHAPE)?)?;
        let axes = &self.window.axes;
        let spread = kernels::transpose_conv::Spread {
            strides: axes.iter().map(|axis| axis.stride).collect(),
            dilations: axes.iter().map(|axis| axis.dilation).collect(),
            before: laid.crops.iter().map(|&(before, _)| before).collect(),
            output: laid.output,
        };
        let (mut x, b) = (cx.tensor(INPUT)?, cx.tensor_opt(BIAS));
        if is_hybrid(cx.io(), INPUT, KERNEL) {
            x = Hybrid::Asymmetric
                .reference(&x, x.shape().iter().skip(1).product())?
                .into();
        }
        let y = kernels::transpose_conv::transpose_conv(&x, &kernel, b.as_deref(), &spread)?;
        if let Some(stage) = stage {
            return stage.reference(cx, &y, self.activation);
        }
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn bias(&self) -> Option<Bias> {
        Some(Bias {
            input: INPUT,
            weights: KERNEL,
            bias: BIAS,
        })
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
