//! A placed model in Graphviz's language.
//!
//! Operators are boxes, the graph's inputs and outputs ellipses, an edge is a computed value. An operator
//! that runs channels-first is blue; an edge along which a value is turned is red.

use std::fmt::{self, Write};

use super::{Graph, GraphId, OpId, Order, Perm, ValueId};
use crate::lower::Placed;
use crate::passes::place::Plan;

/// Draws every subgraph, each in a cluster of its own.
pub(crate) fn draw(placed: &Placed) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = model(&mut text, placed);
    text
}

fn model(text: &mut String, placed: &Placed) -> fmt::Result {
    writeln!(text, "digraph tfl2onnx {{")?;
    writeln!(text, "  node [shape=box, fontname=\"sans-serif\"];")?;
    writeln!(text, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    for (index, graph) in placed.model().graphs.iter().enumerate() {
        let plan = placed.plan(GraphId(index));
        let drawing = Drawing { index, graph, plan };
        writeln!(text, "  subgraph cluster_{index} {{")?;
        writeln!(text, "    label={};", quoted(&graph.name))?;
        drawing.operators(text)?;
        drawing.values(text)?;
        writeln!(text, "  }}")?;
    }
    writeln!(text, "}}")
}

struct Drawing<'a> {
    index: usize,
    graph: &'a Graph,
    plan: &'a Plan,
}

impl Drawing<'_> {
    fn op_name(&self, op: OpId) -> String {
        format!("op_{}_{}", self.index, op.index())
    }

    fn operators(&self, text: &mut String) -> fmt::Result {
        for op in self.graph.ops() {
            let origin = &self.graph.op(op).origin;
            let (order, style) = match self.order(op) {
                Some(Order::ChannelsFirst) => ("\nchannels first", ", color=blue"),
                Some(Order::ChannelsLast) => ("\nchannels last", ""),
                None => ("", ""),
            };
            let label = format!(
                "{}\n{}[{}]{order}",
                origin.code, origin.subgraph, origin.index
            );
            writeln!(
                text,
                "    {} [label={}{style}];",
                self.op_name(op),
                quoted(&label)
            )?;
        }
        Ok(())
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

    fn values(&self, text: &mut String) -> fmt::Result {
        for value in self.graph.values() {
            let fact = self.graph.value(value);
            if fact.constant().is_some() {
                continue;
            }
            let face = self.plan.face(value, self.rank(value));
            let (from, held) = match self.graph.producer(value) {
                Some(op) => {
                    let results = self.graph.results(op);
                    let slot = results.iter().position(|&result| result == value);
                    (self.op_name(op), self.result(op, slot.unwrap_or(0), value))
                }
                None if self.graph.inputs.contains(&value) => {
                    let name = format!("in_{}_{}", self.index, value.index());
                    self.face(text, &name, value, &face)?;
                    (name, face.clone())
                }
                None => continue,
            };
            for (op, slot) in self.graph.consumers(value) {
                let wanted = self.plan.operand(op, slot, self.rank(value));
                self.edge(text, &from, &self.op_name(op), value, (&held, &wanted))?;
            }
            if self.graph.outputs.contains(&value) {
                let name = format!("out_{}_{}", self.index, value.index());
                self.face(text, &name, value, &face)?;
                self.edge(text, &from, &name, value, (&held, &face))?;
            }
        }
        Ok(())
    }

    fn face(&self, text: &mut String, name: &str, value: ValueId, perm: &Perm) -> fmt::Result {
        let fact = self.graph.value(value);
        let shape = perm.shape(&fact.shape);
        let label = format!("{}\n{} {shape}", fact.name, fact.dtype);
        writeln!(
            text,
            "    {name} [shape=ellipse, label={}];",
            quoted(&label)
        )
    }

    fn edge(
        &self,
        text: &mut String,
        from: &str,
        to: &str,
        value: ValueId,
        (held, wanted): (&Perm, &Perm),
    ) -> fmt::Result {
        let shape = &self.graph.value(value).shape;
        let label = quoted(&wanted.shape(shape).to_string());
        let style = if held == wanted { "" } else { ", color=red" };
        writeln!(text, "    {from} -> {to} [label={label}{style}];")
    }
}

/// A string in Graphviz's language; a line break centres the line before it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
