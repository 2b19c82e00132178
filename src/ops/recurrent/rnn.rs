//! RNN, UNIDIRECTIONAL_SEQUENCE_RNN and BIDIRECTIONAL_SEQUENCE_RNN: `h = f(W·x + A·aux + R·h + b)`, one step, a
//! sequence of them, or one sequence and the same one backwards.
//!
//! Source: LiteRT kernels/{basic_rnn,unidirectional_sequence_rnn,bidirectional_sequence_rnn}.cc,
//! kernels/internal/kernel_utils.cc. ONNX: RNN with Tanh, which every runtime knows; the steps of other functions, and
//! of numbers that meet quantised weights and are rounded for it, are a Scan.
//! The state starts from zeros in every run where it is not carried.

use super::function::Function;
use super::recurrence::finish_left;
#[cfg(feature = "validate")]
use super::reference_left;
use super::rnn_layer::{Layer, Options, Slots};
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance};
use crate::ops::hybrid::{Hybrid, is_hybrid};
#[cfg(feature = "validate")]
use crate::reference::kernels::rnn;
use crate::tflite::options;
use crate::tflite::schema::{
    BidirectionalSequenceRNNOptionsT, BuiltinOperator, RNNOptionsT, SequenceRNNOptionsT,
};

const EMITS: &[&str] = &[
    "RNN", "Scan", "MatMul", "Gemm", "Add", "Relu", "Clip", "Slice", "Concat",
];
const NOTE: &str = "state starts from zeros in every run unless it is carried (`--state all`); Scan with functions other than Tanh and with quantised weights";

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::RNN, Rnn::parse_step)
        .versions(1..=3)
        .arity(5..=5, 1..=1)
        .emits(EMITS)
        .note("state starts from zeros in every run unless it is carried (`--state all`)"),
    OpDef::new(
        BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN,
        Rnn::parse_sequence,
    )
    .versions(1..=3)
    .arity(5..=5, 1..=1)
    .emits(EMITS)
    .note(NOTE),
    OpDef::new(
        BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN,
        Rnn::parse_bidirectional,
    )
    .versions(1..=3)
    .arity(12..=12, 1..=2)
    .emits(EMITS)
    .note(NOTE),
];

/// Which of the three operators it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Step,
    Sequence,
    Bidirectional { merge_outputs: bool },
}

#[derive(Debug)]
struct Rnn {
    form: Form,
    options: Options,
}

const INPUT: usize = 0;
const WEIGHTS: usize = 1;

impl Rnn {
    fn parse_step(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let RNNOptionsT {
            fused_activation_function,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_rnnoptions);
        Ok(Box::new(Rnn {
            form: Form::Step,
            options: Options {
                function: Function::parse(fused_activation_function)?,
                time_major: true,
                hybrid: Hybrid::asked(asymmetric_quantize_inputs),
            },
        }))
    }

    fn parse_sequence(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let SequenceRNNOptionsT {
            time_major,
            fused_activation_function,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_sequence_rnnoptions);
        Ok(Box::new(Rnn {
            form: Form::Sequence,
            options: Options {
                function: Function::parse(fused_activation_function)?,
                time_major,
                hybrid: Hybrid::asked(asymmetric_quantize_inputs),
            },
        }))
    }

    fn parse_bidirectional(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let BidirectionalSequenceRNNOptionsT {
            time_major,
            fused_activation_function,
            merge_outputs,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_bidirectional_sequence_rnnoptions);
        Ok(Box::new(Rnn {
            form: Form::Bidirectional { merge_outputs },
            options: Options {
                function: Function::parse(fused_activation_function)?,
                time_major,
                hybrid: Hybrid::asked(asymmetric_quantize_inputs),
            },
        }))
    }

    /// The layers that run over the input: one, or a forward and a backward one.
    fn layers(&self, io: &Operands<'_>) -> Result<Vec<Layer>, OpError> {
        let slots = match self.form {
            Form::Step | Form::Sequence => vec![Slots::ONE],
            Form::Bidirectional { .. } => [false, true]
                .map(|backward| Slots::of_two(io, backward, self.options.time_major))
                .into(),
        };
        let rank = if self.form == Form::Step { 2 } else { 3 };
        let passes = self.passes(io)?;
        let layer = |slots| Layer::of(io, slots, self.options, rank, passes);
        slots.into_iter().map(layer).collect()
    }

