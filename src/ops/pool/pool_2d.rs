//! MAX_POOL_2D, AVERAGE_POOL_2D, L2_POOL_2D: the maximum, mean or root mean square under a window; padding does
//! not count.
//!
//! Source: LiteRT kernels/pooling.cc. ONNX: MaxPool; AveragePool without its padding; that of the squares
//! (LpPool sums, and counts padding). Means of INT16 codes, and of 8-bit codes that may lie half way between two:
//! AveragePool of the codes, rounded as the kernel rounds.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Order, Placement,
    QuantRule, RawOp, Shape, Tolerance, Wire,
};
use crate::ops::activation::Activation;
use crate::ops::window::{Laid, Window};
#[cfg(feature = "validate")]
use crate::reference::kernels::{pool, unary};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, Pool2DOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::MAX_POOL_2D, |raw| {
        Pool2D::parse(raw, Kind::Max)
    })
    .versions(1..=3)
    .emits(&["MaxPool"]),
    OpDef::new(BuiltinOperator::AVERAGE_POOL_2D, |raw| {
        Pool2D::parse(raw, Kind::Average)
    })
    .versions(1..=3)
    .emits(&["AveragePool", "Mul"]),
    OpDef::new(BuiltinOperator::L2_POOL_2D, |raw| {
        Pool2D::parse(raw, Kind::L2)
    })
    .emits(&["Mul", "AveragePool", "Sqrt"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Max,
    Average,
    L2,
}

/// Halves of INT16 that are multiplied by this are rounded away from 0; no other mean of fewer than 128 is moved
/// across a half.
const AWAY: f32 = 1.0 + 1.0 / (1 << 22) as f32;

#[derive(Debug)]
struct Pool2D {
    kind: Kind,
    window: Window,
    kernel: [usize; 2],
    activation: Activation,
}

impl Pool2D {
    fn parse(raw: &RawOp<'_>, kind: Kind) -> Result<Box<dyn Operator>, OpError> {
        let Pool2DOptionsT {
            padding,
            stride_w,
            stride_h,
            filter_width,
            filter_height,
            fused_activation_function,
        } = options!(raw, builtin_options_as_pool_2_doptions);
        let extent = |name, n: i32| {
            let extent = usize::try_from(n).ok().filter(|&extent| extent > 0);
            extent.ok_or_else(|| OpError::option(name, "a positive number", n))
        };
        Ok(Box::new(Pool2D {
            kind,
            window: Window::new(padding, &[stride_h, stride_w], &[1, 1])?,
            kernel: [
                extent("filter_height", filter_height)?,
                extent("filter_width", filter_width)?,
            ],
            activation: Activation::parse(fused_activation_function)?,
        }))
    }

    fn lay(&self, io: &Operands<'_>) -> Result<Laid, OpError> {
        let input = &io.shape(0)?.dims()[1..3];
        self.window.lay(io, input, &self.kernel)
    }

    /// Are codes to be averaged, in place of what they mean? Where their number is even somewhere a mean may lie
    /// half way between two, which LiteRT rounds away from code 0, ONNX to the even step from the zero point; and
    /// LiteRT reads no scales, where the result has another than the operand. No runtime fuses INT16 anyhow.
    fn averages_codes(&self, io: &Operands<'_>) -> Result<bool, OpError> {
        let (x, y) = (io.operand(0)?, io.result(0));
        if self.kind != Kind::Average || x.quant.is_none() || x.stored != y.stored {
            return Ok(false);
        }
        let laid = self.lay(io)?;
        let padded = laid.pads.iter().any(|&(before, after)| before + after > 0);
        let even = self.kernel.iter().product::<usize>().is_multiple_of(2);
        Ok(match x.stored {
            DType::Int8 | DType::UInt8 => even || padded || x.quant != y.quant,
            DType::Int16 => true,
            _ => false,
        })
    }

    /// Means of codes, rounded with halves away from code 0 and held within the activation's bounds.
    fn lower_codes(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let stored = cx.stored(0)?;
        let codes = cx.codes(0, &stored)?;
        let y = self.pool(cx, "AveragePool", &codes)?;
        let (low, high) = self.activation.range();
        if stored.dtype == DType::Int16 {
            let away = cx.floats(&[], &[AWAY]);
            let y = cx.binary("Mul", &y, &away)?;
            let y = cx.clip_codes(0, &y, low, high)?;
            return cx.finish_codes(0, y);
        }
        if !cx.saturates(0, low, high) {
            cx.clamp_stored(0, low, high);
        }
        cx.finish_codes_away(0, y)
    }

    fn pool(&self, cx: &mut LowerCx<'_>, op_type: &'static str, x: &Wire) -> Result<Wire, OpError> {
        let laid = self.lay(cx.io())?;
        Ok(laid.attrs(cx.node(op_type).input(x)).out_result(0))
    }
}

impl Operator for Pool2D {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(0, 4..=4)?;
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        self.lay(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(0)?;
        let mut dims = vec![shape[0].clone()];
        dims.extend(self.lay(io)?.output);
        dims.push(shape[3].clone());
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.first(io)
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        let map = AxisMap::channels_last(4).operand(0, 0..4).result(0, 0..4);
        Placement::Fixed(Order::ChannelsFirst, map)
    }

    fn quant(&self) -> QuantRule {
        match self.kind {
            Kind::Max => QuantRule::Carries,
            Kind::Average | Kind::L2 => QuantRule::Real,
        }
    }

    fn window(&self) -> usize {
        self.kernel.iter().copied().fold(1, usize::saturating_mul)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        if self.averages_codes(cx.io())? {
            return self.lower_codes(cx);
        }
        let x = cx.real(0)?;
        let y = match self.kind {
            // ONNX has no maxima of INT16.
            Kind::Max if x.dtype == DType::Int16 => {
                let codes = cx.cast(&x, DType::Float32)?;
                let laid = self.lay(cx.io())?;
                let shape = cx.result_shape(0);
                let node = laid.attrs(cx.node("MaxPool").input(&codes));
                let y = node.out(DType::Float32, shape);
                let (low, high) = self.activation.range();
                let y = cx.clip_codes(0, &y, low, high)?;
                let y = cx.cast(&y, DType::Int16)?;
                return cx.finish(0, y);
            }
            Kind::Max => self.pool(cx, "MaxPool", &x)?,
            // `count_include_pad` is 0 unless it is given.
            Kind::Average => self.pool(cx, "AveragePool", &x)?,
            Kind::L2 => {
                let squares = cx.binary("Mul", &x, &x)?;
                let mean = self.pool(cx, "AveragePool", &squares)?;
                cx.unary("Sqrt", &mean)
            }
        };
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let window = self.lay(cx.io())?.reference();
        if self.averages_codes(cx.io())? {
            let codes = cx
                .stored(0)?
                .cast_to::<f32>()
                .map_err(OpError::from_tract)?
                .into_owned();
            let y = pool::average_pool(&codes, self.kernel, &window)?;
            let (low, high) = self.activation.code_range(cx.io().result(0));
            let y = unary::map(&y, |x: f32| x.round().clamp(low, high))?;
            return cx.finish_codes(0, &y);
        }
        let x = cx.tensor(0)?;
        let y = match self.kind {
            Kind::Max => pool::max_pool(&x, self.kernel, &window)?,
            Kind::Average => pool::average_pool(&x, self.kernel, &window)?,
            Kind::L2 => pool::l2_pool(&x, self.kernel, &window)?,
        };
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn tolerance(&self) -> Tolerance {
        match self.kind {
            Kind::Max => Tolerance::EXACT,
            Kind::Average | Kind::L2 => Tolerance::ROUNDING,
        }
    }
}
