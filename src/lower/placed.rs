//! The graph that is lowered: passes have run over it, and every operator has its order.

use crate::check::Checked;
use crate::error::Error;
use crate::ir::{Graph, GraphId, Model, Order, Perm, Value, ValueId};
use crate::passes;
use crate::passes::place::Plan;
use crate::passes::stored::{self, Activations, Declared, Ranges, Weights};

/// A graph that is ready to be lowered: passes have run over it and every operator has its order.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(super) model: Model,
    pub(super) plans: Vec<Plan>,
    /// Inputs and outputs of the main graph that are declared otherwise than they are kept.
    pub(super) declared: Declared,
    /// What quantised values could hold that have become real ones.
    pub(super) ranges: Ranges,
    /// Have quantised values become real?
    pub(super) real: bool,
}

/// What a graph is prepared for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    /// Image-like inputs and outputs are declared channels first.
    pub channels_first: bool,
    /// What becomes of quantised values.
    pub kept: Kept,
    /// How INT8 values are kept.
    pub activations: Activations,
    /// How INT8 weights are kept.
    pub weights: Weights,
    /// Quantised inputs and outputs are declared as the real numbers they mean.
    pub float_io: bool,
}

/// What becomes of quantised values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// They stay integers.
    Integers,
    /// They become the real numbers they mean.
    Real,
    /// The same, but for the inputs and outputs of the model.
    RealInside,
}

impl Placed {
    /// Have quantised values become real?
    pub fn is_real(&self) -> bool {
        self.real
    }

    pub fn graph(&self, id: GraphId) -> &Graph {
        &self.model.graphs[id.0]
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn plan(&self, id: GraphId) -> &Plan {
        &self.plans[id.0]
    }

    /// What an input or output of the main graph is declared as.
    pub fn declared(&self, id: ValueId) -> &Value {
        let own = || self.model.main().value(id);
        self.declared.get(&id).unwrap_or_else(own)
    }

    /// How a graph input or output is declared: its permutation from the file's order, and the order that
    /// makes it, where its axes say.
    pub fn face(&self, id: GraphId, value: ValueId) -> (Perm, Option<Order>) {
        let rank = self.graph(id).value(value).shape.rank();
        let plan = &self.plans[id.0];
        let perm = plan.face(value, rank);
        let layout = plan.layout(value, &perm);
        (perm, layout)
    }
}

/// Runs the passes and places every subgraph.
///
/// # Errors
/// What real numbers cannot express of a quantised operator.
pub(crate) fn prepare(checked: Checked, wishes: Wishes) -> Result<Placed, Error> {
    let mut model = checked.into_model();
    let main = model.main.0;
    let graphs = model.graphs.iter_mut();
    graphs.for_each(passes::remove_dead_operators);
    model.graphs.iter_mut().for_each(passes::biases::scale);
    let (mut ranges, mut declared) = (Ranges::new(), Declared::new());
    // Constants may be all that is quantised, and have no range that an activation could be read from.
    let real = wishes.kept != Kept::Integers && model.graphs.iter().any(is_quantized);
    match wishes.kept {
        Kept::Integers => {
            declared = stored::shift(&mut model, wishes.activations);
            stored::shift_weights(&mut model, wishes.weights);
        }
        Kept::RealInside if !wishes.float_io => {
            declared = stored::face(&model);
            ranges = stored::to_real(&mut model)?;
        }
        Kept::Real | Kept::RealInside => ranges = stored::to_real(&mut model)?,
    }
    if wishes.float_io {
        stored::float_face(&model, &mut declared);
    }
    let plans = model.graphs.iter().enumerate().map(|(index, graph)| {
        let face = (wishes.channels_first && index == main).then_some(Order::ChannelsFirst);
        passes::place::place(graph, face)
    });
    Ok(Placed {
        plans: plans.collect(),
        model,
        declared,
        ranges,
        real,
    })
}

fn is_quantized(graph: &Graph) -> bool {
    graph.values().any(|id| graph.value(id).is_quantized())
}
