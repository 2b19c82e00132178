//! How quantised values are kept in the ONNX file: as the integers the file has, as unsigned ones, or as the
//! real numbers they mean. Decided before placement, on the graph's values; operators then see values like
//! any others.

mod real;
mod unsigned;

use std::collections::HashMap;

use crate::ir::{Graph, Model, OpId, Value, ValueId};
use crate::op::QuantRule;

#[cfg(feature = "validate")]
pub(crate) use real::Range;
pub(crate) use real::{Bounds, Ranges, implied_activation, to_real};

/// What becomes of quantised values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantized {
    /// They stay integers, between QuantizeLinear and DequantizeLinear.
    Qdq,
    /// They become the real numbers they mean: a plain float model, without quantised values anywhere.
    Float,
    /// [`Quantized::Qdq`], or [`Quantized::Float`] where ONNX or this converter has no quantised form.
    #[default]
    Auto,
}

/// How quantised values of type INT8 are kept, weights aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activations {
    /// As the file has them.
    Keep,
    /// As UINT8, each zero point 128 higher: the same numbers, which onnxruntime computes with faster on x86.
    UInt8,
    /// [`Activations::UInt8`] where the model has products of matrices to gain from it.
    #[default]
    Auto,
}

/// How quantised weights of type INT8 are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weights {
    /// As the file has them.
    #[default]
    Keep,
    /// As UINT8, each zero point 128 higher: the same numbers. onnxruntime adds pairs of UINT8 × INT8 products in
    /// 16 bits on x86 processors without VNNI, where sums saturate; those of UINT8 × UINT8 are exact everywhere,
    /// and slower with VNNI.
    UInt8,
}

/// The graph's inputs and outputs that are declared otherwise than their values are kept: as these values.
pub(crate) type Declared = HashMap<ValueId, Value>;

/// Keeps INT8 values as UINT8.
pub(crate) fn shift(model: &mut Model, activations: Activations) -> Declared {
    let mut declared = Declared::new();
    if activations == Activations::Keep
        || (activations == Activations::Auto && !model.graphs.iter().any(multiplies))
    {
        return declared;
    }
    let main = model.main.0;
    for (index, graph) in model.graphs.iter_mut().enumerate() {
        let is_main = index == main;
        let shifted = unsigned::shift(graph, is_main);
        if is_main {
            declared = shifted;
        }
    }
    declared
}

/// Keeps INT8 weights of products of quantised values as UINT8.
pub(crate) fn shift_weights(model: &mut Model, weights: Weights) {
    if weights == Weights::UInt8 {
        model.graphs.iter_mut().for_each(unsigned::shift_weights);
    }
}

/// How many operators multiply quantised values of 8 bits by INT8 weights.
pub(crate) fn int8_weights(model: &Model) -> usize {
    let counts = model.graphs.iter().map(|graph| {
        let multiplies = |&op: &OpId| {
            let mut operands = graph.operands(op).into_iter().flatten();
            operands.any(|id| unsigned::meets_bytes(graph, op, id))
        };
        graph.ops().filter(multiplies).count()
    });
    counts.sum()
}

/// Is there a product of quantised matrices: an operator that reads constants of several INT8 weights and
/// computes with what they mean?
fn multiplies(graph: &Graph) -> bool {
    graph.ops().any(|op| {
        let computes = graph.op(op).op.quant() == QuantRule::Real;
        let operands = graph.operands(op).into_iter().flatten();
        let mut weights = operands.filter(|&id| unsigned::is_weight(graph, op, id));
        computes && weights.next().is_some()
    })
}

/// The quantised inputs and outputs of the main graph as they are.
pub(crate) fn face(model: &Model) -> Declared {
    let graph = model.main();
    let ids = graph.inputs.iter().chain(&graph.outputs).copied();
    ids.map(|id| (id, graph.value(id).clone()))
        .filter(|(_, value)| value.is_quantized())
        .collect()
}

/// Declares quantised inputs and outputs of the main graph as the real numbers they mean.
pub(crate) fn float_face(model: &Model, declared: &mut Declared) {
    let graph = model.main();
    for &id in graph.inputs.iter().chain(&graph.outputs) {
        let value = graph.value(id);
        if value.is_quantized() {
            declared.insert(id, real(value));
        }
    }
}

/// A value without its quantisation.
fn real(value: &Value) -> Value {
    Value {
        stored: value.dtype,
        packed: None,
        raised: false,
        quant: None,
        ..value.clone()
    }
}
