//! TFLite view → IR: the only module that knows both.
//!
//! Checks every index of the file once. What the stages behind it are handed has no dangling references,
//! no second producers, and operators in an order that computes before it reads.

mod blocks;
mod cut;
mod face;
mod nesting;
mod operator;
mod reads;
mod room;
mod tensor;
mod unknown;

use std::sync::Arc;

use crate::error::{Error, Site};
use crate::ir::{Data, Dim, Graph, Model, Ports, Symbol, Value, ValueId};
use crate::names::Names;
use crate::registry::Registry;
use crate::signature::{self, Entry, Signature};
use crate::source::Source;
use crate::tflite::{self, schema};

use cut::Section;
use nesting::check_nesting;
pub(crate) use room::Room;
pub(crate) use tensor::{Reader, unique};
use unknown::Unknown;

/// Lifts a whole file.
///
/// # Errors
/// Everything that is wrong with the file's structure, and every operator that is not known, at once.
pub(crate) fn lift(
    source: &Source,
    registry: &Registry,
    entry: &Entry,
    dims: &Dims,
) -> Result<Model, Error> {
    let file = tflite::open(source)?;
    let mut lifter = Lifter {
        source,
        file,
        registry,
        entry,
        dims,
        room: Room::of(source),
        findings: Vec::new(),
        unknown: Vec::new(),
    };
    let count = file.subgraphs().map_or(0, |list| list.len());
    if count == 0 {
        return Err(Error::malformed("the model has no subgraphs"));
    }
    let signatures = signature::list(&file);
    lifter.check_signatures(&signatures, count);
    let (main, signature) = entry.find(&signatures)?;
    if let Some(error) = Error::gather(std::mem::take(&mut lifter.findings)) {
        return Err(error);
    }
    let graphs = lifter.reachable(main.0, count);
    lifter.findings.extend(check_nesting(&graphs));
    let ports = lifter.ports(entry, &graphs[main.0], signature);
    let signature = signature.map(|one| one.key.clone());
    let metadata = lifter.metadata();
    let unknown = std::mem::take(&mut lifter.unknown);
    lifter
        .findings
        .extend(unknown.into_iter().map(Unknown::into_error));
    match Error::gather(lifter.findings) {
        Some(error) => Err(error),
        None => Ok(Model {
            graphs,
            main,
            ports,
            signatures,
            signature,
            description: file.description().map(str::to_owned),
            version: file.version(),
            metadata,
            keeps: entry.states,
            states: Vec::new(),
        }),
    }
}

/// What becomes of the dimensions that a main input leaves open (`shape_signature` −1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dims {
    /// They are symbols, known when the model runs.
    Open,
    /// They are what the file declares in their place, as the interpreter starts with.
    Declared,
    /// They are these numbers, by symbol; the file's own where a symbol is not listed.
    #[cfg(feature = "validate")]
    Bound(Vec<(Symbol, usize)>),
}

impl Dims {
    /// A dimension that is open, under its name; `declared` is what the file has in its place.
    fn of(&self, symbol: &Symbol, declared: &Dim) -> Dim {
        match self {
            Dims::Open => Dim::Symbol(symbol.clone()),
            Dims::Declared => declared.clone(),
            #[cfg(feature = "validate")]
            Dims::Bound(sizes) => {
                let bound = sizes.iter().find(|(known, _)| known == symbol);
                bound.map_or_else(|| declared.clone(), |(_, size)| Dim::Fixed(*size))
            }
        }
    }
}

struct Lifter<'a> {
    source: &'a Source,
    file: schema::Model<'a>,
    registry: &'a Registry,
    entry: &'a Entry,
    dims: &'a Dims,
    room: Room,
    findings: Vec<Error>,
    unknown: Vec<Unknown>,
}

type Tensors<'a> = Vec<schema::Tensor<'a>>;

impl<'a> Lifter<'a> {
    /// The entered subgraph and all that it runs, by index; the others are left empty.
    fn reachable(&mut self, main: usize, count: usize) -> Vec<Graph> {
        let mut graphs: Vec<Option<Graph>> = Vec::new();
        graphs.resize_with(count, || None);
        let mut queue = vec![main];
        while let Some(index) = queue.pop() {
            if graphs[index].is_some() {
                continue;
            }
            // Operators name subgraphs that are there; the reader has seen to it.
            let Some(list) = self.file.subgraphs().filter(|list| index < list.len()) else {
                continue;
            };
            let graph = self.graph(index, list.get(index), index == main);
            for op in graph.ops() {
                queue.extend(graph.op(op).op.subgraphs().iter().map(|id| id.0));
            }
            graphs[index] = Some(graph);
        }
        let unused = || Graph::new("unused".into());
        graphs
            .into_iter()
            .map(|graph| graph.unwrap_or_else(unused))
            .collect()
    }

