//! INT8 values kept as UINT8, with every zero point 128 higher. What they mean stays the same to the bit.
//!
//! onnxruntime's fused kernels for x86 take activations of UINT8 (core/optimizer/qdq_transformer, whose
//! selectors are made without INT8 there); a value of INT8 that several operators read, or that an operator
//! reads beside another, is left to float kernels.

use super::Declared;
use crate::ir::{DType, Graph, OpId, ValueId};
use crate::lower::works_on_stored;
use crate::op::{Operands, Placement, QuantRule};

/// Values that are kept alike, since an operator copies elements from one to another.
#[derive(Debug)]
struct Groups(Vec<usize>);

impl Groups {
    fn find(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a] = b;
    }
}

/// Shifts what can be. With `face` the graph's inputs and outputs are among it, and are declared as they
/// were; without, they stay.
pub(super) fn shift(graph: &mut Graph, face: bool) -> Declared {
    let mut groups = Groups((0..graph.node_bound()).collect());
    let mut kept = vec![false; graph.node_bound()];
    for op in graph.ops() {
        link(graph, op, &mut groups, &mut kept);
    }
    for id in graph.values() {
        kept[id.index()] |= !can_shift(graph, id);
    }
    if !face {
        for id in graph.inputs.iter().chain(&graph.outputs) {
            kept[id.index()] = true;
        }
    }
    let mut group_kept = vec![false; graph.node_bound()];
    for id in graph.values() {
        group_kept[groups.find(id.index())] |= kept[id.index()];
    }
    let ids: Vec<_> = graph.values().collect();
    let mut declared = Declared::new();
    for id in ids {
        if group_kept[groups.find(id.index())] {
            continue;
        }
        if graph.inputs.contains(&id) || graph.outputs.contains(&id) {
            declared.insert(id, graph.value(id).clone());
        }
        raise(graph, id);
    }
    declared
}

/// What an operator's rule asks of its operands and results.
fn link(graph: &Graph, op: OpId, groups: &mut Groups, kept: &mut [bool]) {
    let node = graph.op(op);
    let io = Operands::new(graph, op);
    let rule = node.op.quant();
    let bytes = |id: &ValueId| graph.value(*id).stored == DType::Int8;
    let mut ids: Vec<_> = io.operand_ids().filter(bytes).collect();
    ids.extend(io.result_ids().iter().copied().filter(bytes));
    // What outlives a run stays as the operator leaves it.
    let memories = node.op.memories().iter();
    let memories = memories.filter_map(|&slot| io.operand_id(slot));
    let left = io.result_ids().iter().skip(io.own_results()).copied();
    for id in memories.chain(left) {
        kept[id.index()] = true;
    }
    if rule == QuantRule::Stored || !node.op.subgraphs().is_empty() {
        for id in ids {
            kept[id.index()] = true;
        }
    } else if works_on_stored(rule, &io) {
        for pair in ids.windows(2) {
            groups.join(pair[0].index(), pair[1].index());
        }
    }
}

fn can_shift(graph: &Graph, id: ValueId) -> bool {
    let value = graph.value(id);
    let whole = value
        .quant
        .as_ref()
        .is_some_and(|quant| quant.axis.is_none());
    let shifts = value.is_quantized() && value.stored == DType::Int8 && whole;
    let weights = |(op, _): (OpId, usize)| is_weight(graph, op, id);
    shifts && value.packed.is_none() && !graph.consumers(id).any(weights)
}

/// Shifts the weights that [`meets_bytes`] is true of for all their readers.
pub(super) fn shift_weights(graph: &mut Graph) {
    let shifts = |&id: &ValueId| {
        let mut readers = graph.consumers(id).peekable();
        readers.peek().is_some() && readers.all(|(op, _)| meets_bytes(graph, op, id))
    };
    let ids: Vec<_> = graph.values().filter(shifts).collect();
    for id in ids {
        raise(graph, id);
    }
}

/// Are these INT8 weights that the operator multiplies by quantised values of 8 bits? Those of fewer bits are
/// too small for their products to matter.
pub(super) fn meets_bytes(graph: &Graph, op: OpId, id: ValueId) -> bool {
    let io = Operands::new(graph, op);
    let result = io.result(0);
    let bytes = result.is_quantized() && result.stored.is_8_bit();
    bytes && graph.value(id).packed.is_none() && is_weight(graph, op, id)
}

/// Is a quantised constant a matrix of weights to this operator: one whose axes are not those of the result?
pub(super) fn is_weight(graph: &Graph, op: OpId, id: ValueId) -> bool {
    let value = graph.value(id);
    let node = graph.op(op);
    if value.constant().is_none() || value.stored != DType::Int8 || !value.is_quantized() {
        return false;
    }
    let io = Operands::new(graph, op);
    if works_on_stored(node.op.quant(), &io) {
        return false;
    }
    let Placement::Free(map) = node.op.placement(&io) else {
        return true;
    };
    let slot = (0..io.len()).find(|&slot| io.operand_id(slot) == Some(id));
    slot.is_none_or(|slot| map.operands.iter().all(|(of, _)| *of != slot))
}

/// One value, 128 steps higher in a type that begins 128 lower.
fn raise(graph: &mut Graph, id: ValueId) {
    let value = graph.value_mut(id);
    value.stored = DType::UInt8;
    value.raised = true;
    if let Some(quant) = &mut value.quant {
        quant.zero_point = quant.zero_point.iter().map(|zero| zero + 128).collect();
    }
    if let Some(data) = value.constant() {
        let data: Vec<u8> = data.iter().map(|byte| byte ^ 0x80).collect();
        let shape = value.shape.clone();
        graph.set_constant(id, shape, data.into());
    }
}
