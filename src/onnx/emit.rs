//! From a finished graph to `ModelProto`: wires get their names, facts become `value_info`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::build::{Body, Build, Node};
use super::homes::{Homes, Path};
use super::naming::Wires;
use super::proto::tensor_shape_proto::{Dimension, dimension::Value};
use super::{WireId, attr, ir_version, pads, proto};
use crate::ir::{Data, Dim, Literal, Shape};
use crate::names::Names;

/// Wires and wires of the graph's inputs and outputs.
#[derive(Debug)]
pub(crate) struct Face {
    pub inputs: Vec<(Arc<str>, WireId)>,
    pub outputs: Vec<(Arc<str>, WireId)>,
    /// What inputs are that need not be fed.
    pub defaults: Vec<(WireId, Literal)>,
}

/// The written model, and what its wires are called.
#[derive(Debug)]
pub(crate) struct Emitted {
    /// Without the elements of the main graph's initialisers.
    pub model: proto::ModelProto,
    /// Those elements, in the same order.
    pub constants: Vec<Data>,
    names: Vec<Option<Arc<str>>>,
}

impl Emitted {
    /// The name of a wire; `None` for one that nothing reads.
    pub fn name(&self, wire: WireId) -> Option<&Arc<str>> {
        self.names[wire.index()].as_ref()
    }
}

/// Writes the model; of one with quantised values only what says something.
pub(crate) fn emit(
    mut build: Build,
    face: &Face,
    opset: i64,
    name: &str,
    quantized: bool,
) -> Emitted {
    let mut names = Wires::new(&build, face, quantized);
    let outputs = names.outputs(&mut build, face);
    pads::into_convolutions(&mut build, &outputs);
    build.drop_unread(&outputs);
    let homes = Homes::of(&build);
    names.inner(&build, &homes);
    let mut writer = Writer {
        build: &build,
        names: &names,
        homes: &homes,
        node_names: Names::new('_'),
        quantized,
        operators: HashMap::new(),
    };
    find_operators(&build.nodes, &mut writer.operators);
    let inputs: Vec<WireId> = face.inputs.iter().map(|(_, wire)| *wire).collect();
    let mut graph = writer.graph(name, &inputs, &build.nodes, &outputs, &mut Vec::new());
    let own = homes.of_graph(&[]);
    let own = own.filter_map(|wire| build.literal(wire));
    let mut constants: Vec<Data> = own.map(|literal| literal.data.clone()).collect();
    for (wire, literal) in &face.defaults {
        graph.initializer.push(tensor(literal, names.get(*wire)));
        constants.push(literal.data.clone());
    }
    Emitted {
        constants,
        model: model(graph, opset),
        names: names.into_names(),
    }
}

/// Writes graphs, the main one and those that nodes run.
struct Writer<'w> {
    build: &'w Build,
    names: &'w Wires,
    homes: &'w Homes,
    node_names: Names,
    /// Are there quantised values?
    quantized: bool,
    /// Where there are: the only nodes that have names.
    operators: HashMap<Arc<str>, (bool, WireId)>,
}

