//! FAKE_QUANT: real numbers rounded to the steps that integers of some bits would have over a range.
//!
//! Source: LiteRT kernels/fake_quant.cc, internal/quantization_util.cc: the range is nudged so that zero is a
//! step; halves round away from the range's lower end. Narrow ranges are refused there too. ONNX: Clip, Floor and
//! ordinary arithmetic.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp, Shape, Tolerance,
};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, FakeQuantOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::FAKE_QUANT, FakeQuant::parse)
    .versions(1..=2)
    .emits(&["Clip", "Sub", "Mul", "Floor", "Add"])];

/// The range after nudging, and the distance of its steps.
#[derive(Debug)]
struct FakeQuant {
    low: f32,
    high: f32,
    step: f32,
}

impl FakeQuant {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let FakeQuantOptionsT {
            min,
            max,
            num_bits,
            narrow_range,
        } = options!(raw, builtin_options_as_fake_quant_options);
        if narrow_range {
            return Err(OpError::option("narrow_range", "false", true));
        }
        let bits = u32::try_from(num_bits)
            .ok()
            .filter(|bits| (1..=16).contains(bits));
        let bits = bits.ok_or_else(|| OpError::option("num_bits", "1 to 16", num_bits))?;
        if !(min <= 0.0 && 0.0 <= max && min < max && (max - min).is_finite()) {
            let found = format!("{min} to {max}");
            return Err(OpError::option("min and max", "a range around 0", found));
        }
        let most = ((1u32 << bits) - 1) as f32;
        let step = (max - min) / most;
        let zero = (-min / step).clamp(0.0, most).round();
        Ok(Box::new(FakeQuant {
            low: (0.0 - zero) * step,
            high: (most - zero) * step,
            step,
        }))
    }
}

impl Operator for FakeQuant {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        let clipped = cx.clip(&x, Some(low), Some(high))?;
        let constants = [self.low, 1.0 / self.step, self.step, 0.5, 1.0];
        let [low, inverse, step, half, one] = constants.map(|x| cx.floats(&[], &[x]));
        let above = cx.binary("Sub", &clipped, &low)?;
        let steps = cx.binary("Mul", &above, &inverse)?;
        // ONNX rounds halves to even.
        let whole = cx.unary("Floor", &steps);
        let rest = cx.binary("Sub", &steps, &whole)?;
        let down = cx.compare("Less", &rest, &half)?;
        let next = cx.binary("Add", &whole, &one)?;
        let steps = cx.select(&down, &whole, &next)?;
        let y = cx.binary("Mul", &steps, &step)?;
        let y = cx.binary("Add", &y, &low)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let floats = x.try_as_plain_ram().map_err(OpError::from_tract)?;
        let floats = floats.as_slice::<f32>().map_err(OpError::from_tract)?;
        let inverse = 1.0 / self.step;
        let rounded = |x: &f32| {
            let above = x.clamp(self.low, self.high) - self.low;
            (above * inverse).round() * self.step + self.low
        };
        let floats: Vec<f32> = floats.iter().map(rounded).collect();
        let y = Tensor::from_shape(x.shape(), &floats).map_err(OpError::from_tract)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
