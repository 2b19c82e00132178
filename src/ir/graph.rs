//! Subgraphs as bipartite petgraph graphs: operators and values are nodes, an edge is an operand
//! (value → operator) or a result (operator → value) and carries its position.

use std::sync::Arc;

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use petgraph::visit::EdgeRef;

use super::{Content, Data, Literal, Quant, Shape, Value};
use crate::error::{Place, Site};
use crate::op::Operator;
use crate::signature::Signature;
use crate::state::States;

/// A lifted TFLite model.
#[derive(Debug)]
pub(crate) struct Model {
    pub graphs: Vec<Graph>,
    /// The subgraph that the file is entered at.
    pub main: GraphId,
    /// What its inputs and outputs are called outside.
    pub ports: Ports,
    pub signatures: Vec<Signature>,
    /// Key of the signature that enters the main subgraph, where there is one.
    pub signature: Option<String>,
    pub description: Option<String>,
    /// Version of the schema that the file is written in.
    pub version: u32,
    pub metadata: Vec<(String, Data)>,
    /// Which variables are to keep from run to run what they hold?
    pub keeps: States,
    /// The variables that do: as many of the last inputs and outputs of the main subgraph, in order. None before
    /// they are resolved (`state.rs`).
    pub states: Vec<Carried>,
}

/// What a variable holds before the first run.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub first: Literal,
    /// What its integers mean, where they are quantised.
    pub quant: Option<Quant>,
}

impl Model {
    /// The subgraph that the file is entered at.
    pub fn main(&self) -> &Graph {
        &self.graphs[self.main.0]
    }
}

/// A subgraph by its index in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GraphId(pub(crate) usize);

/// The names of a graph's inputs and outputs, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ports {
    pub inputs: Vec<Arc<str>>,
    pub outputs: Vec<Arc<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ValueId(NodeIndex);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct OpId(NodeIndex);

impl ValueId {
    pub fn index(self) -> usize {
        self.0.index()
    }
}

impl OpId {
    pub fn index(self) -> usize {
        self.0.index()
    }
}

/// A node of the bipartite graph. One value node, however many consumers: "one shared transpose" is
/// natural on it.
#[derive(Debug)]
enum Node {
    Op(OpNode),
    Value(Box<Value>),
}

/// Position of an operand or result; an absent edge is an omitted optional operand.
type Slot = u16;

/// An operator in a graph.
#[derive(Debug)]
pub(crate) struct OpNode {
    pub op: Box<dyn Operator>,
    pub origin: Origin,
    operands: Slot,
    results: Slot,
    /// How many of the last results are what its memories hold after the run ([`Operator::memories`]).
    carried: Slot,
}

/// Where an operator stood in the file; it survives every rewrite.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub subgraph: Arc<str>,
    pub index: usize,
    pub code: Arc<str>,
}

impl Origin {
    pub fn site(&self) -> Site {
        Site {
            subgraph: self.subgraph.clone(),
            op: Some(self.index),
            code: Some(self.code.clone()),
            place: None,
            tensor: None,
        }
    }
}

/// One subgraph. Operators run in the order they were added, which `lift` checks to be topological.
#[derive(Debug)]
pub(crate) struct Graph {
    pub name: Arc<str>,
    nodes: StableDiGraph<Node, Slot>,
    pub inputs: Vec<ValueId>,
    pub outputs: Vec<ValueId>,
    /// Is the file entered here, so that outputs are the model's? Those of another subgraph go to an operator.
    pub entered: bool,
}

impl Graph {
    pub fn new(name: Arc<str>) -> Self {
        Graph {
            name,
            nodes: StableDiGraph::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            entered: false,
        }
    }

    pub fn add_value(&mut self, value: Value) -> ValueId {
        ValueId(self.nodes.add_node(Node::Value(Box::new(value))))
    }

    /// Adds an operator behind all others; `None` operands are omitted ones.
    pub fn add_op(
        &mut self,
        op: Box<dyn Operator>,
        origin: Origin,
        operands: &[Option<ValueId>],
        results: &[ValueId],
    ) -> OpId {
        // Arity is checked against the definition before this, so counts are small.
        let count = |n: usize| Slot::try_from(n).unwrap_or(Slot::MAX);
        let id = self.nodes.add_node(Node::Op(OpNode {
            op,
            origin,
            operands: count(operands.len()),
            results: count(results.len()),
            carried: 0,
        }));
        for (slot, value) in (0..).zip(operands) {
            if let Some(value) = value {
                self.nodes.add_edge(value.0, id, slot);
            }
        }
        for (slot, value) in (0..).zip(results) {
            self.nodes.add_edge(id, value.0, slot);
        }
        OpId(id)
    }

    pub fn op(&self, id: OpId) -> &OpNode {
        match &self.nodes[id.0] {
            Node::Op(op) => op,
            Node::Value(_) => unreachable!("an OpId names an operator"),
        }
    }

