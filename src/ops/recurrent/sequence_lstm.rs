//! UNIDIRECTIONAL_SEQUENCE_LSTM: an LSTM over a sequence, with coupled gates, peepholes, layer normalisation,
//! projection and clipping as its operands and options say.
//!
//! Source: LiteRT kernels/{unidirectional_sequence_lstm,lstm_eval}.cc. ONNX: LSTM where it says the same, and
//! else the steps one by one. The state starts from zeros in every run.

use super::lstm_node;
use super::lstm_parts::{CELL_STATE, INPUT, OUTPUT_STATE, Parts};
#[cfg(feature = "validate")]
use super::lstm_reference;
use super::lstm_steps::Steps;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};
use crate::tflite::options;
use crate::tflite::schema::{
    ActivationFunctionType, BuiltinOperator, UnidirectionalSequenceLSTMOptionsT,
};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(
    BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM,
    SequenceLstm::parse,
)
.versions(1..=4)
.arity(20..=24, 1..=1)
.emits(&["LSTM", "MatMul", "Sigmoid", "Tanh", "Mul", "Add"])
.note(
    "state starts from zeros in every run; unrolled with layer normalisation, projection, clipping",
)];

/// The function of the cell gate and of the cell's contribution to the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Squash {
    Tanh,
    Relu,
    ReluN1To1,
    Relu6,
}

#[derive(Debug)]
pub(super) struct SequenceLstm {
    pub squash: Squash,
    pub cell_clip: Option<f32>,
    pub projection_clip: Option<f32>,
    pub time_major: bool,
}

impl SequenceLstm {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let UnidirectionalSequenceLSTMOptionsT {
            fused_activation_function,
            cell_clip,
            proj_clip,
            time_major,
            asymmetric_quantize_inputs: _, // Only of hybrid kernels.
            diagonal_recurrent_tensors: _, // The weights' shapes say it.
        } = options!(raw, builtin_options_as_unidirectional_sequence_lstmoptions);
        let clip = |name, bound: f32| match bound {
            0.0 => Ok(None),
            bound if bound > 0.0 => Ok(Some(bound)),
            _ => Err(OpError::option(name, "no negative number", bound)),
        };
        let squash = match fused_activation_function {
            ActivationFunctionType::TANH => Squash::Tanh,
            ActivationFunctionType::RELU => Squash::Relu,
            ActivationFunctionType::RELU_N1_TO_1 => Squash::ReluN1To1,
            ActivationFunctionType::RELU6 => Squash::Relu6,
            // With NONE the kernel reads what it has not written.
            other => {
                return Err(OpError::unsupported(format!(
                    "an LSTM with the fused activation {}",
                    other.0
                )));
            }
        };
        Ok(Box::new(SequenceLstm {
            squash,
            cell_clip: clip("cell_clip", cell_clip)?,
            projection_clip: clip("proj_clip", proj_clip)?,
            time_major,
        }))
    }

    /// Batch and time of the input.
    pub fn extents<'a>(&self, shape: &'a Shape) -> [&'a Dim; 2] {
        match self.time_major {
            true => [&shape[1], &shape[0]],
            false => [&shape[0], &shape[1]],
        }
    }
}

impl Operator for SequenceLstm {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_rank(INPUT, 3..=3)?;
        io.expect_dtype(INPUT, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        let parts = Parts::of(io)?;
        let shape = io.shape(INPUT)?;
        if shape[2].fixed() != Some(parts.inputs) {
            let expected = format!("{} along the last axis", parts.inputs);
            return Err(OpError::operand(INPUT, expected, shape));
        }
        let [batch, _] = self.extents(shape);
        for (slot, width) in [(OUTPUT_STATE, parts.outputs), (CELL_STATE, parts.cells)] {
            io.expect_dtype(slot, &[DType::Float32])?;
            let count = io.shape(slot)?.count();
            let fits = batch
                .fixed()
                .is_none_or(|batch| count == Some(batch * width));
            if !fits {
                let expected = format!("{batch} × {width} elements");
                return Err(OpError::operand(slot, expected, io.shape(slot)?));
            }
            let zero = io
                .operand(slot)?
                .constant()
                .map(|data| data.iter().all(|&byte| byte == 0));
            if zero != Some(true) {
                return Err(OpError::unsupported_operand(
                    slot,
                    "a state that does not start at zero",
                ));
            }
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let shape = io.shape(INPUT)?;
        let outputs = Dim::Fixed(Parts::of(io)?.outputs);
        let dims = [shape[0].clone(), shape[1].clone(), outputs];
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let parts = Parts::of(cx.io())?;
        let extra = parts.norm || parts.projection || self.cell_clip.is_some();
        let y = match self.squash {
            Squash::Tanh if !extra => lstm_node::lower(cx, &parts, self.time_major)?,
            _ => Steps::new(cx, self, parts)?.lower(cx)?,
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = lstm_reference::run(self, cx)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
