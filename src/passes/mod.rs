//! Rewrites of the checked graph, and the choice of the axis order in which each operator runs.

pub(crate) mod biases;
pub(crate) mod place;
pub(crate) mod stored;

use crate::ir::Graph;

/// Takes out operators none of whose results is read or is a graph output: what folding leaves behind, which must not
/// count in the placement's cost. TFLite's stateless operators have no other effect.
pub(crate) fn remove_dead_operators(graph: &mut Graph) {
    let ops: Vec<_> = graph.ops().collect();
    for op in ops.into_iter().rev() {
        let results = graph.results(op);
        let needed = |value| graph.is_read(value) || graph.outputs.contains(&value);
        if !results.into_iter().any(needed) {
            graph.remove_op(op);
        }
    }
}
