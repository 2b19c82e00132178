//! RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR: an NHWC image to another height and width.
//!
//! Source: LiteRT kernels/{resize_bilinear,resize_nearest_neighbor}.cc. ONNX: Resize; Slice or Gather
//! where that takes the very pixels that the kernel takes, and Resize may not.

use super::lines;
use super::pixels::{Form, Grid, spacing};
use super::sizes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Order,
    Placement, QuantRule, Shape, Tolerance, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::{resize, unary};
use crate::tflite::options;
use crate::tflite::schema::{
    BuiltinOperator, ResizeBilinearOptionsT, ResizeNearestNeighborOptionsT,
};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::RESIZE_BILINEAR, |raw| {
        let ResizeBilinearOptionsT {
            align_corners,
            half_pixel_centers,
        } = options!(raw, builtin_options_as_resize_bilinear_options);
        if align_corners && half_pixel_centers {
            return Err(OpError::option(
                "half_pixel_centers",
                "false beside align_corners",
                "true",
            ));
        }
        Resize::make(Mode::Linear, align_corners, half_pixel_centers)
    })
    .versions(1..=4)
    .arity(2..=2, 1..=1)
    .emits(&["Resize", "Gather", "Sub", "Mul", "Add"]),
    OpDef::new(BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, |raw| {
        let ResizeNearestNeighborOptionsT {
            align_corners,
            half_pixel_centers,
        } = options!(raw, builtin_options_as_resize_nearest_neighbor_options);
        Resize::make(Mode::Nearest, align_corners, half_pixel_centers)
    })
    .versions(1..=4)
    .arity(2..=2, 1..=1)
    .emits(&["Resize", "Slice", "Gather"]),
];

/// LiteRT goes by the width alone; these are the types that onnxruntime resizes.
const NEAREST_DTYPES: &[DType] = &[DType::Float32, DType::Int32, DType::UInt8, DType::Int8];

/// Along an axis whose pixels are listed one by one.
const MOST_PIXELS: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Linear,
    Nearest,
}

#[derive(Debug)]
struct Resize {
    mode: Mode,
    grid: Grid,
}

impl Resize {
    fn make(
        mode: Mode,
        align_corners: bool,
        half_pixel_centers: bool,
    ) -> Result<Box<dyn Operator>, OpError> {
        let grid = Grid {
            align_corners,
            half_pixel_centers,
        };
        Ok(Box::new(Resize { mode, grid }))
    }

    fn nearest(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let extents = sizes::extents(cx.io())?;
        let listed =
            |extents: &[(usize, usize); 2]| extents.iter().all(|&(_, to)| to <= MOST_PIXELS);
        let Some(extents) = extents.filter(listed) else {
            let form = self.grid.form().ok_or_else(|| {
                OpError::unsupported(
                    "align_corners with half_pixel_centers at a dynamic or huge size",
                )
            })?;
            return self.resize(cx, x, form.coordinates, Some(form.nearest));
        };
        let axes = extents.map(|(from, to)| (from, self.grid.pixels(from, to)));
        let spaced = axes.iter().all(|(_, pixels)| spacing(pixels).is_some());
        match Form::of(&axes) {
            Some(form) if !spaced => self.resize(cx, x, form.coordinates, Some(form.nearest)),
            _ => Ok(Self::pick(cx, x, axes)),
        }
    }

    /// The pixels of each axis by `Slice`, or by `Gather` where they are unevenly spaced.
    fn pick(cx: &mut LowerCx<'_>, x: &Wire, axes: [(usize, Vec<usize>); 2]) -> Wire {
        let mut y = x.clone();
        for (axis, (_, pixels)) in (1..).zip(axes) {
            let axis = cx.axis(axis);
            y = match spacing(&pixels) {
                Some((first, step)) => {
                    let cut = Cut {
                        axis,
                        start: first as i64,
                        step: step as i64,
                        extent: pixels.len(),
                    };
                    cx.slice(&y, &[cut])
                }
                None => {
                    let pixels = cx.extents(&pixels);
                    cx.gather(&y, &pixels, axis)
                }
            };
        }
        y
    }

    fn linear(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let extents = sizes::extents(cx.io())?;
        if extents.is_some_and(|extents| extents.iter().all(|(from, to)| from == to)) {
            return Ok(x.clone());
        }
        let coordinates = match self.grid {
            grid if grid.align_corners => "align_corners",
            grid if grid.half_pixel_centers => "half_pixel",
            _ => "asymmetric",
        };
        self.resize(cx, x, coordinates, None)
    }

    /// The extents of integers that LiteRT interpolates in integers, and elsewhere than the real scale says.
    fn integer_extents(&self, io: &Operands<'_>) -> Result<Option<[(usize, usize); 2]>, OpError> {
        let integers = matches!(io.operand(0)?.in_file(), DType::Int8 | DType::Int16);
        if self.mode != Mode::Linear || !integers {
            return Ok(None);
        }
        let off = |&(from, to): &(usize, usize)| !lines::is_exact(self.grid, from, to);
        let listed = |&(_, to): &(usize, usize)| to <= MOST_PIXELS;
        let extents = sizes::extents(io)?;
        Ok(extents.filter(|axes| axes.iter().any(off) && axes.iter().all(listed)))
    }