    /// How often a sequence is run through, each time from the state that the time before left. The hybrid
    /// kernel of BIDIRECTIONAL_SEQUENCE_RNN has one loop over time within another where time comes first.
    fn passes(&self, io: &Operands<'_>) -> Result<usize, OpError> {
        let hybrid = io.operand(WEIGHTS)?.is_quantized();
        let twice =
            matches!(self.form, Form::Bidirectional { .. }) && hybrid && self.options.time_major;
        if !twice {
            return Ok(1);
        }
        let steps = io.shape(INPUT)?[0].fixed();
        steps.ok_or_else(|| {
            OpError::unsupported(
                "quantised weights and a number of steps that is known only at run time, time-major",
            )
        })
    }

    fn results(&self) -> usize {
        match self.form {
            Form::Bidirectional {
                merge_outputs: false,
            } => 2,
            _ => 1,
        }
    }

    /// A second input of another width is read in wrong places where the kernel counts its rows by the first.
    fn check_aux(&self, io: &Operands<'_>, layers: &[Layer]) -> Result<(), OpError> {
        let hybrid = io.operand(WEIGHTS)?.is_quantized();
        for layer in layers {
            let differs = layer.aux_inputs != 0 && layer.aux_inputs != layer.inputs;
            if differs && (hybrid || self.options.time_major) {
                return Err(OpError::unsupported(format!(
                    "a second input of {} and not {} elements a step, which the kernel reads in wrong places",
                    layer.aux_inputs, layer.inputs
                )));
            }
        }
        Ok(())
    }
}

impl Operator for Rnn {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let rank = if self.form == Form::Step { 2 } else { 3 };
        io.expect_rank(INPUT, rank..=rank)?;
        io.expect_dtype(INPUT, &[DType::Float32])?;
        if io.operand(INPUT)?.is_quantized() {
            return Err(OpError::operand(
                INPUT,
                DType::Float32,
                io.operand(INPUT)?.stored,
            ));
        }
        let results = io.own_results();
        if results != self.results() {
            let expected = format!("{} results", self.results());
            return Err(OpError::option("merge_outputs", expected, results));
        }
        for result in 0..results {
            io.expect_result_dtype(result, DType::Float32)?;
        }
        let layers = self.layers(io)?;
        self.check_aux(io, &layers)?;
        layers.iter().try_for_each(|layer| layer.check(io))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let dims = io.shape(INPUT)?.dims();
        let rows = &dims[..dims.len() - 1];
        let units = self.layers(io)?;
        let mut units: Vec<usize> = units.iter().map(|layer| layer.units).collect();
        if self.results() == 1 {
            units = vec![units.into_iter().fold(0, usize::saturating_add)];
        }
        let shape = |units| rows.iter().cloned().chain([Dim::Fixed(units)]).collect();
        Ok(Some(units.into_iter().map(shape).collect()))
    }

    fn memories(&self) -> &'static [usize] {
        match self.form {
            Form::Step | Form::Sequence => &Slots::STATES[..1],
            Form::Bidirectional { .. } => &Slots::STATES,
        }
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        is_hybrid(io, INPUT, WEIGHTS)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let layers = self.layers(cx.io())?;
        let (mut outputs, mut left) = (Vec::new(), Vec::new());
        for layer in &layers {
            let run = layer.lower(cx)?;
            outputs.push(run.outputs);
            left.extend(run.left);
        }
        if self.results() == 1 {
            outputs = vec![cx.concat(&outputs, outputs[0].rank() - 1)?];
        }
        for (slot, output) in outputs.into_iter().enumerate() {
            cx.finish(slot, output)?;
        }
        finish_left(cx, &left)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (mut outputs, mut left) = (Vec::new(), Vec::new());
        for layer in self.layers(cx.io())? {
            let (output, state) = layer.reference(cx)?;
            outputs.push(output);
            left.push(state);
        }
        if self.results() == 1 {
            outputs = vec![rnn::beside(&outputs)?];
        }
        for (slot, output) in outputs.into_iter().enumerate() {
            cx.finish(slot, output)?;
        }
        reference_left(cx, left)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
