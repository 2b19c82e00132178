//! Signatures: the named entry points of a TFLite file, each a subgraph whose inputs and outputs have names
//! of their own. The interpreter runs the first subgraph unless it is told a signature.
//!
//! Source: schema `SignatureDef`; LiteRT `core/signature_runner.cc`.

use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::ir::{Dim, Graph, GraphId, Ports, Shape};
use crate::nearest::nearest;
use crate::state::States;
use crate::tflite::{self, schema};

/// A named entry point of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The name it is chosen by, such as `serving_default`.
    pub key: String,
    /// Index of the subgraph that it runs.
    pub subgraph: usize,
    /// What its inputs are called.
    pub inputs: Vec<SignatureTensor>,
    /// What its outputs are called.
    pub outputs: Vec<SignatureTensor>,
}

/// A name that a signature gives to a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureTensor {
    /// The signature's name.
    pub name: String,
    /// Index of the tensor in the subgraph.
    pub tensor: usize,
}

/// The signatures of a model, in the order of the file. None is no fault: many files have none.
///
/// # Errors
/// `Malformed` when the bytes are no TFLite model. Whether a signature names a subgraph that exists is seen
/// when it is converted.
pub fn signatures(tflite: &[u8]) -> Result<Vec<Signature>, Error> {
    tflite::read(tflite, |file| list(&file))
}

pub(crate) fn list(file: &schema::Model<'_>) -> Vec<Signature> {
    let entries = file.signature_defs().into_iter().flatten();
    let tensors = |maps: Option<flatbuffers::Vector<'_, flatbuffers::ForwardsUOffset<_>>>| {
        let named = |map: schema::TensorMap<'_>| SignatureTensor {
            name: map.name().unwrap_or_default().to_owned(),
            tensor: map.tensor_index() as usize,
        };
        maps.into_iter().flatten().map(named).collect()
    };
    entries
        .map(|entry| Signature {
            key: entry.signature_key().unwrap_or_default().to_owned(),
            subgraph: entry.subgraph_index() as usize,
            inputs: tensors(entry.inputs()),
            outputs: tensors(entry.outputs()),
        })
        .collect()
}

/// Where a file is entered, and what its inputs and outputs are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Key of a signature; the first subgraph without one.
    pub signature: Option<String>,
    /// Do inputs and outputs get the signature's names instead of the tensors'?
    pub names: bool,
    /// Tensors to take for the inputs; none: the subgraph's own.
    pub inputs: Vec<String>,
    /// Tensors to take for the outputs; none: the subgraph's own.
    pub outputs: Vec<String>,
    /// Shapes of inputs in place of the file's.
    pub shapes: Vec<(String, Shape)>,
    /// Another batch size than the file's.
    pub batch: Option<Dim>,
    /// What becomes of what the model keeps from run to run.
    pub states: States,
}

impl Entry {
    /// The subgraph to convert, and the signature it is entered by.
    ///
    /// # Errors
    /// When the file has no such signature.
    pub fn find<'s>(
        &self,
        signatures: &'s [Signature],
    ) -> Result<(GraphId, Option<&'s Signature>), Error> {
        let Some(wanted) = &self.signature else {
            let first = signatures.iter().find(|one| one.subgraph == 0);
            if self.names && first.is_none() {
                let what =
                    "no signature belongs to the first subgraph, and its names are asked for";
                return Err(Error::new(ErrorKind::Unsupported, what).advice(known(signatures)));
            }
            return Ok((GraphId(0), first));
        };
        match signatures.iter().find(|one| one.key == *wanted) {
            Some(found) => Ok((GraphId(found.subgraph), Some(found))),
            None => {
                let what = format!("the model has no signature {wanted:?}");
                let keys = signatures.iter().map(|one| one.key.as_str());
                let close = nearest(wanted, keys);
                let advice = match close.is_empty() {
                    true => known(signatures),
                    false => format!("did you mean {}?", quoted(&close, " or ")),
                };
                Err(Error::new(ErrorKind::Unsupported, what).advice(advice))
            }
        }
    }

    /// Are inputs or outputs to be others than the subgraph's own?
    pub fn is_cut(&self) -> bool {
        !self.inputs.is_empty() || !self.outputs.is_empty()
    }

    /// Is an input to have a dimension that is known only when the model runs?
    pub fn asks_open(&self) -> bool {
        let mut shapes = self.shapes.iter().map(|(_, shape)| shape);
        let batch = self.batch.as_ref().is_some_and(|dim| dim.fixed().is_none());
        batch || shapes.any(|shape| shape.fixed().is_none())
    }

    /// The names that the graph's inputs and outputs are to have.
    ///
    /// # Errors
    /// When the signature names a tensor that is no input or output of its subgraph.
    pub fn ports(
        &self,
        graph: &Graph,
        signature: Option<&Signature>,
        tensors: &[crate::ir::ValueId],
    ) -> Result<Ports, Error> {
        let own = |list: &[crate::ir::ValueId]| -> Vec<Arc<str>> {
            list.iter()
                .map(|&id| graph.value(id).name.clone())
                .collect()
        };
        let mut ports = Ports {
            inputs: own(&graph.inputs),
            outputs: own(&graph.outputs),
        };
        let Some(signature) = signature.filter(|_| self.names) else {
            return Ok(ports);
        };
        let sides = [
            ("input", &signature.inputs, &graph.inputs, &mut ports.inputs),
            (
                "output",
                &signature.outputs,
                &graph.outputs,
                &mut ports.outputs,
            ),
        ];
        for (what, named, ids, names) in sides {
            let mut given = vec![false; ids.len()];
            for entry in named {
                // A tensor may be an output twice, under two names.
                let tensor = tensors.get(entry.tensor);
                let slot = (0..ids.len()).find(|&slot| !given[slot] && Some(&ids[slot]) == tensor);
                let Some(slot) = slot else {
                    if self.is_cut() {
                        continue;
                    }
                    let (key, name, index) = (&signature.key, &entry.name, entry.tensor);
                    return Err(Error::malformed(format!(
                        "signature {key:?} gives the name {name:?} to tensor {index}, which is no {what} of its subgraph"
                    )));
                };
                given[slot] = true;
                if !entry.name.is_empty() {
                    names[slot] = entry.name.as_str().into();
                }
            }
        }
        Ok(ports)
    }
}

fn known(signatures: &[Signature]) -> String {
    let keys: Vec<&str> = signatures.iter().map(|one| one.key.as_str()).collect();
    match keys.is_empty() {
        true => "it has no signatures".into(),
        false => format!("its signatures are {}", quoted(&keys, ", ")),
    }
}

fn quoted(names: &[&str], between: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    names.join(between)
}
