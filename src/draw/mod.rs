//! Drawings of networks: boxes in groups with arrows between them, as Graphviz's language or as a finished SVG.

mod dot;
mod layers;
mod svg;

/// A drawing of a network.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    pub(crate) groups: Vec<Group>,
}

/// A subgraph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub label: String,
    /// In an order in which most arrows point forward.
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// A box.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What Graphviz calls it, unique in the drawing.
    pub id: String,
    pub lines: Vec<String>,
    /// What a pointer that rests on it is told.
    pub hint: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An input or output of the subgraph.
    Port,
    /// An operator.
    Plain,
    /// An operator that stands out among the others: channels-first, or one with weights.
    Marked,
    /// A custom operator.
    Custom,
}

/// An arrow between two boxes of a group.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub from: usize,
    pub to: usize,
    pub label: String,
    /// Is the value turned on its way?
    pub turned: bool,
}

impl Drawing {
    /// Puts the groups of another drawing beside these, under a name of their own.
    pub fn add(&mut self, name: &str, other: Drawing) {
        let number = self.groups.len();
        for mut group in other.groups {
            group.label = format!("{name}: {}", group.label);
            for node in &mut group.nodes {
                node.id = format!("m{number}_{}", node.id);
            }
            self.groups.push(group);
        }
    }

    /// In Graphviz's language.
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// As an SVG that needs nothing else: boxes laid out in layers from top to bottom.
    pub fn svg(&self) -> String {
        svg::write(self)
    }
}
