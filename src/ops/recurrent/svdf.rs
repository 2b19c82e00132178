//! SVDF: a fully connected layer over the last steps of a sequence, of low rank: weights for the input times
//! weights for the steps. What earlier runs have left in its memory is its state. Where that is not carried it is
//! zeros in every run, and of the weights for the steps only the last one's meet something.
//!
//! Source: LiteRT kernels/svdf.cc, kernels/internal/reference/svdf.h; with a memory of 8 bits, which LiteRT takes
//! for one of 16 and reads beyond, TFLite Micro's micro/kernels/svdf_common.cc. ONNX: Gemm, Mul, ReduceSum;
//! between them the integer kernels round to the memory's type.

use super::function::Function;
use super::lstm_parts::expect_state;
use super::product;
use super::recurrence::finish_left;
#[cfg(feature = "validate")]
use super::reference_left;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance, Wire,
};
use crate::ops::hybrid::{Hybrid, is_hybrid};
#[cfg(feature = "validate")]
use crate::passes::stored::Range;
#[cfg(feature = "validate")]
use crate::reference::kernels::svdf;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, SVDFOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::SVDF, Svdf::parse)
    .versions(1..=4)
    .arity(5..=5, 1..=1)
    .emits(&["Gemm", "Mul", "ReduceSum", "Add", "Relu", "Slice", "Concat"])
    .note("memory starts from zeros in every run unless it is carried (`--state all`)")];

const INPUT: usize = 0;
const FEATURE: usize = 1;
const TIME: usize = 2;
const BIAS: usize = 3;
const STATE: usize = 4;

#[derive(Debug)]
struct Svdf {
    /// Filters of a unit.
    rank: usize,
    function: Function,
    /// How rows of real numbers are quantised for quantised weights.
    hybrid: Hybrid,
}

impl Svdf {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let SVDFOptionsT {
            rank,
            fused_activation_function,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_svdfoptions);
        let rank = usize::try_from(rank).ok().filter(|&rank| rank > 0);
        let rank = rank.ok_or_else(|| OpError::option("rank", "a positive number", "another"))?;
        Ok(Box::new(Svdf {
            rank,
            function: Function::parse(fused_activation_function)?,
            hybrid: Hybrid::asked(asymmetric_quantize_inputs),
        }))
    }

    fn units(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        io.expect_rank(FEATURE, 2..=2)?;
        let filters = io.dims(FEATURE)?[0];
        match filters % self.rank {
            0 => Ok(filters / self.rank),
            _ => Err(OpError::option(
                "rank",
                format!("a divisor of {filters}"),
                self.rank,
            )),
        }
    }

    /// The integer kernel takes no function but RELU, and leaves it to the range of the result.
    fn check_integers(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if self.function != Function::Relu {
            return Err(OpError::unsupported(
                "an integer kernel with another activation than RELU, which LiteRT has not",
            ));
        }
        let memory = match io.operand(TIME)?.in_file() {
            DType::Int8 => DType::Int8,
            _ => DType::Int16,
        };
        let expected = [
            (INPUT, DType::Int8),
            (FEATURE, DType::Int8),
            (TIME, memory),
            (STATE, memory),
        ];
        for (slot, stored) in expected {
            let value = io.operand(slot)?;
            if value.stored != stored || !value.is_quantized() {
                return Err(OpError::operand(
                    slot,
                    format!("quantised {stored}"),
                    value.stored,
                ));
            }
        }
        Ok(())
    }
}

impl Svdf {
    /// What each filter, of which the newest step is given, makes of its steps; and its memory where that is carried.
    fn remembered(
        &self,
        cx: &mut LowerCx<'_>,
        seen: Wire,
    ) -> Result<(Wire, Option<Wire>), OpError> {
        let time = cx.real(TIME)?;
        let steps = time.shape[1].fixed().unwrap_or(1);
        if !cx.io().carries() {
            let last = cx.pick(&time, 1, steps - 1);
            return Ok((cx.binary("Mul", &seen, &last)?, None));
        }
        let (batch, filters) = (seen.shape[0].clone(), seen.shape[1].clone());
        let rows = |steps| Shape::new([batch.clone(), filters.clone(), Dim::Fixed(steps)]);
        let before = cx.real(STATE)?;
        let before = cx.reshape(&before, &rows(steps))?;
        let kept = Cut {
            axis: 2,
            start: 1,
            step: 1,
            extent: steps - 1,
        };
        let mut memory = vec![cx.reshape(&seen, &rows(1))?];
        if steps > 1 {
            memory.insert(0, cx.slice(&before, &[kept]));
        }
        let memory = cx.concat(&memory, 2)?;
        let weighted = cx.binary("Mul", &memory, &time)?;
        let y = cx.reduce("ReduceSum", &weighted, &[2], false);
        Ok((y, Some(memory)))
    }
}