impl Writer<'_> {
    fn graph(
        &mut self,
        name: &str,
        inputs: &[WireId],
        nodes: &[Node],
        outputs: &[WireId],
        path: &mut Path,
    ) -> proto::GraphProto {
        let main = path.is_empty();
        let facts = |wires: &[WireId]| -> Vec<_> {
            let facts = wires
                .iter()
                .map(|&wire| info(self.build, self.names, wire, main));
            facts.collect()
        };
        let ends: HashSet<WireId> = outputs.iter().copied().collect();
        let inner = nodes.iter().flat_map(|node| node.outputs.iter());
        // Between the quantised tensors of the file there are several values for each, whose types and shapes
        // follow from theirs: half of what such a model has besides its weights.
        let told = |wire: &WireId| !self.quantized || self.names.is_of_file(self.build, *wire);
        let inner = inner.filter(|wire| !ends.contains(wire) && told(wire));
        let inner: Vec<WireId> = inner.copied().collect();
        let mut graph = proto::GraphProto {
            name: Some(name.to_owned()),
            input: facts(inputs),
            output: facts(outputs),
            value_info: facts(&inner),
            initializer: self
                .homes
                .of_graph(path)
                .filter_map(|wire| self.initializer(wire, path))
                .collect(),
            ..proto::GraphProto::default()
        };
        let mut body_index = 0;
        for node in nodes {
            let mut written = self.node(node);
            for (attr, body) in &node.bodies {
                path.push(body_index);
                let Body {
                    name,
                    inputs,
                    nodes,
                    outputs,
                } = body;
                let graph = self.graph(name, inputs, nodes, outputs, path);
                path.pop();
                body_index += 1;
                written.attribute.push(attr::graph(attr, graph));
            }
            graph.node.push(written);
        }
        graph
    }

    /// An initialiser; the main graph's go without their elements, which are written from where they are.
    fn initializer(&self, wire: WireId, path: &Path) -> Option<proto::TensorProto> {
        let literal = self.build.literal(wire)?;
        let mut tensor = tensor(literal, self.names.get(wire));
        if !path.is_empty() {
            tensor.raw_data = Some(literal.data.to_vec().into());
        }
        Some(tensor)
    }

    fn node(&mut self, node: &Node) -> proto::NodeProto {
        let name = match self.quantized {
            true => {
                let named = self.operators.get(&node.origin).map(|(_, wire)| wire);
                let own = named.is_some() && named == node.outputs.first();
                own.then(|| node.origin.clone())
            }
            false => {
                let wanted = format!("{}/{}", node.origin, node.op_type);
                Some(self.node_names.claim(&wanted))
            }
        };
        let input =
            |wire: &Option<WireId>| wire.map_or_else(String::new, |wire| self.names.get(wire));
        proto::NodeProto {
            input: node.inputs.iter().map(input).collect(),
            output: node
                .outputs
                .iter()
                .map(|wire| self.names.get(*wire))
                .collect(),
            name: name.as_deref().map(str::to_owned),
            op_type: Some(node.op_type.to_owned()),
            attribute: node
                .attrs
                .iter()
                .map(|(name, attr)| attr.proto(name))
                .collect(),
            ..proto::NodeProto::default()
        }
    }
}

/// For each operator of the file the node that has its name, by what it writes: the first that is not there for the
/// type, the shape or the order of a value alone, if there is one.
fn find_operators(nodes: &[Node], found: &mut HashMap<Arc<str>, (bool, WireId)>) {
    for node in nodes {
        let aside = match node.op_type {
            "DequantizeLinear" | "QuantizeLinear" => continue,
            op_type => matches!(op_type, "Cast" | "Reshape" | "Transpose"),
        };
        if let Some(&wire) = node.outputs.first() {
            let first = found.entry(node.origin.clone()).or_insert((aside, wire));
            if first.0 && !aside {
                *first = (aside, wire);
            }
        }
        for (_, body) in &node.bodies {
            find_operators(&body.nodes, found);
        }
    }
}

/// In the main graph dimensions that are known only at run time have names. Within it tract does not know them again
/// once they are given.
fn info(build: &Build, names: &Wires, wire: WireId, main: bool) -> proto::ValueInfoProto {
    let fact = build.fact(wire);
    let mut shape = shape(&fact.shape);
    for dim in shape.dim.iter_mut().filter(|_| !main) {
        dim.value
            .take_if(|value| matches!(value, Value::DimParam(_)));
    }
    let tensor = proto::type_proto::Tensor {
        elem_type: fact.dtype.onnx(),
        shape: Some(shape),
    };
    proto::ValueInfoProto {
        name: Some(names.get(wire)),
        r#type: Some(proto::TypeProto {
            value: Some(proto::type_proto::Value::TensorType(tensor)),
            ..proto::TypeProto::default()
        }),
        ..proto::ValueInfoProto::default()
    }
}

fn shape(shape: &Shape) -> proto::TensorShapeProto {
    let dim = |dim: &Dim| Dimension {
        value: Some(match dim {
            Dim::Fixed(n) => Value::DimValue(*n as i64),
            Dim::Symbol(symbol) => Value::DimParam(symbol.name().to_owned()),
        }),
        ..Dimension::default()
    };
    proto::TensorShapeProto {
        dim: shape.dims().iter().map(dim).collect(),
    }
}

/// An initialiser without its elements.
fn tensor(literal: &Literal, name: String) -> proto::TensorProto {
    proto::TensorProto {
        dims: literal.shape.iter().map(|&n| n as i64).collect(),
        data_type: literal.dtype.onnx(),
        name: Some(name),
        ..proto::TensorProto::default()
    }
}

/// The file around the graph.
fn model(graph: proto::GraphProto, opset: i64) -> proto::ModelProto {
    proto::ModelProto {
        ir_version: Some(ir_version(opset)),
        producer_name: Some(env!("CARGO_PKG_NAME").to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        graph: Some(graph),
        opset_import: vec![proto::OperatorSetIdProto {
            version: Some(opset),
            ..proto::OperatorSetIdProto::default()
        }],
        ..proto::ModelProto::default()
    }
}