    /// Interpolated codes of the operand are the result's, whatever the scales: LiteRT's kernels read neither.
    /// Halves are rounded away from code 0, exactly as long as there are 24 bits.
    fn finish_codes(cx: &mut LowerCx<'_>, y: Wire) -> Result<(), OpError> {
        match cx.io().result(0).in_file() {
            DType::Int16 => cx.finish_codes(0, y),
            _ => cx.finish_codes_away(0, y),
        }
    }

    fn resize(
        &self,
        cx: &mut LowerCx<'_>,
        x: &Wire,
        coordinates: &'static str,
        nearest: Option<&'static str>,
    ) -> Result<Wire, OpError> {
        // onnxruntime resizes no INT16.
        let resizable = match x.dtype {
            DType::Int16 => cx.cast(x, DType::Float32)?,
            _ => x.clone(),
        };
        let (scales, sizes) = sizes::target(cx, x)?;
        let shape = cx.result_shape(0);
        let node = cx.node("Resize").input(&resizable).maybe(None);
        let node = node
            .maybe(scales.as_ref())
            .maybe(sizes.as_ref())
            .attr("coordinate_transformation_mode", coordinates);
        let node = match nearest {
            Some(nearest) => node.attr("mode", "nearest").attr("nearest_mode", nearest),
            None => node.attr("mode", "linear"),
        };
        let y = node.out(resizable.dtype, shape);
        cx.cast(&y, x.dtype)
    }
}

impl Operator for Resize {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(
            0,
            match self.mode {
                Mode::Linear => &[DType::Float32],
                Mode::Nearest => NEAREST_DTYPES,
            },
        )?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)?;
        io.expect_dtype(1, &[DType::Int32])?;
        io.expect_rank(1, 1..=1)?;
        if io.shape(0)?.dims()[1..3].contains(&Dim::Fixed(0)) {
            return Err(OpError::operand(0, "pixels", io.shape(0)?));
        }
        sizes::size(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(0)?;
        let [height, width] = match sizes::size(io)? {
            Some(size) => size.map(Dim::Fixed),
            None => [io.unknown_dim(0, 1), io.unknown_dim(0, 2)],
        };
        Ok(Some(vec![Shape::new([
            shape[0].clone(),
            height,
            width,
            shape[3].clone(),
        ])]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn quant(&self) -> QuantRule {
        match self.mode {
            Mode::Linear => QuantRule::Real,
            Mode::Nearest => QuantRule::Carries,
        }
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if let Some(extents) = self.integer_extents(cx.io())? {
            let stored = cx.stored(0)?;
            let y = lines::lower(cx, self.grid, &stored, extents)?;
            let y = cx.codes(0, &y)?;
            return Self::finish_codes(cx, y);
        }
        if self.mode == Mode::Linear && cx.io().operand(0)?.is_quantized() {
            let stored = cx.stored(0)?;
            let codes = cx.codes(0, &stored)?;
            let y = self.linear(cx, &codes)?;
            return Self::finish_codes(cx, y);
        }
        let x = cx.real(0)?;
        let y = match self.mode {
            Mode::Linear => self.linear(cx, &x)?,
            Mode::Nearest => self.nearest(cx, &x)?,
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let grid = resize::Grid {
            align_corners: self.grid.align_corners,
            half_pixel_centers: self.grid.half_pixel_centers,
        };
        let size: Result<Vec<usize>, _> = cx.ints(1)?.into_iter().map(usize::try_from).collect();
        let size: Option<[usize; 2]> = size.ok().and_then(|size| size.try_into().ok());
        let size = size.ok_or_else(|| OpError::operand(1, "two positive extents", "others"))?;
        if self.integer_extents(cx.io())?.is_some() {
            let y = resize::resize_codes(&*cx.stored(0)?, size, grid)?;
            return cx.finish_stored(0, y);
        }
        if self.mode == Mode::Linear && cx.io().operand(0)?.is_quantized() {
            let stored = cx.stored(0)?;
            let codes = stored.cast_to::<f32>().map_err(OpError::from_tract)?;
            let y = resize::resize_bilinear(&codes, size, grid)?;
            return match cx.io().result(0).in_file() {
                DType::Int16 => cx.finish_codes(0, &y),
                _ => cx.finish_codes(0, &unary::map(&y, f32::round)?),
            };
        }
        let y = match self.mode {
            Mode::Linear => resize::resize_bilinear(&x, size, grid)?,
            Mode::Nearest => resize::resize_nearest(&x, size, grid)?,
        };
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        match self.mode {
            Mode::Linear => Tolerance::ROUNDING,
            Mode::Nearest => Tolerance::EXACT,
        }
    }
}
