//! QUANTIZE where FLOAT32 would not do: from and to INT32, to INT16, and of integers without a scale.
//!
//! Source: LiteRT kernels/quantize.cc, internal/reference/requantize.h. INT32 that is computed comes from QUANTIZE
//! or from the caller, and has a scale that QUANTIZE alone reads. Integers without a scale have scale 0, and all
//! of them become the result's zero point. ONNX: Mul, Add, Mod, Sub, Div, Clip in INT64, exact to the bit; of 16 bits
//! and fewer Mul, Add, Floor in FLOAT64, as exact; in FLOAT64 where the other side has become real numbers.

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

use super::multiplier::{self, Rescale};
use crate::lower::limits;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, LowerCx, OpError, Operands, Value, Wire};
#[cfg(feature = "validate")]
use crate::reference::{datum_type, kernels};

/// What QUANTIZE does, for an operand and a result of these types and parameters.
#[derive(Debug)]
pub(crate) enum Requantize {
    /// Integers to integers of another scale.
    Integers {
        rescale: Rescale,
        from_zero: i64,
        to_zero: i64,
        limits: (i64, i64),
    },
    /// Real numbers to INT32.
    Counted(Steps),
    /// INT32 to real numbers.
    Meant(Steps),
}

/// Scale and zero point of integers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    scale: f64,
    zero: i64,
}

impl Steps {
    /// Of a value; none are 0, as LiteRT has it.
    fn of(value: &Value) -> Result<Self, OpError> {
        let Some(quant) = value.quant.as_ref().or(value.grid.as_ref()) else {
            let (scale, zero) = (0.0, 0);
            return Ok(Steps { scale, zero });
        };
        match (&*quant.scale, &*quant.zero_point) {
            ([scale], [zero]) if i32::try_from(*zero).is_ok() => Ok(Steps {
                scale: f64::from(*scale),
                zero: *zero,
            }),
            _ => Err(OpError::unsupported(
                "requantising along an axis, or with a zero point beyond 32 bits",
            )),
        }
    }
}

impl Requantize {
    /// `None` between the usual narrow types and real numbers, where DequantizeLinear and QuantizeLinear do.
    pub fn of(io: &Operands<'_>) -> Result<Option<Self>, OpError> {
        let (x, y) = (io.operand(0)?, io.result(0));
        let counts = |value: &Value| value.stored.is_integer() && !value.is_quantized();
        let whole = [x, y].iter().all(|value| value.parameters().is_some());
        let sixteen = y.stored == DType::Int16 && whole;
        let wide = sixteen || [x.stored, y.stored].contains(&DType::Int32);
        Ok(match (x.stored.is_integer(), y.stored.is_integer()) {
            (true, true) if wide || counts(x) => Some(Self::integers(x, y)?),
            (true, false) if counts(x) => Some(Requantize::Meant(Steps::of(x)?)),
            (false, true) if counts(y) => Some(Requantize::Counted(Steps::of(y)?)),
            _ => None,
        })
    }

    fn integers(x: &Value, y: &Value) -> Result<Self, OpError> {
        let (from, to) = (Steps::of(x)?, Steps::of(y)?);
        let limits = limits(y.stored).filter(|_| to.scale > 0.0 && to.scale.is_finite());
        let limits =
            limits.ok_or_else(|| OpError::result(0, "quantisation parameters", y.stored))?;
        let shift = multiplier::shift(from.scale / to.scale);
        if shift > 30 {
            return Err(OpError::unsupported(format!(
                "scales whose quotient is shifted by {shift} bits"
            )));
        }
        Ok(Requantize::Integers {
            rescale: Rescale::new(from.scale / to.scale),
            from_zero: from.zero,
            to_zero: to.zero,
            limits,
        })
    }

    /// Gives result 0.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.stored(0)?;
        match *self {
            Requantize::Integers {
                rescale,
                from_zero,
                to_zero,
                limits,
            } => {
                let narrow = cx.io().operand(0)?.stored != DType::Int32;
                let doubles = narrow && rescale.is_exact_wide();
                let x = cx.cast(
                    &x,
                    if doubles {
                        DType::Float64
                    } else {
                        DType::Int64
                    },
                )?;
                let x = moved(cx, &x, -from_zero)?;
                let y = match doubles {
                    true => rescale.lower_wide(cx, &x)?,
                    false => rescale.lower_whole(cx, &x)?,
                };
                let y = moved(cx, &y, to_zero)?;
                let y = cx.clip(&y, Some(limits.0 as f64), Some(limits.1 as f64))?;
                let y = cx.cast(&y, cx.io().result(0).stored)?;
                cx.finish_stored(0, y)
            }
            Requantize::Counted(Steps { scale, zero }) => {
                let x = cx.cast(&x, DType::Float64)?;
                let scale = cx.scalar(DType::Float64, scale)?;
                let steps = cx.binary("Div", &x, &scale)?;
                let steps = cx.unary("Round", &steps);
                let y = moved(cx, &steps, zero)?;
                let y = cx.clip(&y, Some(i32::MIN.into()), Some(i32::MAX.into()))?;
                let y = cx.cast(&y, cx.result_dtype(0))?;
                cx.finish(0, y)
            }
            Requantize::Meant(Steps { scale, zero }) => {
                let x = cx.cast(&x, DType::Float64)?;
                let x = moved(cx, &x, -zero)?;
                let scale = cx.scalar(DType::Float64, scale)?;
                let y = cx.binary("Mul", &x, &scale)?;
                let y = cx.cast(&y, DType::Float32)?;
                cx.finish(0, y)
            }
        }
    }

    /// Gives result 0, in the kernel's own integers.
    #[cfg(feature = "validate")]
    pub fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.stored(0)?;
        let codes: Vec<i64> = match *self {
            Requantize::Integers {
                rescale,
                from_zero,
                to_zero,
                limits: (least, greatest),
            } => {
                let one = |x: i64| {
                    let y = rescale.of_whole(x - from_zero).saturating_add(to_zero);
                    y.clamp(least, greatest)
                };
                kernels::indices(&x)?.into_iter().map(one).collect()
            }
            Requantize::Counted(Steps { scale, zero }) => {
                let one = |x: &f32| {
                    let steps = (f64::from(*x) / scale).round_ties_even() as i64;
                    let y = steps.saturating_add(zero);
                    y.clamp(i32::MIN.into(), i32::MAX.into())
                };
                kernels::elements::<f32>(&x)?.iter().map(one).collect()
            }
            Requantize::Meant(Steps { scale, zero }) => {
                let codes = kernels::indices(&x)?.into_iter();
                let reals: Vec<f32> = codes.map(|x| ((x - zero) as f64 * scale) as f32).collect();
                let y = Tensor::from_shape(x.shape(), &reals).map_err(OpError::from_tract)?;
                return cx.finish(0, y);
            }
        };
        let y = Tensor::from_shape(x.shape(), &codes).map_err(OpError::from_tract)?;
        let stored = datum_type(cx.io().result(0).stored);
        let stored = stored.ok_or_else(|| OpError::unsupported("a type that tract lacks"))?;
        let y = y.cast_to_dt(stored).map_err(OpError::from_tract)?;
        cx.finish_stored(0, y.into_owned())
    }
}

fn moved(cx: &mut LowerCx<'_>, x: &Wire, by: i64) -> Result<Wire, OpError> {
    if by == 0 {
        return Ok(x.clone());
    }
    let by = cx.scalar(x.dtype, by as f64)?;
    cx.binary("Add", x, &by)
}
