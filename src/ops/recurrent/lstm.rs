//! LSTM: one step of an LSTM, as a cell of four gates (the full kernel) or of one matrix for all of them (the
//! basic kernel, whose state is among its operands and results).
//!
//! Source: LiteRT kernels/{lstm,lstm_eval}.cc, kernels/internal/reference/lstm_cell.h. ONNX: LSTM, or what it is
//! made of. The full kernel's state starts from zeros in every run where it is not carried.

use super::lstm_basic;
use super::lstm_cell::{Cell, Sequence};
use super::lstm_integer::Integers;
use super::lstm_parts::{INPUT, Parts, Slots};
#[cfg(feature = "validate")]
use super::lstm_reference;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, LSTMKernelType, LSTMOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::LSTM, parse)
    .versions(1..=4)
    .arity(5..=24, 1..=4)
    .emits(&["LSTM", "MatMul", "Gemm", "Sigmoid", "Tanh", "Mul", "Add"])
    .note("state of the full kernel starts from zeros in every run unless it is carried (`--state all`)")];

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let LSTMOptionsT {
        fused_activation_function,
        cell_clip,
        proj_clip,
        kernel_type,
        asymmetric_quantize_inputs,
    } = options!(raw, builtin_options_as_lstmoptions);
    match kernel_type {
        LSTMKernelType::FULL => Ok(Box::new(Step {
            cell: Cell::new(
                fused_activation_function,
                cell_clip,
                proj_clip,
                asymmetric_quantize_inputs,
                raw,
            )?,
        })),
        // The basic kernel looks at no other option.
        LSTMKernelType::BASIC => Ok(Box::new(lstm_basic::Basic)),
        other => Err(OpError::option("kernel_type", "FULL or BASIC", other.0)),
    }
}

#[derive(Debug)]
struct Step {
    cell: Cell,
}

/// A step is a sequence of one, as `[1, batch, …]`.
const SEQUENCE: Sequence = Sequence {
    time_major: true,
    backward: false,
};

impl Operator for Step {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if io.own_results() != 1 {
            return Err(OpError::inconsistent(format!(
                "the full kernel has one result, found {}",
                io.own_results()
            )));
        }
        io.expect_rank(INPUT, 2..=2)?;
        io.expect_result_dtype(0, DType::Float32)?;
        let parts = Parts::of(io, Slots::ONE)?;
        Integers::of(io, &self.cell, &parts)?;
        parts.check_inputs(io, &io.shape(INPUT)?[0])
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let outputs = Dim::Fixed(Parts::of(io, Slots::ONE)?.outputs);
        Ok(Some(vec![Shape::new([
            io.shape(INPUT)?[0].clone(),
            outputs,
        ])]))
    }

    fn memories(&self) -> &'static [usize] {
        &Slots::ONE_STATES
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        Parts::of(io, Slots::ONE).is_ok_and(|parts| self.cell.rounding(io, &parts).is_some())
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let parts = Parts::of(cx.io(), Slots::ONE)?;
        self.cell.finish(cx, &parts, SEQUENCE)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let parts = Parts::of(cx.io(), Slots::ONE)?;
        lstm_reference::finish(&self.cell, &parts, SEQUENCE, cx)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
