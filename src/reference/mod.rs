//! Execution of the source graph in TFLite's own order, operator by operator, on tract-core.
//!
//! Execution is eager: each operator's [`reference`](crate::op::Operator::reference) is handed concrete
//! tensors and calls tract-core's operators (`EvalOp::eval`), or loops over elements where tract-core has
//! none. Shapes are therefore always concrete, subgraphs are plain calls, and every tensor can be observed.

mod cx;
pub(crate) mod kernels;
mod quant;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use tract_core::prelude::{DatumType, Tensor};

pub use cx::ReferenceCx;
pub(crate) use quant::{dequantize, quantize};

use crate::check::{Folding, check};
use crate::error::{Error, ErrorKind, OpError};
use crate::ir::{Carried, DType, Graph, GraphId, Literal, Model, Value, ValueId};
use crate::lift::{Dims, lift};
use crate::passes::biases;
use crate::passes::stored::{Declared, Ranges, face, implied_activation, to_real};
use crate::registry::Registry;
use crate::signature::Entry;
use crate::source::Source;
use crate::work::Work;

/// A source model that can be executed.
#[derive(Debug)]
pub(crate) struct Reference {
    model: Model,
    /// What quantised values could hold that have become real ones.
    ranges: Ranges,
    /// Quantised inputs and outputs of the main graph that have become real, as the file declares them.
    declared: Declared,
    /// Inputs of the main graph that say the shape of a result, by name: the shape that the file declares.
    extents: HashMap<Arc<str>, Vec<usize>>,
    /// How often an execution has run a subgraph.
    calls: AtomicUsize,
}

/// Runs of subgraphs after which an execution gives up: loops within loops need not end.
const MAX_CALLS: usize = 1_000_000;

/// What an execution shows: each tensor the graph computes, by name, as it is computed.
pub(crate) type Observer<'o> = &'o mut dyn FnMut(&str, &Arc<Tensor>);

impl Reference {
    /// Reads the model anew, so that nothing the conversion did to its own copy is shared. With `real`
    /// quantised values are the real numbers they mean.
    pub fn new(
        source: &Source,
        registry: &Registry,
        entry: &Entry,
        dims: &Dims,
        real: bool,
    ) -> Result<Self, Error> {
        let model = lift(source, registry, entry, dims)?;
        let extents = extents(model.main());
        let mut model = check(model, Folding::Keep)?.into_model();
        model.graphs.iter_mut().for_each(biases::scale);
        let (mut ranges, mut declared) = (Ranges::new(), Declared::new());
        if real {
            declared = face(&model);
            ranges = to_real(&mut model)?;
        }
        Ok(Reference {
            model,
            ranges,
            declared,
            extents,
            calls: AtomicUsize::new(0),
        })
    }

    /// An input or output of the main graph as the file declares it, where it is quantised and has become real.
    pub fn declared(&self, id: ValueId) -> Option<&Value> {
        self.declared.get(&id)
    }

    /// The shape that the file declares for what an input of the main graph is the shape of.
    pub fn extents(&self, input: &str) -> Option<&[usize]> {
        self.extents.get(input).map(Vec::as_slice)
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn main(&self) -> &Graph {
        self.model.main()
    }

    /// The variables that are inputs and outputs of the main graph.
    pub fn states(&self) -> &[Carried] {
        &self.model.states
    }

    /// What one execution takes, at the sizes that the inputs have here.
    pub fn work(&self) -> Work {
        Work::of(&self.model)
    }

    /// Runs the main subgraph.
    ///
    /// # Errors
    /// `Unverified` where an operator has no reference, or its reference does not take these operands.
    pub fn run(
        &self,
        inputs: Vec<Arc<Tensor>>,
        observe: Observer<'_>,
    ) -> Result<Vec<Arc<Tensor>>, Error> {
        self.calls.store(0, Relaxed);
        self.run_graph(self.model.main, inputs, observe)
    }

    fn run_graph(
        &self,
        id: GraphId,
        inputs: Vec<Arc<Tensor>>,
        observe: Observer<'_>,
    ) -> Result<Vec<Arc<Tensor>>, Error> {
        let graph = &self.model.graphs[id.0];
        let mut tensors = Tensors::new(graph);
        for (&value, tensor) in graph.inputs.iter().zip(inputs) {
            tensors.put(value, tensor);
        }
        for op in graph.ops() {
            let node = graph.op(op);
            let located = |error: OpError| {
                let error = error.at(node.origin.site(), |place| graph.tensor_name(op, place));
                Error::new(ErrorKind::Unverified, error.to_string())
            };
            let mut call = |id: GraphId, inputs: Vec<Arc<Tensor>>| {
                if self.calls.fetch_add(1, Relaxed) == MAX_CALLS {
                    let what = format!("more than {MAX_CALLS} runs of subgraphs");
                    return Err(OpError::unsupported(what));
                }
                self.run_graph(id, inputs, &mut |_, _| {})
                    .map_err(|error| OpError::unsupported(error.to_string()))
            };
            let implied = implied_activation(&self.ranges, graph, id, op, 0);
            let mut cx = ReferenceCx::new(graph, op, &mut tensors, &mut call).map_err(located)?;
            cx.implied = implied;
            node.op.reference(&mut cx).map_err(located)?;
            let results = cx.end().map_err(located)?;
            for (value, tensor) in graph.results(op).into_iter().zip(results) {
                observe(&graph.value(value).name, &tensor);
                tensors.put(value, tensor);
            }
            tensors.release(graph, op);
        }
        let mut outputs = Vec::new();
        for &value in &graph.outputs {
            let tensor = tensors.get(graph, value);
            outputs.push(tensor.map_err(|e| Error::new(ErrorKind::Unverified, e.to_string()))?);
        }
        Ok(outputs)
    }
}

/// Inputs that may be shapes: vectors of as many integers as the result of what reads them has axes, with what
/// the file declares for that result, before anything is inferred.
fn extents(graph: &Graph) -> HashMap<Arc<str>, Vec<usize>> {
    let asked = |&id: &ValueId| {
        let value = graph.value(id);
        let whole = matches!(value.stored, DType::Int32 | DType::Int64);
        let [length] = value.shape.fixed().filter(|_| whole)?[..] else {
            return None;
        };
        let results = graph.consumers(id).flat_map(|(op, _)| graph.results(op));
        let mut shapes = results.filter_map(|result| graph.value(result).shape.fixed());
        let dims = shapes.find(|dims| dims.len() == length)?;
        Some((value.name.clone(), dims))
    };
    graph.inputs.iter().filter_map(asked).collect()
}

/// The tensors that are alive, by value.
#[derive(Debug)]
pub(crate) struct Tensors {
    alive: Vec<Option<Arc<Tensor>>>,
    /// Reads still to come.
    reads: Vec<usize>,
}

impl Tensors {
    fn new(graph: &Graph) -> Self {
        let mut reads = vec![0; graph.node_bound()];
        for value in graph.values() {
            reads[value.index()] = graph.consumers(value).count();
        }
        for output in &graph.outputs {
            reads[output.index()] += 1;
        }
        Tensors {
            alive: vec![None; graph.node_bound()],
            reads,
        }
    }

