//! Products of real numbers with quantised weights, as LiteRT's hybrid kernels compute them: the real numbers are
//! quantised to 8 bits for each run, by what they are.
//!
//! Source: LiteRT kernels/internal/reference/portable_tensor_utils.cc (`PortableSymmetricQuantizeFloats`,
//! `PortableAsymmetricQuantizeFloats`). A sum of products of codes, multiplied by both scales, is that of the
//! numbers which the codes mean; so the numbers are rounded to their codes here, and the product stays real.
//! ONNX: ReduceMin, ReduceMax for the scale, QuantizeLinear and DequantizeLinear with it for the numbers: two thirds of
//! the time that Mul, Round, Mul take. Those are left where scales differ along several axes. QuantizeLinear divides
//! by the scale where the kernel multiplies by its reciprocal, which puts one number in 100,000 on the other side of
//! a half.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use crate::lower::Grid;
use crate::op::{DType, Dim, LowerCx, OpError, Operands, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels;

/// How real numbers are brought to 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hybrid {
    /// 127 steps to either side of 0.
    Symmetric,
    /// 255 steps from the least number to the greatest, 0 among them.
    Asymmetric,
}

/// Are real numbers in one operand multiplied by INT8 weights, or narrower ones, in another?
pub(crate) fn is_hybrid(io: &Operands<'_>, input: usize, weights: usize) -> bool {
    let real = |slot| {
        io.get(slot)
            .is_some_and(|x| x.stored == DType::Float32 && !x.is_quantized())
    };
    let quantized = |slot| {
        io.get(slot)
            .is_some_and(|w| w.is_quantized() && w.in_file() == DType::Int8)
    };
    real(input) && quantized(weights)
}

/// A range below which numbers are taken for 0: its reciprocal is within FLOAT32.
const NOTHING: f64 = 1.5e-36;

impl Hybrid {
    /// Of a kernel that quantises as its option says.
    pub fn asked(asymmetric: bool) -> Self {
        match asymmetric {
            true => Hybrid::Asymmetric,
            false => Hybrid::Symmetric,
        }
    }

    /// Numbers as what is left of them in 8 bits, with one scale for all along these physical axes.
    pub fn lower(self, cx: &mut LowerCx<'_>, x: &Wire, axes: &[usize]) -> Result<Wire, OpError> {
        let apart = |axis: &usize| !axes.contains(axis) && x.shape[*axis] != Dim::Fixed(1);
        let mut apart = (0..x.rank()).filter(apart);
        let axis = apart.next();
        if apart.next().is_some() {
            return self.lower_plainly(cx, x, axes);
        }
        let together: Vec<usize> = (0..x.rank()).filter(|&at| Some(at) != axis).collect();
        let (scale, zero_point) = if cx.is_never_negative(x) {
            let high = cx.reduce("ReduceMax", x, &together, false);
            let steps = match self {
                Hybrid::Symmetric => 127.0,
                Hybrid::Asymmetric => 255.0,
            };
            (divided(cx, &high, steps)?, None)
        } else {
            let (scale, zero) = match self {
                Hybrid::Symmetric => {
                    let size = cx.unary("Abs", x);
                    let size = cx.reduce("ReduceMax", &size, &together, false);
                    let scale = divided(cx, &size, 127.0)?;
                    let zero = zeros(cx, &scale)?;
                    (scale, zero)
                }
                Hybrid::Asymmetric => asymmetric(cx, x, &together, false)?,
            };
            (scale, Some(cx.cast(&zero, DType::Int8)?))
        };
        let grid = Grid {
            scale,
            zero_point,
            axis,
        };
        Ok(cx.on_grid(x, &grid))
    }

    /// The same in ordinary arithmetic, for scales along several axes.
    fn lower_plainly(
        self,
        cx: &mut LowerCx<'_>,
        x: &Wire,
        axes: &[usize],
    ) -> Result<Wire, OpError> {
        if self == Hybrid::Symmetric {
            let size = cx.unary("Abs", x);
            let range = cx.reduce("ReduceMax", &size, axes, true);
            let least = cx.floats(&[], &[NOTHING as f32]);
            let range = cx.binary("Max", &range, &least)?;
            let unit = cx.floats(&[], &[127.0]);
            let up = cx.binary("Div", &unit, &range)?;
            let down = divided(cx, &range, 127.0)?;
            let codes = cx.binary("Mul", x, &up)?;
            let codes = cx.unary("Round", &codes);
            return cx.binary("Mul", &codes, &down);
        }
        let (scale, zero) = asymmetric(cx, x, axes, true)?;
        let (one, half) = (cx.floats(&[], &[1.0]), cx.floats(&[], &[0.5]));
        let up = cx.binary("Div", &one, &scale)?;
        let offset = cx.binary("Add", &zero, &half)?;
        let codes = cx.binary("Mul", x, &up)?;
        let codes = cx.binary("Add", &codes, &offset)?;
        let codes = cx.unary("Floor", &codes);
        let codes = cx.clip(&codes, Some(-128.0), Some(127.0))?;
        let codes = cx.binary("Sub", &codes, &zero)?;
        cx.binary("Mul", &codes, &scale)
    }

