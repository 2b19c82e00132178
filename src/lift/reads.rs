//! Tensors that something reads and no operator writes: state, and mistakes.

use std::collections::HashSet;

use super::{Lifter, Tensors, graph_site};
use crate::error::{Error, ErrorKind, Site};
use crate::ir::{DType, Data, Graph, ValueId};

/// Bytes of a state; real ones have a few thousand.
const MAX_STATE: usize = 1 << 26;

impl<'a> Lifter<'a> {
    /// Variable tensors, in which an operator keeps state from one run of the interpreter to the next: every
    /// run of the ONNX file starts as the first one does, from zeros (LiteRT: `ResetVariableTensors`,
    /// core/subgraph.cc).
    pub(super) fn clear_states(
        &mut self,
        graph: &mut Graph,
        main: bool,
        tensors: &Tensors<'a>,
        values: &[ValueId],
    ) {
        for (tensor, &id) in tensors.iter().zip(values) {
            let readers = graph.consumers(id).count();
            let written = graph.producer(id).is_some() || graph.inputs.contains(&id);
            if !tensor.is_variable() || readers == 0 || written {
                continue;
            }
            let value = graph.value(id);
            let size = value.shape.count().and_then(|n| value.stored.bytes_of(n));
            // Another reader would see what the first one has left there.
            let alone = main && readers == 1 && !graph.outputs.contains(&id);
            let Some(size) = size.filter(|&size| alone && size <= MAX_STATE) else {
                let what = "state that more than one operator reads, or of a subgraph, or large";
                let site = Site {
                    tensor: Some(value.name.clone()),
                    ..graph_site(&graph.name)
                };
                let error = Error::new(ErrorKind::Unsupported, what).at(site);
                self.findings.push(error);
                continue;
            };
            let zero = value.quant.as_ref().filter(|_| value.stored == DType::Int8);
            let zero = zero.and_then(|quant| quant.zero_point.first());
            let zero = zero.map_or(0, |&zero| zero as u8);
            let shape = value.shape.clone();
            graph.set_constant(id, shape, vec![zero; size].into());
        }
    }

    /// Refuses reads of tensors that nothing writes.
    pub(super) fn check_reads(&mut self, graph: &mut Graph) {
        let inputs: HashSet<ValueId> = graph.inputs.iter().copied().collect();
        let mut empty = Vec::new();
        for id in graph.values() {
            let value = graph.value(id);
            let read = graph.is_read(id) || graph.outputs.contains(&id);
            let written = graph.producer(id).is_some() || inputs.contains(&id);
            if !read || written || value.constant().is_some() {
                continue;
            }
            if value.shape.count() == Some(0) {
                empty.push(id);
                continue;
            }
            let site = Site {
                tensor: Some(value.name.clone()),
                ..graph_site(&graph.name)
            };
            let what = "it is read, and neither an operator, an input nor a buffer provides it";
            self.findings.push(Error::malformed(what).at(site));
        }
        // A constant without elements has no bytes to be told by.
        for id in empty {
            let shape = graph.value(id).shape.clone();
            graph.set_constant(id, shape, Data::default());
        }
    }
}
