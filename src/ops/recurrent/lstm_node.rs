//! An LSTM as ONNX's LSTM: no layer normalisation, no projection, no clipping, Tanh.
//!
//! Runtimes do not agree on its options (tract reads none), so none are written: a coupled input gate is one of
//! negated weights, since 1 − σ(x) = σ(−x).

use super::lstm_parts::{self, CELL_GATE, FORGET_GATE, INPUT_GATE, OUTPUT_GATE, Parts};
use super::recurrence::Run;
use crate::op::{DType, Dim, Literal, LowerCx, OpError, Shape, Wire};

/// ONNX's order of the gates.
const GATES: [usize; 4] = [INPUT_GATE, OUTPUT_GATE, FORGET_GATE, CELL_GATE];

/// `x` and the outputs are time-major.
pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    x: Wire,
    backward: bool,
) -> Result<Run, OpError> {
    let (cells, slots) = (parts.cells, parts.slots);
    let inputs = parts.inputs + parts.aux_inputs;
    let mut w = stack(cx, parts, |gate| Some(slots.input_weights(gate)))?;
    if slots.aux.is_some() {
        let aux = stack(cx, parts, |gate| slots.aux_weights(gate))?;
        w = cx.concat(&[w, aux], 1)?;
    }
    let r = stack(cx, parts, |gate| Some(slots.recurrent_weights(gate)))?;
    let b = stack(cx, parts, |gate| Some(slots.bias(gate)))?;
    let w = cx.reshape_to(&w, &[1, 4 * cells, inputs])?;
    let r = cx.reshape_to(&r, &[1, 4 * cells, cells])?;
    let none = cx.floats(&[4 * cells], &vec![0.0; 4 * cells]);
    let b = stacked(cx, &[b, none])?;
    let b = cx.reshape_to(&b, &[1, 8 * cells])?;
    let p = match parts.peephole {
        true => Some(peepholes(cx, parts)?),
        false => None,
    };
    let x = match backward {
        true => cx.reversed(&x, &[0]),
        false => x,
    };
    let (time, batch) = (x.shape[0].clone(), x.shape[1].clone());
    let hidden = Dim::Fixed(cells);
    let shape = Shape::new([time.clone(), Dim::Fixed(1), batch.clone(), hidden.clone()]);
    let state = Shape::new([Dim::Fixed(1), batch.clone(), hidden.clone()]);
    let mut outs = vec![(DType::Float32, shape)];
    let mut start = Vec::new();
    for wire in lstm_parts::start(cx, parts)?.iter().flatten() {
        start.push(cx.reshape(wire, &state)?);
        outs.push((DType::Float32, state.clone()));
    }
    // Sequence lengths are left out, and initial states that are zeros.
    let node = cx.node("LSTM").inputs([&x, &w, &r, &b]).maybe(None);
    let node = node.maybe(start.first()).maybe(start.last());
    let node = node.maybe(p.as_ref()).attr("hidden_size", cells as i64);
    let mut left = node.outs(outs);
    let y = left.remove(0);
    let y = cx.reshape(&y, &Shape::new([time, batch, hidden]))?;
    let outputs = match backward {
        true => cx.reversed(&y, &[0]),
        false => y,
    };
    Ok(Run { outputs, left })
}

/// The operands of all gates in ONNX's order, along the first axis.
fn stack(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    slot: impl Fn(usize) -> Option<usize>,
) -> Result<Wire, OpError> {
    let mut wires = Vec::new();
    for gate in GATES {
        wires.push(gate_wire(cx, parts, &slot, gate)?);
    }
    stacked(cx, &wires)
}

/// A gate's operand; a coupled input gate is the forget gate negated.
fn gate_wire(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    slot: impl Fn(usize) -> Option<usize>,
    gate: usize,
) -> Result<Wire, OpError> {
    let coupled = parts.coupled && gate == INPUT_GATE;
    let slot = slot(if coupled { FORGET_GATE } else { gate });
    let slot = slot.ok_or_else(|| OpError::inconsistent("a gate without an operand"))?;
    match coupled {
        true => negated(cx, slot),
        false => cx.real(slot),
    }
}

fn peepholes(cx: &mut LowerCx<'_>, parts: &Parts) -> Result<Wire, OpError> {
    let mut wires = Vec::new();
    for gate in [INPUT_GATE, OUTPUT_GATE, FORGET_GATE] {
        wires.push(gate_wire(
            cx,
            parts,
            |gate| parts.slots.peephole(gate),
            gate,
        )?);
    }
    let stacked = stacked(cx, &wires)?;
    cx.reshape_to(&stacked, &[1, 3 * parts.cells])
}

/// An operand times −1.
fn negated(cx: &mut LowerCx<'_>, slot: usize) -> Result<Wire, OpError> {
    let wire = cx.real(slot)?;
    let floats = cx.known(&wire).and_then(Literal::floats);
    Ok(match (floats, wire.shape.fixed()) {
        (Some(floats), Some(dims)) => {
            let floats: Vec<f32> = floats.into_iter().map(|x| -x).collect();
            cx.floats(&dims, &floats)
        }
        _ => cx.unary("Neg", &wire),
    })
}

/// Concatenation along the first axis; folded when all wires are initialisers.
pub(super) fn stacked(cx: &mut LowerCx<'_>, wires: &[Wire]) -> Result<Wire, OpError> {
    let known: Option<Vec<&Literal>> = wires.iter().map(|wire| cx.known(wire)).collect();
    let Some((known, first)) = known.and_then(|known| Some((known.clone(), *known.first()?)))
    else {
        return cx.concat(wires, 0);
    };
    let rows = known
        .iter()
        .filter_map(|literal| literal.shape.first())
        .sum();
    let mut shape = first.shape.clone();
    shape[0] = rows;
    let literal = Literal {
        dtype: first.dtype,
        shape,
        // The first axis is the outermost one: elements follow each other.
        data: known
            .iter()
            .flat_map(|literal| literal.data.iter().copied())
            .collect(),
    };
    Ok(cx.literal(literal))
}
