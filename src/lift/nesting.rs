//! Subgraphs that run each other: none may run itself, and none may be nested too deep.

use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::graph_site;
use crate::error::{Error, ErrorKind};
use crate::ir::Graph;

/// Refuses subgraphs that run themselves, directly or through others, since no execution of them ends, and
/// nesting that would exhaust the stack of whatever walks it.
pub(super) fn check_nesting(graphs: &[Graph]) -> Option<Error> {
    let mut calls = DiGraph::<(), ()>::new();
    let nodes: Vec<_> = graphs.iter().map(|_| calls.add_node(())).collect();
    for (graph, &caller) in graphs.iter().zip(&nodes) {
        for op in graph.ops() {
            for callee in graph.op(op).op.subgraphs() {
                calls.add_edge(caller, nodes[callee.0], ());
            }
        }
    }
    let fault = |index: usize, error: Error| Some(error.at(graph_site(&graphs[index].name)));
    let order = match toposort(&calls, None) {
        Ok(order) => order,
        Err(cycle) => {
            let error = Error::malformed("the subgraph runs itself");
            return fault(cycle.node_id().index(), error);
        }
    };
    let mut depths = vec![0usize; graphs.len()];
    for caller in order {
        let depth = depths[caller.index()] + 1;
        for callee in calls.neighbors(caller) {
            let known = &mut depths[callee.index()];
            *known = depth.max(*known);
        }
    }
    let deep = depths.iter().position(|&depth| depth > MAX_NESTING)?;
    let what = format!("the subgraph is nested more than {MAX_NESTING} deep");
    fault(deep, Error::new(ErrorKind::TooLarge, what))
}

/// Calls within calls; real models have three or four.
const MAX_NESTING: usize = 64;
