//! Runs the ONNX file that was written, decoded from its bytes by tract-onnx.
//!
//! The model is typed but neither decluttered nor optimised: those passes of tract 0.23.9
//! miscompute some quantised graphs (around Softmax), and what is judged here is our file, not
//! tract's rewriting of it.

mod cut;
mod nibbles;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use prost::Message as _;
use tract_onnx::model::ParseResult;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};
// tract's extension traits (fallible contexts, facts, conversions between its values) come by glob,
// as in all code written on it.
use tract_onnx::tract_hir::internal::*;

use super::guard::{Unrunnable, guarded};
use super::tract_ops;
use cut::cut;
pub use cut::fed;

/// Which values of the graph a run hands back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch<'a> {
    /// The graph's outputs.
    Outputs,
    /// The graph's outputs, then those of these ONNX value names that the main graph defines; the
    /// others are skipped. Watched values stay in memory until the run ends.
    Also(&'a [String]),
    /// The same, but these values, of these shapes, are cut: what reads one is fed it under the name that
    /// [`fed`] gives, as an input of its own. Those that nothing in the main graph makes and reads stay whole.
    Apart(&'a [(String, Vec<usize>)]),
}

/// An ONNX model ready to be run on tract.
#[derive(Debug)]
pub struct OnnxRunner {
    plan: Arc<TypedSimplePlan>,
    inputs: Vec<Port>,
    /// Each watched value and the plan output that holds it: two names may denote one outlet.
    watched: Vec<(String, usize)>,
}

/// A graph input as the plan wants it.
#[derive(Debug)]
struct Port {
    name: String,
    dtype: DatumType,
    shape: Vec<usize>,
}

impl OnnxRunner {
    /// Decodes and types a model. `shapes` gives the run-time shape of the named inputs; an input
    /// it omits must have fixed dimensions. The inputs in `known` become constants.
    pub fn load(
        bytes: &[u8],
        shapes: &[(String, Vec<usize>)],
        known: &[(String, Arc<Tensor>)],
        watch: Watch<'_>,
    ) -> Result<Self, Unrunnable> {
        guarded(|| Self::build(bytes, shapes, known, watch))
    }

    /// Runs once. `inputs` may be in any order but must name every graph input.
    pub fn run(
        &self,
        inputs: &[(String, Arc<Tensor>)],
    ) -> Result<Vec<(String, Arc<Tensor>)>, Unrunnable> {
        guarded(|| {
            let operands = self
                .inputs
                .iter()
                .map(|port| port.pick(inputs))
                .collect::<TractResult<TVec<TValue>>>()?;
            let results = self.plan.run(operands)?;
            self.watched
                .iter()
                .map(|(name, slot)| Ok((name.clone(), settle(&results[*slot])?)))
                .collect()
        })
    }

    /// The element type of an input.
    pub fn input_type(&self, name: &str) -> Option<DatumType> {
        let port = self.inputs.iter().find(|port| port.name == name)?;
        Some(port.dtype)
    }

    fn build(
        bytes: &[u8],
        shapes: &[(String, Vec<usize>)],
        known: &[(String, Arc<Tensor>)],
        watch: Watch<'_>,
    ) -> TractResult<Self> {
        let mut onnx = tract_onnx::onnx();
        tract_ops::register(&mut onnx.op_register);
        // The declared facts are ours: tract shall infer its own, so that a wrong declaration
        // cannot help itself through.
        let onnx = onnx.with_ignore_value_info(true);

        let mut proto = ModelProto::decode(bytes).context("decoding the ONNX file")?;
        proto.graph.iter_mut().for_each(nibbles::widen);
        proto.graph.iter_mut().for_each(require_inputs);
        if let (Watch::Apart(cuts), Some(graph)) = (watch, &mut proto.graph) {
            cut(graph, cuts);
        }
        for (name, tensor) in known {
            if let Some(graph) = &mut proto.graph {
                settle_input(graph, name, tensor)?;
            }
        }
        let ParseResult {
            mut model,
            unresolved_inputs,
            outlets_by_name,
        } = onnx.parse(&proto, None)?;
        ensure!(
            unresolved_inputs.is_empty(),
            "nothing produces {unresolved_inputs:?}"
        );
        let outputs = proto.graph.iter().flat_map(|graph| &graph.output);
        let mut names: Vec<String> = outputs.map(|output| output.name.clone()).collect();
        let more: Vec<&String> = match watch {
            Watch::Outputs => Vec::new(),
            Watch::Also(more) => more.iter().collect(),
            Watch::Apart(cuts) => cuts.iter().map(|(name, _)| name).collect(),
        };
        let known = |name: &&String| outlets_by_name.contains_key(*name);
        names.extend(more.into_iter().filter(known).cloned());
        drop(proto);

        fix_input_shapes(&mut model, shapes)?;
        let mut outlets: Vec<OutletId> = Vec::new();
        let mut slots: HashMap<OutletId, usize> = HashMap::new();
        let mut watched = Vec::with_capacity(names.len());
        for name in names {
            let outlet = outlets_by_name.get(&name);
            let outlet = *outlet.with_context(|| format!("no value is called {name:?}"))?;
            let slot = *slots.entry(outlet).or_insert_with(|| {
                outlets.push(outlet);
                outlets.len() - 1
            });
            watched.push((name, slot));
        }
        model.select_output_outlets(&outlets)?;
        let model = model.into_typed()?;
        refuse_empty_windows(&model)?;
        let inputs = ports(&model)?;
        Ok(Self {
            plan: model.into_runnable()?,
            inputs,
            watched,
        })
    }
}

impl Port {
    /// This input's value among the named ones.
    fn pick(&self, inputs: &[(String, Arc<Tensor>)]) -> TractResult<TValue> {
        let Some((_, value)) = inputs.iter().find(|(name, _)| *name == self.name) else {
            bail!("no value given for input {:?}", self.name);
        };
        ensure!(
            value.datum_type() == self.dtype && value.shape() == self.shape,
            "input {:?} wants {:?} {:?}, got {:?} {:?}",
            self.name,
            self.dtype,
            self.shape,
            value.datum_type(),
            value.shape()
        );
        Ok(value.clone().into_tvalue())
    }
}

/// Replaces the declared shape of the named inputs, so that symbolic dimensions have a value before
/// inference starts.
fn fix_input_shapes(
    model: &mut InferenceModel,
    shapes: &[(String, Vec<usize>)],
) -> TractResult<()> {
    let sources = model.input_outlets()?.to_vec();
    for (slot, source) in sources.into_iter().enumerate() {
        let name = &model.node(source.node).name;
        if let Some((_, shape)) = shapes.iter().find(|(named, _)| named == name) {
            let dtype = model
                .outlet_fact(source)?
                .datum_type()
                .with_context(|| format!("input {name:?} has no element type"))?;
            model.set_input_fact(slot, InferenceFact::dt_shape(dtype, shape))?;
        }
    }
    Ok(())
}

/// tract's windows do not withstand operands without elements: they make slices out of null pointers.
fn refuse_empty_windows(model: &TypedModel) -> TractResult<()> {
    let windows = ["Conv", "Deconv", "MaxPool", "SumPool"];
    for node in model.nodes.iter() {
        if !windows.contains(&&*node.op.name()) {
            continue;
        }
        for input in &node.inputs {
            let shape = &model.outlet_fact(*input)?.shape;
            let empty = shape.as_concrete().is_some_and(|dims| dims.contains(&0));
            ensure!(!empty, "a window over no elements, in {:?}", node.name);
        }
    }
    Ok(())
}

/// The inputs of the typed model, which must all have become concrete.
fn ports(model: &TypedModel) -> TractResult<Vec<Port>> {
    let port = |source: &OutletId| {
        let name = model.node(source.node).name.clone();
        let fact = model.outlet_fact(*source)?;
        let Some(shape) = fact.shape.as_concrete() else {
            bail!(
                "input {name:?} still has the symbolic shape {:?}",
                fact.shape
            );
        };
        Ok(Port {
            dtype: fact.datum_type,
            shape: shape.to_vec(),
            name,
        })
    };
    model.input_outlets()?.iter().map(port).collect()
}

/// Has every input fed: tract takes one that need not be for a constant.
fn require_inputs(graph: &mut GraphProto) {
    let inputs: HashSet<&str> = graph.input.iter().map(|input| &*input.name).collect();
    graph
        .initializer
        .retain(|constant| !inputs.contains(&*constant.name));
}

/// Makes a constant of an input.
fn settle_input(graph: &mut GraphProto, name: &str, tensor: &Tensor) -> TractResult<()> {
    graph.input.retain(|input| input.name != name);
    let data_type = match tensor.datum_type() {
        DatumType::F32 => DataType::Float,
        DatumType::I8 => DataType::Int8,
        DatumType::U8 => DataType::Uint8,
        DatumType::I32 => DataType::Int32,
        DatumType::I64 => DataType::Int64,
        other => bail!("input {name:?} of {other:?} cannot be a constant"),
    };
    graph.initializer.push(TensorProto {
        name: name.into(),
        dims: tensor.shape().iter().map(|&extent| extent as i64).collect(),
        data_type: data_type as i32,
        raw_data: tensor.as_bytes().to_vec(),
        ..TensorProto::default()
    });
    Ok(())
}

/// A result in an ONNX element type. tract computes shapes in its symbolic `TDim`, also where the
/// ONNX value is int64.
fn settle(value: &TValue) -> TractResult<Arc<Tensor>> {
    if value.datum_type() == TDim::datum_type() {
        return Ok(value.cast_to::<i64>()?.into_owned().into_arc_tensor());
    }
    Ok(value.clone().into_arc_tensor())
}
