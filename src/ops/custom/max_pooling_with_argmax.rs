//! MaxPoolingWithArgmax2D and MaxPoolWithArgmax: the maximum under a window, and where it was.
//!
//! The first is MediaPipe's (mediapipe/util/tflite/operations/max_pool_argmax.cc): the place is a FLOAT32 number
//! within the window, row by row, plus 0.1 so that truncating it is safe. The second is LiteRT's
//! (kernels/perception/max_pool_with_argmax.cc): the place is an INT32 number within the image `[H, W, C]`. The
//! first of equal elements wins in both.
//!
//! ONNX: MaxPool, and a comparison with its result where MediaPipe's windows lie side by side; elsewhere MaxPool's
//! Indices, which count through the whole NCHW tensor.

#[cfg(feature = "validate")]
use super::reference::{floats, image, tensor};
use super::structs::{Pool, positive, spatial};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Order, Placement, RawOp, Shape, Wire,
};
use crate::ops::activation::Activation;
use crate::ops::window::{Laid, Window};
use crate::tflite::schema::Padding;

const EMITS: &[&str] = &[
    "MaxPool",
    "Equal",
    "Where",
    "ReduceMin",
    "Mod",
    "Div",
    "Mul",
    "Add",
    "Sub",
    "Cast",
];

pub(super) static DEFS: &[OpDef] = &[
    OpDef::named("MaxPoolingWithArgmax2D", parse_media_pipe)
        .arity(1..=1, 2..=2)
        .emits(EMITS)
        .note("MediaPipe"),
    OpDef::named("MaxPoolWithArgmax", parse_lite_rt)
        .arity(1..=1, 2..=2)
        .emits(EMITS)
        .note("LiteRT; no batch in the index"),
];

/// What the second result counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    InWindow,
    InImage,
}

#[derive(Debug)]
struct MaxPoolWithArgmax {
    pool: Pool,
    place: Place,
}

fn parse_media_pipe(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    Ok(Box::new(MaxPoolWithArgmax {
        pool: Pool::parse(raw)?,
        place: Place::InWindow,
    }))
}

fn parse_lite_rt(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let options = raw.flex()?;
    if options
        .get("include_batch_in_index")
        .and_then(|yes| yes.as_bool())
        == Some(true)
    {
        return Err(OpError::option("include_batch_in_index", "false", "true"));
    }
    let pair = |name| match options.ints(name)?.as_slice() {
        &[1, height, width, 1] => Ok([positive(name, height)?, positive(name, width)?]),
        other => Err(OpError::option(
            name,
            "[1, height, width, 1]",
            format!("{other:?}"),
        )),
    };
    let padding = match options.get("padding").and_then(|padding| padding.as_str()) {
        Some("SAME") => Padding::SAME,
        Some("VALID") => Padding::VALID,
        other => {
            return Err(OpError::option(
                "padding",
                "SAME or VALID",
                format!("{other:?}"),
            ));
        }
    };
    let strides = pair("strides")?.map(|stride| stride as i32);
    Ok(Box::new(MaxPoolWithArgmax {
        pool: Pool {
            window: Window::new(padding, &strides, &[1, 1])?,
            kernel: pair("ksize")?,
            activation: Activation::None,
        },
        place: Place::InImage,
    }))
}

