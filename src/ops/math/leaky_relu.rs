//! LEAKY_RELU: `alpha` times the input where it is not positive; `alpha` may be anything.
//!
//! Source: LiteRT kernels/activations.cc; of 8 bits as XNNPACK has it (`integer::slopes`). ONNX: LeakyRelu.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp,
    Shape, Tolerance,
};
use crate::ops::integer::multiplier::Rescale;
use crate::ops::integer::slopes::Slopes;
#[cfg(feature = "validate")]
use crate::reference::kernels::unary;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, LeakyReluOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::LEAKY_RELU, LeakyRelu::parse)
    .versions(1..=2)
    .emits(&["LeakyRelu"])];

#[derive(Debug)]
struct LeakyRelu {
    alpha: f32,
}

impl LeakyRelu {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let LeakyReluOptionsT { alpha } = options!(raw, builtin_options_as_leaky_relu_options);
        Ok(Box::new(LeakyRelu { alpha }))
    }
}

impl Operator for LeakyRelu {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
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
        if let Some(slopes) = Slopes::of(cx.io(), Some(self.alpha)) {
            return slopes.lower(cx);
        }
        if let Some(halves) = Wide::of(cx.io(), self.alpha) {
            return halves.lower(cx);
        }
        let x = cx.real(0)?;
        let node = cx.node("LeakyRelu").input(&x).attr("alpha", self.alpha);
        let y = node.out_like(&x);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(slopes) = Slopes::of(cx.io(), Some(self.alpha)) {
            return slopes.reference(cx);
        }
        if let Some(halves) = Wide::of(cx.io(), self.alpha) {
            return halves.reference(cx);
        }
        let y = unary::map(&*cx.tensor(0)?, |x| unary::leaky_relu(x, self.alpha))?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}

/// LEAKY_RELU of INT16, whose two halves are multiplied and rounded twice, each by its own multiplier.
struct Wide {
    above: Rescale,
    below: Rescale,
    /// Is what is below zero multiplied by a negative number?
    turns: bool,
}

impl Wide {
    /// `None` of other types, and of zero points that the kernel does not take.
    fn of(io: &Operands<'_>, alpha: f32) -> Option<Self> {
        let (x, y) = (io.get(0)?, io.result(0));
        let (from, zero) = x.parameters()?;
        let (to, other) = y.parameters()?;
        let wide = x.stored == DType::Int16 && y.stored == DType::Int16;
        if !wide || (zero, other) != (0, 0) || !alpha.is_finite() {
            return None;
        }
        // In FLOAT32, as `LeakyReluPrepare` has it.
        let (above, below) = (f64::from(from / to), f64::from(from * alpha / to));
        let halves = Wide {
            above: Rescale::new(above),
            below: Rescale::new(below.abs()),
            turns: below < 0.0,
        };
        let exact = halves.above.is_exact_wide() && halves.below.is_exact_wide();
        exact.then_some(halves)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.stored(0)?;
        let x = cx.cast(&x, DType::Float64)?;
        let above = cx.clip(&x, Some(0.0), None)?;
        let below = cx.clip(&x, None, Some(0.0))?;
        let above = self.above.lower_wide(cx, &above)?;
        let below = self.below.lower_wide(cx, &below)?;
        let join = if self.turns { "Sub" } else { "Add" };
        let y = cx.binary(join, &above, &below)?;
        let y = cx.clip(&y, Some(i16::MIN.into()), Some(i16::MAX.into()))?;
        let y = cx.cast(&y, DType::Int16)?;
        cx.finish_stored(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let one = |x: i16| {
            let y = match (x < 0, self.turns) {
                (false, _) => self.above.at(x.into()),
                (true, false) => self.below.at(x.into()),
                (true, true) => -self.below.at(x.into()),
            };
            y.clamp(i16::MIN.into(), i16::MAX.into()) as i16
        };
        let y = unary::map(&*cx.stored(0)?, one)?;
        cx.finish_stored(0, y)
    }
}
