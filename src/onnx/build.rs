//! An ONNX graph under construction. Wires are numbers; they get their names when the graph is written,
//! because what a wire should be called is known only once it is known what it ends up as.

use std::collections::HashMap;
use std::sync::Arc;

use super::Attr;
use crate::ir::{DType, Identity, Literal, Shape};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WireId(u32);

impl WireId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a wire: everything `value_info` says.
#[derive(Debug)]
pub(crate) struct WireFact {
    pub dtype: DType,
    pub shape: Shape,
    /// The TFLite tensor it holds, by name.
    pub holds: Option<Arc<str>>,
    pub source: Source,
}

#[derive(Debug)]
pub(crate) enum Source {
    Input,
    Node,
    Initializer(Literal),
}

/// A node, its inputs and outputs by wire.
#[derive(Debug)]
pub(crate) struct Node {
    pub op_type: &'static str,
    pub inputs: Vec<Option<WireId>>,
    pub outputs: Vec<WireId>,
    pub attrs: Vec<(&'static str, Attr)>,
    /// Graphs that it runs, by attribute.
    pub bodies: Vec<(&'static str, Body)>,
    /// `CONV_2D_17`: the TFLite operator it comes from.
    pub origin: Arc<str>,
}

/// A graph that a node runs. Its wires are of the same table as all others, so that names are unique throughout,
/// and it may read any wire that was written before the node.
#[derive(Debug)]
pub(crate) struct Body {
    pub name: Arc<str>,
    pub inputs: Vec<WireId>,
    pub nodes: Vec<Node>,
    pub outputs: Vec<WireId>,
}

/// What is under construction outside of a body while that is written.
#[derive(Debug)]
pub(crate) struct Outside {
    nodes: Vec<Node>,
    literals: HashMap<Literal, WireId>,
}

#[derive(Debug, Default)]
pub(crate) struct Build {
    pub wires: Vec<WireFact>,
    pub nodes: Vec<Node>,
    literals: HashMap<Literal, WireId>,
    large_literals: HashMap<(DType, Vec<usize>, Identity), WireId>,
}

impl std::hash::Hash for Literal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.dtype.hash(state);
        self.shape.hash(state);
        self.data.hash(state);
    }
}

impl Build {
    pub fn wire(&mut self, dtype: DType, shape: Shape, source: Source) -> WireId {
        // A graph of 2^32 wires would have failed to load long before.
        let id = WireId(u32::try_from(self.wires.len()).unwrap_or(u32::MAX));
        self.wires.push(WireFact {
            dtype,
            shape,
            holds: None,
            source,
        });
        id
    }

    pub fn fact(&self, id: WireId) -> &WireFact {
        &self.wires[id.index()]
    }

    /// Says that a wire holds a TFLite tensor, unless it already holds another.
    pub fn hold(&mut self, id: WireId, name: &Arc<str>) {
        self.wires[id.index()]
            .holds
            .get_or_insert_with(|| name.clone());
    }

    /// From here on nodes are those of a body. It shares no literals with what is outside: runtimes know its
    /// own constants better than those they find around it.
    pub fn enter(&mut self) -> Outside {
        Outside {
            nodes: std::mem::take(&mut self.nodes),
            literals: std::mem::take(&mut self.literals),
        }
    }

    /// Ends what [`Build::enter`] began; gives the body's nodes.
    pub fn leave(&mut self, outside: Outside) -> Vec<Node> {
        self.literals = outside.literals;
        std::mem::replace(&mut self.nodes, outside.nodes)
    }

    /// An initialiser of its own.
    pub fn initializer(&mut self, literal: Literal) -> WireId {
        let shape = Shape::new(literal.shape.iter().copied());
        self.wire(literal.dtype, shape, Source::Initializer(literal))
    }

    /// An initialiser that equal literals share; large ones only where it is plain that they are equal.
    pub fn shared(&mut self, literal: Literal) -> WireId {
        if literal.data.is_large() {
            let key = (
                literal.dtype,
                literal.shape.clone(),
                literal.data.identity(),
            );
            if let Some(&id) = self.large_literals.get(&key) {
                return id;
            }
            let id = self.initializer(literal);
            self.large_literals.insert(key, id);
            return id;
        }
        if let Some(&id) = self.literals.get(&literal) {
            return id;
        }
        let id = self.initializer(literal.clone());
        self.literals.insert(literal, id);
        id
    }

    pub fn literal(&self, id: WireId) -> Option<&Literal> {
        match &self.fact(id).source {
            Source::Initializer(literal) => Some(literal),
            _ => None,
        }
    }

    /// Drops the nodes whose results nothing reads, such as those that computed a shape which turned out to be known:
    /// runtimes run them.
    pub fn drop_unread(&mut self, outputs: &[WireId]) {
        let mut read = vec![false; self.wires.len()];
        for output in outputs {
            read[output.index()] = true;
        }
        retain_read(&mut self.nodes, &mut read);
    }
}

/// Keeps the nodes of one graph that lead to wires which are read, and marks what they read.
fn retain_read(nodes: &mut Vec<Node>, read: &mut [bool]) {
    // Each node is written behind those that it reads.
    let mut kept: Vec<Node> = Vec::with_capacity(nodes.len());
    for mut node in nodes.drain(..).rev() {
        if !node.outputs.iter().any(|wire| read[wire.index()]) {
            continue;
        }
        for wire in node.inputs.iter().flatten() {
            read[wire.index()] = true;
        }
        for (_, body) in &mut node.bodies {
            for wire in &body.outputs {
                read[wire.index()] = true;
            }
            retain_read(&mut body.nodes, read);
        }
        kept.push(node);
    }
    kept.reverse();
    *nodes = kept;
}