impl MaxPoolWithArgmax {
    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let input = spatial(io, 0)?.map(Dim::Fixed);
        self.pool.window.lay(io, &input, &self.pool.kernel)
    }

    /// Height and width of the results.
    fn output(laid: &Laid) -> Result<[usize; 2], OpError> {
        match laid.output[..] {
            [Dim::Fixed(height), Dim::Fixed(width)] => Ok([height, width]),
            _ => Err(OpError::unsupported("a window over dynamic dimensions")),
        }
    }

    /// Do the windows lie side by side over the whole image?
    fn side_by_side(&self, io: &Operands<'_>, laid: &Laid) -> Result<bool, OpError> {
        let covered = Self::output(laid)?;
        let covered = [covered[0] * laid.kernel[0], covered[1] * laid.kernel[1]];
        let padded = laid.pads.iter().any(|&pads| pads != (0, 0));
        Ok(laid.strides == laid.kernel && !padded && spatial(io, 0)? == covered)
    }

    /// The least number of those elements that equal the maximum of their window: without indices, which
    /// importers do not know.
    fn by_comparison(&self, cx: &mut LowerCx<'_>, x: &Wire, y: &Wire) -> Result<Wire, OpError> {
        let [height, width] = self.pool.kernel;
        let [n, c, h, w] = y.shape.dims() else {
            return Err(OpError::operand(0, "rank 4", &y.shape));
        };
        let (one, rows, columns) = (Dim::Fixed(1), Dim::Fixed(height), Dim::Fixed(width));
        let windows: Shape = [n, c, h, &rows, w, &columns].into_iter().cloned().collect();
        let apart: Shape = [n, c, h, &one, w, &one].into_iter().cloned().collect();
        let x = cx.reshape(x, &windows)?;
        let y = cx.reshape(y, &apart)?;
        let greatest = cx.compare("Equal", &x, &y)?;
        cx.make_room(height * width, 8)?;
        let places: Vec<f32> = (0..height * width)
            .map(|place| place as f32 + 0.1)
            .collect();
        let places = cx.floats(&[height, 1, width], &places);
        let beyond = cx.scalar(DType::Float32, (height * width) as f64)?;
        let places = cx.select(&greatest, &places, &beyond)?;
        Ok(cx.reduce("ReduceMin", &places, &[3, 5], false))
    }

    /// From a place in an image, row by row, to one in the window: the window's first element is taken off,
    /// and a row is as long as the window.
    fn in_window(
        &self,
        cx: &mut LowerCx<'_>,
        flat: &Wire,
        width: usize,
        laid: &Laid,
    ) -> Result<Wire, OpError> {
        let row = self.pool.kernel[1] as i64;
        let width_wire = cx.scalar(DType::Int64, width as f64)?;
        let y = cx.binary("Div", flat, &width_wire)?;
        let shorter = cx.scalar(DType::Int64, (row - width as i64) as f64)?;
        let y = cx.binary("Mul", &y, &shorter)?;
        let place = cx.binary("Add", flat, &y)?;
        let first =
            |axis: usize, at: usize| (at * laid.strides[axis]) as i64 - laid.pads[axis].0 as i64;
        let [height, width] = Self::output(laid)?;
        cx.make_room(height * width, 8)?;
        let firsts: Vec<i64> = (0..height * width)
            .map(|at| first(0, at / width) * row + first(1, at % width))
            .collect();
        let firsts = Literal::from_ints(DType::Int64, vec![1, 1, height, width], &firsts);
        let firsts = firsts.ok_or_else(|| OpError::inconsistent("a window beyond 64 bits"))?;
        let firsts = cx.literal(firsts);
        let place = cx.binary("Sub", &place, &firsts)?;
        let place = cx.cast(&place, DType::Float32)?;
        let tenth = cx.scalar(DType::Float32, f64::from(0.1f32))?;
        cx.binary("Add", &place, &tenth)
    }

    /// From a place in a channel to one in the image, whose channels lie together.
    fn in_image(cx: &mut LowerCx<'_>, flat: &Wire, channels: usize) -> Result<Wire, OpError> {
        let count = cx.scalar(DType::Int64, channels as f64)?;
        let place = cx.binary("Mul", flat, &count)?;
        cx.make_room(channels, 8)?;
        let ints: Vec<i64> = (0..channels as i64).collect();
        let own = cx.int64s(&ints);
        let own = cx.reshape_to(&own, &[1, channels, 1, 1])?;
        let place = cx.binary("Add", &place, &own)?;
        cx.cast(&place, DType::Int32)
    }
}