    fn graph(&mut self, index: usize, subgraph: schema::SubGraph<'a>, main: bool) -> Graph {
        let name = tflite::subgraph_name(index, &subgraph);
        let mut graph = Graph::new(name.clone());
        let tensors: Tensors<'a> = subgraph.tensors().into_iter().flatten().collect();
        let mut names = Names::new('_');
        let values: Vec<ValueId> = tensors
            .iter()
            .enumerate()
            .map(|(i, tensor)| {
                let value = self.value(&name, &subgraph, (i, tensor), &mut names);
                graph.add_value(value)
            })
            .collect();
        let mut section = Section {
            inputs: self.face(&name, "input", subgraph.inputs(), tensors.len()),
            outputs: self.face(&name, "output", subgraph.outputs(), tensors.len()),
            kept: vec![true; subgraph.operators().map_or(0, |list| list.len())],
        };
        // Nothing is cut out of a broken graph.
        if main && self.findings.is_empty() {
            section = self.cut(&graph, &subgraph, &values, section);
        }
        graph.inputs = section.inputs.iter().map(|&i| values[i]).collect();
        graph.outputs = section.outputs.iter().map(|&i| values[i]).collect();
        graph.entered = main;
        self.check_inputs(&graph);
        if main {
            self.open_dims(&mut graph, &tensors, &section.inputs);
            self.ask_shapes(&mut graph, &values);
        }
        let written = match main {
            true => self.written(&mut graph, &subgraph, &values, &section),
            false => values.clone(),
        };
        let before = self.findings.len();
        let operators = subgraph.operators().into_iter().flatten().enumerate();
        for (i, operator) in operators.filter(|(i, _)| section.kept[*i]) {
            if let Err(error) = self.operator(&mut graph, i, operator, &values, &written) {
                self.findings.push(error);
            }
        }
        let whole = self.findings.len() == before && self.unknown.is_empty();
        self.clear_states(&mut graph, main, &tensors, &values);
        // Results of operators that were refused are missing for that reason alone.
        if whole {
            self.check_reads(&mut graph);
        }
        graph
    }

    fn value(
        &mut self,
        graph: &Arc<str>,
        subgraph: &schema::SubGraph<'a>,
        (index, tensor): (usize, &schema::Tensor<'a>),
        names: &mut Names,
    ) -> Value {
        let name = unique(tensor.name().unwrap_or_default(), index, names);
        let site = Site {
            tensor: Some(name.clone()),
            ..graph_site(graph)
        };
        let reader = Reader {
            source: self.source,
            file: self.file,
            room: &self.room,
        };
        let mut fault = |error: Error| self.findings.push(error.at(site.clone()));
        reader.value(subgraph, index, tensor, name, &mut fault)
    }

    /// Refuses inputs that are constants: what is fed to them goes nowhere, and the interpreter writes to the file's
    /// own bytes.
    fn check_inputs(&mut self, graph: &Graph) {
        let constant = |id: &&ValueId| graph.value(**id).constant().is_some();
        for &id in graph.inputs.iter().filter(constant) {
            let site = Site {
                tensor: Some(graph.value(id).name.clone()),
                ..graph_site(&graph.name)
            };
            let what = "it is an input of the subgraph, and a constant";
            self.findings.push(Error::malformed(what).at(site));
        }
    }

    fn check_signatures(&mut self, signatures: &[Signature], graphs: usize) {
        for one in signatures.iter().filter(|one| one.subgraph >= graphs) {
            self.findings.push(Error::malformed(format!(
                "signature {:?} names subgraph {}, and there are {graphs}",
                one.key, one.subgraph
            )));
        }
    }

    /// The names of the main inputs and outputs.
    fn ports(&mut self, entry: &Entry, main: &Graph, signature: Option<&Signature>) -> Ports {
        // Nothing but tensors has become a value, in their order.
        let tensors: Vec<ValueId> = main.values().collect();
        match entry.ports(main, signature, &tensors) {
            Ok(ports) => ports,
            Err(error) => {
                self.findings.push(error);
                Ports::default()
            }
        }
    }

    fn metadata(&self) -> Vec<(String, Data)> {
        let buffers = self.file.buffers();
        let entries = self.file.metadata().into_iter().flatten();
        entries
            .filter_map(|entry| {
                let index = entry.buffer() as usize;
                let buffer = buffers.filter(|list| index < list.len())?.get(index);
                let data = buffer.data()?.bytes();
                let name = entry.name().unwrap_or_default().to_owned();
                Some((name, self.source.resolve(data)))
            })
            .collect()
    }
}

pub(crate) fn graph_site(graph: &Arc<str>) -> Site {
    Site {
        subgraph: graph.clone(),
        op: None,
        code: None,
        place: None,
        tensor: None,
    }
}
