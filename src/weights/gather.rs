//! Which constants there are, in which order, and how their axes are to lie.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::Weight;
use crate::error::{Error, Place, Site};
use crate::ir::{DType, Value};
use crate::lift::{Reader, Room, graph_site, unique};
use crate::lower::decodable;
use crate::names::Names;
use crate::op::{Kernel, OpDef};
use crate::registry::Registry;
use crate::source::Source;
use crate::tflite::{self, schema};

/// The constants of all subgraphs, and how many were left out.
pub(super) fn gather(
    source: &Source,
    registry: &Registry,
    all: bool,
) -> Result<(Vec<Weight>, usize), Error> {
    let file = tflite::open(source)?;
    let mut names = Names::new('_');
    // The format's own key.
    names.claim("__metadata__");
    let room = Room::of(source);
    let mut gatherer = Gatherer {
        reader: Reader {
            source,
            file,
            room: &room,
        },
        registry,
        all,
        names,
        weights: Vec::new(),
        left_out: 0,
        findings: Vec::new(),
    };
    for (index, subgraph) in file.subgraphs().into_iter().flatten().enumerate() {
        gatherer.subgraph(index, &subgraph);
    }
    match Error::gather(gatherer.findings) {
        Some(error) => Err(error),
        None => Ok((gatherer.weights, gatherer.left_out)),
    }
}

struct Gatherer<'a> {
    reader: Reader<'a>,
    registry: &'a Registry,
    all: bool,
    names: Names,
    weights: Vec<Weight>,
    left_out: usize,
    findings: Vec<Error>,
}

/// What the operators of a subgraph do with one of its constants.
#[derive(Default)]
struct Found {
    uses: Vec<Site>,
    /// The orders that are asked for, each once, by the first that asks.
    layouts: Vec<Kernel>,
}

impl<'a> Gatherer<'a> {
    fn subgraph(&mut self, index: usize, subgraph: &schema::SubGraph<'a>) {
        let name = tflite::subgraph_name(index, subgraph);
        let tensors: Vec<schema::Tensor<'a>> = subgraph.tensors().into_iter().flatten().collect();
        let constants: Vec<bool> = tensors
            .iter()
            .enumerate()
            // A buffer that is not in the file is reported when the tensor is read.
            .map(|(i, tensor)| !matches!(self.reader.stored(i, tensor), Ok(None)))
            .collect();
        let (order, mut found) = self.uses(&name, subgraph, &constants);
        // Scales are no weights.
        let scales: HashSet<usize> = tensors.iter().filter_map(scales).collect();
        let unused =
            (0..tensors.len()).filter(|tensor| constants[*tensor] && !scales.contains(tensor));
        let mut seen = HashSet::new();
        for tensor in order.into_iter().chain(unused) {
            if seen.insert(tensor) {
                let found = found.remove(&tensor).unwrap_or_default();
                self.constant((index, &name, subgraph), (tensor, &tensors[tensor]), found);
            }
        }
    }

    /// The constants in the order of their first use, and what uses them.
    fn uses(
        &mut self,
        graph: &Arc<str>,
        subgraph: &schema::SubGraph<'a>,
        constants: &[bool],
    ) -> (Vec<usize>, BTreeMap<usize, Found>) {
        let mut found: BTreeMap<usize, Found> = BTreeMap::new();
        let mut order = Vec::new();
        // What a tensor was before it was dequantised or written out densely.
        let mut origins: BTreeMap<usize, usize> = BTreeMap::new();
        for (i, operator) in subgraph.operators().into_iter().flatten().enumerate() {
            let Some((code, def)) = self.code(operator.opcode_index()) else {
                let what = format!(
                    "operator {i} has operator code {}, which the file lacks",
                    operator.opcode_index()
                );
                self.findings
                    .push(Error::malformed(what).at(graph_site(graph)));
                continue;
            };
            for (slot, tensor) in operator.inputs().into_iter().flatten().enumerate() {
                let Ok(tensor) = usize::try_from(tensor) else {
                    continue; // Omitted.
                };
                let mut site = graph_site(graph);
                site.op = Some(i);
                site.code = Some(code.clone());
                site.place = Some(Place::Operand(slot));
                let Some(&constant) = constants.get(tensor) else {
                    let what = format!(
                        "tensor {tensor} is not in the file: it has {}",
                        constants.len()
                    );
                    self.findings.push(Error::malformed(what).at(site));
                    continue;
                };
                let Some(origin) = origins.get(&tensor).copied().or(constant.then_some(tensor))
                else {
                    continue;
                };
                let result = operator
                    .outputs()
                    .filter(|list| !list.is_empty())
                    .map(|list| list.get(0));
                let result = result.and_then(|result| usize::try_from(result).ok());
                if let Some(result) =
                    result.filter(|_| slot == 0 && def.is_some_and(|def| def.hands_on))
                {
                    origins.insert(result, origin);
                    continue;
                }
                order.push(origin);
                let found = found.entry(origin).or_default();
                found.uses.push(site);
                let kernel = def
                    .and_then(|def| def.kernel)
                    .filter(|kernel| kernel.slot == slot);
                let known =
                    |kernel: &Kernel| found.layouts.iter().any(|one| one.axes == kernel.axes);
                if let Some(kernel) = kernel.filter(|kernel| !known(kernel)) {
                    found.layouts.push(kernel);
                }
            }
        }
        (order, found)
    }

