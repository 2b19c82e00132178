//! RANDOM_UNIFORM, RANDOM_STANDARD_NORMAL: a tensor of random numbers of a given shape.
//!
//! Source: LiteRT kernels/random_ops.cc: Philox, from 0 to 1, or of mean 0 and deviation 1. ONNX: RandomUniform,
//! RandomNormal, or their …Like where the shape is computed. The numbers are others; seeds are handed on, so
//! that a runtime gives the same ones again.

use crate::op::{DType, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, RandomOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::RANDOM_UNIFORM, |raw| Random::parse(raw, false))
        .emits(&["RandomUniform", "RandomUniformLike"])
        .note("other numbers of the same distribution"),
    OpDef::new(Code::RANDOM_STANDARD_NORMAL, |raw| Random::parse(raw, true))
        .emits(&["RandomNormal", "RandomNormalLike"])
        .note("other numbers of the same distribution"),
];

#[derive(Debug)]
struct Random {
    normal: bool,
    seed: Option<f32>,
}

impl Random {
    fn parse(raw: &RawOp<'_>, normal: bool) -> Result<Box<dyn Operator>, OpError> {
        let RandomOptionsT { seed, seed2 } = options!(raw, builtin_options_as_random_options);
        let seed = super::seed(seed, seed2);
        Ok(Box::new(Random { normal, seed }))
    }
}

impl Operator for Random {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Int32])?;
        io.asked_shape(0)?;
        io.expect_result_dtype(0, DType::Float32)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.asked_shape(0)?]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let shape = cx.result_shape(0);
        let node = match shape.fixed() {
            Some(dims) => {
                let dims: Vec<i64> = dims.iter().map(|&n| n as i64).collect();
                let name = match self.normal {
                    true => "RandomNormal",
                    false => "RandomUniform",
                };
                cx.node(name).attr("shape", dims)
            }
            None => {
                let asked = cx.source(0)?;
                let asked = cx.cast(&asked, DType::Int64)?;
                let zero = cx.scalar(DType::Float32, 0.0)?;
                let node = cx.node("Expand").inputs([&zero, &asked]);
                let like = node.out(DType::Float32, shape.clone());
                let name = match self.normal {
                    true => "RandomNormalLike",
                    false => "RandomUniformLike",
                };
                cx.node(name).input(&like)
            }
        };
        let node = match self.seed {
            Some(seed) => node.attr("seed", seed),
            None => node,
        };
        let y = node.out(DType::Float32, shape);
        cx.finish(0, y)
    }
}
