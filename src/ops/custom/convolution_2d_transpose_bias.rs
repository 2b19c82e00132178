//! Convolution2DTransposeBias: MediaPipe's 2-D transposed convolution with a bias; NHWC input, OHWI kernel.
//!
//! Source: mediapipe/util/tflite/operations/transpose_conv_bias.cc. Unlike TRANSPOSE_CONV it works out its own
//! result: SAME cuts `max(0, k − (n − 1) mod s − 1)` elements off the full reach, the odd one at the end. ONNX:
//! ConvTranspose, and Slice where the cut is lopsided (importers know symmetric pads alone).

#[cfg(feature = "validate")]
use super::reference::{floats, image, tensor};
use super::structs;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Order,
    Placement, RawOp, Shape, Tolerance,
};
use crate::ops::window::Window;

pub(super) static DEFS: &[OpDef] = &[OpDef::named("Convolution2DTransposeBias", parse)
    .arity(3..=3, 1..=1)
    .kernel(1, "OHWI", "IOHW", &KERNEL_ORDER)
    .emits(&["ConvTranspose", "Slice"])
    .note("MediaPipe")];

/// OHWI → IOHW.
const KERNEL_ORDER: [usize; 4] = [3, 0, 1, 2];

#[derive(Debug)]
struct TransposeConvBias(Window);

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    structs::transpose_conv(raw).map(|window| Box::new(TransposeConvBias(window)) as _)
}

/// One spatial axis of the result.
struct Axis {
    stride: usize,
    kernel: usize,
    /// Elements cut off before and after what the kernel reaches.
    cut: (usize, usize),
    output: usize,
}

impl TransposeConvBias {
    fn lay(&self, io: &Operands<'_>) -> Result<[Axis; 2], OpError> {
        let input = structs::spatial(io, 0)?;
        let kernel = io.dims(1)?;
        let axis = |axis: usize| -> Result<Axis, OpError> {
            let (stride, kernel) = (self.0.axes[axis].stride, kernel[axis + 1]);
            let last = input[axis]
                .checked_sub(1)
                .ok_or_else(|| OpError::operand(0, "an image", "none"))?;
            let same = kernel.saturating_sub(last % stride + 1);
            let cut = if self.0.same { same } else { 0 };
            Ok(Axis {
                stride,
                kernel,
                cut: (cut / 2, cut - cut / 2),
                output: last * stride + kernel - cut,
            })
        };
        Ok([axis(0)?, axis(1)?])
    }
}

impl Operator for TransposeConvBias {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_rank(1, 4..=4)?;
        io.expect_rank(2, 1..=1)?;
        for slot in 0..3 {
            io.expect_dtype(slot, &[DType::Float32])?;
        }
        io.expect_result_dtype(0, DType::Float32)?;
        let kernel = io.dims(1)?;
        if io.dims(2)? != [kernel[0]] {
            return Err(OpError::operand(
                2,
                format!("{} elements", kernel[0]),
                io.shape(2)?,
            ));
        }
        let channels = io.shape(0)?[3].fixed();
        if channels != Some(kernel[3]) {
            let expected = format!("{} input channels", io.shape(0)?[3]);
            return Err(OpError::operand(1, expected, io.shape(1)?));
        }
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let [y, x] = self.lay(io)?.map(|axis| Dim::Fixed(axis.output));
        let outputs = Dim::Fixed(io.dims(1)?[0]);
        Ok(Some(vec![Shape::new([
            io.shape(0)?[0].clone(),
            y,
            x,
            outputs,
        ])]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let axes = self.lay(cx.io())?;
        let x = cx.real(0)?;
        let kernel = cx.permuted(1, &KERNEL_ORDER)?;
        let bias = cx.real(2)?;
        let wide = |axis: &Axis| Dim::Fixed(axis.output + axis.cut.1 - axis.cut.0);
        let dims = [
            x.shape[0].clone(),
            kernel.shape[1].clone(),
            wide(&axes[0]),
            wide(&axes[1]),
        ];
        let ints = |f: fn(&Axis) -> usize| axes.iter().map(move |axis| f(axis) as i64);
        let pads: Vec<i64> = ints(|axis| axis.cut.0)
            .chain(ints(|axis| axis.cut.0))
            .collect();
        let node = cx.node("ConvTranspose").inputs([&x, &kernel, &bias]);
        let y = node
            .attr(
                "kernel_shape",
                ints(|axis| axis.kernel).collect::<Vec<i64>>(),
            )
            .attr("strides", ints(|axis| axis.stride).collect::<Vec<i64>>())
            .attr("pads", pads)
            .out(DType::Float32, Shape::new(dims));
        let cut = |(axis, laid): (usize, &Axis)| Cut {
            axis: axis + 2,
            start: 0,
            step: 1,
            extent: laid.output,
        };
        let cuts: Vec<Cut> = axes.iter().enumerate().map(cut).collect();
        let y = cx.slice(&y, &cuts);
        cx.finish(0, y)
    }

    /// Gathers what the kernel scatters: an element's sum over the taps that reach it.
    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let axes = self.lay(cx.io())?;
        let (x, kernel, bias) = (cx.tensor(0)?, cx.tensor(1)?, cx.tensor(2)?);
        let ([n, h, w, c], [outputs, kh, kw, _]) = (image(&x)?, image(&kernel)?);
        let (data, weights, bias) = (floats(&x)?, floats(&kernel)?, floats(&bias)?);
        let shape = [n, axes[0].output, axes[1].output, outputs];
        // The input element whose tap of this number lands here.
        let source = |axis: &Axis, to: usize, tap: usize, extent: usize| {
            let reach = (to + axis.cut.0).checked_sub(tap)?;
            (reach % axis.stride == 0 && reach / axis.stride < extent)
                .then_some(reach / axis.stride)
        };
        let mut out = Vec::new();
        for pixel in 0..n * shape[1] * shape[2] {
            let (batch, y, x) = (
                pixel / (shape[1] * shape[2]),
                pixel / shape[2] % shape[1],
                pixel % shape[2],
            );
            let mut sums: Vec<f64> = bias.iter().map(|&b| b.into()).collect();
            for tap in 0..kh * kw {
                let sy = source(&axes[0], y, tap / kw, h);
                let Some((sy, sx)) = sy.zip(source(&axes[1], x, tap % kw, w)) else {
                    continue;
                };
                let pixel = &data[((batch * h + sy) * w + sx) * c..][..c];
                for (output, sum) in sums.iter_mut().enumerate() {
                    let weights = &weights[(output * kh * kw + tap) * c..][..c];
                    let products = pixel.iter().zip(weights).map(|(a, b)| f64::from(a * b));
                    *sum += products.sum::<f64>();
                }
            }
            out.extend(sums.into_iter().map(|sum| sum as f32));
        }
        cx.finish(0, tensor(&shape, &out)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
