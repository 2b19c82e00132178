//! What the wires of a finished graph are called. A wire that holds a tensor of the file has its name. What lies
//! between is called after the operator it belongs to, as `CONV_2D_17:0`; in quantised models, where that is several
//! wires for each tensor and half of what there is besides the weights, it has a number of the base 36.

use std::collections::HashMap;
use std::sync::Arc;

use super::WireId;
use super::build::{Build, Node, Source};
use super::emit::Face;
use super::homes::Homes;
use crate::names::Names;

/// The names of wires.
#[derive(Debug)]
pub(super) struct Wires {
    names: Names,
    of: Vec<Option<Arc<str>>>,
    /// Are the names of what lies between tensors numbers?
    numbered: bool,
    /// The next number.
    next: usize,
    /// For each operator, how many of its wires have no name of their own.
    inner: HashMap<Arc<str>, usize>,
}

impl Wires {
    /// The wires of a graph whose inputs are named; nothing else is.
    pub fn new(build: &Build, face: &Face, numbered: bool) -> Self {
        let mut wires = Wires {
            names: Names::new('_'),
            of: vec![None; build.wires.len()],
            numbered,
            next: 0,
            inner: HashMap::new(),
        };
        for (name, wire) in &face.inputs {
            wires.of[wire.index()] = Some(wires.names.claim(name));
        }
        wires
    }

    /// Outputs have the names the file gives them. One that already has another name, as an input, a constant
    /// or another output, is copied.
    pub fn outputs(&mut self, build: &mut Build, face: &Face) -> Vec<WireId> {
        let mut outputs = Vec::new();
        for (index, (name, wire)) in face.outputs.iter().enumerate() {
            let fresh = matches!(build.fact(*wire).source, Source::Node);
            let wire = if fresh && self.of[wire.index()].is_none() {
                *wire
            } else {
                let fact = build.fact(*wire);
                let (dtype, shape) = (fact.dtype, fact.shape.clone());
                let copy = build.wire(dtype, shape, Source::Node);
                self.of.push(None);
                build.nodes.push(Node {
                    op_type: "Identity",
                    inputs: vec![Some(*wire)],
                    outputs: vec![copy],
                    attrs: Vec::new(),
                    bodies: Vec::new(),
                    origin: format!("output_{index}").into(),
                });
                copy
            };
            self.of[wire.index()] = Some(self.names.claim(name));
            outputs.push(wire);
        }
        outputs
    }

    /// Names every other wire that is read.
    pub fn inner(&mut self, build: &Build, homes: &Homes) {
        self.held(build, &build.nodes);
        for wire in homes.wires() {
            self.hold(build, wire);
        }
        self.between(&build.nodes);
        for wire in homes.wires() {
            self.name(wire, |_| "constant".to_owned());
        }
    }

    /// The name of a wire; empty for one that nothing reads.
    pub fn get(&self, wire: WireId) -> String {
        let name = self.of[wire.index()].as_deref();
        name.unwrap_or_default().to_owned()
    }

    /// Is it called as the tensor it holds?
    pub fn is_of_file(&self, build: &Build, wire: WireId) -> bool {
        let held = build.fact(wire).holds.as_ref();
        held.is_some() && held == self.of[wire.index()].as_ref()
    }

    pub fn into_names(self) -> Vec<Option<Arc<str>>> {
        self.of
    }

    fn held(&mut self, build: &Build, nodes: &[Node]) {
        for node in nodes {
            node.outputs.iter().for_each(|&wire| self.hold(build, wire));
            for (_, body) in &node.bodies {
                self.held(build, &body.nodes);
            }
        }
    }

    /// As the tensor it holds. Another wire may hold the same one in another order: that is one of those that lie
    /// between.
    fn hold(&mut self, build: &Build, wire: WireId) {
        if self.of[wire.index()].is_some() {
            return;
        }
        if let Some(name) = &build.fact(wire).holds {
            self.of[wire.index()] = match self.numbered {
                true => self.names.claim_as_is(name),
                false => Some(self.names.claim(name)),
            };
        }
    }

    fn between(&mut self, nodes: &[Node]) {
        for node in nodes {
            let bodies = node.bodies.iter().flat_map(|(_, body)| &body.inputs);
            for &wire in node.outputs.iter().chain(bodies) {
                self.name(wire, |wires| {
                    let number = wires.inner.entry(node.origin.clone()).or_insert(0);
                    *number += 1;
                    format!("{}:{}", node.origin, *number - 1)
                });
            }
            for (_, body) in &node.bodies {
                self.between(&body.nodes);
            }
        }
    }

    fn name(&mut self, wire: WireId, wanted: impl FnOnce(&mut Self) -> String) {
        if self.of[wire.index()].is_some() {
            return;
        }
        let name = match self.numbered {
            true => loop {
                let number = short(self.next);
                self.next += 1;
                if let Some(name) = self.names.claim_as_is(&number) {
                    break name;
                }
            },
            false => {
                let wanted = wanted(self);
                self.names.claim(&wanted)
            }
        };
        self.of[wire.index()] = Some(name);
    }
}

/// A number in the fewest letters and digits.
fn short(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.extend(char::from_digit(digit, 36));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
