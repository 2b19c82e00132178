//! Landmarks2TransformMatrix: the 4 × 4 matrix that takes pixels of an upright crop around some landmarks to where
//! they are in the image.
//!
//! Source: mediapipe/util/tflite/operations/landmarks_to_transform_matrix.cc. Two landmarks give the rotation, a
//! subset of them, turned upright, the box. Version 1 takes the angle by `atan` (its GPU twin takes `atan2`, which
//! differs for faces upside down) and normalised coordinates, version 2 by `atan2` and pixels.
//!
//! With R(r) the rotation that turns upright, w the box's extents and c its centre turned back, both versions are
//! x ↦ diag(rows) · R(−r) · diag(w · scale) · (x + shift) + c · center. ONNX: angles are never computed where
//! atan2 is asked for, since cosine and sine are the direction's own coordinates.

#[cfg(feature = "validate")]
use super::reference::{floats, tensor};
use super::structs::positive;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Cut, DType, Flex, Listed, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance,
    Wire,
};

const EMITS: &[&str] = &[
    "Gather",
    "Sub",
    "Div",
    "MatMul",
    "Gemm",
    "ReduceMax",
    "ReduceMin",
    "Concat",
];

pub(super) static DEFS: &[OpDef] = &[
    OpDef::named("Landmarks2TransformMatrix", |raw| parse(raw, raw.version()))
        .versions(1..=2)
        .emits(EMITS)
        .note("MediaPipe"),
    OpDef::named("Landmarks2TransformMatrixV2", |raw| parse(raw, 2))
        .versions(1..=2)
        .emits(EMITS)
        .note("MediaPipe"),
];

#[derive(Debug)]
struct LandmarksToTransformMatrix {
    /// The eyes' corners, say: from left to right is upright.
    left: i64,
    right: i64,
    subset: Vec<i64>,
    /// Is the angle that of a line, by `atan`, and not of a direction?
    line: bool,
    /// The angle that is upright, in radians.
    upright: f64,
    rows: [f64; 2],
    scale: [f64; 2],
    shift: [f64; 2],
    center: [f64; 2],
}

fn parse(raw: &RawOp<'_>, version: i32) -> Result<Box<dyn Operator>, OpError> {
    let options = raw.flex()?;
    let op = if version >= 2 {
        second(&options)
    } else {
        first(&options)
    }?;
    if op.subset.is_empty() {
        return Err(OpError::option("subset", "some landmarks", "none"));
    }
    Ok(Box::new(op))
}

/// An option that must be a positive number.
fn above_zero(options: &Flex<'_>, name: &str) -> Result<f64, OpError> {
    let x = options.float(name)?;
    match x > 0.0 && x.is_finite() {
        true => Ok(x),
        false => Err(OpError::option(name, "a positive number", x)),
    }
}

/// A list of height and width as width and height.
fn extents(options: &Flex<'_>, name: &str, least: usize) -> Result<[f64; 2], OpError> {
    let list = options.ints(name)?;
    let fits = |&n: &i64| positive(name, n).ok().filter(|&n| n >= least);
    match list.iter().map(fits).collect::<Option<Vec<_>>>().as_deref() {
        Some(&[height, width]) => Ok([width as f64, height as f64]),
        _ => Err(OpError::option(name, "height and width", Listed(&list))),
    }
}

fn first(options: &Flex<'_>) -> Result<LandmarksToTransformMatrix, OpError> {
    if options.int("dimensions")? != 3 {
        return Err(OpError::option("dimensions", 3, options.int("dimensions")?));
    }
    let (input, output) = (
        extents(options, "input_hw", 1)?,
        extents(options, "output_hw", 2)?,
    );
    let range = above_zero(options, "landmarks_range")?.trunc();
    let factor = options.float("bbox_size_multiplier")?;
    if factor == 0.0 || !factor.is_finite() || range == 0.0 {
        return Err(OpError::option(
            "bbox_size_multiplier",
            "a number other than 0",
            factor,
        ));
    }
    let rows = input.map(|n| (n - 1.0) / 2.0);
    Ok(LandmarksToTransformMatrix {
        left: options.int("left_rotation_idx")?,
        right: options.int("right_rotation_idx")?,
        subset: options.ints("subset")?,
        line: true,
        upright: 0.0,
        rows,
        scale: output.map(|n| factor / range * 2.0 / (n - 1.0)),
        shift: output.map(|n| -(n - 1.0) / 2.0),
        center: rows.map(|row| row * 2.0 / range),
    })
}

