//! Transposed windows: what TRANSPOSE_CONV and CONV_3D_TRANSPOSE share.
//!
//! The result's extents are an operand; the padding is that of the convolution which would turn the result
//! back into the input. What falls outside the result is dropped, and what nothing reaches is bias alone.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{AxisMap, Cut, Dim, LowerCx, OpError, Operands, Order, Placement, Shape, Wire};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
#[cfg(feature = "validate")]
use crate::reference::kernels;

use super::bias;

/// Operands: the result's shape, kernel, input, bias.
const OUTPUT_SHAPE: usize = 0;
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
struct Laid {
    /// Elements cut off before each axis of what the kernel reaches, and after it.
    crops: Vec<(usize, usize)>,
    /// Elements behind what the kernel reaches.
    beyond: Vec<usize>,
    output: Vec<usize>,
}

impl Transposed {
    fn spatial_rank(&self) -> usize {
        self.window.axes.len()
    }

    /// Spatial extents of the kernel.
    fn kernel(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let dims = io.dims(KERNEL)?;
        let space = self.kernel_order.iter().skip(2);
        Ok(space.map(|&axis| dims[axis]).collect())
    }

    fn outputs(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        Ok(io.dims(KERNEL)?[self.kernel_order[1]])
    }

    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let output = self.output(io)?;
        let input = Window::spatial(&io.shape(INPUT)?.dims()[1..=self.spatial_rank()])?;
        // The convolution that goes from the result to the input.
        let back = self.window.lay(&output, &self.kernel(io)?)?;
        if back.output != input {
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
        for (axis, &extent) in laid.output.iter().enumerate() {
            let reach = (back.kernel[axis] - 1) * back.dilations[axis] + 1;
            let full = input[axis].saturating_sub(1) * back.strides[axis] + reach;
            let total = full.saturating_sub(extent);
            laid.crops.push((total / 2, total - total / 2));
            laid.beyond.push(extent.saturating_sub(full));
        }
        Ok(laid)
    }

    /// Spatial extents of the result, which must be known.
    fn output(&self, io: &Operands<'_>) -> Result<Vec<usize>, OpError> {
        let shape = io.ints(OUTPUT_SHAPE)?;
        let rank = self.spatial_rank() + 2;
        let dims: Option<Vec<usize>> = shape.iter().map(|&n| usize::try_from(n).ok()).collect();
        let dims = dims.filter(|dims| dims.len() == rank).ok_or_else(|| {
            OpError::operand(
                OUTPUT_SHAPE,
                format!("{rank} extents"),
                format!("{shape:?}"),
            )
        })?;
        let outputs = self.outputs(io)?;
        let batch = io.shape(INPUT)?[0].fixed();
        if dims[rank - 1] != outputs || batch.is_some_and(|batch| batch != dims[0]) {
            return Err(OpError::operand(
                OUTPUT_SHAPE,
                format!("batch {} and {outputs} channels", io.shape(INPUT)?[0]),
                format!("{shape:?}"),
            ));
        }
        Ok(dims[1..rank - 1].to_vec())
    }

    pub fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let rank = self.spatial_rank() + 2;
        io.expect_rank(INPUT, rank..=rank)?;
        io.expect_rank(KERNEL, rank..=rank)?;
        io.expect_dtype(INPUT, &[crate::op::DType::Float32])?;
        io.expect_dtype(KERNEL, &[crate::op::DType::Float32])?;
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
        self.lay(io).map(drop)
    }

    pub fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut dims = vec![io.shape(INPUT)?[0].clone()];
        dims.extend(self.lay(io)?.output.into_iter().map(Dim::Fixed));
        dims.push(Dim::Fixed(self.outputs(io)?));
        Ok(Some(vec![Shape::new(dims)]))
    }

    pub fn placement(&self) -> Placement {
        let rank = self.spatial_rank() + 2;
        let map = AxisMap::channels_last(rank)
            .operand(INPUT, 0..rank)
            .result(0, 0..rank);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    /// Importers know symmetric pads alone, so what is cut off at the end beyond that is sliced off.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let outputs = self.outputs(cx.io())?;
        let kernel = self.kernel(cx.io())?;
        let x = cx.real(INPUT)?;
        let w = cx.permuted(KERNEL, self.kernel_order)?;
        let b = bias::lower(cx, BIAS, outputs)?;
        let before = || laid.crops.iter().map(|&(before, _)| before as i64);
        let excess = laid.crops.iter().map(|&(before, after)| after - before);
        let wide = laid.output.iter().zip(excess).map(|(n, more)| n + more);
        let mut shape = vec![x.shape[0].clone(), Dim::Fixed(outputs)];
        shape.extend(wide.map(Dim::Fixed));
        let node = cx.node("ConvTranspose").inputs([&x, &w]).maybe(b.as_ref());
        let axes = &self.window.axes;
        let dilated = axes.iter().any(|axis| axis.dilation != 1);
        let node = node
            .attr("kernel_shape", ints(kernel))
            .attr("strides", ints(axes.iter().map(|axis| axis.stride)))
            .attr("pads", before().chain(before()).collect::<Vec<i64>>());
        let node = match dilated {
            true => node.attr("dilations", ints(axes.iter().map(|axis| axis.dilation))),
            false => node,
        };
        let node = match laid.beyond.iter().any(|&beyond| beyond > 0) {
            true => node.attr("output_padding", ints(laid.beyond.iter().copied())),
            false => node,
        };
        let y = node.out(x.dtype, Shape::new(shape));
        let y = cut(cx, &y, &laid.output);
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    /// `kernel` is `[O, space…, I]`.
    #[cfg(feature = "validate")]
    pub fn reference(
        &self,
        cx: &mut ReferenceCx<'_>,
        kernel: &tract_core::prelude::Tensor,
    ) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let axes = &self.window.axes;
        let spread = kernels::transpose_conv::Spread {
            strides: axes.iter().map(|axis| axis.stride).collect(),
            dilations: axes.iter().map(|axis| axis.dilation).collect(),
            before: laid.crops.iter().map(|&(before, _)| before).collect(),
            output: laid.output,
        };
        let (x, b) = (cx.tensor(INPUT)?, cx.tensor_opt(BIAS));
        let y = kernels::transpose_conv::transpose_conv(&x, kernel, b.as_deref(), &spread)?;
        cx.finish(0, self.activation.reference(y)?)
    }
}

fn ints(list: impl IntoIterator<Item = usize>) -> Vec<i64> {
    list.into_iter().map(|n| n as i64).collect()
}

/// The first elements of each spatial axis.
fn cut(cx: &mut LowerCx<'_>, wire: &Wire, extents: &[usize]) -> Wire {
    let cuts: Vec<Cut> = extents
        .iter()
        .enumerate()
        .map(|(axis, &extent)| Cut {
            axis: axis + 2,
            start: 0,
            step: 1,
            extent,
        })
        .collect();
    cx.slice(wire, &cuts)
}
