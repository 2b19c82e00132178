//! The reference of another batch size: as many runs of the file's own as hold that many examples, stacked.
//! Whatever the conversion rewrote, each example must come out as it does alone.

use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::run::{Executed, Named, Tensors};
use crate::batch::{Span, Stack};
use crate::ir::{Graph, ValueId};

/// One batch size that is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stacked<'a> {
    pub stack: &'a Stack,
    /// Examples.
    pub size: usize,
}

impl Stacked<'_> {
    /// Runs of the file's own batch that are needed.
    pub fn runs(self) -> usize {
        self.size.div_ceil(self.stack.from.max(1))
    }

    /// The extents of an input with this many examples.
    pub fn dims(self, name: &str, mut dims: Vec<usize>) -> Vec<usize> {
        if let Some(span) = self.stack.spans.get(name) {
            dims[span.axis] = dims[span.axis] / self.stack.from.max(1) * self.size;
        }
        dims
    }

    /// The runs as one. Tensors whose examples are interleaved are left out.
    pub fn join(self, graph: &Graph, runs: Vec<Executed>) -> Result<Executed, String> {
        let mut faces = [Tensors::new(), Tensors::new()];
        for (at, list) in [&graph.inputs, &graph.outputs].into_iter().enumerate() {
            for (slot, &id) in list.iter().enumerate() {
                let parts = runs.iter().map(|run| [&run.0, &run.1][at][slot].clone());
                faces[at].push(self.stacked(graph, id, parts.collect())?);
            }
        }
        let mut layers = Named::new();
        for (at, (name, first)) in runs.iter().flat_map(|run| run.2.iter()).enumerate() {
            if at >= runs[0].2.len() {
                break;
            }
            let tensor = match self.stack.spans.get(name) {
                None => first.clone(),
                Some(span) if span.outer > 1 => continue,
                Some(span) => {
                    let parts = runs.iter().map(|run| run.2[at].1.clone()).collect();
                    self.along(*span, parts)?
                }
            };
            layers.push((name.clone(), tensor));
        }
        let [inputs, outputs] = faces;
        Ok((inputs, outputs, layers))
    }

    fn stacked(self, graph: &Graph, id: ValueId, parts: Tensors) -> Result<Arc<Tensor>, String> {
        match self.stack.spans.get(&*graph.value(id).name) {
            None => Ok(parts[0].clone()),
            Some(span) => self.along(*span, parts),
        }
    }

    fn along(self, span: Span, parts: Tensors) -> Result<Arc<Tensor>, String> {
        let each = parts[0].shape()[span.axis] / self.stack.from.max(1);
        let parts: Vec<&Tensor> = parts.iter().map(|part| &**part).collect();
        let whole = Tensor::stack_tensors(span.axis, &parts);
        let whole = whole.and_then(|whole| whole.slice(span.axis, 0, each * self.size));
        whole.map(Arc::new).map_err(|error| error.to_string())
    }
}
