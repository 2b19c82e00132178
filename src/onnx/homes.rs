//! Which graph an initialiser is written in, where nodes run graphs of their own.

use std::collections::HashMap;

use super::WireId;
use super::build::{Build, Node, Source};

/// Which graph something is in: for each body around it, from the outside inwards, which one it is.
pub(super) type Path = Vec<usize>;

/// The graph that each initialiser belongs to, in the order they are first read: the innermost one that all its
/// readers are in, or the main one, where large constants are.
#[derive(Debug, Default)]
pub(super) struct Homes {
    order: Vec<WireId>,
    of: HashMap<WireId, Path>,
}

impl Homes {
    /// Bytes of a constant that a body has to itself, at most.
    const SMALL: usize = 1024;

    /// Of the initialisers that are read.
    pub fn of(build: &Build) -> Self {
        let mut homes = Homes::default();
        homes.find(build, &build.nodes, &mut Path::new());
        homes
    }

    /// The initialisers of all graphs, in the order they are first read.
    pub fn wires(&self) -> impl Iterator<Item = WireId> + '_ {
        self.order.iter().copied()
    }

    pub fn of_graph<'h>(&'h self, path: &'h [usize]) -> impl Iterator<Item = WireId> + 'h {
        let own = move |wire: &WireId| self.of.get(wire).is_some_and(|home| home == path);
        self.wires().filter(own)
    }

    fn find(&mut self, build: &Build, nodes: &[Node], path: &mut Path) {
        let mut body_index = 0;
        for node in nodes {
            for &wire in node.inputs.iter().flatten() {
                if matches!(build.fact(wire).source, Source::Initializer(_)) {
                    self.read(build, wire, path);
                }
            }
            for (_, body) in &node.bodies {
                path.push(body_index);
                self.find(build, &body.nodes, path);
                path.pop();
                body_index += 1;
            }
        }
    }

    fn read(&mut self, build: &Build, wire: WireId, path: &Path) {
        match self.of.get_mut(&wire) {
            Some(home) => {
                let shared = home.iter().zip(path.iter()).take_while(|(a, b)| a == b);
                let shared = shared.count();
                home.truncate(shared);
            }
            None => {
                let literal = build.literal(wire);
                let small = literal.is_some_and(|one| one.data.len() <= Homes::SMALL);
                let home = if small { path.clone() } else { Path::new() };
                self.of.insert(wire, home);
                self.order.push(wire);
            }
        }
    }
}
