//! Rewrites of the checked graph, in order, a reason beside each.

pub(crate) mod biases;
pub(crate) mod place;
pub(crate) mod stored;

use crate::ir::Graph;

/// A rewrite of one subgraph.
struct Pass {
    #[allow(dead_code)] // Read by whoever debugs one.
    name: &'static str,
    run: fn(&mut Graph),
}

/// Constants were folded during the check, since shapes depend on them.
const PASSES: &[Pass] = &[
    // Folding leaves operators whose results nobody reads; they must not count in the placement's cost.
    Pass {
        name: "remove dead operators",
        run: remove_dead,
    },
];

/// Runs every pass over a subgraph.
pub(crate) fn run(graph: &mut Graph) {
    for pass in PASSES {
        (pass.run)(graph);
    }
}

/// Takes out operators none of whose results is read or is a graph output. TFLite's stateless operators
/// have no other effect.
fn remove_dead(graph: &mut Graph) {
    let ops: Vec<_> = graph.ops().collect();
    for op in ops.into_iter().rev() {
        let results = graph.results(op);
        let needed = |value| graph.is_read(value) || graph.outputs.contains(&value);
        if !results.into_iter().any(needed) {
            graph.remove_op(op);
        }
    }
}
