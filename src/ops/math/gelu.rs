//! GELU: x·Φ(x), with the error function or, when `approximate`, with TANH.
//!
//! Source: LiteRT kernels/activations.cc, reference/gelu.h. ONNX: Gelu from opset 20 on; below, its
//! definition, in the form in which PyTorch exports it and onnxruntime knows it again.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp,
    Shape, Tolerance, Wire,
};
use crate::ops::integer::interpolated::Samples;
use crate::ops::integer::scalar;
#[cfg(feature = "validate")]
use crate::reference::kernels::unary;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, GeluOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::GELU, Gelu::parse)
    .versions(1..=3)
    .emits(&["Erf", "Tanh", "Gelu", "Gather"])];

#[derive(Debug)]
struct Gelu {
    approximate: bool,
}

impl Gelu {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let GeluOptionsT { approximate } = options!(raw, builtin_options_as_gelu_options);
        Ok(Box::new(Gelu { approximate }))
    }

    /// The function by samples, where LiteRT computes it so.
    fn samples(&self, io: &Operands<'_>) -> Result<Option<Samples>, OpError> {
        let (x, y) = (io.operand(0)?, io.result(0));
        let (true, Some(from), Some(to)) = (x.stored == DType::Int16, &x.quant, &y.quant) else {
            return Ok(None);
        };
        let function = match self.approximate {
            true => scalar::gelu_tanh,
            false => scalar::gelu,
        };
        Samples::new(function, from, to).map(Some)
    }

    /// 2·Φ(x) − 1.
    fn symmetric(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        if !self.approximate {
            let root = cx.scalar(x.dtype, SQRT_2)?;
            let scaled = cx.binary("Div", x, &root)?;
            return Ok(cx.unary("Erf", &scaled));
        }
        let square = cx.binary("Mul", x, x)?;
        let cube = cx.binary("Mul", &square, x)?;
        let weight = cx.scalar(x.dtype, 0.044_715)?;
        let bend = cx.binary("Mul", &cube, &weight)?;
        let bent = cx.binary("Add", x, &bend)?;
        let scale = cx.scalar(x.dtype, FRAC_2_SQRT_PI * FRAC_1_SQRT_2)?;
        let scaled = cx.binary("Mul", &bent, &scale)?;
        Ok(cx.unary("Tanh", &scaled))
    }
}

impl Operator for Gelu {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Float16])?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.elementwise(io)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::elementwise(io))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if let Some(samples) = self.samples(cx.io())? {
            let codes = cx.stored(0)?;
            let y = samples.lower(cx, &codes)?;
            return cx.finish_stored(0, y);
        }
        let x = cx.real(0)?;
        if cx.opset() >= 20 {
            let form = if self.approximate { "tanh" } else { "none" };
            let node = cx.node("Gelu").input(&x).attr("approximate", form);
            let y = node.out_like(&x);
            return cx.finish(0, y);
        }
        let one = cx.scalar(x.dtype, 1.0)?;
        let half = cx.scalar(x.dtype, 0.5)?;
        let y = self.symmetric(cx, &x)?;
        let y = cx.binary("Add", &y, &one)?;
        let y = cx.binary("Mul", &x, &y)?;
        let y = cx.binary("Mul", &y, &half)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let f = match self.approximate {
            true => scalar::gelu_tanh,
            false => scalar::gelu,
        };
        if let Some(samples) = self.samples(cx.io())? {
            let y = unary::map(&*cx.stored(0)?, |code| samples.at(code))?;
            return cx.finish_stored(0, y);
        }
        let y = unary::map(&*cx.tensor(0)?, f)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
