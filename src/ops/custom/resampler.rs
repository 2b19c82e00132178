//! Resampler: an image read at coordinates that an operand gives for each pixel, interpolated bilinearly; what
//! lies outside counts as 0.
//!
//! Source: mediapipe/util/tflite/operations/resampler.cc. ONNX: GridSample, whose coordinates run from −1 to 1
//! between the image's edges.

#[cfg(feature = "validate")]
use super::reference::{floats, image, tensor};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, LowerCx, OpDef, OpError, Operands, Operator, Order, Placement, Shape, Tolerance,
};

pub(super) static DEFS: &[OpDef] = &[OpDef::named("Resampler", |_| Ok(Box::new(Resampler)))
    .arity(2..=2, 1..=1)
    .emits(&["Mul", "Add", "GridSample"])
    .note("MediaPipe; opset 16")];

#[derive(Debug)]
struct Resampler;

impl Operator for Resampler {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_rank(1, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let (mut expected, warp) = (io.dims(0)?, io.dims(1)?);
        if expected.contains(&0) {
            return Err(OpError::operand(0, "an image", io.shape(0)?));
        }
        expected[3] = 2;
        match warp == expected {
            true => Ok(()),
            false => Err(OpError::operand(
                1,
                format!("shape {expected:?}"),
                io.shape(1)?,
            )),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let dims = cx.io().dims(0)?;
        let extents = [dims[2] as f32, dims[1] as f32];
        let (x, warp) = (cx.real(0)?, cx.source(1)?);
        let scale = cx.floats(&[2], &extents.map(|n| 2.0 / n));
        let shift = cx.floats(&[2], &extents.map(|n| 1.0 / n - 1.0));
        let grid = cx.binary("Mul", &warp, &scale)?;
        let grid = cx.binary("Add", &grid, &shift)?;
        // Opset 20 gave the mode another name.
        let mode = if cx.opset() >= 20 {
            "linear"
        } else {
            "bilinear"
        };
        let node = cx.node("GridSample").inputs([&x, &grid]);
        let node = node.attr("mode", mode).attr("padding_mode", "zeros");
        let y = node.attr("align_corners", 0i64).out_result(0);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (x, warp) = (cx.tensor(0)?, cx.tensor(1)?);
        let ([n, h, w, c], data) = (image(&x)?, floats(&x)?);
        let mut out = vec![0.0; n * h * w * c];
        for (pixel, at) in floats(&warp)?.chunks_exact(2).enumerate() {
            for corner in 0..4 {
                let x = at[0].floor() + (corner % 2) as f32;
                let y = at[1].floor() + (corner / 2) as f32;
                let inside = x >= 0.0 && y >= 0.0 && x < w as f32 && y < h as f32;
                if !inside {
                    continue;
                }
                let weight = (1.0 - (at[0] - x).abs()) * (1.0 - (at[1] - y).abs());
                let source = ((pixel / (h * w) * h + y as usize) * w + x as usize) * c;
                for channel in 0..c {
                    out[pixel * c + channel] += weight * data[source + channel];
                }
            }
        }
        cx.finish(0, tensor(&[n, h, w, c], &out)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
