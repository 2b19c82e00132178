//! Integer biases mean what LiteRT's kernels take them for.
//!
//! A kernel adds a quantised bias to its sums of products of stored integers as it is (reference_ops, Conv): its
//! scale is that of the input times that of the weights, whatever the file says. Files say other things where
//! biases of equal elements share a tensor, zeros as a rule. onnxruntime fuses a convolution only where the
//! scale is that product.

use std::sync::Arc;

use crate::ir::{DType, Graph, OpId, Quant, Value, ValueId};

/// Gives every integer bias its scale; one that several operators read gets a copy for each.
pub(crate) fn scale(graph: &mut Graph) {
    let ops: Vec<_> = graph.ops().collect();
    for op in ops {
        let Some((slot, bias, quant)) = product(graph, op) else {
            continue;
        };
        if graph.value(bias).quant.as_ref() == Some(&quant) {
            continue;
        }
        if graph.consumers(bias).count() == 1 {
            graph.value_mut(bias).quant = Some(quant);
            continue;
        }
        let value = graph.value(bias);
        let own = Value {
            name: format!("{}/{}", value.name, graph.op(op).origin.index).into(),
            quant: Some(quant),
            ..value.clone()
        };
        let own = graph.add_value(own);
        graph.set_operand(op, slot, own);
    }
}

/// An operator's integer bias, its position, and the parameters that it is taken to have.
fn product(graph: &Graph, op: OpId) -> Option<(usize, ValueId, Quant)> {
    let sum = graph.op(op).op.bias()?;
    let operands = graph.operands(op);
    let operand = |slot: usize| operands.get(slot).copied().flatten();
    let quant = |slot| {
        let value = graph.value(operand(slot)?);
        value.quant.as_ref().filter(|_| value.is_quantized())
    };
    let (input, weights) = (quant(sum.input)?, quant(sum.weights)?);
    let [input] = &*input.scale else { return None };
    if weights.block.is_some() {
        return None;
    }
    let bias = operand(sum.bias)?;
    let value = graph.value(bias);
    let integer = matches!(value.stored, DType::Int32 | DType::Int64);
    if !integer || !value.is_quantized() || value.constant().is_none() {
        return None;
    }
    let scale: Arc<[f32]> = weights.scale.iter().map(|weight| input * weight).collect();
    let dims = value.shape.fixed()?;
    let axis = match scale.len() {
        1 => None,
        n => Some(dims.iter().position(|&extent| extent == n)?),
    };
    let quant = Quant {
        block: None,
        zero_point: scale.iter().map(|_| 0).collect(),
        scale,
        axis,
    };
    Some((sum.bias, bias, quant))
}