impl Operator for MaxPoolWithArgmax {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let (place, channels) = match self.place {
            Place::InWindow => (DType::Float32, Some(1)),
            Place::InImage => (DType::Int32, io.shape(0)?[3].fixed()),
        };
        io.expect_result_dtype(1, place)?;
        if channels.is_none() {
            return Err(OpError::unsupported_operand(
                0,
                "a dynamic number of channels",
            ));
        }
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(0)?;
        let mut dims = vec![shape[0].clone()];
        dims.extend(self.lay(io)?.output);
        dims.push(shape[3].clone());
        let shape = Shape::new(dims);
        Ok(Some(vec![shape.clone(), shape]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.along(io, AxisMap::same(4).result(1, 0..4), [0])
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map.result(0, 0..4).result(1, 0..4))
    }

    fn window(&self) -> usize {
        self.pool
            .kernel
            .iter()
            .copied()
            .fold(1, usize::saturating_mul)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let input = spatial(cx.io(), 0)?;
        let channels = cx.io().shape(0)?[3].fixed();
        let shape = cx.result_shape(0);
        let x = cx.real(0)?;
        if self.place == Place::InWindow && self.side_by_side(cx.io(), &laid)? {
            let y = laid
                .attrs(cx.node("MaxPool").input(&x))
                .out(DType::Float32, shape);
            let place = self.by_comparison(cx, &x, &y)?;
            let y = self.pool.activation.lower(cx, y)?;
            cx.finish(0, y)?;
            return cx.finish(1, place);
        }
        let outs = vec![(DType::Float32, shape.clone()), (DType::Int64, shape)];
        let wires = laid.attrs(cx.node("MaxPool").input(&x)).outs(outs);
        let [y, indices] = &wires[..] else {
            return Err(OpError::inconsistent("MaxPool without indices"));
        };
        let plane = cx.scalar(DType::Int64, (input[0] * input[1]) as f64)?;
        let flat = cx.binary("Mod", indices, &plane)?;
        let place = match (self.place, channels) {
            (Place::InImage, Some(channels)) => Self::in_image(cx, &flat, channels)?,
            _ => self.in_window(cx, &flat, input[1], &laid)?,
        };
        let y = self.pool.activation.lower(cx, y.clone())?;
        cx.finish(0, y)?;
        cx.finish(1, place)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let laid = self.lay(cx.io())?;
        let x = cx.tensor(0)?;
        let ([n, h, w, c], data) = (image(&x)?, floats(&x)?);
        let [height, width] = Self::output(&laid)?;
        let shape = [n, height, width, c];
        let (mut most, mut places) = (Vec::new(), Vec::new());
        for at in 0..shape.iter().product() {
            let (channel, left, top, batch) = (
                at % c,
                at / c % shape[2] * laid.strides[1],
                at / c / shape[2] % shape[1] * laid.strides[0],
                at / c / shape[2] / shape[1],
            );
            let (mut max, mut place) = (f32::MIN, 0);
            for tap in 0..self.pool.kernel[0] * self.pool.kernel[1] {
                let (dy, dx) = (tap / self.pool.kernel[1], tap % self.pool.kernel[1]);
                let y = (top + dy).checked_sub(laid.pads[0].0).filter(|&y| y < h);
                let x = (left + dx).checked_sub(laid.pads[1].0).filter(|&x| x < w);
                let Some((y, x)) = y.zip(x) else { continue };
                let element = data[((batch * h + y) * w + x) * c + channel];
                if element > max {
                    max = element;
                    place = match self.place {
                        Place::InWindow => tap,
                        Place::InImage => (y * w + x) * c + channel,
                    };
                }
            }
            most.push(max);
            places.push(place);
        }
        let most = tensor(&shape, &most)?;
        cx.finish(0, self.pool.activation.reference(cx, most)?)?;
        let places = match self.place {
            Place::InWindow => {
                let places: Vec<f32> = places.iter().map(|&place| place as f32 + 0.1).collect();
                tensor(&shape, &places)?
            }
            Place::InImage => {
                let places: Vec<i32> = places.iter().map(|&place| place as i32).collect();
                tensor(&shape, &places)?
            }
        };
        cx.finish(1, places)
    }
}
