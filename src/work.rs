//! How much it takes to execute a model, estimated from its shapes.

use crate::ir::{Graph, GraphId, Model, Shape};

/// What one execution of a model takes, roughly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Work {
    /// Multiplications, or steps as simple.
    pub multiplications: u64,
    /// Bytes of all constants and of all that is computed. Dimensions that are known only at run time count as 1.
    pub bytes: u64,
}

/// Operators each of whose results takes a row of their weights.
const WEIGHTED: [&str; 6] = [
    "CONV_2D",
    "CONV_3D",
    "DEPTHWISE_CONV_2D",
    "TRANSPOSE_CONV",
    "FULLY_CONNECTED",
    "BATCH_MATMUL",
];

impl Work {
    /// Of the main subgraph and of all that it runs, each as often as it is named: a loop counts as one step.
    pub(crate) fn of(model: &Model) -> Self {
        let mut known = vec![None; model.graphs.len()];
        Work::with_callees(model, model.main, &mut known)
    }

    /// Subgraphs do not run themselves, and are not nested deep: the lifter has seen to it.
    fn with_callees(model: &Model, id: GraphId, known: &mut [Option<Work>]) -> Self {
        if let Some(work) = known[id.0] {
            return work;
        }
        let graph = &model.graphs[id.0];
        let mut work = Work::of_graph(graph);
        for op in graph.ops() {
            for &callee in graph.op(op).op.subgraphs() {
                let more = Work::with_callees(model, callee, known);
                work.multiplications = work.multiplications.saturating_add(more.multiplications);
                work.bytes = work.bytes.saturating_add(more.bytes);
            }
        }
        known[id.0] = Some(work);
        work
    }

    /// Of one subgraph by itself.
    fn of_graph(graph: &Graph) -> Self {
        let mut work = Work::default();
        for id in graph.values() {
            let value = graph.value(id);
            let size = value.stored.bytes_of(count(&value.shape)).unwrap_or(0);
            let size = value.constant().map_or(size, |data| data.len());
            work.bytes = work.bytes.saturating_add(size as u64);
        }
        for op in graph.ops() {
            let weighted = WEIGHTED.contains(&graph.op(op).origin.code.as_ref());
            let results = graph.results(op);
            let rows = match graph.operands(op).get(1).copied().flatten() {
                Some(weights) if weighted => {
                    let channels = results.first().map(|&id| &graph.value(id).shape);
                    let channels = channels.and_then(|shape| shape.dims().last()?.fixed());
                    count(&graph.value(weights).shape) / channels.unwrap_or(1).max(1)
                }
                _ => 1,
            };
            for id in results {
                let each = count(&graph.value(id).shape).saturating_mul(rows.max(1));
                let each = each.saturating_mul(graph.op(op).op.window().max(1));
                work.multiplications = work.multiplications.saturating_add(each as u64);
            }
        }
        work
    }
}

fn count(shape: &Shape) -> usize {
    let extents = shape.dims().iter().map(|dim| dim.fixed().unwrap_or(1));
    extents.fold(1, usize::saturating_mul)
}