    pub fn value(&self, id: ValueId) -> &Value {
        match &self.nodes[id.0] {
            Node::Value(value) => value,
            Node::Op(_) => unreachable!("a ValueId names a value"),
        }
    }

    pub fn value_mut(&mut self, id: ValueId) -> &mut Value {
        match &mut self.nodes[id.0] {
            Node::Value(value) => value,
            Node::Op(_) => unreachable!("a ValueId names a value"),
        }
    }

    /// All operators in execution order.
    pub fn ops(&self) -> impl Iterator<Item = OpId> + '_ {
        self.nodes
            .node_indices()
            .filter(|&id| matches!(self.nodes[id], Node::Op(_)))
            .map(OpId)
    }

    /// All values, in the order of the file.
    pub fn values(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.nodes
            .node_indices()
            .filter(|&id| matches!(self.nodes[id], Node::Value(_)))
            .map(ValueId)
    }

    /// Is any value stored as integers that mean real numbers?
    pub fn is_quantized(&self) -> bool {
        self.values().any(|id| self.value(id).is_quantized())
    }

    /// One more than the largest node index: what a table indexed by node needs.
    pub fn node_bound(&self) -> usize {
        use petgraph::visit::NodeIndexable;
        self.nodes.node_bound()
    }

    /// An operator's operands by position.
    pub fn operands(&self, id: OpId) -> Vec<Option<ValueId>> {
        let mut slots = vec![None; usize::from(self.op(id).operands)];
        for edge in self.nodes.edges_directed(id.0, Incoming) {
            slots[usize::from(*edge.weight())] = Some(ValueId(edge.source()));
        }
        slots
    }

    /// An operator's results by position.
    pub fn results(&self, id: OpId) -> Vec<ValueId> {
        let mut edges: Vec<(Slot, ValueId)> = self
            .nodes
            .edges_directed(id.0, Outgoing)
            .map(|edge| (*edge.weight(), ValueId(edge.target())))
            .collect();
        edges.sort_unstable_by_key(|(slot, _)| *slot);
        debug_assert_eq!(edges.len(), usize::from(self.op(id).results));
        edges.into_iter().map(|(_, value)| value).collect()
    }

    /// The operator that computes a value.
    pub fn producer(&self, id: ValueId) -> Option<OpId> {
        self.nodes
            .neighbors_directed(id.0, Incoming)
            .next()
            .map(OpId)
    }

    /// Operators that read a value, with the position they read it at.
    pub fn consumers(&self, id: ValueId) -> impl Iterator<Item = (OpId, usize)> + '_ {
        self.nodes
            .edges_directed(id.0, Outgoing)
            .map(|edge| (OpId(edge.target()), usize::from(*edge.weight())))
    }

    /// Does anything read it?
    pub fn is_read(&self, id: ValueId) -> bool {
        self.nodes
            .neighbors_directed(id.0, Outgoing)
            .next()
            .is_some()
    }

    /// Gives an operator another operand at a position, which may be one more than it has.
    pub fn set_operand(&mut self, id: OpId, slot: usize, value: ValueId) {
        let Ok(slot) = Slot::try_from(slot) else {
            return;
        };
        let edges = self.nodes.edges_directed(id.0, Incoming);
        let old: Vec<_> = edges
            .filter(|edge| *edge.weight() == slot)
            .map(|edge| edge.id())
            .collect();
        for edge in old {
            self.nodes.remove_edge(edge);
        }
        self.nodes.add_edge(value.0, id.0, slot);
        if let Node::Op(op) = &mut self.nodes[id.0] {
            op.operands = op.operands.max(slot + 1);
        }
    }

    /// Gives an operator one more result, behind all others: what one of its memories holds after the run.
    pub fn add_carried(&mut self, id: OpId, value: ValueId) {
        if let Node::Op(op) = &mut self.nodes[id.0] {
            let slot = op.results;
            op.results = slot.saturating_add(1);
            op.carried += 1;
            self.nodes.add_edge(id.0, value.0, slot);
        }
    }

    /// How many of an operator's results are such.
    pub fn carried(&self, id: OpId) -> usize {
        usize::from(self.op(id).carried)
    }

    /// Takes an operator out; its results stay.
    pub fn remove_op(&mut self, id: OpId) {
        self.nodes.remove_node(id.0);
    }

    /// Gives a value constant elements.
    pub fn set_constant(&mut self, id: ValueId, shape: Shape, data: Data) {
        let value = self.value_mut(id);
        value.shape = shape;
        value.content = Content::Constant(data);
    }

    /// The tensor at an operator's operand or result.
    pub fn tensor_name(&self, id: OpId, place: Place) -> Option<Arc<str>> {
        let value = match place {
            Place::Operand(slot) => self.operands(id).get(slot).copied().flatten(),
            Place::Result(slot) => self.results(id).get(slot).copied(),
        };
        value.map(|value| self.value(value).name.clone())
    }
}
