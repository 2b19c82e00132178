//! From a finished graph to `ModelProto`: wires get their names, facts become `value_info`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::build::{Body, Build, Node, Source};
use super::{WireId, attr, ir_version, proto};
use crate::ir::{Data, Dim, Shape};
use crate::names::Names;

/// Wires and wires of the graph's inputs and outputs.
#[derive(Debug)]
pub(crate) struct Face {
    pub inputs: Vec<(Arc<str>, WireId)>,
    pub outputs: Vec<(Arc<str>, WireId)>,
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

/// The names of wires.
struct Wires {
    names: Names,
    of: Vec<Option<Arc<str>>>,
    /// For each operator, how many of its wires have no name of their own.
    inner: HashMap<Arc<str>, usize>,
}

impl Wires {
    fn claim(&mut self, wanted: &str) -> Arc<str> {
        self.names.claim(wanted)
    }

    /// What a node's result is called: as the TFLite tensor it holds, or `CONV_2D_17:0` and so on.
    fn name(&mut self, build: &Build, node: &Node, wire: WireId) {
        let name = match &build.fact(wire).holds {
            Some(name) => self.claim(name),
            None => {
                let number = self.inner.entry(node.origin.clone()).or_insert(0);
                let wanted = format!("{}:{number}", node.origin);
                *number += 1;
                self.claim(&wanted)
            }
        };
        self.of[wire.index()] = Some(name);
    }

    fn get(&self, wire: WireId) -> String {
        self.of[wire.index()]
            .as_deref()
            .unwrap_or_default()
            .to_owned()
    }
}

/// Writes the model.
pub(crate) fn emit(mut build: Build, face: &Face, opset: i64, name: &str) -> Emitted {
    let mut names = Wires {
        names: Names::new('_'),
        of: vec![None; build.wires.len()],
        inner: HashMap::new(),
    };
    for (name, wire) in &face.inputs {
        names.of[wire.index()] = Some(names.claim(name));
    }
    let outputs = name_outputs(&mut build, face, &mut names);
    name_nodes_outputs(&build, &build.nodes, &mut names);
    let homes = name_initializers(&build, &mut names);
    let mut writer = Writer {
        build: &build,
        names: &names,
        homes: &homes,
        node_names: Names::new('_'),
        quantized: is_quantized(&build.nodes),
    };
    let inputs: Vec<WireId> = face.inputs.iter().map(|(_, wire)| *wire).collect();
    let graph = writer.graph(name, &inputs, &build.nodes, &outputs, &mut Vec::new());
    let own = homes.of_graph(&[]);
    let constants = own.map(|wire| elements(&build, wire)).collect();
    Emitted {
        constants,
        model: model(graph, opset),
        names: names.of,
    }
}

/// Outputs have the names the file gives them. One that already has another name, as an input, a constant
/// or another output, is copied.
fn name_outputs(build: &mut Build, face: &Face, names: &mut Wires) -> Vec<WireId> {
    let mut outputs = Vec::new();
    for (name, wire) in &face.outputs {
        let fresh = matches!(build.fact(*wire).source, Source::Node);
        let wire = if fresh && names.of[wire.index()].is_none() {
            *wire
        } else {
            let fact = build.fact(*wire);
            let (dtype, shape) = (fact.dtype, fact.shape.clone());
            let copy = build.wire(dtype, shape, Source::Node);
            names.of.push(None);
            build.nodes.push(Node {
                op_type: "Identity",
                inputs: vec![Some(*wire)],
                outputs: vec![copy],
                attrs: Vec::new(),
                bodies: Vec::new(),
                origin: format!("output/{name}").into(),
            });
            copy
        };
        names.of[wire.index()] = Some(names.claim(name));
        outputs.push(wire);
    }
    outputs
}

fn name_nodes_outputs(build: &Build, nodes: &[Node], names: &mut Wires) {
    for node in nodes {
        for &wire in &node.outputs {
            if names.of[wire.index()].is_none() {
                names.name(build, node, wire);
            }
        }
        for (_, body) in &node.bodies {
            for &wire in &body.inputs {
                names.name(build, node, wire);
            }
            name_nodes_outputs(build, &body.nodes, names);
        }
    }
}

/// Which graph something is in: for each body around it, from the outside inwards, which one it is.
type Path = Vec<usize>;

/// The graph that each initialiser belongs to, in the order they are first read: the innermost one that all its
/// readers are in, or the main one, where large constants are.
#[derive(Debug, Default)]
struct Homes {
    order: Vec<WireId>,
    of: HashMap<WireId, Path>,
}

impl Homes {
    /// Bytes of a constant that a body has to itself, at most.
    const SMALL: usize = 1024;

