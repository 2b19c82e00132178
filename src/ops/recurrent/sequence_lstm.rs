//! UNIDIRECTIONAL_SEQUENCE_LSTM: an LSTM over a sequence, with coupled gates, peepholes, layer normalisation,
//! projection and clipping as its operands and options say.
//!
//! Source: LiteRT kernels/{unidirectional_sequence_lstm,lstm_eval}.cc. ONNX: LSTM where it says the same, and
//! else its steps in a Scan. The state starts from zeros in every run where it is not carried.

use super::lstm_cell::{Cell, Sequence};
use super::lstm_integer::Integers;
use super::lstm_parts::{INPUT, Parts, Slots};
#[cfg(feature = "validate")]
use super::lstm_reference;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, UnidirectionalSequenceLSTMOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(
    BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM,
    SequenceLstm::parse,
)
.versions(1..=4)
.arity(20..=24, 1..=1)
.emits(&["LSTM", "Scan", "MatMul", "Gemm", "Sigmoid", "Tanh", "Mul", "Add"])
.note(
    "state starts from zeros in every run unless it is carried (`--state all`); Scan with layer normalisation, projection, clipping, quantised weights",
)];

#[derive(Debug)]
struct SequenceLstm {
    cell: Cell,
    time_major: bool,
}

impl SequenceLstm {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let UnidirectionalSequenceLSTMOptionsT {
            fused_activation_function,
            cell_clip,
            proj_clip,
            time_major,
            asymmetric_quantize_inputs,
            diagonal_recurrent_tensors: _, // The weights' shapes say it.
        } = options!(raw, builtin_options_as_unidirectional_sequence_lstmoptions);
        Ok(Box::new(SequenceLstm {
            cell: Cell::new(
                fused_activation_function,
                cell_clip,
                proj_clip,
                asymmetric_quantize_inputs,
                raw,
            )?,
            time_major,
        }))
    }

    fn sequence(&self) -> Sequence {
        Sequence {
            time_major: self.time_major,
            backward: false,
        }
    }
}

impl Operator for SequenceLstm {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(INPUT, 3..=3)?;
        io.expect_result_dtype(0, DType::Float32)?;
        let [batch, _] = self.sequence().extents(io.shape(INPUT)?);
        let parts = Parts::of(io, Slots::ONE)?;
        Integers::of(io, &self.cell, &parts)?;
        parts.check_inputs(io, batch)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(INPUT)?;
        let outputs = Dim::Fixed(Parts::of(io, Slots::ONE)?.outputs);
        let dims = [shape[0].clone(), shape[1].clone(), outputs];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn memories(&self) -> &'static [usize] {
        &Slots::ONE_STATES
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        Parts::of(io, Slots::ONE).is_ok_and(|parts| self.cell.rounding(io, &parts).is_some())
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let parts = Parts::of(cx.io(), Slots::ONE)?;
        self.cell.finish(cx, &parts, self.sequence())
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let parts = Parts::of(cx.io(), Slots::ONE)?;
        lstm_reference::finish(&self.cell, &parts, self.sequence(), cx)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
