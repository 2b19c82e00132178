//! How many rounding operators lie behind each tensor.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ir::Graph;

/// For each tensor of a graph the longest chain of rounding operators from an input or a constant to it.
#[derive(Debug)]
pub(super) struct Depths(HashMap<Arc<str>, usize>);

impl Depths {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut depths = vec![0usize; graph.node_bound()];
        let mut by_name = HashMap::new();
        for op in graph.ops() {
            let operands = graph.operands(op).into_iter().flatten();
            let before = operands
                .map(|value| depths[value.index()])
                .max()
                .unwrap_or(0);
            let own = usize::from(graph.op(op).op.tolerance().rounds());
            for result in graph.results(op) {
                depths[result.index()] = before + own;
                by_name.insert(graph.value(result).name.clone(), before + own);
            }
        }
        Depths(by_name)
    }

    pub(super) fn get(&self, tensor: &str) -> usize {
        self.0.get(tensor).copied().unwrap_or(0)
    }
}