    /// The same of a reference's numbers that have one scale.
    #[cfg(feature = "validate")]
    pub fn rounding(self) -> fn(&mut [f32]) {
        match self {
            Hybrid::Symmetric => round_symmetric,
            Hybrid::Asymmetric => round_asymmetric,
        }
    }

    /// The same of a reference tensor, with one scale for each so many elements.
    #[cfg(feature = "validate")]
    pub fn reference(self, x: &Tensor, row: usize) -> kernels::Result {
        let mut y = kernels::elements::<f32>(x)?.to_vec();
        y.chunks_mut(row.max(1)).for_each(self.rounding());
        Ok(Tensor::from_shape(x.shape(), &y)?)
    }
}

#[cfg(feature = "validate")]
fn round_symmetric(row: &mut [f32]) {
    let range = row
        .iter()
        .fold(NOTHING as f32, |range, x| range.max(x.abs()));
    let (up, down) = (127.0 / range, range / 127.0);
    for x in row {
        *x = (*x * up).round().clamp(-127.0, 127.0) * down;
    }
}

#[cfg(feature = "validate")]
fn round_asymmetric(row: &mut [f32]) {
    let low = f64::from(row.iter().copied().fold(0.0, f32::min));
    let high = f64::from(row.iter().copied().fold(0.0, f32::max));
    let scale = ((high - low) / 255.0).max(NOTHING);
    let zero = (127.0 - high / scale).round() as f32;
    let (up, down) = (1.0 / scale as f32, scale as f32);
    for x in row {
        *x = ((zero + *x * up).round().clamp(-128.0, 127.0) - zero) * down;
    }
}

fn divided(cx: &mut LowerCx<'_>, range: &Wire, steps: f32) -> Result<Wire, OpError> {
    let steps = cx.floats(&[], &[steps]);
    cx.binary("Div", range, &steps)
}

/// INT8 zeros, one for each scale. A run's shape took two nodes to ask for, of a microsecond each.
fn zeros(cx: &mut LowerCx<'_>, scale: &Wire) -> Result<Wire, OpError> {
    let zero = cx.scalar(DType::Int8, 0.0)?;
    if let Some(dims) = scale.shape.fixed() {
        return Ok(cx.expand(&zero, &dims));
    }
    let all = cx.floats(&[], &[f32::MAX]);
    let node = cx.node("QuantizeLinear").inputs([scale, &all, &zero]);
    Ok(node.out(DType::Int8, scale.shape.clone()))
}

/// Scale and zero point, computed in FLOAT64 as the kernel does: a range that is as wide to either side ends half
/// way between two zero points.
fn asymmetric(
    cx: &mut LowerCx<'_>,
    x: &Wire,
    axes: &[usize],
    keep_dims: bool,
) -> Result<(Wire, Wire), OpError> {
    let low = cx.reduce("ReduceMin", x, axes, keep_dims);
    let high = cx.reduce("ReduceMax", x, axes, keep_dims);
    let low = cx.clip(&low, None, Some(0.0))?;
    let high = cx.clip(&high, Some(0.0), None)?;
    let low = cx.cast(&low, DType::Float64)?;
    let high = cx.cast(&high, DType::Float64)?;
    let double = |cx: &mut LowerCx<'_>, x: f64| cx.scalar(DType::Float64, x);
    let (steps, least, top) = (double(cx, 255.0)?, double(cx, NOTHING)?, double(cx, 127.0)?);
    let (away, middle) = (double(cx, 1.0 + 1e-12)?, double(cx, 0.5)?);
    let range = cx.binary("Sub", &high, &low)?;
    let scale = cx.binary("Div", &range, &steps)?;
    let scale = cx.binary("Max", &scale, &least)?;
    let above = cx.binary("Div", &high, &scale)?;
    let zero = cx.binary("Sub", &top, &above)?;
    let zero = cx.binary("Mul", &zero, &away)?;
    // tract has no `Round` of FLOAT64.
    let zero = cx.binary("Add", &zero, &middle)?;
    let zero = cx.unary("Floor", &zero);
    Ok((
        cx.cast(&scale, DType::Float32)?,
        cx.cast(&zero, DType::Float32)?,
    ))
}
