//! CONV_2D, CONV_3D and DEPTHWISE_CONV_2D, channels last.

use tract_core::internal::tract_ndarray::linalg::general_mat_mul;
use tract_core::internal::tract_ndarray::{ArrayView2, ArrayViewMut2, s};
use tract_core::internal::{EvalOp, IntoTValue, IntoTensor, TVec, Tensor, tvec};
use tract_core::ops::cnn::{Conv, KernelFormat, PaddingSpec, PoolSpec};
use tract_core::ops::nn::DataFormat;

use super::arrange::transpose;
use super::{KernelError, Result, build, check, elements};

/// A sliding window over the spatial axes, its padding already resolved to numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub strides: Vec<usize>,
    pub dilations: Vec<usize>,
    /// Padding before each spatial axis.
    pub before: Vec<usize>,
    /// Padding after each spatial axis.
    pub after: Vec<usize>,
}

impl Window {
    /// The result's spatial shape for a kernel of this spatial shape.
    pub(super) fn output(&self, input: &[usize], kernel: &[usize]) -> Result<Vec<usize>> {
        let rank = input.len();
        let lists = [
            kernel.len(),
            self.strides.len(),
            self.dilations.len(),
            self.before.len(),
            self.after.len(),
        ];
        check!(
            lists.iter().all(|len| *len == rank),
            "a window of {lists:?} axes over {rank}"
        );
        check!(
            self.strides
                .iter()
                .chain(&self.dilations)
                .chain(kernel)
                .all(|n| *n > 0),
            "an empty window, or one that does not move"
        );
        (0..rank)
            .map(|axis| {
                let padded = input[axis] + self.before[axis] + self.after[axis];
                let reach = (kernel[axis] - 1) * self.dilations[axis] + 1;
                let room = padded.checked_sub(reach);
                Ok(room.ok_or_else(|| {
                    KernelError::invalid(format!("a window of {reach} over {padded}"))
                })? / self.strides[axis]
                    + 1)
            })
            .collect()
    }

    /// For one axis, the taps that meet the input at result position `at`: pairs of kernel index
    /// and input index.
    pub(super) fn taps(
        &self,
        axis: usize,
        at: usize,
        kernel: usize,
        input: usize,
    ) -> impl Iterator<Item = (usize, usize)> + Clone {
        let (start, dilation, before) = (
            at * self.strides[axis],
            self.dilations[axis],
            self.before[axis],
        );
        (0..kernel).filter_map(move |tap| {
            let source = (start + tap * dilation).checked_sub(before)?;
            (source < input).then_some((tap, source))
        })
    }
}

/// CONV_2D and CONV_3D: input `[N, …, C]`, kernel `[O, …, C / groups]`. The channel counts imply
/// the groups. On tract-core's `Conv`.
///
/// CONV_3D's own kernel order is `[…, C, O]`: permute it first.
pub fn conv(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, window: &Window) -> Result {
    let ([_, spatial @ .., channels], [outputs, taps @ .., depth]) = (x.shape(), kernel.shape())
    else {
        return Err(KernelError::invalid("a convolution without channels"));
    };
    let result: usize = window.output(spatial, taps)?.iter().product();
    check!(
        *depth > 0 && channels % depth == 0,
        "{channels} channels under a kernel of {depth}"
    );
    // tract makes slices out of null pointers there.
    check!(x.len() > 0, "a convolution of no elements");
    let group = channels / depth;
    let patches = taps.iter().fold(result, |n, tap| n.saturating_mul(*tap));
    if group == 1 && taps.len() == 2 && patches.saturating_mul(*depth) > MOST_PATCHES {
        return conv_by_taps(x, kernel, bias, window);
    }
    check!(outputs % group == 0, "{outputs} outputs in {group} groups");
    let bias = match bias {
        Some(bias) => bias.clone(),
        None => Tensor::zero_dt(x.datum_type(), &[])?,
    };
    // tract's OHWI form counts the groups into the kernel's input channels, not its outputs, so a
    // grouped kernel goes in as OIHW.
    let (kernel, kernel_fmt) = if group == 1 {
        (kernel.clone(), KernelFormat::OHWI)
    } else {
        let last = kernel.rank() - 1;
        let perm: Vec<usize> = [0, last].into_iter().chain(1..last).collect();
        (transpose(kernel, &perm)?, KernelFormat::OIHW)
    };
    let op = Conv {
        pool_spec: PoolSpec {
            data_format: DataFormat::NHWC,
            kernel_shape: taps_of(&kernel, &kernel_fmt),
            padding: PaddingSpec::Explicit(window.before[..].into(), window.after[..].into()),
            dilations: Some(window.dilations[..].into()),
            strides: Some(window.strides[..].into()),
            input_channels: *channels,
            output_channels: *outputs,
        },
        kernel_fmt,
        group,
        q_params: None,
    };
    let operands = tvec!(
        x.clone().into_tvalue(),
        kernel.into_tvalue(),
        bias.into_tvalue()
    );
    let result = op
        .eval_out_of_plan(operands)?
        .and_then(|mut results| results.pop());
    Ok(result
        .ok_or_else(|| KernelError::invalid("tract's convolution has no result"))?
        .into_tensor())
}

