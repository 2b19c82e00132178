//! TransformTensor (version 1) and TransformTensorBilinear (version 2): an image seen through an affine
//! transformation, interpolated bilinearly; 0 where it looks outside.
//!
//! Source: mediapipe/util/tflite/operations/transform_tensor_bilinear.cc: output pixel (x, y) looks at the first
//! two rows of a 4 × 4 matrix times (x, y, 0, 1); in version 2 pixels' centres are at one half. A pixel that
//! looks beyond the centres of the outermost input pixels is 0 altogether.
//!
//! ONNX: one Gather of the four neighbours and their weighted sum. GridSample needs opset 16, is in fewer
//! runtimes, loses bits by its normalised coordinates, and blends at the border what here is cut off.

#[cfg(feature = "validate")]
use super::reference::{floats, image, tensor};
use super::structs::positive;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Order, Placement, RawOp,
    Shape, Tolerance, Wire,
};

const EMITS: &[&str] = &["MatMul", "Floor", "Gather", "Mul", "ReduceSum", "Where"];

pub(super) static DEFS: &[OpDef] = &[
    OpDef::named("TransformTensor", parse)
        .versions(1..=2)
        .arity(2..=2, 1..=1)
        .emits(EMITS)
        .note("MediaPipe"),
    OpDef::named("TransformTensorBilinear", parse)
        .versions(1..=2)
        .arity(2..=2, 1..=1)
        .emits(EMITS)
        .note("MediaPipe"),
];

#[derive(Debug)]
struct TransformTensor {
    /// Height and width of the result.
    output: [usize; 2],
    /// Where a pixel's centre is.
    center: f32,
}

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let options = raw.flex()?;
    let (output, center) = if raw.version() >= 2 {
        let [height, width] = ["output_height", "output_width"];
        ([options.int(height)?, options.int(width)?], 0.5)
    } else {
        let mode = options.get("mode");
        if mode.is_some_and(|mode| mode.as_str() != Some("bilinear")) {
            return Err(OpError::option("mode", "bilinear", "another"));
        }
        match options.ints("output_size")?.as_slice() {
            &[height, width] => ([height, width], 0.0),
            other => {
                let found = format!("{other:?}");
                return Err(OpError::option("output_size", "height and width", found));
            }
        }
    };
    Ok(Box::new(TransformTensor {
        output: [
            positive("output_height", output[0])?,
            positive("output_width", output[1])?,
        ],
        center,
    }))
}

/// The input's height, width and channels; a coordinate must be exact as a FLOAT32 number.
fn extents(io: &Operands<'_>) -> Result<[usize; 3], OpError> {
    let dims = io.dims(0)?;
    let &[1, height, width, channels] = dims.as_slice() else {
        return Err(OpError::operand(0, "one image", io.shape(0)?));
    };
    if height == 0 || width == 0 || height.saturating_mul(width) > 1 << 24 {
        return Err(OpError::unsupported_operand(
            0,
            format!("an image of {height} × {width}"),
        ));
    }
    Ok([height, width, channels])
}

impl TransformTensor {
    fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Where each output pixel looks: x and y, `[2, 1, pixels]`.
    fn sights(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let (width, pixels) = (self.output[1], self.pixels());
        let matrix = cx.source(1)?;
        let matrix = cx.reshape_to(&matrix, &[4, 4])?;
        let rows = cx.slice(
            &matrix,
            &[Cut {
                axis: 0,
                start: 0,
                step: 1,
                extent: 2,
            }],
        );
        let rows = cx.reshape_to(&rows, &[2, 1, 4])?;
        cx.make_room(4 * pixels, 8)?;
        let mut points = Vec::with_capacity(4 * pixels);
        points.extend((0..pixels).map(|at| (at % width) as f32 + self.center));
        points.extend((0..pixels).map(|at| (at / width) as f32 + self.center));
        points.extend(std::iter::repeat_n(0.0, pixels));
        points.extend(std::iter::repeat_n(1.0, pixels));
        let points = cx.floats(&[4, pixels], &points);
        let shape = Shape::new([2, 1, pixels]);
        let seen = cx
            .node("MatMul")
            .inputs([&rows, &points])
            .out(DType::Float32, shape);
        if self.center == 0.0 {
            return Ok(seen);
        }
        let center = cx.scalar(DType::Float32, self.center.into())?;
        cx.binary("Sub", &seen, &center)
    }
}