fn is_integer(io: &Operands<'_>) -> bool {
    io.get(INPUT).is_some_and(|input| input.is_quantized())
}

impl Operator for Svdf {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        for slot in [INPUT, FEATURE, TIME, STATE] {
            io.expect_rank(slot, 2..=2)?;
            io.expect_dtype(slot, &[DType::Float32])?;
        }
        io.expect_result_dtype(0, DType::Float32)?;
        let units = self.units(io)?;
        let feature = io.dims(FEATURE)?;
        let (filters, inputs) = (feature[0], feature[1]);
        let time = io.dims(TIME)?;
        if time[0] != filters || time[1] == 0 {
            let expected = format!("{filters} rows of one element or more");
            return Err(OpError::operand(TIME, expected, io.shape(TIME)?));
        }
        let input = io.shape(INPUT)?;
        if input[1].fixed() != Some(inputs) {
            let expected = format!("{inputs} along the last axis");
            return Err(OpError::operand(INPUT, expected, input));
        }
        if io.get(BIAS).is_some() {
            io.expect_dtype(BIAS, &[DType::Float32])?;
            if io.dims(BIAS)? != [units] {
                return Err(OpError::operand(
                    BIAS,
                    format!("shape [{units}]"),
                    io.shape(BIAS)?,
                ));
            }
        }
        if is_integer(io) {
            self.check_integers(io)?;
        }
        expect_state(io, STATE, &input[0], filters.saturating_mul(time[1]))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let batch = io.shape(INPUT)?[0].clone();
        Ok(Some(vec![Shape::new([batch, Dim::Fixed(self.units(io)?)])]))
    }

    fn memories(&self) -> &'static [usize] {
        &[STATE]
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        is_hybrid(io, INPUT, FEATURE)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (units, batch) = (self.units(cx.io())?, cx.io().shape(INPUT)?[0].clone());
        let integer = is_integer(cx.io());
        let mut x = cx.real(INPUT)?;
        if is_hybrid(cx.io(), INPUT, FEATURE) {
            x = self.hybrid.lower(cx, &x, &[1])?;
        }
        let feature = cx.real(FEATURE)?;
        let mut seen = product(cx, &x, &feature, None);
        if integer {
            let memory = cx.io().operand(STATE)?;
            seen = cx.rounded_as(&seen, memory)?;
        }
        let (mut y, memory) = self.remembered(cx, seen)?;
        if self.rank > 1 {
            let dims = [batch, Dim::Fixed(units), Dim::Fixed(self.rank)];
            let filters = cx.reshape(&y, &Shape::new(dims))?;
            y = cx.reduce("ReduceSum", &filters, &[2], false);
        }
        if let Some(bias) = cx.real_opt(BIAS)? {
            y = cx.binary("Add", &y, &bias)?;
        }
        if !integer {
            y = self.function.lower(cx, &y)?;
        }
        cx.finish(0, y)?;
        finish_left(cx, memory.as_slice())
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let memory = match is_integer(cx.io()) {
            true => Range::of(cx.io().operand(STATE)?),
            false => None,
        };
        let bias = cx.tensor_opt(BIAS);
        let svdf = svdf::Svdf {
            feature: &*cx.tensor(FEATURE)?,
            time: &*cx.tensor(TIME)?,
            bias: bias.as_deref(),
            rank: self.rank,
            memory,
            function: match memory {
                Some(_) => |x| x,
                None => self.function.real(),
            },
        };
        let mut x = cx.tensor(INPUT)?;
        if is_hybrid(cx.io(), INPUT, FEATURE) {
            x = self.hybrid.reference(&x, x.shape()[1])?.into();
        }
        let (y, memory) = svdf::svdf(&x, &*cx.tensor(STATE)?, &svdf)?;
        cx.finish(0, y)?;
        reference_left(cx, vec![memory])
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
