//! An LSTM as ONNX's LSTM: no layer normalisation, no projection, no clipping, Tanh.
//!
//! Runtimes do not agree on its options (tract reads none), so none are written: a coupled input gate is one of
//! negated weights, since 1 − σ(x) = σ(−x).

use super::lstm_parts::{
    CELL_GATE, FORGET_GATE, INPUT, INPUT_GATE, OUTPUT_GATE, Parts, bias, input_weights, peephole,
    recurrent_weights,
};
use crate::op::{DType, Dim, Literal, LowerCx, OpError, Shape, Wire};

/// ONNX's order of the gates.
const GATES: [usize; 4] = [INPUT_GATE, OUTPUT_GATE, FORGET_GATE, CELL_GATE];

pub(super) fn lower(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    time_major: bool,
) -> Result<Wire, OpError> {
    let (cells, inputs) = (parts.cells, parts.inputs);
    let gate = |cx: &mut LowerCx<'_>, slot: fn(usize) -> usize, gate: usize| match parts.coupled
        && gate == INPUT_GATE
    {
        true => negated(cx, slot(FORGET_GATE)),
        false => cx.real(slot(gate)),
    };
    let mut stack = |slot: fn(usize) -> usize| -> Result<Wire, OpError> {
        let wires = GATES.map(|of| gate(cx, slot, of));
        let wires: Vec<Wire> = wires.into_iter().collect::<Result<_, _>>()?;
        stacked(cx, &wires)
    };
    let w = stack(input_weights)?;
    let r = stack(recurrent_weights)?;
    let b = stack(bias)?;
    let w = cx.reshape_to(&w, &[1, 4 * cells, inputs])?;
    let r = cx.reshape_to(&r, &[1, 4 * cells, cells])?;
    let none = cx.floats(&[4 * cells], &vec![0.0; 4 * cells]);
    let b = stacked(cx, &[b, none])?;
    let b = cx.reshape_to(&b, &[1, 8 * cells])?;
    let p = match parts.peephole {
        true => Some(peepholes(cx, parts)?),
        false => None,
    };
    let x = match time_major {
        true => cx.real(INPUT)?,
        false => cx.permuted(INPUT, &[1, 0, 2])?,
    };
    let (time, batch) = (x.shape[0].clone(), x.shape[1].clone());
    let hidden = Dim::Fixed(cells);
    let shape = Shape::new([time.clone(), Dim::Fixed(1), batch.clone(), hidden.clone()]);
    // Sequence lengths and both initial states are left out: the state starts from zeros.
    let node = cx.node("LSTM").inputs([&x, &w, &r, &b]);
    let node = node.maybe(None).maybe(None).maybe(None).maybe(p.as_ref());
    let y = node
        .attr("hidden_size", cells as i64)
        .out(DType::Float32, shape);
    let y = cx.reshape(&y, &Shape::new([time, batch, hidden]))?;
    match time_major {
        true => Ok(y),
        false => cx.transpose(&y, &[1, 0, 2]),
    }
}

fn peepholes(cx: &mut LowerCx<'_>, parts: &Parts) -> Result<Wire, OpError> {
    let mut wires = Vec::new();
    for gate in [INPUT_GATE, OUTPUT_GATE, FORGET_GATE] {
        let coupled = parts.coupled && gate == INPUT_GATE;
        let slot = peephole(if coupled { FORGET_GATE } else { gate });
        let slot = slot.ok_or_else(|| OpError::inconsistent("a gate without a peephole"))?;
        wires.push(match coupled {
            true => negated(cx, slot)?,
            false => cx.real(slot)?,
        });
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
