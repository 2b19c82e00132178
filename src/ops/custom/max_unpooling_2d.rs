//! MaxUnpooling2D: puts elements back to where MAX_POOL found them, zeros elsewhere.
//!
//! Two kernels have the name. MediaPipe's (mediapipe/util/tflite/operations/max_unpooling.cc) takes FLOAT32
//! places within each window; the result is as many times larger as the window is. LiteRT's
//! (kernels/perception/max_unpooling_2d.cc) takes INT32 places within the image `[H, W, C]` of the result.
//!
//! Places beyond the window, which the pool never gives, drop the element.
//!
//! ONNX: for the first, each element is compared with all places of its window, spread by broadcasting: no
//! scatter is needed. For the second, ScatterElements on zeros. (MaxUnpool is in few runtimes.)

#[cfg(feature = "validate")]
use super::reference::{elements, floats, image, tensor};
use super::structs::{Pool, spatial};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Order, Placement, RawOp, Shape,
};

const EMITS: &[&str] = &[
    "Cast",
    "Reshape",
    "Equal",
    "Where",
    "Expand",
    "ScatterElements",
];

pub(super) static DEFS: &[OpDef] = &[
    OpDef::named("MaxUnpooling2D", parse)
        .arity(2..=2, 1..=1)
        .emits(EMITS)
        .note("MediaPipe's form: windows side by side; LiteRT's form: static shapes"),
    OpDef::named("LiteRtMaxUnpooling2D", parse)
        .arity(2..=2, 1..=1)
        .emits(EMITS)
        .note("static shapes"),
];

#[derive(Debug)]
struct MaxUnpooling(Pool);

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    Pool::parse(raw).map(|pool| Box::new(MaxUnpooling(pool)) as _)
}

/// Which of the two kernels is meant?
fn counts_in_window(io: &Operands<'_>) -> bool {
    io.get(1)
        .is_some_and(|places| places.dtype == DType::Float32)
}

impl MaxUnpooling {
    /// Spatial extents of the result.
    fn output(&self, io: &Operands<'_>) -> Result<[usize; 2], OpError> {
        let mut output = spatial(io, 0)?;
        for (axis, extent) in output.iter_mut().enumerate() {
            let input = *extent;
            let (stride, kernel) = (self.0.window.axes[axis].stride, self.0.kernel[axis]);
            *extent = match (counts_in_window(io), self.0.window.same) {
                (true, _) => input * kernel,
                (false, true) => input * stride,
                (false, false) => (input - 1) * stride + kernel,
            };
        }
        Ok(output)
    }

    fn lower_in_window(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let [height, width] = self.0.kernel;
        let (x, places) = (cx.real(0)?, cx.real(1)?);
        let one = Dim::Fixed(1);
        let [n, c, h, w] = x.shape.dims() else {
            return Err(OpError::operand(0, "rank 4", &x.shape));
        };
        let apart: Shape = [n, c, h, &one, w, &one].into_iter().cloned().collect();
        let places = cx.cast(&places, DType::Int32)?;
        let places = cx.reshape(&places, &apart)?;
        let x = cx.reshape(&x, &apart)?;
        cx.make_room(height * width, 8)?;
        let taps: Vec<i64> = (0..(height * width) as i64).collect();
        let taps = Literal::from_ints(DType::Int32, vec![height, 1, width], &taps);
        let taps = taps.ok_or_else(|| OpError::inconsistent("a window beyond 32 bits"))?;
        let taps = cx.literal(taps);
        let hit = cx.compare("Equal", &places, &taps)?;
        let zero = cx.scalar(DType::Float32, 0.0)?;
        let y = cx.select(&hit, &x, &zero)?;
        let shape = cx.result_shape(0);
        let y = cx.reshape(&y, &shape)?;
        cx.finish(0, y)
    }

    fn lower_in_image(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let dims = cx.io().dims(0)?;
        let [height, width] = self.output(cx.io())?;
        let (batch, channels) = (dims[0], dims[3]);
        let flat = [batch, dims[1] * dims[2] * channels];
        let (x, places) = (cx.real(0)?, cx.real(1)?);
        let x = cx.reshape_to(&x, &flat)?;
        let places = cx.cast(&places, DType::Int64)?;
        let places = cx.reshape_to(&places, &flat)?;
        let zero = cx.floats(&[1, 1], &[0.0]);
        let zeros = cx.expand(&zero, &[batch, height * width * channels]);
        let node = cx.node("ScatterElements").inputs([&zeros, &places, &x]);
        let y = node.attr("axis", 1i64).out_like(&zeros);
        let y = cx.reshape_to(&y, &[batch, height, width, channels])?;
        cx.finish(0, y)
    }
}

impl Operator for MaxUnpooling {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32, DType::Int32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        if io.shape(0)? != io.shape(1)? {
            let like = format!("shape {} like operand 0", io.shape(0)?);
            return Err(OpError::operand(1, like, io.shape(1)?));
        }
        let strides = self.0.window.axes.iter().map(|axis| axis.stride);
        if !counts_in_window(io) {
            io.dims(0)?;
        } else if !strides.eq(self.0.kernel) {
            // They overlap or leave gaps; which of several elements wins is an accident of the kernel.
            return Err(OpError::unsupported(format!(
                "windows of {:?} that are not side by side",
                self.0.kernel
            )));
        }
        self.output(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let [height, width] = self.output(io)?;
        let shape = io.shape(0)?;
        let dims = [
            shape[0].clone(),
            height.into(),
            width.into(),
            shape[3].clone(),
        ];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.along(io, AxisMap::same(4).operand(1, 0..4), [0])
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        if !counts_in_window(io) {
            return Placement::Barrier;
        }
        let map = AxisMap::channels_last(4).operand(0, 0..4).operand(1, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map.result(0, 0..4))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        match counts_in_window(cx.io()) {
            true => self.lower_in_window(cx),
            false => self.lower_in_image(cx),
        }
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let [height, width] = self.output(cx.io())?;
        let (x, places) = (cx.tensor(0)?, cx.tensor(1)?);
        let ([n, h, w, c], data) = (image(&x)?, floats(&x)?);
        let mut out = vec![0.0; n * height * width * c];
        let in_window = counts_in_window(cx.io());
        for (at, &element) in data.iter().enumerate() {
            let (channel, x, y) = (at % c, at / c % w, at / c / w % h);
            let batch = at / (c * w * h);
            let place = if in_window {
                let tap = floats(&places)?[at] as i64;
                let tap = usize::try_from(tap).ok().filter(|tap| {
                    let [height, width] = self.0.kernel;
                    *tap < height * width
                });
                tap.map(|tap| {
                    let y = y * self.0.kernel[0] + tap / self.0.kernel[1];
                    let x = x * self.0.kernel[1] + tap % self.0.kernel[1];
                    (y * width + x) * c + channel
                })
            } else {
                let place = usize::try_from(elements::<i32>(&places)?[at]).ok();
                place.filter(|&place| place < height * width * c)
            };
            match place {
                Some(place) => out[batch * height * width * c + place] = element,
                None if in_window => {}
                None => return Err(OpError::unsupported_operand(1, "a place outside the image")),
            }
        }
        cx.finish(0, tensor(&[n, height, width, c], &out)?)
    }
}
