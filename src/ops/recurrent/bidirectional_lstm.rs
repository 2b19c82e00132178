//! BIDIRECTIONAL_SEQUENCE_LSTM: one LSTM over a sequence, and one over the same sequence backwards. A second
//! input is either added to every gate of both, or the input of the backward one.
//!
//! Source: LiteRT kernels/{bidirectional_sequence_lstm,lstm_eval}.cc. ONNX: as two UNIDIRECTIONAL_SEQUENCE_LSTM.
//! The state starts from zeros in every run where it is not carried.

use super::lstm_cell::{Cell, Sequence};
use super::lstm_parts::{INPUT, Parts, Slots};
use super::recurrence::finish_left;
#[cfg(feature = "validate")]
use super::{lstm_reference, reference_left};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};
#[cfg(feature = "validate")]
use crate::reference::kernels::rnn;
use crate::tflite::options;
use crate::tflite::schema::{BidirectionalSequenceLSTMOptionsT, BuiltinOperator};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(
    BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM,
    BidirectionalLstm::parse,
)
.versions(1..=3)
.arity(48..=48, 1..=2)
.emits(&[
    "LSTM", "Scan", "Slice", "Concat", "MatMul", "Gemm", "Sigmoid", "Tanh", "Mul", "Add",
])
.note("state starts from zeros in every run unless it is carried (`--state all`); Scan with projection, clipping, quantised weights")];

#[derive(Debug)]
struct BidirectionalLstm {
    cell: Cell,
    time_major: bool,
    merge_outputs: bool,
}

impl BidirectionalLstm {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let BidirectionalSequenceLSTMOptionsT {
            fused_activation_function,
            cell_clip,
            proj_clip,
            merge_outputs,
            time_major,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_bidirectional_sequence_lstmoptions);
        Ok(Box::new(BidirectionalLstm {
            cell: Cell::new(
                fused_activation_function,
                cell_clip,
                proj_clip,
                asymmetric_quantize_inputs,
                raw,
            )?,
            time_major,
            merge_outputs,
        }))
    }

    fn sequence(&self, backward: bool) -> Sequence {
        Sequence {
            time_major: self.time_major,
            backward,
        }
    }
}

fn both(io: &Operands<'_>) -> Result<[Parts; 2], OpError> {
    let parts = |backward| Parts::of(io, Slots::of_two(io, backward));
    Ok([parts(false)?, parts(true)?])
}

impl Operator for BidirectionalLstm {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(INPUT, 3..=3)?;
        io.expect_dtype(INPUT, &[DType::Float32])?;
        if io.operand(INPUT)?.is_quantized() {
            let found = io.operand(INPUT)?.stored;
            return Err(OpError::operand(INPUT, DType::Float32, found));
        }
        let results = if self.merge_outputs { 1 } else { 2 };
        if io.own_results() != results {
            return Err(OpError::option(
                "merge_outputs",
                format!("{results} results"),
                io.own_results(),
            ));
        }
        for result in 0..results {
            io.expect_result_dtype(result, DType::Float32)?;
        }
        let [batch, _] = self.sequence(false).extents(io.shape(INPUT)?);
        for parts in both(io)? {
            parts.check_inputs(io, batch)?;
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(INPUT)?;
        let [forward, backward] = both(io)?.map(|parts| parts.outputs);
        let widths = match self.merge_outputs {
            true => vec![forward.saturating_add(backward)],
            false => vec![forward, backward],
        };
        let shape = |width| Shape::new([shape[0].clone(), shape[1].clone(), Dim::Fixed(width)]);
        Ok(Some(widths.into_iter().map(shape).collect()))
    }

    fn memories(&self) -> &'static [usize] {
        Slots::STATES.as_flattened()
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        both(io).is_ok_and(|parts| {
            parts
                .iter()
                .any(|parts| self.cell.rounding(io, parts).is_some())
        })
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let [forward, backward] = both(cx.io())?;
        let forward = self.cell.lower(cx, &forward, self.sequence(false))?;
        let backward = self.cell.lower(cx, &backward, self.sequence(true))?;
        if self.merge_outputs {
            let merged = cx.concat(&[forward.outputs, backward.outputs], 2)?;
            cx.finish(0, merged)?;
        } else {
            cx.finish(0, forward.outputs)?;
            cx.finish(1, backward.outputs)?;
        }
        finish_left(cx, &[forward.left, backward.left].concat())
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let [forward, backward] = both(cx.io())?;
        let (forward, left) = lstm_reference::run(&self.cell, &forward, self.sequence(false), cx)?;
        let mut left = Vec::from(left);
        let (backward, more) = lstm_reference::run(&self.cell, &backward, self.sequence(true), cx)?;
        left.extend(more);
        if self.merge_outputs {
            let merged = rnn::beside(&[forward, backward])?;
            cx.finish(0, merged)?;
        } else {
            cx.finish(0, forward)?;
            cx.finish(1, backward)?;
        }
        reference_left(cx, left)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
