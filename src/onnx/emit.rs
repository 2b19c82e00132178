//! From a finished graph to `ModelProto`: wires get their names, facts become `value_info`.

use std::collections::HashSet;
use std::sync::Arc;

use super::build::{Build, Node, Source};
use super::{WireId, ir_version, proto};
use crate::ir::{Data, Dim, Shape};

/// Names and wires of the graph's inputs and outputs.
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

/// Names handed out so far.
struct Names {
    taken: HashSet<Arc<str>>,
    of: Vec<Option<Arc<str>>>,
}

impl Names {
    /// The name, or the name with a number behind it.
    fn claim(&mut self, wanted: &str) -> Arc<str> {
        let mut name: Arc<str> = wanted.into();
        let mut suffix = 1usize;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}_{suffix}").into();
            suffix += 1;
        }
        name
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
    let mut names = Names {
        taken: HashSet::new(),
        of: vec![None; build.wires.len()],
    };
    for (name, wire) in &face.inputs {
        names.of[wire.index()] = Some(names.claim(name));
    }
    let outputs = name_outputs(&mut build, face, &mut names);
    name_nodes_outputs(&build, &mut names);
    let used = name_initializers(&build, &mut names);

    let mut graph = proto::GraphProto {
        name: Some(name.to_owned()),
        ..proto::GraphProto::default()
    };
    graph.input = face
        .inputs
        .iter()
        .map(|(_, wire)| info(&build, &names, *wire))
        .collect();
    graph.output = outputs
        .iter()
        .map(|wire| info(&build, &names, *wire))
        .collect();
    let ends: HashSet<WireId> = outputs.iter().copied().collect();
    let inner = build.nodes.iter().flat_map(|node| node.outputs.iter());
    graph.value_info = inner
        .filter(|wire| !ends.contains(wire))
        .map(|wire| info(&build, &names, *wire))
        .collect();
    graph.initializer = used
        .iter()
        .map(|wire| tensor(&build, &names, *wire))
        .collect();
    let mut node_names = HashSet::new();
    graph.node = build
        .nodes
        .iter()
        .map(|one| node(one, &names, &mut node_names))
        .collect();
    let constants = used.iter().map(|wire| elements(&build, *wire)).collect();
    Emitted {
        constants,
        model: model(graph, opset),
        names: names.of,
    }
}

/// Outputs have the names the file gives them. One that already has another name, as an input, a constant
/// or another output, is copied.
fn name_outputs(build: &mut Build, face: &Face, names: &mut Names) -> Vec<WireId> {
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
                origin: format!("output/{name}").into(),
                place: "output".into(),
            });
            copy
        };
        names.of[wire.index()] = Some(names.claim(name));
        outputs.push(wire);
    }
    outputs
}

fn name_nodes_outputs(build: &Build, names: &mut Names) {
    for node in &build.nodes {
        for &wire in &node.outputs {
            if names.of[wire.index()].is_none() {
                let wanted = match &build.fact(wire).holds {
                    Some(name) => name.clone(),
                    None => format!("{}/{}:0", node.origin, node.op_type).into(),
                };
                names.of[wire.index()] = Some(names.claim(&wanted));
            }
        }
    }
}

/// Names the initialisers that are read, in the order they are first read; returns them.
fn name_initializers(build: &Build, names: &mut Names) -> Vec<WireId> {
    let mut used = Vec::new();
    for wire in build
        .nodes
        .iter()
        .flat_map(|node| node.inputs.iter().flatten())
    {
        if names.of[wire.index()].is_some() {
            continue;
        }
        if let Source::Initializer(_) = build.fact(*wire).source {
            let wanted = build.fact(*wire).holds.clone();
            let wanted = wanted.unwrap_or_else(|| "constant".into());
            names.of[wire.index()] = Some(names.claim(&wanted));
            used.push(*wire);
        }
    }
    used
}

fn node(node: &Node, names: &Names, taken: &mut HashSet<String>) -> proto::NodeProto {
    let wanted = format!("{}/{}", node.origin, node.op_type);
    let mut name = wanted.clone();
    let mut suffix = 1usize;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}_{suffix}");
        suffix += 1;
    }
    let input = |wire: &Option<WireId>| wire.map_or_else(String::new, |wire| names.get(wire));
    proto::NodeProto {
        input: node.inputs.iter().map(input).collect(),
        output: node.outputs.iter().map(|wire| names.get(*wire)).collect(),
        name: Some(name),
        op_type: Some(node.op_type.to_owned()),
        attribute: node
            .attrs
            .iter()
            .map(|(name, attr)| attr.proto(name))
            .collect(),
        doc_string: Some(node.place.as_ref().to_owned()),
        ..proto::NodeProto::default()
    }
}

fn info(build: &Build, names: &Names, wire: WireId) -> proto::ValueInfoProto {
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

fn tensor(build: &Build, names: &Names, wire: WireId) -> proto::TensorProto {
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
