//! Sliding windows: what convolutions and pools share.

use crate::ir::Dim;
use crate::op::{NodeBuilder, OpError, Operands};
use crate::tflite::schema::Padding;

/// A window along one spatial axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub stride: usize,
    pub dilation: usize,
}

/// A window over the spatial axes, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub axes: Vec<Axis>,
    pub same: bool,
}

/// A window laid over an input: everything ONNX wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Laid {
    pub kernel: Vec<usize>,
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    /// Elements of padding before and after each axis.
    pub pads: Vec<(usize, usize)>,
    /// Must the runtime work out the padding, since it depends on an extent that only it knows?
    pub automatic: bool,
    pub output: Vec<Dim>,
}

impl Window {
    /// `strides` and `dilations` as the options give them, outermost axis first.
    pub fn new(padding: Padding, strides: &[i32], dilations: &[i32]) -> Result<Self, OpError> {
        let positive = |name: &str, n: i32| {
            usize::try_from(n)
                .ok()
                .filter(|&n| n > 0)
                .ok_or_else(|| OpError::option(name, "a positive number", n))
        };
        let axes = strides.iter().zip(dilations).map(|(&stride, &dilation)| {
            Ok(Axis {
                stride: positive("stride", stride)?,
                dilation: positive("dilation", dilation)?,
            })
        });
        Ok(Window {
            axes: axes.collect::<Result<_, OpError>>()?,
            same: match padding {
                Padding::SAME => true,
                Padding::VALID => false,
                other => return Err(OpError::option("padding", "SAME or VALID", other.0)),
            },
        })
    }

    /// Output extents and pads (LiteRT: `ComputePaddingHeightWidth`, kernels/padding.h). SAME pads the end
    /// by one more where the padding is odd.
    pub fn lay(&self, io: &Operands<'_>, input: &[Dim], kernel: &[usize]) -> Result<Laid, OpError> {
        let mut laid = Laid {
            kernel: kernel.to_vec(),
            strides: self.axes.iter().map(|axis| axis.stride).collect(),
            dilations: self.axes.iter().map(|axis| axis.dilation).collect(),
            pads: Vec::new(),
            automatic: false,
            output: Vec::new(),
        };
        for ((position, (axis, input)), &kernel) in
            self.axes.iter().zip(input).enumerate().zip(kernel)
        {
            let reach = kernel
                .checked_sub(1)
                .and_then(|gaps| gaps.checked_mul(axis.dilation))
                .and_then(|reach| reach.checked_add(1))
                .ok_or_else(|| OpError::inconsistent(format!("a window of extent {kernel}")))?;
            let (padding, output) = match input {
                Dim::Fixed(input) => self.over(*axis, *input, reach)?,
                // The spatial axes stand behind the batch.
                Dim::Symbol(_) if !self.same => (0, io.unknown_dim(0, position + 1)),
                // Stride 1 gives as many as there are, so long as there is one.
                Dim::Symbol(_) if axis.stride == 1 => (reach - 1, input.clone()),
                // Runtimes differ where windows do not touch each other, or have gaps.
                Dim::Symbol(_) if reach >= axis.stride && axis.dilation == 1 => {
                    laid.automatic = true;
                    (0, io.unknown_dim(0, position + 1))
                }
                Dim::Symbol(_) => {
                    return Err(OpError::unsupported(format!(
                        "padding SAME at stride {} over the dynamic dimension {input}",
                        axis.stride
                    )));
                }
            };
            laid.pads.push((padding / 2, padding - padding / 2));
            laid.output.push(output);
        }
        if laid.automatic && laid.dilations.iter().any(|&dilation| dilation != 1) {
            return Err(OpError::unsupported(
                "padding SAME of a dilated window over a dynamic dimension",
            ));
        }
        Ok(laid)
    }

    /// Padding and output extent on one axis of known extent.
    fn over(&self, axis: Axis, input: usize, reach: usize) -> Result<(usize, Dim), OpError> {
        if !self.same {
            // An empty result, which runtimes do not agree on, is refused too.
            let room = input.checked_sub(reach).ok_or_else(|| {
                OpError::inconsistent(format!(
                    "a window that reaches over {reach} elements on an axis of {input}, without padding"
                ))
            })?;
            return Ok((0, Dim::Fixed(room / axis.stride + 1)));
        }
        let output = input.div_ceil(axis.stride);
        let covered = output.saturating_sub(1) * axis.stride + reach;
        Ok((covered.saturating_sub(input), Dim::Fixed(output)))
    }
}

impl Laid {
    /// The same window for the reference kernels.
    #[cfg(feature = "validate")]
    pub fn reference(&self) -> crate::reference::kernels::conv::Window {
        crate::reference::kernels::conv::Window {
            strides: self.strides.clone(),
            dilations: self.dilations.clone(),
            before: self.pads.iter().map(|&(before, _)| before).collect(),
            after: self.pads.iter().map(|&(_, after)| after).collect(),
        }
    }

    /// ONNX's `pads`: all beginnings, then all ends.
    pub fn onnx_pads(&self) -> Vec<i64> {
        let before = self.pads.iter().map(|&(before, _)| before as i64);
        before
            .chain(self.pads.iter().map(|&(_, after)| after as i64))
            .collect()
    }

    /// The attributes of a pooling or convolution node, `dilations` only where they say something.
    pub fn attrs<'n, 'c>(&self, node: NodeBuilder<'n, 'c>) -> NodeBuilder<'n, 'c> {
        let ints = |list: &[usize]| list.iter().map(|&n| n as i64).collect::<Vec<i64>>();
        let node = node
            .attr("kernel_shape", ints(&self.kernel))
            .attr("strides", ints(&self.strides));
        let node = match self.automatic {
            true => node.attr("auto_pad", "SAME_UPPER"),
            false => node.attr("pads", self.onnx_pads()),
        };
        if self.dilations.iter().all(|&dilation| dilation == 1) {
            return node;
        }
        node.attr("dilations", ints(&self.dilations))
    }
}
