//! A placed model as a drawing.
//!
//! Operators are boxes, the graph's inputs and outputs ellipses, an edge is a computed value. An operator
//! that runs channels-first is marked; an edge along which a value is turned is red.

use std::collections::BTreeMap;

use super::{Graph, GraphId, OpId, Order, Perm, ValueId};
use crate::draw::{Drawing, Edge, Group, Kind, Node};
use crate::lower::Placed;
use crate::passes::place::Plan;

/// Draws every subgraph, each in a group of its own.
pub(crate) fn draw(placed: &Placed) -> Drawing {
    let graphs = placed.model().graphs.iter().enumerate();
    let sketch = |(index, graph)| Sketch {
        index,
        graph,
        plan: placed.plan(GraphId(index)),
        group: Group::default(),
        boxes: BTreeMap::new(),
    };
    Drawing {
        groups: graphs.map(|one| sketch(one).group()).collect(),
    }
}

struct Sketch<'a> {
    index: usize,
    graph: &'a Graph,
    plan: &'a Plan,
    group: Group,
    /// The box of each operator.
    boxes: BTreeMap<OpId, usize>,
}

impl Sketch<'_> {
    fn group(mut self) -> Group {
        self.group.label = self.graph.name.to_string();
        let inputs: Vec<usize> = (0..self.graph.inputs.len())
            .map(|slot| self.face("in", self.graph.inputs[slot]))
            .collect();
        for op in self.graph.ops() {
            let node = self.operator(op);
            self.boxes.insert(op, self.group.nodes.len());
            self.group.nodes.push(node);
        }
        for value in self.graph.values() {
            if self.graph.value(value).constant().is_none() {
                self.value(value, &inputs);
            }
        }
        self.group
    }

    fn operator(&self, op: OpId) -> Node {
        let origin = &self.graph.op(op).origin;
        let order = self.order(op);
        let place = format!("{}[{}]", origin.subgraph, origin.index);
        let order_name = order.map(|order| match order {
            Order::ChannelsFirst => "channels first".to_owned(),
            Order::ChannelsLast => "channels last".to_owned(),
        });
        let lines = [
            Some(origin.code.to_string()),
            Some(place.clone()),
            order_name,
        ];
        Node {
            id: format!("op_{}_{}", self.index, op.index()),
            lines: lines.into_iter().flatten().collect(),
            hint: place,
            kind: match order {
                Some(Order::ChannelsFirst) => Kind::Marked,
                _ => Kind::Plain,
            },
        }
    }

    /// The order of an operator, told by its results; those that have none are not image-like.
    fn order(&self, op: OpId) -> Option<Order> {
        self.plan.space(op)?;
        let results = self.graph.results(op).into_iter().enumerate();
        results
            .filter_map(|(slot, value)| self.plan.layout(value, &self.result(op, slot, value)))
            .next()
    }

    fn rank(&self, value: ValueId) -> usize {
        self.graph.value(value).shape.rank()
    }

    fn result(&self, op: OpId, slot: usize, value: ValueId) -> Perm {
        self.plan.result(op, slot, self.rank(value))
    }

    fn value(&mut self, value: ValueId, inputs: &[usize]) {
        let face = self.plan.face(value, self.rank(value));
        let listed = self.graph.inputs.iter().position(|&input| input == value);
        let (from, held) = match (self.graph.producer(value), listed) {
            (Some(op), _) => {
                let results = self.graph.results(op);
                let slot = results.iter().position(|&result| result == value);
                (self.boxes[&op], self.result(op, slot.unwrap_or(0), value))
            }
            (None, Some(slot)) => (inputs[slot], face.clone()),
            (None, None) => return,
        };
        let consumers: Vec<_> = self.graph.consumers(value).collect();
        for (op, slot) in consumers {
            let wanted = self.plan.operand(op, slot, self.rank(value));
            self.edge(from, self.boxes[&op], value, (&held, &wanted));
        }
        if self.graph.outputs.contains(&value) {
            let node = self.face("out", value);
            self.edge(from, node, value, (&held, &face));
        }
    }

    /// Adds the box of an input or output.
    fn face(&mut self, what: &str, value: ValueId) -> usize {
        let fact = self.graph.value(value);
        let perm = self.plan.face(value, self.rank(value));
        let shape = perm.shape(&fact.shape);
        self.group.nodes.push(Node {
            id: format!("{what}_{}_{}", self.index, value.index()),
            lines: vec![fact.name.to_string(), format!("{} {shape}", fact.dtype)],
            hint: fact.name.to_string(),
            kind: Kind::Port,
        });
        self.group.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, value: ValueId, (held, wanted): (&Perm, &Perm)) {
        let shape = &self.graph.value(value).shape;
        self.group.edges.push(Edge {
            from,
            to,
            label: wanted.shape(shape).to_string(),
            turned: held != wanted,
        });
    }
}
