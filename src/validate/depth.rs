//! How exact each tensor can be expected to be: how many rounding operators lie behind it, and how coarsely
//! the values behind it are stored.

use std::collections::HashMap;
use std::sync::Arc;

use tract_core::prelude::DatumType;

use super::compare::Tolerance;
use crate::ir::{Graph, GraphId, Model, OpId, Value};
use crate::op::Operands;

/// For each tensor of a graph what lies between it and the graph's inputs.
#[derive(Debug)]
pub(super) struct Depths(HashMap<Arc<str>, Past>);

#[derive(Clone, Copy, Debug, Default)]
struct Past {
    /// The longest chain of rounding operators.
    depth: usize,
    /// The coarsest step of a quantised value on the way, relative to the value's range; 0 without one.
    step: f64,
    /// Is the tensor itself stored in steps?
    quantized: bool,
    /// Is it the result of an operator that brings real operands to 8 bits in each run (`ops::hybrid`)?
    hybrid: bool,
}

impl Depths {
    pub(super) fn of(model: &Model) -> Self {
        let graph = model.main();
        let mut pasts = vec![Past::default(); graph.node_bound()];
        let mut by_name = HashMap::new();
        let mut hybrids = Hybrids {
            model,
            graphs: HashMap::new(),
        };
        for op in graph.ops() {
            let operands = graph.operands(op).into_iter().flatten();
            let before = operands.fold(Past::default(), |past, id| {
                let (own, value) = (pasts[id.index()], graph.value(id));
                // Constants are the same on both sides, however they are stored.
                let step = if value.constant().is_some() {
                    0.0
                } else {
                    step(value)
                };
                Past {
                    depth: past.depth.max(own.depth),
                    step: past.step.max(own.step).max(step),
                    hybrid: past.hybrid || own.hybrid,
                    ..Past::default()
                }
            });
            let own = usize::from(graph.op(op).op.tolerance().rounds());
            let hybrid = hybrids.is(graph, op);
            for result in graph.results(op) {
                let value = graph.value(result);
                let past = Past {
                    depth: before.depth + own,
                    step: before.step.max(step(value)),
                    quantized: value.is_quantized(),
                    // What only moves elements may be written as one with what computes them.
                    hybrid: hybrid || (own == 0 && before.hybrid),
                };
                pasts[result.index()] = past;
                by_name.insert(value.name.clone(), past);
            }
        }
        Depths(by_name)
    }

    /// Is any tensor stored in steps, or computed from real numbers in steps?
    pub(super) fn quantized(&self) -> bool {
        self.0.values().any(|past| past.quantized || past.hybrid)
    }

    /// How far a tensor may lie from the reference where its operator read what the reference's read: one
    /// step, where rounding meets a tie.
    pub(super) fn local(&self, tensor: &str, dtype: DatumType) -> Tolerance {
        match self.0.get(tensor) {
            Some(past) if past.quantized => Tolerance {
                absolute: 1.0,
                relative: 0.0,
            },
            Some(past) if past.hybrid => Tolerance {
                absolute: 0.0,
                relative: 1.0 / 127.0,
            },
            _ => Tolerance::of(dtype, 1),
        }
    }

    /// How far a tensor may lie from the reference. A stored integer may land on the neighbouring step where
    /// rounding meets a tie, and what follows carries that on: one step, and a quarter of a step for each
    /// square of operators behind it, as independent errors add up.
    pub(super) fn tolerance(&self, tensor: &str, dtype: DatumType) -> Tolerance {
        let past = self.0.get(tensor).copied().unwrap_or_default();
        let steps = 1.0 + (past.depth as f64).sqrt() / 4.0;
        if past.quantized {
            return Tolerance {
                absolute: steps,
                relative: 0.0,
            };
        }
        let plain = Tolerance::of(dtype, past.depth);
        if past.step == 0.0 || plain == Tolerance::EXACT {
            return plain;
        }
        plain.or(Tolerance {
            absolute: 0.0,
            relative: past.step * steps,
        })
    }
}

/// Which operators bring real operands to 8 bits in each run, or have a subgraph with such.
struct Hybrids<'m> {
    model: &'m Model,
    /// What is known of subgraphs, which many operators may run.
    graphs: HashMap<GraphId, bool>,
}

impl Hybrids<'_> {
    fn is(&mut self, graph: &Graph, op: OpId) -> bool {
        let operator = &graph.op(op).op;
        let inner = operator.subgraphs().iter();
        operator.is_hybrid(&Operands::new(graph, op)) || inner.copied().any(|id| self.any(id))
    }

    /// Subgraphs that run each other have been refused.
    fn any(&mut self, id: GraphId) -> bool {
        if let Some(known) = self.graphs.get(&id) {
            return *known;
        }
        let graph = &self.model.graphs[id.0];
        let found = graph.ops().any(|op| self.is(graph, op));
        self.graphs.insert(id, found);
        found
    }
}

/// One step of a quantised value over its range; 0 for others.
fn step(value: &Value) -> f64 {
    match value.stored.bits() {
        Some(bits @ 2..=16) if value.is_quantized() => 1.0 / ((1u32 << (bits - 1)) - 1) as f64,
        _ => 0.0,
    }
}
