//! What the steps of an LSTM read, written once and before them: its weights, and what the input adds to every gate.

use super::lstm_cell::input;
use super::lstm_node::stacked;
use super::lstm_parts::{GATES, Parts};
use crate::op::{LowerCx, OpError, Shape, Wire};
use crate::ops::hybrid::Hybrid;

/// What keeps a row of equal numbers from being divided by zero (`PortableMeanStddevNormalization`,
/// kernels/internal/reference/portable_tensor_utils.cc).
const EPSILON: f32 = 1e-8;

pub(super) struct Weights {
    /// Of the output before: `[gates × cells, outputs]`.
    pub recurrent: Wire,
    pub peepholes: [Option<Wire>; GATES],
    /// Layer normalisation: scale and offset.
    pub norms: [Option<[Wire; 2]>; GATES],
    /// `[outputs, cells]`, and the bias.
    pub projection: Option<(Wire, Option<Wire>)>,
}

impl Weights {
    pub fn read(cx: &mut LowerCx<'_>, parts: &Parts) -> Result<Self, OpError> {
        let slots = parts.slots;
        let mut weights = Weights {
            recurrent: stack(cx, parts, |gate| Some(slots.recurrent_weights(gate)))?,
            peepholes: [const { None }; GATES],
            norms: [const { None }; GATES],
            projection: None,
        };
        for gate in parts.gates() {
            if let Some(slot) = slots.peephole(gate).filter(|_| parts.peephole) {
                weights.peepholes[gate] = Some(cx.real(slot)?);
            }
            if let Some(slot) = slots.norm(gate).filter(|_| parts.norm) {
                weights.norms[gate] = Some([cx.real(slot)?, cx.real(slots.bias(gate))?]);
            }
        }
        if parts.projection {
            let projection = cx.real(slots.projection())?;
            weights.projection = Some((projection, cx.real_opt(slots.projection_bias())?));
        }
        Ok(weights)
    }
}

/// What input and biases add to every gate at every step, `[…, …, gates × cells]`; biases that come after a
/// normalisation aside.
pub(super) fn driven(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    rounding: Option<Hybrid>,
) -> Result<Wire, OpError> {
    let slots = parts.slots;
    let x = input(cx, parts, false, rounding)?;
    let mut w = stack(cx, parts, |gate| Some(slots.input_weights(gate)))?;
    if slots.aux.is_some() {
        let aux = stack(cx, parts, |gate| slots.aux_weights(gate))?;
        w = cx.concat(&[w, aux], 1)?;
    }
    let w = cx.transpose(&w, &[1, 0])?;
    let mut dims = x.shape.dims().to_vec();
    dims[2] = w.shape[1].clone();
    let node = cx.node("MatMul").inputs([&x, &w]);
    let driven = node.out(x.dtype, Shape::new(dims));
    if parts.norm {
        return Ok(driven);
    }
    let biases = stack(cx, parts, |gate| Some(slots.bias(gate)))?;
    cx.binary("Add", &driven, &biases)
}

/// The operands of all gates that have weights, along the first axis.
fn stack(
    cx: &mut LowerCx<'_>,
    parts: &Parts,
    slot: impl Fn(usize) -> Option<usize>,
) -> Result<Wire, OpError> {
    let wires = parts.gates().filter_map(slot).map(|slot| cx.real(slot));
    let wires: Vec<Wire> = wires.collect::<Result<_, _>>()?;
    stacked(cx, &wires)
}

/// Mean 0 and variance 1 along the last axis.
pub(super) fn normalized(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let mean = cx.reduce("ReduceMean", x, &[1], true);
    let centred = cx.binary("Sub", x, &mean)?;
    let squares = cx.binary("Mul", &centred, &centred)?;
    let variance = cx.reduce("ReduceMean", &squares, &[1], true);
    let epsilon = cx.floats(&[], &[EPSILON]);
    let variance = cx.binary("Add", &variance, &epsilon)?;
    let deviation = cx.unary("Sqrt", &variance);
    cx.binary("Div", &centred, &deviation)
}
