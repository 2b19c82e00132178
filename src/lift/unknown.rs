//! Operators that the registry lacks: each is reported once, with every place it occurs.

use std::sync::Arc;

use crate::error::{Error, ErrorKind, Site};
use crate::tflite::schema;

/// An operator that the registry lacks, with every place it occurs.
pub(super) struct Unknown {
    pub(super) code: Arc<str>,
    pub(super) what: String,
    pub(super) advice: &'static str,
    pub(super) sites: Vec<(Arc<str>, usize)>,
}

impl Unknown {
    pub(super) fn into_error(self) -> Error {
        let (subgraph, op) = self.sites[0].clone();
        let mut what = self.what;
        if self.sites.len() > 1 {
            let more = self.sites.iter().skip(1).take(4);
            let places: Vec<String> = more.map(|(graph, op)| format!("{graph}[{op}]")).collect();
            let rest = if self.sites.len() > 5 { ", …" } else { "" };
            what = format!(
                "{what}; {} of them, also at {}{rest}",
                self.sites.len(),
                places.join(", ")
            );
        }
        let site = Site {
            subgraph,
            op: Some(op),
            code: Some(self.code),
            place: None,
            tensor: None,
        };
        Error::new(ErrorKind::Unsupported, what)
            .at(site)
            .advice(self.advice)
    }
}

pub(super) fn describe_unknown(
    builtin: schema::BuiltinOperator,
    name: &str,
) -> (String, &'static str) {
    if builtin != schema::BuiltinOperator::CUSTOM {
        return (
            "this operator is not supported".into(),
            "`tfl2onnx ops` lists those that are",
        );
    }
    match name {
        "edgetpu-custom-op" => (
            "the model is compiled for the Edge TPU: its operators are machine code".into(),
            "convert the .tflite file that it was compiled from",
        ),
        _ if name.starts_with("Flex") => (
            "this TensorFlow operator (select TF ops) is not supported".into(),
            "convert the model to TFLite without select TF ops",
        ),
        _ => (
            "this custom operator is not supported".into(),
            "the library takes it through Registry::with_custom",
        ),
    }
}
