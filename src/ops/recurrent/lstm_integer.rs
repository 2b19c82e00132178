//! LSTMs of LiteRT's integer kernel ("8x8_16"): int8 inputs and outputs, gates and cell of 16 bits.
//!
//! Source: LiteRT kernels/lstm_eval.cc (`LstmStepInteger8x8_16`), kernels/unidirectional_sequence_lstm.cc
//! (`PopulateQuantizedLstmParams8x8_16`), kernels/internal/reference/portable_tensor_utils.cc. Where it rounds to
//! integers the steps below round floats that count the same steps; sigmoid and tanh are exact, where the kernel's
//! are off by a few steps of 2⁻¹⁵.

use super::function::Function;
use super::lstm_cell::Cell;
use super::lstm_parts::{GATES, Parts};
use crate::ir::Quant;
use crate::op::{DType, OpError, Operands, Value};

/// The kernel's gates are fixed-point numbers of 12 fractional bits.
pub(super) const GATE_STEP: f32 = 1.0 / 4096.0;

/// What the integer kernel computes with besides the operands' own parameters.
#[derive(Clone, Debug)]
pub(super) struct Integers {
    /// What a gate's sum counts: [`GATE_STEP`], or what the file says where it is to be normalised.
    pub gate_steps: [f32; GATES],
    /// As what the output is stored before it is projected; without a projection the kernel writes it out as it is.
    pub hidden: Value,
    /// As what the output is stored, read for the next step.
    pub state: Value,
    /// The cell counts powers of two.
    pub cell_step: f32,
    /// In steps.
    pub cell_clip: Option<f32>,
    pub projection_clip: Option<f32>,
}

fn single(value: &Value) -> Option<(f32, i64)> {
    value.parameters().filter(|_| value.is_quantized())
}

impl Integers {
    /// What the operands and the intermediate tensors say, where the LSTM is one of integers: its weights alone may
    /// be that with an input of floats.
    pub fn of(io: &Operands<'_>, cell: &Cell, parts: &Parts) -> Result<Option<Self>, OpError> {
        let (slots, intermediates) = (parts.slots, &cell.intermediates);
        if io.operand(slots.input)?.stored == DType::Float32 {
            return Ok(None);
        }
        check(io, cell, parts)?;
        let step = |value: Option<&Value>, what: &str| {
            let parameters = value.and_then(single).map(|(scale, _)| scale);
            parameters.ok_or_else(|| OpError::inconsistent(format!("no parameters of {what}")))
        };
        let cell_step = step(io.get(slots.cell_state), "the cell state")?;
        let hidden = intermediates[GATES].as_ref();
        let (scale, zero_point) = hidden
            .and_then(single)
            .ok_or_else(|| OpError::inconsistent("no parameters of the hidden state"))?;
        // What is projected is stored with its zero point negated, as is what takes it away again.
        let zero_point = match parts.projection {
            true => -zero_point,
            false => zero_point,
        };
        let own = io.operand(slots.output_state)?;
        let mut hidden = Value {
            quant: Some(Quant {
                block: None,
                scale: [scale].into(),
                zero_point: [zero_point].into(),
                axis: None,
            }),
            ..own.clone()
        };
        let mut state = own.clone();
        // The result may have been made one of unsigned integers; what is written there is as well.
        if io.result(0).stored == DType::UInt8 {
            raise(&mut state);
            if !parts.projection {
                raise(&mut hidden);
            }
        }
        let mut gate_steps = [GATE_STEP; GATES];
        if parts.norm {
            for gate in parts.gates() {
                gate_steps[gate] = step(intermediates[gate].as_ref(), "a gate")?;
            }
        }
        let whole = |clip: Option<f32>, step: f32, most: f32| {
            let steps = clip.map(|clip| (clip / step).min(most).trunc());
            steps.filter(|&steps| steps > 0.0)
        };
        let output_step = step(Some(io.result(0)), "the output")?;
        Ok(Some(Integers {
            gate_steps,
            hidden,
            state,
            cell_step,
            cell_clip: whole(cell.cell_clip, cell_step, 32767.0),
            projection_clip: whole(cell.projection_clip, output_step, 127.0),
        }))
    }

    /// The kernel's tanh knows cells of 15 to 9 fractional bits; for others it leaves what its buffer held, which
    /// is the input gate.
    pub fn squashes(&self) -> bool {
        (-15..=-9).contains(&self.exponent())
    }

    /// Of the cell's step.
    pub fn exponent(&self) -> i32 {
        self.cell_step.log2().round() as i32
    }

    /// May the product of input and cell gate leave the cell's 16 bits? The kernel lets it wrap around.
    pub fn wraps(&self) -> bool {
        self.exponent() < -15
    }
}

/// The same numbers as unsigned integers.
fn raise(value: &mut Value) {
    value.stored = DType::UInt8;
    if let Some(quant) = &mut value.quant {
        quant.zero_point = quant.zero_point.iter().map(|zero| zero + 128).collect();
    }
}

fn check(io: &Operands<'_>, cell: &Cell, parts: &Parts) -> Result<(), OpError> {
    let (slots, intermediates) = (parts.slots, &cell.intermediates);
    if intermediates.len() != GATES + 1 {
        return Err(OpError::unsupported(format!(
            "an integer LSTM with {} intermediate tensors; 5 are those of 16-bit gates",
            intermediates.len()
        )));
    }
    if cell.function != Function::Tanh {
        return Err(OpError::unsupported(
            "an integer LSTM with another function than TANH",
        ));
    }
    let mut stored = vec![
        (slots.output_state, DType::Int8),
        (slots.cell_state, DType::Int16),
    ];
    for gate in parts.gates() {
        stored.push((slots.input_weights(gate), DType::Int8));
        stored.push((slots.recurrent_weights(gate), DType::Int8));
    }
    for (slot, expected) in stored {
        let value = io.operand(slot)?;
        if value.stored != expected || single(value).is_none() {
            let expected = format!("{expected} with one scale");
            return Err(OpError::operand(slot, expected, value.stored));
        }
    }
    let bytes = |value: &Value| value.stored.is_8_bit() && single(value).is_some();
    let (input, result) = (io.operand(slots.input)?, io.result(0));
    if !bytes(input) {
        return Err(OpError::operand(
            slots.input,
            "INT8 with one scale",
            input.stored,
        ));
    }
    if !bytes(result) {
        return Err(OpError::result(0, "INT8 with one scale", result.stored));
    }
    let step = single(io.operand(slots.cell_state)?).map_or(0.0, |(scale, _)| scale);
    let exponent = step.log2();
    if exponent != exponent.round() || !(-24.0..=0.0).contains(&exponent) {
        let expected = "a scale that is a power of two, 2⁻²⁴ to 1";
        return Err(OpError::operand(slots.cell_state, expected, step));
    }
    if parts.peephole && parts.outputs != parts.cells {
        return Err(OpError::unsupported(
            "an integer LSTM with peepholes and a projection to another width: the kernel takes one width for the other",
        ));
    }
    if parts.coupled && !(-15.0..=-9.0).contains(&exponent) {
        return Err(OpError::operand(
            slots.cell_state,
            "a scale of 2⁻¹⁵ to 2⁻⁹ with coupled gates",
            step,
        ));
    }
    Ok(())
}
