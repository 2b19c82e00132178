//! Writing transposed convolutions.

use super::transposed::{BIAS, INPUT, KERNEL, Laid, OUTPUT_SHAPE, Transposed};
use super::{bias, kernel};
use crate::op::{Cut, DType, Dim, LowerCx, OpError, Shape, Wire};
use crate::ops::hybrid::{Hybrid, is_hybrid};

impl Transposed {
    /// Importers know symmetric pads alone, so what is cut off at the end beyond that is sliced off.
    pub(super) fn lower_known(&self, cx: &mut LowerCx<'_>, laid: &Laid) -> Result<Wire, OpError> {
        let pads: Vec<usize> = laid.crops.iter().map(|&(before, _)| before).collect();
        let excess = laid.crops.iter().map(|&(before, after)| after - before);
        let wide: Vec<usize> = laid
            .output
            .iter()
            .zip(excess)
            .map(|(n, more)| n + more)
            .collect();
        let y = self.convolve(cx, &pads, &laid.beyond, &wide)?;
        let cuts: Vec<Cut> = (2..)
            .zip(&laid.output)
            .map(|(axis, &extent)| Cut {
                axis,
                start: 0,
                step: 1,
                extent,
            })
            .collect();
        Ok(cx.slice(&y, &cuts))
    }

    /// All that any result may hold, and `Slice` to the one that is asked for when the model runs.
    pub(super) fn lower_computed(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let rank = self.spatial_rank();
        let reach = self.reach(cx.io())?;
        let beyond: Vec<usize> = self
            .window
            .axes
            .iter()
            .map(|axis| axis.stride - 1)
            .collect();
        let wide: Vec<usize> = reach
            .iter()
            .zip(&beyond)
            .map(|(n, more)| n + more)
            .collect();
        let y = self.convolve(cx, &vec![0; rank], &beyond, &wide)?;
        let shape = cx.source(OUTPUT_SHAPE)?;
        let shape = cx.cast(&shape, DType::Int64)?;
        let space = Cut {
            axis: 0,
            start: 1,
            step: 1,
            extent: rank,
        };
        let output = cx.slice(&shape, &[space]);
        let starts = match self.window.same {
            true => {
                let reach = cx.extents(&reach);
                let (none, two) = (cx.int64s(&[0]), cx.int64s(&[2]));
                let total = cx.binary("Sub", &reach, &output)?;
                let total = cx.binary("Max", &total, &none)?;
                cx.binary("Div", &total, &two)?
            }
            false => cx.int64s(&vec![0; rank]),
        };
        let ends = cx.binary("Add", &starts, &output)?;
        let axes: Vec<usize> = (2..rank + 2).collect();
        let axes = cx.extents(&axes);
        let node = cx.node("Slice").inputs([&y, &starts, &ends, &axes]);
        Ok(node.out_result(0))
    }

    /// `ConvTranspose`: elements cut off at either end of each axis, elements put behind it, and what that
    /// comes to.
    fn convolve(
        &self,
        cx: &mut LowerCx<'_>,
        pads: &[usize],
        beyond: &[usize],
        extents: &[usize],
    ) -> Result<Wire, OpError> {
        let outputs = self.outputs(cx.io())?;
        let kernel = self.kernel(cx.io())?;
        let mut x = cx.real(INPUT)?;
        if is_hybrid(cx.io(), INPUT, KERNEL) {
            let axes: Vec<usize> = (1..x.rank()).collect();
            x = Hybrid::Asymmetric.lower(cx, &x, &axes)?;
        }
        let w = kernel::lower(cx, KERNEL, self.kernel_order)?;
        let b = bias::lower(cx, BIAS, outputs)?;
        let mut shape = vec![x.shape[0].clone(), Dim::Fixed(outputs)];
        shape.extend(extents.iter().copied().map(Dim::Fixed));
        let node = cx.node("ConvTranspose").inputs([&x, &w]).maybe(b.as_ref());
        let axes = &self.window.axes;
        let mut node = node
            .attr("kernel_shape", ints(kernel))
            .attr("strides", ints(axes.iter().map(|axis| axis.stride)))
            .attr("pads", ints(pads.iter().chain(pads).copied()));
        if axes.iter().any(|axis| axis.dilation != 1) {
            node = node.attr("dilations", ints(axes.iter().map(|axis| axis.dilation)));
        }
        if beyond.iter().any(|&beyond| beyond > 0) {
            node = node.attr("output_padding", ints(beyond.iter().copied()));
        }
        Ok(node.out(x.dtype, Shape::new(shape)))
    }
}

fn ints(list: impl IntoIterator<Item = usize>) -> Vec<i64> {
    list.into_iter().map(|n| n as i64).collect()
}
