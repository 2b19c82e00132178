//! Attribute values.

use super::proto::{AttributeProto, attribute_proto::AttributeType};

/// The value of an ONNX attribute, of the types that lowerings write.
#[derive(Clone, Debug, PartialEq)]
pub enum Attr {
    /// FLOAT
    Float(f32),
    /// INT
    Int(i64),
    /// STRING
    Text(&'static str),
    /// INTS
    Ints(Vec<i64>),
    /// FLOATS
    Floats(Vec<f32>),
}

impl Attr {
    pub(super) fn proto(&self, name: &str) -> AttributeProto {
        let mut proto = AttributeProto {
            name: Some(name.to_owned()),
            ..AttributeProto::default()
        };
        let kind = match self {
            Attr::Float(x) => {
                proto.f = Some(*x);
                AttributeType::Float
            }
            Attr::Int(n) => {
                proto.i = Some(*n);
                AttributeType::Int
            }
            Attr::Text(text) => {
                proto.s = Some((*text).into());
                AttributeType::String
            }
            Attr::Ints(list) => {
                proto.ints = list.clone();
                AttributeType::Ints
            }
            Attr::Floats(list) => {
                proto.floats = list.clone();
                AttributeType::Floats
            }
        };
        proto.r#type = Some(kind.into());
        proto
    }
}

/// A graph that a node runs.
pub(super) fn graph(name: &str, graph: super::proto::GraphProto) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        g: Some(Box::new(graph)),
        r#type: Some(AttributeType::Graph.into()),
        ..AttributeProto::default()
    }
}

impl From<f32> for Attr {
    fn from(x: f32) -> Self {
        Attr::Float(x)
    }
}

impl From<i64> for Attr {
    fn from(n: i64) -> Self {
        Attr::Int(n)
    }
}

impl From<bool> for Attr {
    fn from(b: bool) -> Self {
        Attr::Int(b.into())
    }
}

impl From<&'static str> for Attr {
    fn from(text: &'static str) -> Self {
        Attr::Text(text)
    }
}

impl From<Vec<i64>> for Attr {
    fn from(list: Vec<i64>) -> Self {
        Attr::Ints(list)
    }
}

impl From<Vec<f32>> for Attr {
    fn from(list: Vec<f32>) -> Self {
        Attr::Floats(list)
    }
}
