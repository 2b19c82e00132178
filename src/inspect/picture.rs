//! A file's subgraphs as a drawing.
//!
//! Constants are named in the boxes of the operators that take them. So are the results of operators that take
//! nothing else, such as the DEQUANTIZE and DENSIFY of every weight of a half-precision or sparse model.

use std::collections::BTreeMap;

pub use crate::draw::Drawing;

use super::{Inspection, Operator, Subgraph};
use crate::draw::{Edge, Group, Kind, Node};

/// Characters of a name that fit into a box.
const NAME: usize = 40;

pub(super) fn draw(file: &Inspection) -> Drawing {
    let groups = file.subgraphs.iter().enumerate();
    Drawing {
        groups: groups
            .map(|(index, graph)| Sketch::new(file, index, graph).group())
            .collect(),
    }
}

struct Sketch<'a> {
    file: &'a Inspection,
    index: usize,
    graph: &'a Subgraph,
    /// Is each tensor known before the model runs?
    constant: Vec<bool>,
    /// Is each operator drawn?
    drawn: Vec<bool>,
}

impl<'a> Sketch<'a> {
    fn new(file: &'a Inspection, index: usize, graph: &'a Subgraph) -> Self {
        let mut constant: Vec<bool> = graph
            .tensors
            .iter()
            .map(|one| one.bytes.is_some())
            .collect();
        let mut drawn = Vec::new();
        for operator in &graph.operators {
            let at = |&tensor: &i32| usize::try_from(tensor).ok();
            let known = |tensor: &i32| at(tensor).and_then(|at| constant.get(at)) == Some(&true);
            let kept = operator
                .outputs
                .iter()
                .any(|tensor| graph.outputs.contains(tensor));
            let folds = !operator.inputs.is_empty() && operator.inputs.iter().all(known) && !kept;
            for at in operator.outputs.iter().filter_map(at).filter(|_| folds) {
                if let Some(constant) = constant.get_mut(at) {
                    *constant = true;
                }
            }
            drawn.push(!folds);
        }
        Sketch {
            file,
            index,
            graph,
            constant,
            drawn,
        }
    }

    fn group(&self) -> Group {
        let name = self.graph.name.as_deref().unwrap_or_default();
        let mut group = Group {
            label: format!("subgraph {} {name}", self.index)
                .trim_end()
                .to_owned(),
            ..Group::default()
        };
        // The box that a tensor comes from.
        let mut sources: BTreeMap<i32, usize> = BTreeMap::new();
        for (slot, &tensor) in self.graph.inputs.iter().enumerate() {
            sources.insert(tensor, group.nodes.len());
            group.nodes.push(self.port("in", slot, tensor));
        }
        let drawn = |&(index, _): &(usize, &Operator)| self.drawn[index];
        let operators = || self.graph.operators.iter().enumerate().filter(drawn);
        let first = group.nodes.len();
        for (index, operator) in operators() {
            for &tensor in &operator.outputs {
                sources.entry(tensor).or_insert(group.nodes.len());
            }
            group.nodes.push(self.operator(index, operator));
        }
        for (node, (_, operator)) in operators().enumerate() {
            for &tensor in &operator.inputs {
                self.connect(&mut group, &sources, tensor, first + node);
            }
        }
        for (slot, &tensor) in self.graph.outputs.iter().enumerate() {
            let node = group.nodes.len();
            group.nodes.push(self.port("out", slot, tensor));
            self.connect(&mut group, &sources, tensor, node);
        }
        group
    }

    fn connect(&self, group: &mut Group, sources: &BTreeMap<i32, usize>, tensor: i32, to: usize) {
        if let Some(&from) = sources.get(&tensor) {
            group.edges.push(Edge {
                from,
                to,
                label: self.shape(tensor),
                turned: false,
            });
        }
    }

    fn port(&self, what: &str, slot: usize, tensor: i32) -> Node {
        let name = self.name(tensor);
        Node {
            id: format!("{what}_{}_{slot}", self.index),
            lines: vec![short(&name), self.typed(tensor)],
            hint: format!("{what}put {slot}: tensor {tensor}\n{name}"),
            kind: Kind::Port,
        }
    }

    fn operator(&self, index: usize, operator: &Operator) -> Node {
        let constants: Vec<String> = operator
            .inputs
            .iter()
            .filter(|&&tensor| self.is_constant(tensor))
            .map(|&tensor| self.shape(tensor))
            .collect();
        let results: Vec<String> = operator
            .outputs
            .iter()
            .map(|&tensor| self.shape(tensor))
            .collect();
        let mut lines = vec![
            format!("{index}  {}", operator.name),
            short(&format!("→ {}", results.join(" "))),
        ];
        if !constants.is_empty() {
            lines.push(short(&format!("with {}", constants.join(" "))));
        }
        let list = |what: &str, tensors: &[i32]| {
            let names = tensors
                .iter()
                .map(|&tensor| format!("\n{what} {tensor} {}", self.name(tensor)));
            names.collect::<String>()
        };
        let custom = self.file.operator_codes.get(operator.opcode as usize);
        let weights = |&tensor: &i32| {
            self.is_constant(tensor) && self.is_real(tensor) && self.rank(tensor) > 1
        };
        let weighted = operator.inputs.iter().any(weights);
        Node {
            id: format!("op_{}_{index}", self.index),
            lines,
            hint: format!(
                "{} at {index}{}{}",
                operator.name,
                list("operand", &operator.inputs),
                list("result", &operator.outputs)
            ),
            kind: match custom {
                Some(code) if code.custom => Kind::Custom,
                _ if weighted => Kind::Marked,
                _ => Kind::Plain,
            },
        }
    }

    fn tensor(&self, index: i32) -> Option<&super::Tensor> {
        self.graph.tensors.get(usize::try_from(index).ok()?)
    }

    fn is_constant(&self, tensor: i32) -> bool {
        let tensor = usize::try_from(tensor).ok();
        tensor.and_then(|tensor| self.constant.get(tensor)) == Some(&true)
    }

    /// Does it mean real numbers?
    fn is_real(&self, tensor: i32) -> bool {
        let quantized = |tensor: &super::Tensor| tensor.quantization.is_some();
        self.tensor(tensor)
            .is_some_and(|tensor| tensor.dtype.contains("FLOAT") || quantized(tensor))
    }

    fn rank(&self, tensor: i32) -> usize {
        let shape = self.tensor(tensor).and_then(|tensor| tensor.shape.as_ref());
        shape.map_or(0, Vec::len)
    }

    fn name(&self, tensor: i32) -> String {
        let name = self.tensor(tensor).and_then(|tensor| tensor.name.clone());
        name.unwrap_or_else(|| format!("tensor {tensor}"))
    }

    fn shape(&self, tensor: i32) -> String {
        let tensor = self.tensor(tensor);
        let shape =
            tensor.and_then(|tensor| tensor.shape_signature.as_ref().or(tensor.shape.as_ref()));
        shape.map_or_else(|| "[?]".into(), |shape| format!("{shape:?}"))
    }

    fn typed(&self, tensor: i32) -> String {
        let dtype = self
            .tensor(tensor)
            .map_or("", |tensor| tensor.dtype.as_str());
        format!("{dtype} {}", self.shape(tensor))
    }
}

/// The end of a long name says more than its beginning.
fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= NAME {
        return text.to_owned();
    }
    let head: String = text.chars().take(NAME / 3).collect();
    let tail: String = text.chars().skip(count - (NAME - NAME / 3 - 1)).collect();
    format!("{head}…{tail}")
}