    fn of_graph<'h>(&'h self, path: &'h [usize]) -> impl Iterator<Item = WireId> + 'h {
        let own = move |wire: &WireId| self.of.get(wire).is_some_and(|home| home == path);
        self.order.iter().copied().filter(own)
    }
}

/// Wires the initialisers that are read, in the order they are first read.
fn name_initializers(build: &Build, names: &mut Wires) -> Homes {
    let mut homes = Homes::default();
    find_homes(build, &build.nodes, &mut Vec::new(), &mut homes);
    for &wire in &homes.order {
        let wanted = build.fact(wire).holds.clone();
        let wanted = wanted.unwrap_or_else(|| "constant".into());
        names.of[wire.index()] = Some(names.claim(&wanted));
    }
    homes
}

fn find_homes(build: &Build, nodes: &[Node], path: &mut Path, homes: &mut Homes) {
    let mut body_index = 0;
    for node in nodes {
        for &wire in node.inputs.iter().flatten() {
            if !matches!(build.fact(wire).source, Source::Initializer(_)) {
                continue;
            }
            match homes.of.get_mut(&wire) {
                Some(home) => {
                    let shared = home.iter().zip(path.iter()).take_while(|(a, b)| a == b);
                    let shared = shared.count();
                    home.truncate(shared);
                }
                None => {
                    let literal = build.literal(wire);
                    let small = literal.is_some_and(|one| one.data.len() <= Homes::SMALL);
                    let home = if small { path.clone() } else { Path::new() };
                    homes.of.insert(wire, home);
                    homes.order.push(wire);
                }
            }
        }
        for (_, body) in &node.bodies {
            path.push(body_index);
            find_homes(build, &body.nodes, path, homes);
            path.pop();
            body_index += 1;
        }
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
        let facts = |wires: &[WireId]| -> Vec<_> {
            let facts = wires.iter().map(|&wire| info(self.build, self.names, wire));
            facts.collect()
        };
        let ends: HashSet<WireId> = outputs.iter().copied().collect();
        let inner = nodes.iter().flat_map(|node| node.outputs.iter());
        // Between the quantised tensors of the file there are several values for each, whose types and shapes
        // follow from theirs: half of what such a model has besides its weights.
        let told = |wire: &WireId| !self.quantized || self.build.fact(*wire).holds.is_some();
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
                .map(|wire| self.initializer(wire, path))
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
    fn initializer(&self, wire: WireId, path: &Path) -> proto::TensorProto {
        let mut tensor = tensor(self.build, self.names, wire);
        if !path.is_empty() {
            tensor.raw_data = Some(elements(self.build, wire).to_vec().into());
        }
        tensor
    }

    fn node(&mut self, node: &Node) -> proto::NodeProto {
        let wanted = format!("{}/{}", node.origin, node.op_type);
        let name = self.node_names.claim(&wanted).to_string();
        let input =
            |wire: &Option<WireId>| wire.map_or_else(String::new, |wire| self.names.get(wire));
        proto::NodeProto {
            input: node.inputs.iter().map(input).collect(),
            output: node
                .outputs
                .iter()
                .map(|wire| self.names.get(*wire))
                .collect(),
            name: Some(name),
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

fn is_quantized(nodes: &[Node]) -> bool {
    let mut bodies = nodes.iter().flat_map(|node| &node.bodies);
    nodes.iter().any(|node| node.op_type == "DequantizeLinear")
        || bodies.any(|(_, body)| is_quantized(&body.nodes))
}

fn info(build: &Build, names: &Wires, wire: WireId) -> proto::ValueInfoProto {
    let fact = build.fact(wire);
    let tensor = proto::type_proto::Tensor {
        elem_type: fact.dtype.onnx(),
        shape: Some(shape(&fact.shape)),
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
    use proto::tensor_shape_proto::{Dimension, dimension::Value};
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

fn tensor(build: &Build, names: &Wires, wire: WireId) -> proto::TensorProto {
    let literal = build.literal(wire);
    proto::TensorProto {
        dims: literal.map_or(vec![], |l| l.shape.iter().map(|&n| n as i64).collect()),
        data_type: build.fact(wire).dtype.onnx(),
        name: Some(names.get(wire)),
        ..proto::TensorProto::default()
    }
}

fn elements(build: &Build, wire: WireId) -> Data {
    let literal = build.literal(wire);
    literal.map_or_else(Data::default, |literal| literal.data.clone())
}

/// The file around the graph.
fn model(graph: proto::GraphProto, opset: i64) -> proto::ModelProto {
    proto::ModelProto {
        ir_version: Some(ir_version(opset)),
        producer_name: Some(env!("CARGO_PKG_NAME").to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        graph: Some(graph),
        opset_import: vec![proto::OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(opset),
        }],
        ..proto::ModelProto::default()
    }
}