/// Elements that tract's convolution may copy together for one image; beyond, memory is all it is about.
const MOST_PATCHES: usize = 1 << 24;

fn rows(data: &[f32], columns: usize) -> Result<ArrayView2<'_, f32>> {
    let shape = (data.len().checked_div(columns).unwrap_or(0), columns);
    ArrayView2::from_shape(shape, data).map_err(|error| KernelError::invalid(error.to_string()))
}

/// CONV_2D as one matrix product for each tap of the kernel and each row of the result.
fn conv_by_taps(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>, window: &Window) -> Result {
    let (&[n, h, w, c], &[outputs, kh, kw, _]) = (x.shape(), kernel.shape()) else {
        return Err(KernelError::invalid(
            "a convolution over other than two axes",
        ));
    };
    let spatial = window.output(&[h, w], &[kh, kw])?;
    let (oh, ow) = (spatial[0], spatial[1]);
    let data = rows(elements(x)?, c)?;
    let weights = rows(elements(kernel)?, kh * kw * c)?;
    let bias = bias.map(elements::<f32>).transpose()?;
    check!(
        bias.is_none_or(|bias| bias.len() == outputs),
        "a bias that does not match {outputs} outputs"
    );
    // Which columns of the result each tap of a row reaches, and the first column of the input it meets.
    let reach: Vec<(usize, usize, usize)> = (0..kw)
        .map(|tap| {
            let met = |at: usize| {
                let mut taps = window.taps(1, at, kw, w);
                taps.find(|(other, _)| *other == tap)
                    .map(|(_, source)| source)
            };
            let columns: Vec<usize> = (0..ow).filter(|&at| met(at).is_some()).collect();
            match (columns.first(), columns.last()) {
                (Some(&first), Some(&last)) => (first, last + 1, met(first).unwrap_or(0)),
                _ => (0, 0, 0),
            }
        })
        .collect();
    build(&[n, oh, ow, outputs], |out: &mut [f32]| {
        for (row, out) in out.chunks_exact_mut((ow * outputs).max(1)).enumerate() {
            let (image, y) = (row / oh, row % oh);
            if let Some(bias) = bias {
                out.chunks_exact_mut(outputs)
                    .for_each(|out| out.copy_from_slice(bias));
            }
            let Ok(mut out) = ArrayViewMut2::from_shape((ow, outputs), out) else {
                continue;
            };
            for (ky, sy) in window.taps(0, y, kh, h) {
                for (kx, &(first, end, source)) in
                    reach.iter().enumerate().filter(|(_, r)| r.0 < r.1)
                {
                    let (start, step) = ((image * h + sy) * w + source, window.strides[1]);
                    let last = start + (end - first - 1) * step;
                    let tap = (ky * kw + kx) * c;
                    general_mat_mul(
                        1.0,
                        &data.slice(s![start..=last;step, ..]),
                        &weights.slice(s![.., tap..tap + c]).t(),
                        1.0,
                        &mut out.slice_mut(s![first..end, ..]),
                    );
                }
            }
        }
    })
}

fn taps_of(kernel: &Tensor, format: &KernelFormat) -> TVec<usize> {
    format.hw(kernel.shape()).into()
}

/// DEPTHWISE_CONV_2D: kernel `[1, H, W, C · m]`; result channel `c · m + k` sees input channel `c`
/// alone (`reference/depthwiseconv_float.h`).
///
/// A loop of its own: through an im2col product per channel, as tract's general form does it, this
/// is the slowest part of a mobile net.
pub fn depthwise_conv(
    x: &Tensor,
    kernel: &Tensor,
    bias: Option<&Tensor>,
    window: &Window,
) -> Result {
    let (&[n, h, w, c], &[1, kh, kw, outputs]) = (x.shape(), kernel.shape()) else {
        return Err(KernelError::invalid(format!(
            "a depthwise convolution of {:?} by {:?}",
            x.shape(),
            kernel.shape()
        )));
    };
    let spatial = window.output(&[h, w], &[kh, kw])?;
    let (oh, ow) = (spatial[0], spatial[1]);
    check!(
        c > 0 && outputs % c == 0,
        "{outputs} outputs of {c} channels"
    );
    let multiplier = outputs / c;
    let (data, weights) = (elements::<f32>(x)?, elements::<f32>(kernel)?);
    let bias = bias.map(elements::<f32>).transpose()?;
    check!(
        bias.is_none_or(|bias| bias.len() == outputs),
        "a bias that does not match {outputs} outputs"
    );
    build(&[n, oh, ow, outputs], |out: &mut [f32]| {
        if outputs == 0 {
            return;
        }
        for (pixel, out) in out.chunks_exact_mut(outputs).enumerate() {
            let (image, y, x) = (pixel / (oh * ow), pixel / ow % oh, pixel % ow);
            if let Some(bias) = bias {
                out.copy_from_slice(bias);
            }
            for (ky, sy) in window.taps(0, y, kh, h) {
                for (kx, sx) in window.taps(1, x, kw, w) {
                    let source = &data[((image * h + sy) * w + sx) * c..][..c];
                    let weights = &weights[(ky * kw + kx) * outputs..][..outputs];
                    accumulate(out, source, weights, multiplier);
                }
            }
        }
    })
}

