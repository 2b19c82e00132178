//! MULTINOMIAL: random classes, each as likely as its unnormalised logarithm says.
//!
//! Source: LiteRT kernels/random_ops.cc: Philox. ONNX: the class with the largest logit after Gumbel noise, which
//! is distributed the same; Multinomial has a number of samples that is an attribute.

use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, RandomOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::MULTINOMIAL, Multinomial::parse)
    .arity(2..=2, 1..=1)
    .emits(&["RandomUniformLike", "Log", "ArgMax"])
    .note("other numbers of the same distribution")];

#[derive(Debug)]
struct Multinomial {
    seed: Option<f32>,
}

impl Multinomial {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let RandomOptionsT { seed, seed2 } = options!(raw, builtin_options_as_random_options);
        let seed = super::seed(seed, seed2);
        Ok(Box::new(Multinomial { seed }))
    }

    fn samples(io: &Operands<'_>) -> Result<Dim, OpError> {
        match io.known_ints(1).as_deref() {
            None => Ok(io.unknown_dim(0, 1)),
            Some(&[n]) if n >= 0 => Ok(Dim::Fixed(n as usize)),
            Some(other) => Err(OpError::operand(
                1,
                "one number from 0",
                format!("{other:?}"),
            )),
        }
    }
}

impl Operator for Multinomial {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_rank(0, 2..=2)?;
        io.expect_dtype(1, &[DType::Int32])?;
        Self::samples(io)?;
        match io.result(0).dtype {
            DType::Int32 | DType::Int64 => Ok(()),
            other => Err(OpError::result(0, "INT32 or INT64", other)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let dims = [io.shape(0)?[0].clone(), Self::samples(io)?];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let logits = cx.source(0)?;
        let samples = cx.source(1)?;
        let samples = cx.reshape_to(&samples, &[1])?;
        let samples = cx.cast(&samples, DType::Int64)?;
        let result = cx.result_shape(0);
        let (batch, classes) = (logits.shape[0].clone(), logits.shape[1].clone());
        let rows = Shape::new([batch.clone(), Dim::Fixed(1), classes.clone()]);
        let logits = cx.reshape(&logits, &rows)?;
        let extents = [cx.extent(&logits, 0), samples, cx.extent(&logits, 2)];
        let target = cx.concat(&extents, 0)?;
        let shape = Shape::new([batch, result[1].clone(), classes]);
        let zero = cx.scalar(DType::Float32, 0.0)?;
        let node = cx.node("Expand").inputs([&zero, &target]);
        let like = node.out(DType::Float32, shape.clone());
        let node = cx.node("RandomUniformLike").input(&like);
        let node = match self.seed {
            Some(seed) => node.attr("seed", seed),
            None => node,
        };
        let mut noise = node.out_like(&like);
        for _ in 0..2 {
            noise = cx.unary("Log", &noise);
            noise = cx.unary("Neg", &noise);
        }
        let node = cx.node("Add").inputs([&logits, &noise]);
        let noisy = node.out(DType::Float32, shape);
        let node = cx.node("ArgMax").input(&noisy).attr("axis", 2i64);
        let found = node.attr("keepdims", false).out(DType::Int64, result);
        let dtype = cx.result_dtype(0);
        let y = cx.cast(&found, dtype)?;
        cx.finish(0, y)
    }
}
