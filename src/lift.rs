//! TFLite view → IR: the only module that knows both.
//!
//! Checks every index of the file once. What the stages behind it are handed has no dangling references,
//! no second producers, and operators in an order that computes before it reads.

mod cut;
mod tensor;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use crate::error::{Error, ErrorKind, Site};
use crate::ir::{DType, Data, Dim, Graph, Model, Origin, Ports, Symbol, Value, ValueId};
use crate::op::OpDef;
use crate::registry::Registry;
use crate::signature::{self, Entry, Signature};
use crate::source::Source;
use crate::tflite::{self, RawOp, schema};

use cut::{Section, Whole, cut};
pub(crate) use tensor::{Reader, unique};

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
    let file = tflite::open(source.image())?;
    let mut lifter = Lifter {
        source,
        file,
        registry,
        entry,
        dims,
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
    findings: Vec<Error>,
    unknown: Vec<Unknown>,
}

/// An operator that the registry lacks, with every place it occurs.
struct Unknown {
    code: Arc<str>,
    what: String,
    advice: &'static str,
    sites: Vec<(Arc<str>, usize)>,
}

impl Unknown {
    fn into_error(self) -> Error {
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

/// Refuses subgraphs that run themselves, directly or through others, since no execution of them ends, and
/// nesting that would exhaust the stack of whatever walks it.
fn check_nesting(graphs: &[Graph]) -> Option<Error> {
    let mut calls = DiGraph::<(), ()>::new();
    let nodes: Vec<_> = graphs.iter().map(|_| calls.add_node(())).collect();
    for (graph, &caller) in graphs.iter().zip(&nodes) {
        for op in graph.ops() {
            for callee in graph.op(op).op.subgraphs() {
                calls.add_edge(caller, nodes[callee.0], ());
            }
        }
    }
    let fault = |index: usize, error: Error| Some(error.at(graph_site(&graphs[index].name)));
    let order = match toposort(&calls, None) {
        Ok(order) => order,
        Err(cycle) => {
            let error = Error::malformed("the subgraph runs itself");
            return fault(cycle.node_id().index(), error);
        }
    };
    let mut depths = vec![0usize; graphs.len()];
    for caller in order {
        let depth = depths[caller.index()] + 1;
        for callee in calls.neighbors(caller) {
            let known = &mut depths[callee.index()];
            *known = depth.max(*known);
        }
    }
    let deep = depths.iter().position(|&depth| depth > MAX_NESTING)?;
    let what = format!("the subgraph is nested more than {MAX_NESTING} deep");
    fault(deep, Error::new(ErrorKind::TooLarge, what))
}

/// Calls within calls; real models have three or four.
const MAX_NESTING: usize = 64;

/// Bytes of a state; real ones have a few thousand.
const MAX_STATE: usize = 1 << 26;

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
        let mut names = HashSet::new();
        let values: Vec<ValueId> = tensors
            .iter()
            .enumerate()
            .map(|(i, tensor)| {
                let value = self.value(&name, i, tensor, &mut names);
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

    /// What is asked for of the main subgraph; all of it where nothing is.
    fn cut(
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
    fn written(
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
        let mut names: HashSet<String> = graph
            .values()
            .map(|id| graph.value(id).name.to_string())
            .collect();
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
    fn open_dims(&self, graph: &mut Graph, tensors: &Tensors<'a>, inputs: &[usize]) {
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
    fn ask_shapes(&mut self, graph: &mut Graph, values: &[ValueId]) {
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

    /// Resolves the tensor indices of a subgraph's inputs or outputs.
    fn face(
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

    fn value(
        &mut self,
        graph: &Arc<str>,
        index: usize,
        tensor: &schema::Tensor<'a>,
        names: &mut HashSet<String>,
    ) -> Value {
        let name = unique(tensor.name().unwrap_or_default(), index, names);
        let site = Site {
            tensor: Some(name.clone()),
            ..graph_site(graph)
        };
        let reader = Reader {
            source: self.source,
            file: self.file,
        };
        let mut fault = |error: Error| self.findings.push(error.at(site.clone()));
        reader.value(index, tensor, name, &mut fault)
    }

    fn operator(
        &mut self,
        graph: &mut Graph,
        index: usize,
        operator: schema::Operator<'a>,
        values: &[ValueId],
        written: &[ValueId],
    ) -> Result<(), Error> {
        let codes = self.file.operator_codes();
        let count = codes.map_or(0, |list| list.len());
        let opcode = operator.opcode_index() as usize;
        let Some(code) = codes
            .filter(|_| opcode < count)
            .map(|list| list.get(opcode))
        else {
            return Err(Error::malformed(format!(
                "operator {index} has operator code {opcode}, and there are {count}"
            ))
            .at(graph_site(&graph.name)));
        };
        let Some((name, def)) = self.find(&graph.name, index, &code) else {
            return Ok(()); // Noted among the unknown ones.
        };
        let origin = Origin {
            subgraph: graph.name.clone(),
            index,
            code: name,
        };
        let version = code.version();
        check_version(&def, version, &origin)?;
        let operands = tensor_list(&origin, "operand", operator.inputs(), values, true)?;
        let results = tensor_list(&origin, "result", operator.outputs(), written, false)?;
        let results: Vec<ValueId> = results.into_iter().flatten().collect();
        check_arity(&def, "operands", operands.len(), &def.operands, &origin)?;
        check_arity(&def, "results", results.len(), &def.results, &origin)?;
        check_writes(graph, &origin, &results)?;
        let custom = self.custom_options(&origin, operator)?;
        let intermediates = operator.intermediates().into_iter().flatten();
        let intermediate = |index: i32| {
            let id = usize::try_from(index).ok().and_then(|i| values.get(i));
            id.map(|&id| graph.value(id).clone())
        };
        let raw = RawOp {
            intermediates: intermediates.map(intermediate).collect(),
            operator,
            version,
            custom: &custom,
            graphs: self.file.subgraphs().map_or(0, |list| list.len()),
            file: self.file,
        };
        let op = def
            .make(&raw)
            .map_err(|error| error.at(origin.site(), |_| None))?;
        graph.add_op(op, origin, &operands, &results);
        Ok(())
    }

    fn custom_options(
        &self,
        origin: &Origin,
        operator: schema::Operator<'a>,
    ) -> Result<Cow<'a, [u8]>, Error> {
        if operator.large_custom_options_offset() <= 1 {
            let inside = operator
                .custom_options()
                .map_or(&[][..], |data| data.bytes());
            return Ok(inside.into());
        }
        let start = operator.large_custom_options_offset();
        let found = self
            .source
            .slice(start, operator.large_custom_options_size());
        let fault = || Error::malformed("its options lie outside the file").at(origin.site());
        Ok(found.ok_or_else(fault)?.to_vec().into())
    }

    /// The definition of an operator code; unknown ones are noted.
    fn find(
        &mut self,
        graph: &Arc<str>,
        index: usize,
        code: &schema::OperatorCode<'a>,
    ) -> Option<(Arc<str>, Arc<OpDef>)> {
        let (builtin, name) = tflite::operator(code);
        if let Some(def) = self.registry.find(builtin, &name) {
            return Some((name, def.clone()));
        }
        let (what, advice) = describe_unknown(builtin, &name);
        let site = (graph.clone(), index);
        match self
            .unknown
            .iter_mut()
            .find(|known| known.code == name && known.what == what)
        {
            Some(known) => known.sites.push(site),
            None => self.unknown.push(Unknown {
                code: name,
                what,
                advice,
                sites: vec![site],
            }),
        }
        None
    }

    /// Variable tensors, in which an operator keeps state from one run of the interpreter to the next: every
    /// run of the ONNX file starts as the first one does, from zeros (LiteRT: `ResetVariableTensors`,
    /// core/subgraph.cc).
    fn clear_states(
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
    fn check_reads(&mut self, graph: &mut Graph) {
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

fn describe_unknown(builtin: schema::BuiltinOperator, name: &str) -> (String, &'static str) {
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

fn check_version(def: &OpDef, version: i32, origin: &Origin) -> Result<(), Error> {
    // Version 0 stands in old files for a version nobody wrote.
    if version <= *def.versions.end() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "version {version} of this operator; versions up to {} are known",
            def.versions.end()
        ),
    )
    .at(origin.site()))
}

fn check_arity(
    def: &OpDef,
    what: &str,
    found: usize,
    allowed: &std::ops::RangeInclusive<usize>,
    origin: &Origin,
) -> Result<(), Error> {
    if allowed.contains(&found) {
        return Ok(());
    }
    let (low, high) = (allowed.start(), allowed.end());
    let expected = if low == high {
        format!("{low}")
    } else {
        format!("{low} to {high}")
    };
    debug_assert!(def.operands.start() <= def.operands.end());
    Err(Error::new(
        ErrorKind::Inconsistent,
        format!("expected {expected} {what}, found {found}"),
    )
    .at(origin.site()))
}

/// Resolves an operator's tensor indices; −1 is an omitted one.
fn tensor_list(
    origin: &Origin,
    what: &str,
    list: Option<flatbuffers::Vector<'_, i32>>,
    values: &[ValueId],
    optional: bool,
) -> Result<Vec<Option<ValueId>>, Error> {
    let list: Vec<i32> = list.into_iter().flatten().collect();
    if list.len() > usize::from(u16::MAX) {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("{} {what}s; at most 65535 are allowed", list.len()),
        )
        .at(origin.site()));
    }
    let resolve = |(slot, &index): (usize, &i32)| match usize::try_from(index) {
        Ok(i) if i < values.len() => Ok(Some(values[i])),
        Err(_) if index == -1 && optional => Ok(None),
        _ => Err(Error::malformed(format!(
            "{what} {slot} is tensor {index}, and there are {} tensors",
            values.len()
        ))
        .at(origin.site())),
    };
    list.iter().enumerate().map(resolve).collect()
}

/// Refuses a second producer, and results that were read before they are computed.
fn check_writes(graph: &Graph, origin: &Origin, results: &[ValueId]) -> Result<(), Error> {
    for (slot, &result) in results.iter().enumerate() {
        let fault = if let Some(other) = graph.producer(result) {
            format!(
                "operator {} writes it already",
                graph.op(other).origin.index
            )
        } else if let Some((reader, _)) = graph.consumers(result).next() {
            format!(
                "operator {} reads it before it is computed: a cycle, or operators out of order",
                graph.op(reader).origin.index
            )
        } else if results[..slot].contains(&result) {
            "the operator writes it twice".into()
        } else if graph.inputs.contains(&result) {
            "it is an input of the subgraph".into()
        } else if graph.value(result).constant().is_some() {
            "it is a constant".into()
        } else {
            continue;
        };
        let site = Site {
            place: Some(crate::error::Place::Result(slot)),
            tensor: Some(graph.value(result).name.clone()),
            ..origin.site()
        };
        return Err(Error::malformed(fault).at(site));
    }
    Ok(())
}