/// Adds one tap: each input channel times the `multiplier` weights that belong to it.
fn accumulate(out: &mut [f32], source: &[f32], weights: &[f32], multiplier: usize) {
    if multiplier == 1 {
        out.iter_mut()
            .zip(source)
            .zip(weights)
            .for_each(|((out, x), w)| *out += x * w);
        return;
    }
    let channels = out
        .chunks_exact_mut(multiplier)
        .zip(weights.chunks_exact(multiplier));
    for ((out, weights), x) in channels.zip(source) {
        out.iter_mut()
            .zip(weights)
            .for_each(|(out, w)| *out += x * w);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, ramp, tensor};
    use super::*;

    fn window(
        strides: [usize; 2],
        dilations: [usize; 2],
        before: [usize; 2],
        after: [usize; 2],
    ) -> Window {
        Window {
            strides: strides.into(),
            dilations: dilations.into(),
            before: before.into(),
            after: after.into(),
        }
    }

    #[test]
    fn a_window_meets_the_padding() {
        let x = ramp(&[1, 3, 3, 1], 1.0);
        let ones = tensor(&[1, 2, 2, 1], &[1.0_f32; 4]);
        let y = conv(
            &x,
            &ones,
            Some(&tensor(&[1], &[0.5_f32])),
            &window([2, 2], [1, 1], [0, 0], [1, 1]),
        )
        .unwrap();
        close(&y, &[1, 2, 2, 1], &[8.5, 7.5, 13.5, 8.5]);
        let y = conv(&x, &ones, None, &window([1, 1], [2, 2], [0, 0], [0, 0])).unwrap();
        close(&y, &[1, 1, 1, 1], &[16.0]);
        assert!(conv(&x, &ones, None, &window([1, 1], [3, 3], [0, 0], [0, 0])).is_err());
    }

    /// The products of single taps add up to tract's convolution.
    #[test]
    fn taps_add_up() {
        let x = ramp(&[2, 7, 9, 3], 0.1);
        let kernel = ramp(&[4, 3, 2, 3], 0.01);
        let bias = ramp(&[4], 1.0);
        for (strides, dilations) in [([1, 1], [1, 1]), ([2, 3], [1, 1]), ([1, 2], [2, 3])] {
            let window = window(strides, dilations, [1, 2], [2, 0]);
            let whole = conv(&x, &kernel, Some(&bias), &window).unwrap();
            let taps = conv_by_taps(&x, &kernel, Some(&bias), &window).unwrap();
            close(&taps, whole.shape(), elements::<f32>(&whole).unwrap());
        }
    }

    #[test]
    fn groups_see_their_own_channels() {
        let x = tensor(&[1, 1, 1, 4], &[1.0_f32, 2.0, 3.0, 4.0]);
        let kernel = tensor(&[2, 1, 1, 2], &[1.0_f32, 10.0, 100.0, 1000.0]);
        let y = conv(&x, &kernel, None, &window([1, 1], [1, 1], [0, 0], [0, 0])).unwrap();
        close(&y, &[1, 1, 1, 2], &[21.0, 4300.0]);
    }

    #[test]
    fn a_channel_may_have_several_outputs() {
        let x = tensor(&[1, 1, 2, 2], &[1.0_f32, 2.0, 3.0, 4.0]);
        let kernel = tensor(
            &[1, 1, 2, 4],
            &[1.0_f32, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0],
        );
        let y = depthwise_conv(
            &x,
            &kernel,
            Some(&tensor(&[4], &[0.5_f32; 4])),
            &window([1, 1], [1, 1], [0, 0], [0, 1]),
        )
        .unwrap();
        close(
            &y,
            &[1, 1, 2, 4],
            &[31.5, 62.5, 126.5, 168.5, 3.5, 6.5, 12.5, 16.5],
        );
    }
}
