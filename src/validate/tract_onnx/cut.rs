//! Cutting a graph at its inner values, so that each operator can be handed operands of our own.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{GraphProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};

/// The name of the input that stands for a cut value.
pub fn fed(name: &str) -> String {
    format!("{name}/fed")
}

/// Cuts values ([`Watch::Apart`]). Their types are those that the file declares.
pub(super) fn cut(graph: &mut GraphProto, cuts: &[(String, Vec<usize>)]) {
    let declared = graph.value_info.iter().chain(&graph.output);
    let types: HashMap<&str, i32> = declared
        .filter_map(|info| match info.r#type.as_ref()?.value.as_ref()? {
            type_proto::Value::TensorType(tensor) => Some((&*info.name, tensor.elem_type)),
        })
        .collect();
    let made = graph.node.iter().flat_map(|node| &node.output);
    let made: HashSet<&str> = made.map(String::as_str).collect();
    let mut inputs = Vec::new();
    let mut renamed = HashMap::new();
    for (name, shape) in cuts {
        let Some(&elem_type) = types.get(&**name).filter(|_| made.contains(&**name)) else {
            continue;
        };
        // One ONNX value may hold several TFLite tensors, such as what a TRANSPOSE reads and gives.
        if renamed.insert(name.clone(), fed(name)).is_some() {
            continue;
        }
        let dim = |&extent: &usize| Dimension {
            value: Some(dimension::Value::DimValue(extent as i64)),
            ..Dimension::default()
        };
        let shape = TensorShapeProto {
            dim: shape.iter().map(dim).collect(),
        };
        let tensor = type_proto::Tensor {
            elem_type,
            shape: Some(shape),
        };
        inputs.push(ValueInfoProto {
            name: fed(name),
            r#type: Some(TypeProto {
                value: Some(type_proto::Value::TensorType(tensor)),
                ..TypeProto::default()
            }),
            ..ValueInfoProto::default()
        });
    }
    for operand in graph.node.iter_mut().flat_map(|node| &mut node.input) {
        if let Some(fed) = renamed.get(operand) {
            operand.clone_from(fed);
        }
    }
    graph.input.extend(inputs);
}