/// The pieces of a pair, `[1, 2, pixels]` and turned to `[2, 1, pixels]`, whose product has every pairing.
fn crossed(cx: &mut LowerCx<'_>, pair: &Wire, pixels: usize) -> Result<(Wire, Wire), OpError> {
    let pieces = cx.split(pair, 0, &[1, 1]);
    let [x, y] = &pieces[..] else {
        return Err(OpError::inconsistent("a pair without two pieces"));
    };
    Ok((x.clone(), cx.reshape_to(y, &[2, 1, pixels])?))
}

impl Operator for TransformTensor {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        if io.shape(1)?.count() != Some(16) {
            return Err(OpError::operand(1, "a 4 × 4 matrix", io.shape(1)?));
        }
        extents(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let [height, width] = self.output;
        let dims: [Dim; 4] = [
            1.into(),
            height.into(),
            width.into(),
            io.shape(0)?[3].clone(),
        ];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let [height, width, channels] = extents(cx.io())?;
        let pixels = self.pixels();
        let x = cx.real(0)?;
        let x = cx.reshape_to(&x, &[1, channels, height * width])?;
        let seen = self.sights(cx)?;
        let zero = cx.scalar(DType::Float32, 0.0)?;
        let one = cx.scalar(DType::Float32, 1.0)?;
        let last = cx.floats(&[2, 1, 1], &[(width - 1) as f32, (height - 1) as f32]);
        // Held to the image, so that neighbours exist; whatever that moves has looked outside.
        let held = cx.binary("Max", &seen, &zero)?;
        let held = cx.binary("Min", &held, &last)?;
        let moved = cx.binary("Sub", &seen, &held)?;
        let moved = cx.reduce("ReduceL1", &moved, &[0], false);
        let inside = cx.compare("Equal", &moved, &zero)?;
        let first = cx.unary("Floor", &held);
        let second = cx.binary("Add", &first, &one)?;
        let second = cx.binary("Min", &second, &last)?;
        let behind = cx.binary("Sub", &held, &first)?;
        let before = cx.binary("Sub", &one, &behind)?;
        let neighbours = cx.concat(&[first, second], 1)?;
        let weights = cx.concat(&[before, behind], 1)?;
        let (columns, rows) = crossed(cx, &neighbours, pixels)?;
        let row = cx.scalar(DType::Float32, width as f64)?;
        let rows = cx.binary("Mul", &rows, &row)?;
        let places = cx.binary("Add", &rows, &columns)?;
        let places = cx.cast(&places, DType::Int64)?;
        let (across, down) = crossed(cx, &weights, pixels)?;
        let weights = cx.binary("Mul", &down, &across)?;
        let corners = cx.gather(&x, &places, 2);
        let corners = cx.binary("Mul", &corners, &weights)?;
        let y = cx.reduce("ReduceSum", &corners, &[2, 3], false);
        let y = cx.select(&inside, &y, &zero)?;
        let y = cx.reshape_to(&y, &[1, channels, self.output[0], self.output[1]])?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (x, matrix) = (cx.tensor(0)?, cx.tensor(1)?);
        let ([_, h, w, c], data, m) = (image(&x)?, floats(&x)?, floats(&matrix)?);
        let shift = |row: &[f32]| match self.center {
            0.0 => row[3],
            _ => {
                let by = f64::from(row[0]) * 0.5 + f64::from(row[1]) * 0.5 - 0.5;
                (f64::from(row[3]) + by) as f32
            }
        };
        let look = |row: &[f32], x: f32, y: f32| row[0] * x + row[1] * y + shift(row);
        let read = |y: usize, x: usize, channel: usize| {
            let inside = y < h && x < w;
            f64::from(if inside {
                data[(y * w + x) * c + channel]
            } else {
                0.0
            })
        };
        let mut out = Vec::new();
        for pixel in 0..self.pixels() {
            let (x, y) = (
                (pixel % self.output[1]) as f32,
                (pixel / self.output[1]) as f32,
            );
            let (sx, sy) = (look(&m[..4], x, y), look(&m[4..8], x, y));
            let inside =
                (0.0..=(w - 1) as f32).contains(&sx) && (0.0..=(h - 1) as f32).contains(&sy);
            for channel in 0..c {
                if !inside {
                    out.push(0.0);
                    continue;
                }
                let (left, top) = (sx.floor() as usize, sy.floor() as usize);
                let right = f64::from(sx - sx.floor());
                let lower = f64::from(sy - sy.floor());
                let line =
                    |y| (1.0 - right) * read(y, left, channel) + right * read(y, left + 1, channel);
                out.push((lower * line(top + 1) + (1.0 - lower) * line(top)) as f32);
            }
        }
        cx.finish(0, tensor(&[1, self.output[0], self.output[1], c], &out)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