    /// The name of an operator code, and what is known of it.
    fn code(&self, index: u32) -> Option<(Arc<str>, Option<&'a OpDef>)> {
        let codes = self.reader.file.operator_codes()?;
        let index = usize::try_from(index)
            .ok()
            .filter(|&index| index < codes.len())?;
        let (code, name) = tflite::operator(&codes.get(index));
        let def = self.registry.find(code, &name);
        Some((name, def.map(|def| &**def)))
    }

    fn constant(
        &mut self,
        (subgraph, graph, file): (usize, &Arc<str>, &schema::SubGraph<'a>),
        (index, tensor): (usize, &schema::Tensor<'a>),
        found: Found,
    ) {
        let given = tensor.name().unwrap_or_default();
        let value = match self.value(graph, file, (index, tensor)) {
            Ok(value) => value,
            Err(faults) => return self.findings.extend(faults),
        };
        let meant = value.quant.is_some() || value.stored.is_float();
        if value.stored.bytes().is_none() || !(meant || self.all) {
            self.left_out += 1;
            return;
        }
        let rank = value.shape.rank();
        let fitting = found
            .layouts
            .iter()
            .copied()
            .filter(|kernel| kernel.axes.len() == rank);
        let mut layouts: Vec<Option<Kernel>> = fitting.map(Some).collect();
        if layouts.is_empty() {
            layouts.push(None);
        }
        let place = Placed {
            subgraph,
            graph,
            index,
            tensor,
            given,
        };
        if self.merge(&place, &value, &layouts, &found.uses) {
            return;
        }
        let name = unique(given, index, &mut self.names);
        for (i, layout) in layouts.into_iter().enumerate() {
            let name = match (i, layout) {
                (0, _) | (_, None) => name.clone(),
                // A further order of the same constant, in the order of first use.
                (_, Some(kernel)) => {
                    unique(&format!("{name}@{}", kernel.torch), index, &mut self.names)
                }
            };
            let weight = place.weight(&name, &value, layout, found.uses.clone());
            self.weights.push(weight);
        }
    }

    /// A constant that can be decoded.
    fn value(
        &self,
        graph: &Arc<str>,
        file: &schema::SubGraph<'a>,
        (index, tensor): (usize, &schema::Tensor<'a>),
    ) -> Result<Value, Vec<Error>> {
        let name: Arc<str> = tensor.name().unwrap_or_default().into();
        let site = Site {
            tensor: Some(name.clone()),
            ..graph_site(graph)
        };
        let mut faults = Vec::new();
        let mut fault = |error: Error| faults.push(error.at(site.clone()));
        let value = self.reader.value(file, index, tensor, name, &mut fault);
        if let Some((quant, literal)) = value.quant.as_ref().zip(value.literal())
            && let Err(error) = decodable(&literal, quant)
        {
            faults.push(error.at(site, |_| None));
        }
        match faults.is_empty() {
            true => Ok(value),
            false => Err(faults),
        }
    }

    /// Is it, in this order, there already from an earlier subgraph, which has it in the same buffer?
    fn merge(
        &mut self,
        place: &Placed<'_, 'a>,
        value: &Value,
        layouts: &[Option<Kernel>],
        uses: &[Site],
    ) -> bool {
        let same = |weight: &Weight| {
            weight.subgraph.0 != place.subgraph
                && weight.buffer == place.tensor.buffer()
                && weight.value.quant == value.quant
                && (weight.value.stored, weight.value.packed) == (value.stored, value.packed)
                && weight.value.shape == value.shape
        };
        let axes = |layout: &Option<Kernel>| layout.map(|kernel| kernel.axes);
        let known = |layout: &Option<Kernel>| {
            let fits = |weight: &&Weight| same(weight) && axes(&weight.layout) == axes(layout);
            self.weights.iter().position(|weight| fits(&weight))
        };
        let Some(known) = layouts.iter().map(known).collect::<Option<Vec<usize>>>() else {
            return false;
        };
        for index in known {
            let weight = &mut self.weights[index];
            weight.uses.extend_from_slice(uses);
            let given = place.given.to_owned();
            if weight.name != given && !given.is_empty() && !weight.also.contains(&given) {
                weight.also.push(given);
            }
        }
        true
    }
}

/// The tensor that holds the scales of a tensor quantised in blocks.
fn scales(tensor: &schema::Tensor<'_>) -> Option<usize> {
    let blocks = tensor.quantization()?.details_as_blockwise_quantization()?;
    usize::try_from(blocks.scales()).ok()
}

/// A constant tensor and where it was found.
struct Placed<'n, 'a> {
    subgraph: usize,
    graph: &'n Arc<str>,
    index: usize,
    tensor: &'n schema::Tensor<'a>,
    given: &'n str,
}

impl Placed<'_, '_> {
    fn weight(&self, name: &str, value: &Value, layout: Option<Kernel>, uses: Vec<Site>) -> Weight {
        let file_shape = value.shape.fixed().unwrap_or_default();
        let meant = value.quant.is_some() || value.stored.is_float();
        Weight {
            name: name.to_owned(),
            also: Vec::new(),
            dtype: if meant { DType::Float32 } else { value.stored },
            shape: match layout {
                Some(kernel) => kernel.axes.iter().map(|&axis| file_shape[axis]).collect(),
                None => file_shape.clone(),
            },
            layout,
            subgraph: (self.subgraph, self.graph.clone()),
            tensor: self.index,
            buffer: self.tensor.buffer(),
            file_dtype: value.packed.unwrap_or(value.stored),
            file_shape,
            quantized: value.quant.is_some(),
            sparse: self.tensor.sparsity().is_some(),
            uses,
            value: value.clone(),
        }
    }
}
