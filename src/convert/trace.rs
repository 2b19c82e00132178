//! What validation needs to know of a conversion: which ONNX value holds which TFLite tensor, and how.

use std::sync::Arc;

use crate::batch::Stack;
use crate::ir::{Perm, ValueId};
use crate::lower;
use crate::onnx::proto::ValueInfoProto;
use crate::signature::Entry;

/// Which ONNX value holds which TFLite tensor, and in which axis order.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "validate"),
    allow(dead_code, reason = "read by validation")
)]
pub(crate) struct Trace {
    /// Where the file was entered.
    pub entry: Entry,
    /// Where tensors hold the examples of another batch size than the file's.
    pub stack: Option<Stack>,
    pub inputs: Vec<Held>,
    pub outputs: Vec<Held>,
    /// Everything the two graphs share, in execution order.
    pub shared: Vec<Held>,
    /// Have quantised values become the real numbers they mean?
    pub real: bool,
}

/// A TFLite tensor in the ONNX graph.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "validate"),
    allow(dead_code, reason = "read by validation")
)]
pub(crate) struct Held {
    pub tensor: Arc<str>,
    pub onnx: Arc<str>,
    /// From the file's axis order to the ONNX value's.
    pub perm: Perm,
}

impl Trace {
    pub(super) fn of(
        placed: &lower::Placed,
        lowered: &lower::Lowered,
        entry: Entry,
        stack: Option<Stack>,
    ) -> Self {
        let graph = placed.model().main();
        let onnx = lowered.emitted.model.graph.as_ref();
        let face = |list: &[ValueId], perms: &[Perm], ports: &[ValueInfoProto]| {
            let held = |((&id, perm), port): ((&ValueId, &Perm), &ValueInfoProto)| Held {
                tensor: graph.value(id).name.clone(),
                onnx: port.name().into(),
                perm: perm.clone(),
            };
            list.iter().zip(perms).zip(ports).map(held).collect()
        };
        let (inputs, outputs) = onnx.map_or((&[][..], &[][..]), |onnx| (&onnx.input, &onnx.output));
        let shared = lowered.held.iter().filter_map(|(tensor, wire, perm)| {
            Some(Held {
                tensor: tensor.clone(),
                onnx: lowered.emitted.name(*wire)?.clone(),
                perm: perm.clone(),
            })
        });
        Trace {
            entry,
            stack,
            inputs: face(&graph.inputs, &lowered.face.0, inputs),
            outputs: face(&graph.outputs, &lowered.face.1, outputs),
            shared: shared.collect(),
            real: placed.is_real(),
        }
    }
}
