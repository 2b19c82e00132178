//! TransformLandmarks: the x and y of every landmark through an affine transformation; z stays.
//!
//! Source: mediapipe/util/tflite/operations/transform_landmarks.cc: the first two rows of a 4 × 4 matrix times
//! (x, y, 0, 1). Version 1 has the landmarks' extent and a factor of the shift as options, version 2 one landmark
//! a row and no options. ONNX: Gemm.

#[cfg(feature = "validate")]
use super::reference::{floats, tensor};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{Cut, DType, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};

pub(super) static DEFS: &[OpDef] = &[OpDef::named("TransformLandmarks", parse)
    .versions(1..=2)
    .arity(2..=2, 1..=1)
    .emits(&["Reshape", "Slice", "Gemm", "Concat"])
    .note("MediaPipe")];

#[derive(Debug)]
struct TransformLandmarks {
    /// Numbers of a landmark; where it is not an option, the last axis has them.
    dimensions: Option<i64>,
    /// Factor of the shift.
    scale: f32,
}

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let mut op = TransformLandmarks {
        dimensions: None,
        scale: 1.0,
    };
    if raw.version() < 2 {
        let options = raw.flex()?;
        let dimensions = options.get("dimensions").and_then(|n| n.as_int());
        op.dimensions = Some(dimensions.unwrap_or(3));
        if let Some(scale) = options.get("scale").and_then(|scale| scale.as_float()) {
            op.scale = scale as f32;
        }
        if op.scale == 0.0 || !op.scale.is_finite() {
            return Err(OpError::option("scale", "a number other than 0", op.scale));
        }
    }
    Ok(Box::new(op))
}

impl TransformLandmarks {
    /// Number of landmarks, and of the numbers of each.
    fn landmarks(&self, io: &Operands<'_>) -> Result<(usize, usize), OpError> {
        let dims = io.dims(0)?;
        let last = dims.last().copied().unwrap_or_default();
        let extent = self.dimensions.map_or(Ok(last), usize::try_from);
        let extent = extent.ok().filter(|extent| matches!(extent, 2 | 3));
        let extent = extent.filter(|extent| last % extent == 0).ok_or_else(|| {
            let found = format!("{:?} in {last}", self.dimensions.unwrap_or(last as i64));
            OpError::option("dimensions", "2 or 3 that divide the last axis", found)
        })?;
        if dims.first() != Some(&1) {
            return Err(OpError::operand(0, "one set of landmarks", io.shape(0)?));
        }
        Ok((dims.iter().product::<usize>() / extent, extent))
    }
}

impl Operator for TransformLandmarks {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let rank = if self.dimensions.is_some() { 4 } else { 3 };
        io.expect_rank(0, rank..=rank)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        if io.shape(1)?.count() != Some(16) {
            return Err(OpError::operand(1, "a 4 × 4 matrix", io.shape(1)?));
        }
        self.landmarks(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (count, extent) = self.landmarks(cx.io())?;
        let columns = |start, extent| Cut {
            axis: 1,
            start,
            step: 1,
            extent,
        };
        let rows = Cut {
            axis: 0,
            start: 0,
            step: 1,
            extent: 2,
        };
        let (x, matrix) = (cx.real(0)?, cx.real(1)?);
        let x = cx.reshape_to(&x, &[count, extent])?;
        let matrix = cx.reshape_to(&matrix, &[4, 4])?;
        let turn = cx.slice(&matrix, &[rows, columns(0, 2)]);
        let shift = cx.slice(&matrix, &[rows, columns(3, 1)]);
        let mut shift = cx.reshape_to(&shift, &[2])?;
        if self.scale != 1.0 {
            let scale = cx.scalar(DType::Float32, self.scale.into())?;
            shift = cx.binary("Mul", &shift, &scale)?;
        }
        let flat = cx.slice(&x, &[columns(0, 2)]);
        let node = cx.node("Gemm").inputs([&flat, &turn, &shift]);
        let mut y = node.attr("transB", 1i64).out_like(&flat);
        if extent == 3 {
            let depth = cx.slice(&x, &[columns(2, 1)]);
            y = cx.concat(&[y, depth], 1)?;
        }
        let shape = cx.result_shape(0);
        let y = cx.reshape(&y, &shape)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (_, extent) = self.landmarks(cx.io())?;
        let (x, matrix) = (cx.tensor(0)?, cx.tensor(1)?);
        let m = floats(&matrix)?;
        let mut out = floats(&x)?.to_vec();
        for landmark in out.chunks_exact_mut(extent) {
            let (x, y) = (landmark[0], landmark[1]);
            landmark[0] = m[0] * x + m[1] * y + m[3] * self.scale;
            landmark[1] = m[4] * x + m[5] * y + m[7] * self.scale;
        }
        cx.finish(0, tensor(x.shape(), &out)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