fn second(options: &Flex<'_>) -> Result<LandmarksToTransformMatrix, OpError> {
    let output = [
        above_zero(options, "output_width")?,
        above_zero(options, "output_height")?,
    ];
    let upright = options.get("target_rotation_radians");
    Ok(LandmarksToTransformMatrix {
        left: options.int("left_rotation_idx")?,
        right: options.int("right_rotation_idx")?,
        subset: options.ints("subset_idxs")?,
        line: false,
        upright: upright.and_then(|angle| angle.as_float()).unwrap_or(0.0),
        rows: [1.0; 2],
        scale: [
            above_zero(options, "scale_x")? / output[0],
            above_zero(options, "scale_y")? / output[1],
        ],
        shift: output.map(|n| -n / 2.0),
        center: [1.0; 2],
    })
}

/// Number of landmarks, of three numbers each.
fn landmarks(io: &Operands<'_>) -> Result<usize, OpError> {
    Ok(io.dims(0)?.iter().product::<usize>() / 3)
}

fn pair(cx: &mut LowerCx<'_>, shape: &[usize], pair: [f64; 2]) -> Wire {
    cx.floats(shape, &pair.map(|x| x as f32))
}

impl LandmarksToTransformMatrix {
    /// Cosine and sine of the line's or direction's angle, `[1, 2]`.
    fn direction(&self, cx: &mut LowerCx<'_>, points: &Wire) -> Result<Wire, OpError> {
        let (left, right) = (cx.int64s(&[self.left]), cx.int64s(&[self.right]));
        let (left, right) = (cx.gather(points, &left, 0), cx.gather(points, &right, 0));
        let across = cx.binary("Sub", &right, &left)?;
        if !self.line {
            let length = cx.reduce("ReduceL2", &across, &[1], true);
            let unit = cx.binary("Div", &across, &length)?;
            let zero = cx.scalar(DType::Float32, 0.0)?;
            let apart = cx.compare("Greater", &length, &zero)?;
            // atan2(0, 0) is 0.
            let east = cx.floats(&[1, 2], &[1.0, 0.0]);
            return cx.select(&apart, &unit, &east);
        }
        let parts = cx.split(&across, 1, &[1, 1]);
        let [x, y] = &parts[..] else {
            return Err(OpError::inconsistent("a pair without two pieces"));
        };
        let slope = cx.binary("Div", y, x)?;
        let angle = cx.unary("Atan", &slope);
        let (cosine, sine) = (cx.unary("Cos", &angle), cx.unary("Sin", &angle));
        cx.concat(&[cosine, sine], 1)
    }

    /// R(r) transposed, which turns rows of points upright, and columns back: r = upright − angle.
    fn upright(&self, cx: &mut LowerCx<'_>, points: &Wire) -> Result<Wire, OpError> {
        let direction = self.direction(cx, points)?;
        let (sin, cos) = self.upright.sin_cos();
        let mix = [cos, sin, -sin, cos, sin, -cos, cos, sin].map(|x| x as f32);
        let mix = cx.floats(&[2, 4], &mix);
        let node = cx.node("MatMul").inputs([&direction, &mix]);
        let rotation = node.out(DType::Float32, Shape::new([1, 4]));
        cx.reshape_to(&rotation, &[2, 2])
    }
}

