//! The basic kernel of LSTM: one step, one matrix for all gates, and the state among operands and results.
//!
//! Source: LiteRT kernels/lstm.cc (`basic`), kernels/internal/reference/lstm_cell.h. Its integer form takes uint8
//! of one scale and zero point 128 for input and output, 12 fractional bits of 16 for the gates and 11 for the
//! cell, whatever the tensors say: those that say otherwise are refused.

use super::product;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpError, Operands, Operator, Shape, Tolerance, Value, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels::lstm_basic;

const INPUT: usize = 0;
const BEFORE: usize = 1;
const WEIGHTS: usize = 2;
const BIAS: usize = 3;
const CELL: usize = 4;

const OUTPUT: usize = 0;
const CELL_AFTER: usize = 1;
const BESIDE: usize = 2;
const GATES: usize = 3;

#[derive(Debug)]
pub(super) struct Basic;

fn is_integer(io: &Operands<'_>) -> bool {
    io.get(INPUT).is_some_and(|input| input.is_quantized())
}

fn check_integers(io: &Operands<'_>) -> Result<(), OpError> {
    const BYTE: (DType, f32, i64) = (DType::UInt8, 1.0 / 128.0, 128);
    const CELLS: (DType, f32, i64) = (DType::Int16, 1.0 / 2048.0, 0);
    const SUMS: (DType, f32, i64) = (DType::Int16, 1.0 / 4096.0, 0);
    let agrees = |value: &Value, (dtype, scale, zero_point): (DType, f32, i64)| {
        value.stored == dtype && value.parameters() == Some((scale, zero_point))
    };
    for (slot, wanted) in [(INPUT, BYTE), (BEFORE, BYTE), (CELL, CELLS)] {
        let value = io.operand(slot)?;
        if !agrees(value, wanted) {
            let found = format!("{} {:?}", value.stored, value.parameters());
            return Err(OpError::operand(slot, format!("{wanted:?}"), found));
        }
    }
    for (slot, wanted) in [
        (OUTPUT, BYTE),
        (CELL_AFTER, CELLS),
        (BESIDE, BYTE),
        (GATES, SUMS),
    ] {
        let value = io.result(slot);
        if !agrees(value, wanted) {
            let found = format!("{} {:?}", value.stored, value.parameters());
            return Err(OpError::result(slot, format!("{wanted:?}"), found));
        }
    }
    let (Some((weight, _)), Some((bias, _))) = (
        io.operand(WEIGHTS)?.parameters(),
        io.operand(BIAS)?.parameters(),
    ) else {
        return Err(OpError::operand(WEIGHTS, "one scale", "another number"));
    };
    // The kernel takes the bias' scale for that of the sums.
    if (bias * 128.0 / weight - 1.0).abs() > 1e-3 {
        return Err(OpError::operand(
            BIAS,
            format!("scale {}", weight / 128.0),
            bias,
        ));
    }
    Ok(())
}

impl Operator for Basic {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if io.len() != 5 || io.results() != 4 {
            let found = format!("{} and {}", io.len(), io.results());
            let expected = "5 operands and 4 results of the basic kernel";
            return Err(OpError::inconsistent(format!(
                "expected {expected}, found {found}"
            )));
        }
        for slot in [INPUT, BEFORE, WEIGHTS, CELL] {
            io.expect_rank(slot, 2..=2)?;
            io.expect_dtype(slot, &[DType::Float32])?;
        }
        io.expect_dtype(BIAS, &[DType::Float32])?;
        for slot in 0..4 {
            io.expect_result_dtype(slot, DType::Float32)?;
        }
        if is_integer(io) {
            check_integers(io)?;
        } else if io.is_quantized() {
            return Err(OpError::unsupported("integers beside an input of floats"));
        }
        let weights = io.dims(WEIGHTS)?;
        let cells = weights[0] / 4;
        let inputs = weights[1].checked_sub(cells);
        let input = io.shape(INPUT)?;
        if weights[0] != 4 * cells || io.dims(BIAS)? != [4 * cells] || inputs != input[1].fixed() {
            let expected = format!("the weights of 4 gates of {input} and its state");
            return Err(OpError::operand(WEIGHTS, expected, io.shape(WEIGHTS)?));
        }
        let state = Shape::new([input[0].clone(), Dim::Fixed(cells)]);
        for slot in [BEFORE, CELL] {
            if *io.shape(slot)? != state {
                return Err(OpError::operand(slot, &state, io.shape(slot)?));
            }
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let weights = io.dims(WEIGHTS)?;
        let batch = &io.shape(INPUT)?[0];
        let widths = [weights[0] / 4, weights[0] / 4, weights[1], weights[0]];
        let shape = |width| Shape::new([batch.clone(), Dim::Fixed(width)]);
        Ok(Some(widths.map(shape).into()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let io = cx.io();
        let integer = is_integer(io);
        let cells = io.dims(WEIGHTS)?[0] / 4;
        let (sums_as, cell_as) = (io.result(GATES), io.result(CELL_AFTER));
        let as_kept = |cx: &mut LowerCx<'_>, wire: Wire, value: &Value| match integer {
            true => cx.rounded_as(&wire, value),
            false => Ok(wire),
        };
        let (input, before) = (cx.real(INPUT)?, cx.real(BEFORE)?);
        let beside = cx.concat(&[input, before], 1)?;
        let (weights, bias) = (cx.real(WEIGHTS)?, cx.real(BIAS)?);
        let sums = product(cx, &beside, &weights, Some(&bias));
        let sums = as_kept(cx, sums, sums_as)?;
        let gates = cx.split(&sums, 1, &[cells; 4]);
        let [input, new, forget, output] = gates.as_slice() else {
            return Err(OpError::inconsistent("four gates"));
        };
        let input = cx.unary("Sigmoid", input);
        let new = cx.unary("Tanh", new);
        let forget = cx.unary("Sigmoid", forget);
        let output = cx.unary("Sigmoid", output);
        let admitted = cx.binary("Mul", &input, &new)?;
        let admitted = as_kept(cx, admitted, cell_as)?;
        let cell = cx.real(CELL)?;
        let kept = cx.binary("Mul", &forget, &cell)?;
        let kept = as_kept(cx, kept, cell_as)?;
        let cell = cx.binary("Add", &admitted, &kept)?;
        let squashed = cx.unary("Tanh", &cell);
        let y = cx.binary("Mul", &output, &squashed)?;
        cx.finish(OUTPUT, y)?;
        cx.finish(CELL_AFTER, cell)?;
        cx.finish(BESIDE, beside)?;
        cx.finish(GATES, sums)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let steps = is_integer(cx.io()).then_some((4096.0, 2048.0));
        let [input, before, weights, bias, cell] = [
            cx.tensor(INPUT)?,
            cx.tensor(BEFORE)?,
            cx.tensor(WEIGHTS)?,
            cx.tensor(BIAS)?,
            cx.tensor(CELL)?,
        ];
        let results = lstm_basic::step(&input, [&*before, &*cell], [&*weights, &*bias], steps)?;
        for (slot, result) in results.into_iter().enumerate() {
            cx.finish(slot, result)?;
        }
        Ok(())
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
