//! Recurrent networks.

mod bidirectional_lstm;
mod function;
mod lstm;
mod lstm_basic;
mod lstm_cell;
mod lstm_gates;
mod lstm_integer;
mod lstm_integer_steps;
mod lstm_node;
mod lstm_parts;
#[cfg(feature = "validate")]
mod lstm_reference;
mod lstm_steps;
mod lstm_weights;
mod recurrence;
mod rnn;
mod rnn_layer;
mod sequence_lstm;
mod svdf;

use crate::op::{LowerCx, OpDef, OpError, Shape, Wire};
#[cfg(feature = "validate")]
use crate::op::{ReferenceCx, Tensor};
use crate::ops::hybrid::Hybrid;
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;

pub(super) static DEFS: &[&[OpDef]] = &[
    bidirectional_lstm::DEFS,
    lstm::DEFS,
    rnn::DEFS,
    sequence_lstm::DEFS,
    svdf::DEFS,
];

/// `x · wᵀ + bias`. Not `MatMul`: onnxruntime computes one of quantised weights with inputs of 8 bits.
fn product(cx: &mut LowerCx<'_>, x: &Wire, w: &Wire, bias: Option<&Wire>) -> Wire {
    let shape = Shape::new([x.shape[0].clone(), w.shape[0].clone()]);
    let node = cx.node("Gemm").inputs([x, w]).maybe(bias);
    node.attr("transB", 1i64).out(x.dtype, shape)
}

/// Numbers as they meet weights: rounded row by row where those are quantised and the numbers are not.
fn rounded(cx: &mut LowerCx<'_>, rounding: Option<Hybrid>, x: Wire) -> Result<Wire, OpError> {
    match rounding {
        Some(rounding) => rounding.lower(cx, &x, &[x.rank() - 1]),
        None => Ok(x),
    }
}

/// Gives what is left of the reference's memories, where it is carried, behind the operator's own results.
#[cfg(feature = "validate")]
fn reference_left(cx: &mut ReferenceCx<'_>, left: Vec<Tensor>) -> Result<(), OpError> {
    for (slot, tensor) in (cx.io().own_results()..cx.io().results()).zip(left) {
        let dims = cx.io().result(slot).shape.fixed();
        let dims = dims.ok_or_else(|| OpError::inconsistent("a state of unknown shape"))?;
        cx.finish(slot, arrange::reshape(&tensor, &dims)?)?;
    }
    Ok(())
}