impl Operator for LandmarksToTransformMatrix {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let rank = if self.line { 4 } else { 3 };
        io.expect_rank(0, rank..=rank)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let (count, all) = (landmarks(io)?, [self.left, self.right]);
        let outside = |&&index: &&i64| usize::try_from(index).map_or(true, |index| index >= count);
        if let Some(index) = all.iter().chain(&self.subset).find(outside) {
            let expected = format!("indices of {count} landmarks");
            return Err(OpError::option("subset", expected, index));
        }
        Ok(())
    }

    fn infer(&self, _: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![Shape::new([1, 4, 4])]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let count = landmarks(cx.io())?;
        let x = cx.real(0)?;
        let points = cx.reshape_to(&x, &[count, 3])?;
        let points = cx.slice(
            &points,
            &[Cut {
                axis: 1,
                start: 0,
                step: 1,
                extent: 2,
            }],
        );
        let rotation = self.upright(cx, &points)?;
        let subset = cx.int64s(&self.subset);
        let subset = cx.gather(&points, &subset, 0);
        let turned = cx
            .node("MatMul")
            .inputs([&subset, &rotation])
            .out_like(&subset);
        let high = cx.reduce("ReduceMax", &turned, &[0], true);
        let low = cx.reduce("ReduceMin", &turned, &[0], true);
        let extent = cx.binary("Sub", &high, &low)?;
        let middle = cx.binary("Add", &high, &low)?;
        let half = cx.scalar(DType::Float32, 0.5)?;
        let middle = cx.binary("Mul", &middle, &half)?;
        let gemm = |cx: &mut LowerCx<'_>, a: &Wire, b: &Wire, c: Option<&Wire>| {
            let node = cx.node("Gemm").inputs([a, b]).maybe(c);
            node.attr("transB", 1i64)
                .out(DType::Float32, Shape::new([1, 2]))
        };
        let mut center = gemm(cx, &middle, &rotation, None);
        if self.center != [1.0; 2] {
            let factor = pair(cx, &[1, 2], self.center);
            center = cx.binary("Mul", &center, &factor)?;
        }
        let scale = pair(cx, &[1, 2], self.scale);
        let scale = cx.binary("Mul", &extent, &scale)?;
        let mut linear = cx.binary("Mul", &rotation, &scale)?;
        if self.rows != [1.0; 2] {
            let rows = pair(cx, &[2, 1], self.rows);
            linear = cx.binary("Mul", &linear, &rows)?;
        }
        let shift = pair(cx, &[1, 2], self.shift);
        let shift = gemm(cx, &shift, &linear, Some(&center));
        let shift = cx.reshape_to(&shift, &[2, 1])?;
        let depth = cx.floats(&[2, 1], &[0.0, 0.0]);
        let top = cx.concat(&[linear, depth, shift], 1)?;
        let bottom = cx.floats(&[2, 4], &[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let matrix = cx.concat(&[top, bottom], 0)?;
        let matrix = cx.reshape_to(&matrix, &[1, 4, 4])?;
        cx.finish(0, matrix)
    }

    /// Point by point: the matrix's columns are the images of three pixels.
    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let data = floats(&x)?;
        let point =
            |&index: &i64| [data[index as usize * 3], data[index as usize * 3 + 1]].map(f64::from);
        let turn =
            |[x, y]: [f64; 2], r: f64| [x * r.cos() - y * r.sin(), x * r.sin() + y * r.cos()];
        let ([lx, ly], [rx, ry]) = (point(&self.left), point(&self.right));
        let angle = match self.line {
            true => ((ry - ly) / (rx - lx)).atan(),
            false => (ry - ly).atan2(rx - lx),
        };
        let r = self.upright - angle;
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for point in self.subset.iter().map(point) {
            for (axis, x) in turn(point, r).into_iter().enumerate() {
                low[axis] = low[axis].min(x);
                high[axis] = high[axis].max(x);
            }
        }
        let center = turn([(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0], -r);
        let image = |pixel: [f64; 2]| {
            let part = |axis: usize| {
                (pixel[axis] + self.shift[axis]) * self.scale[axis] * (high[axis] - low[axis])
            };
            let turned = turn([part(0), part(1)], -r);
            [0, 1].map(|axis| turned[axis] * self.rows[axis] + center[axis] * self.center[axis])
        };
        let (origin, east, south) = (image([0.0, 0.0]), image([1.0, 0.0]), image([0.0, 1.0]));
        let mut matrix = [0.0; 16];
        for axis in 0..2 {
            matrix[axis * 4] = (east[axis] - origin[axis]) as f32;
            matrix[axis * 4 + 1] = (south[axis] - origin[axis]) as f32;
            matrix[axis * 4 + 3] = origin[axis] as f32;
        }
        (matrix[10], matrix[15]) = (1.0, 1.0);
        cx.finish(0, tensor(&[1, 4, 4], &matrix)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
