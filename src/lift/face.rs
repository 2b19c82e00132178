//! Inputs and outputs of a subgraph: the file's, those that are asked for, and the shapes they get.

use std::sync::Arc;

use super::cut::{self, Section, Whole, cut};
use super::tensor::unique;
use super::{Lifter, Tensors, graph_site};
use crate::error::{Error, ErrorKind};
use crate::ir::{Dim, Graph, Symbol, Value, ValueId};
use crate::names::Names;
use crate::tflite::schema;

impl<'a> Lifter<'a> {
    /// Resolves the tensor indices of a subgraph's inputs or outputs.
    pub(super) fn face(
        &mut self,
        graph: &Arc<str>,
        what: &str,
        list: Option<flatbuffers::Vector<'a, i32>>,
        count: usize,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for (i, index) in list.into_iter().flatten().enumerate() {
            match usize::try_from(index).ok().filter(|&i| i < count) {
                Some(index) => found.push(index),
                None => self.findings.push(
                    Error::malformed(format!(
                        "{what} {i} is tensor {index}, and there are {count} tensors"
                    ))
                    .at(graph_site(graph)),
                ),
            }
        }
        found
    }

    /// What is asked for of the main subgraph; all of it where nothing is.
    pub(super) fn cut(
        &mut self,
        graph: &Graph,
        subgraph: &schema::SubGraph<'a>,
        values: &[ValueId],
        section: Section,
    ) -> Section {
        if self.entry.inputs.is_empty() && self.entry.outputs.is_empty() {
            return section;
        }
        let value = |id: &ValueId| graph.value(*id);
        let names: Vec<Arc<str>> = values.iter().map(|id| value(id).name.clone()).collect();
        let constants = values.iter().enumerate();
        let constants = constants.filter(|(_, id)| value(id).constant().is_some());
        let whole = Whole {
            names: &names,
            constants: &constants.map(|(index, _)| index).collect(),
            inputs: &section.inputs,
            outputs: &section.outputs,
            operators: subgraph.operators().into_iter().flatten().collect(),
        };
        match cut(&whole, self.entry) {
            Ok(section) => section,
            Err(error) => {
                self.findings.push(error);
                section
            }
        }
    }

    /// The values that operators write, by tensor. An operator that stays for the sake of another result
    /// still computes what is an input now, beside it.
    pub(super) fn written(
        &self,
        graph: &mut Graph,
        subgraph: &schema::SubGraph<'a>,
        values: &[ValueId],
        section: &Section,
    ) -> Vec<ValueId> {
        let mut written = values.to_vec();
        if self.entry.inputs.is_empty() {
            return written;
        }
        let own: Vec<i32> = subgraph.inputs().into_iter().flatten().collect();
        let mut names = Names::new('_');
        for id in graph.values() {
            names.claim(&graph.value(id).name);
        }
        for &input in &section.inputs {
            if own.iter().all(|&index| usize::try_from(index) != Ok(input)) {
                let value = graph.value(values[input]).clone();
                let name = unique(&value.name, input, &mut names);
                written[input] = graph.add_value(Value { name, ..value });
            }
        }
        written
    }

    /// Gives the main inputs the dimensions that are asked for where the file leaves them open.
    pub(super) fn open_dims(&self, graph: &mut Graph, tensors: &Tensors<'a>, inputs: &[usize]) {
        for (&index, id) in inputs.iter().zip(graph.inputs.clone()) {
            let signature = tensors[index].shape_signature();
            let value = graph.value_mut(id);
            let rank = value.shape.rank();
            let Some(signature) = signature.filter(|signature| signature.len() == rank) else {
                continue;
            };
            let dims = value.shape.dims().iter().zip(signature).enumerate();
            let dims = dims.map(|(axis, (dim, open))| match open {
                -1 => {
                    let symbol = Symbol::new(format!("{}.{axis}", value.name));
                    self.dims.of(&symbol, dim)
                }
                _ => dim.clone(),
            });
            value.shape = dims.collect();
        }
    }

    /// Gives the main inputs the shapes that are asked for in place of the file's.
    pub(super) fn ask_shapes(&mut self, graph: &mut Graph, values: &[ValueId]) {
        let name = |id: &ValueId| graph.value(*id).name.clone();
        let names: Vec<Arc<str>> = values.iter().map(name).collect();
        let inputs: Vec<Arc<str>> = graph.inputs.iter().map(name).collect();
        for (asked, shape) in &self.entry.shapes {
            let found = cut::find(asked, &names, &inputs, "input");
            let given = found.and_then(|at| {
                if !graph.inputs.contains(&values[at]) {
                    let what = format!("tensor {asked:?} is given a shape, and is no input");
                    return Err(Error::new(ErrorKind::Unsupported, what));
                }
                let value = graph.value_mut(values[at]);
                let asked = cut::reshaped(&value.name, &value.shape, shape)?;
                let dims = asked.dims().iter().zip(value.shape.dims());
                let dims = dims.map(|(asked, declared)| match asked {
                    Dim::Symbol(symbol) => self.dims.of(symbol, declared),
                    Dim::Fixed(_) => asked.clone(),
                });
                value.shape = dims.collect();
                Ok(())
            });
            self.findings.extend(given.err());
        }
    }
}
