//! What the ONNX file is fed: its inputs, and in place of the values that are cut what the reference has there.

use std::collections::HashMap;
use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::forms;
use super::run::{Named, Run, Tensors, Unrun, turn};
use super::tract_onnx::{self, OnnxRunner};
use crate::convert::Held;
use crate::ir::{DType, ValueId};
use crate::reference::datum_type;

impl Run<'_> {
    /// Are there inputs that can be constants of the ONNX graph?
    pub(super) fn can_settle(&self) -> bool {
        self.graph().inputs.iter().any(|&id| self.settles(id))
    }

    /// Single numbers, and shapes: what tract wants to know before it runs.
    fn settles(&self, id: ValueId) -> bool {
        let value = self.graph().value(id);
        value.shape.rank() == 0 || self.reference.extents(&value.name).is_some()
    }

    /// The inputs as the ONNX file takes them.
    pub(super) fn face(&self, inputs: &Tensors) -> Result<Named, String> {
        let held = self.conversion.trace.inputs.iter();
        let ports = self.conversion.report().inputs.iter();
        let values = self.graph().inputs.iter().zip(ports);
        let mut fed = Named::new();
        for ((held, tensor), (&id, port)) in held.zip(inputs).zip(values) {
            let dtype = datum_type(port.dtype).unwrap_or(tensor.datum_type());
            let value = self.graph().value(id);
            let value = self.reference.declared(id).unwrap_or(value);
            let tensor = forms::as_onnx(tensor, value, dtype).map_err(|error| error.to_string())?;
            fed.push((held.onnx.to_string(), turn(&tensor, held.perm.axes())?));
        }
        Ok(fed)
    }

    /// The inputs that become constants, and the others.
    pub(super) fn split(&self, fed: Named) -> (Named, Named) {
        let (mut settled, mut others) = (Named::new(), Named::new());
        for (one, &id) in fed.into_iter().zip(&self.graph().inputs) {
            match self.settles(id) {
                true => settled.push(one),
                false => others.push(one),
            }
        }
        (settled, others)
    }

    /// The values that are cut to judge each operator on its own: real numbers, stored as they are or in steps.
    pub(super) fn cuts(&self) -> Vec<(String, Vec<usize>)> {
        let cut = |held: &Held| {
            let value = self.values.get(&*held.tensor)?;
            let real = value.is_quantized() || value.stored == DType::Float32;
            let dims = held.perm.dims(&value.shape.fixed()?);
            real.then(|| (held.onnx.to_string(), dims))
        };
        let shared = self.conversion.trace.shared.iter();
        shared.filter(|_| self.apart).filter_map(cut).collect()
    }

    /// What the cut values are in the reference.
    pub(super) fn fed(
        &self,
        inputs: &Tensors,
        layers: &Named,
        onnx: &OnnxRunner,
    ) -> Result<Named, Unrun> {
        let graph = self.graph();
        let names = graph.inputs.iter().map(|&id| &*graph.value(id).name);
        let layers = layers.iter().map(|(name, tensor)| (&**name, tensor));
        let layers: HashMap<&str, &Arc<Tensor>> = names.zip(inputs).chain(layers).collect();
        let feed = |held: &Held| {
            let name = tract_onnx::fed(&held.onnx);
            let (dtype, tensor) = onnx.input_type(&name).zip(layers.get(&*held.tensor))?;
            let value = self.values.get(&*held.tensor)?;
            let tensor = forms::as_onnx(tensor, value, dtype).map_err(|error| error.to_string());
            let turned = tensor.and_then(|tensor| turn(&tensor, held.perm.axes()));
            Some(turned.map(|tensor| (name, tensor)))
        };
        let fed = self.conversion.trace.shared.iter().filter_map(feed);
        fed.collect::<Result<_, _>>().map_err(Unrun::Source)
    }
}
