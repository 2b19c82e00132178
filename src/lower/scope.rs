//! Where the values of a subgraph are while it is lowered, and what new nodes are named after.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ir::{Graph, OpId, Perm, ValueId};
use crate::onnx::WireId;

/// Where the values of one subgraph are: each in every order that something has read it in.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    pub(super) wires: HashMap<ValueId, Vec<(Perm, Form, WireId)>>,
}

/// What of a value a wire holds; the same thing for one that is not quantised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Its elements as the file stores them.
    Stored,
    /// The same, in fewer bits than a byte has, where the file packs a constant so.
    Packed,
    /// What they mean.
    Real,
    /// What they mean, in arithmetic that no runtime fuses with what reads it.
    Plain,
    /// How many steps they are from their zero points.
    Steps,
}

impl Scope {
    pub(super) fn bind(&mut self, id: ValueId, perm: Perm, form: Form, wire: WireId) {
        self.wires.entry(id).or_default().push((perm, form, wire));
    }

    /// Every wire that holds a value so far, the first one written first.
    pub(super) fn wires(&self, id: ValueId) -> &[(Perm, Form, WireId)] {
        self.wires.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The first wire of each computed value: the one its producer wrote.
    pub(super) fn held(&self, graph: &Graph) -> Vec<(Arc<str>, WireId, Perm)> {
        let mut ids: Vec<_> = self.wires.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
            .filter(|&id| graph.value(id).constant().is_none())
            .filter_map(|id| {
                let (perm, _, wire) = self.wires[&id].first()?;
                Some((graph.value(id).name.clone(), *wire, perm.clone()))
            })
            .collect()
    }
}

/// What new nodes are named after.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// `CONV_2D_17`
    pub(super) name: Arc<str>,
}

impl Origin {
    pub(super) fn of(graph: &Graph, op: OpId, main: bool) -> Self {
        let origin = &graph.op(op).origin;
        let plain = format!("{}_{}", origin.code, origin.index);
        Origin {
            name: match main {
                true => plain.into(),
                false => format!("{}/{plain}", origin.subgraph).into(),
            },
        }
    }

    pub(super) fn input(index: usize) -> Self {
        Origin {
            name: format!("input_{index}").into(),
        }
    }

    pub(super) fn output(index: usize) -> Self {
        Origin {
            name: format!("output_{index}").into(),
        }
    }

    /// Of what a subgraph gives.
    pub(super) fn results(graph: &Graph) -> Self {
        Origin {
            name: format!("{}/results", graph.name).into(),
        }
    }
}