    fn put(&mut self, value: ValueId, tensor: Arc<Tensor>) {
        if self.reads[value.index()] > 0 {
            self.alive[value.index()] = Some(tensor);
        }
    }

    /// A tensor; constants come to life when they are first read. What an operator computes is never
    /// taken from folding, which is under test too.
    fn get(&mut self, graph: &Graph, value: ValueId) -> Result<Arc<Tensor>, OpError> {
        if let Some(tensor) = &self.alive[value.index()] {
            return Ok(tensor.clone());
        }
        let fact = graph.value(value);
        let literal = fact.literal().filter(|_| graph.producer(value).is_none());
        let literal = literal.ok_or_else(|| {
            OpError::inconsistent(format!("tensor {:?} is not computed", fact.name))
        })?;
        let tensor = Arc::new(tensor(&literal)?);
        self.alive[value.index()] = Some(tensor.clone());
        Ok(tensor)
    }

    /// Drops what the operator was the last to read.
    fn release(&mut self, graph: &Graph, op: crate::ir::OpId) {
        for value in graph.operands(op).into_iter().flatten() {
            let reads = &mut self.reads[value.index()];
            *reads = reads.saturating_sub(1);
            if *reads == 0 {
                self.alive[value.index()] = None;
            }
        }
    }
}

/// tract's type for a TFLite type.
pub(crate) fn datum_type(dtype: DType) -> Option<DatumType> {
    Some(match dtype {
        DType::Float32 => DatumType::F32,
        DType::Float16 => DatumType::F16,
        DType::Float64 => DatumType::F64,
        DType::Int8 => DatumType::I8,
        DType::Int16 => DatumType::I16,
        DType::Int32 => DatumType::I32,
        DType::Int64 => DatumType::I64,
        DType::UInt8 => DatumType::U8,
        DType::UInt16 => DatumType::U16,
        DType::UInt32 => DatumType::U32,
        DType::UInt64 => DatumType::U64,
        DType::Bool => DatumType::Bool,
        _ => return None,
    })
}

/// A literal as a tract tensor.
pub(crate) fn tensor(literal: &Literal) -> Result<Tensor, OpError> {
    let dtype = datum_type(literal.dtype).ok_or_else(|| {
        OpError::unsupported(format!("tract has no element type for {}", literal.dtype))
    })?;
    // Zero dimensions need no bytes; tract insists on a match otherwise, which `lift` has checked.
    checked_tensor(dtype, &literal.shape, &literal.data)
        .map_err(|error| OpError::inconsistent(error.to_string()))
}

fn checked_tensor(
    dtype: DatumType,
    shape: &[usize],
    data: &[u8],
) -> tract_core::prelude::TractResult<Tensor> {
    let expected: usize = shape.iter().product::<usize>() * dtype.size_of();
    if expected != data.len() {
        tract_core::internal::bail!("{} bytes for shape {shape:?} of {dtype:?}", data.len());
    }
    let mut tensor = Tensor::zero_dt(dtype, shape)?;
    tensor.as_bytes_mut().copy_from_slice(data);
    Ok(tensor)
}

impl From<kernels::KernelError> for OpError {
    fn from(error: kernels::KernelError) -> Self {
        OpError::unsupported(format!("reference execution: {error}"))
    }
}
