//! Checked, placed graph → ONNX. Walks operators in order and lets each write its nodes; this module
//! decides in which axis order a value is handed to it.

mod bodies;
mod cx;
mod forms;
mod node;
mod quant;

use std::collections::HashMap;
use std::sync::Arc;

pub use cx::{LowerCx, Wire};
pub(crate) use forms::AWAY_FROM_ZERO;
pub use forms::Cut;
pub use node::NodeBuilder;
pub(crate) use quant::{decodable, decoded, limits, saturates, works_on_stored};

use crate::check::Checked;
use crate::error::{Error, OpError, OpErrorKind};
use crate::ir::{
    Content, Dim, Graph, GraphId, Literal, Model, OpId, Order, Perm, Shape, Value, ValueId,
};
use crate::onnx::{self, Attr, Body, Build, Emitted, Face, Node, WireId};
use crate::passes;
use crate::passes::place::Plan;
use crate::passes::stored::{self, Activations, Declared, Ranges};

/// What a lowering is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// The opset to write; `None` for the default, raised where an operator needs more.
    pub opset: Option<i64>,
}

/// A graph that is ready to be lowered: passes have run over it and every operator has its order.
#[derive(Debug)]
pub(crate) struct Placed {
    model: Model,
    plans: Vec<Plan>,
    /// Inputs and outputs of the main graph that are declared otherwise than they are kept.
    declared: Declared,
    /// What quantised values could hold that have become real ones.
    ranges: Ranges,
}

/// What a graph is prepared for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    /// Image-like inputs and outputs are declared channels first.
    pub channels_first: bool,
    /// What becomes of quantised values.
    pub kept: Kept,
    /// How INT8 values are kept.
    pub activations: Activations,
    /// Quantised inputs and outputs are declared as the real numbers they mean.
    pub float_io: bool,
}

/// What becomes of quantised values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// They stay integers.
    Integers,
    /// They become the real numbers they mean.
    Real,
    /// The same, but for the inputs and outputs of the model.
    RealInside,
}

impl Placed {
    /// Have quantised values become real?
    pub fn is_real(&self) -> bool {
        !self.ranges.is_empty()
    }

    pub fn graph(&self, id: GraphId) -> &Graph {
        &self.model.graphs[id.0]
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn plan(&self, id: GraphId) -> &Plan {
        &self.plans[id.0]
    }

    /// What an input or output of the main graph is declared as.
    pub fn declared(&self, id: ValueId) -> &Value {
        let own = || self.model.main().value(id);
        self.declared.get(&id).unwrap_or_else(own)
    }

    /// How a graph input or output is declared: its permutation from the file's order, and the order that
    /// makes it, where its axes say.
    pub fn face(&self, id: GraphId, value: ValueId) -> (Perm, Option<Order>) {
        let rank = self.graph(id).value(value).shape.rank();
        let plan = &self.plans[id.0];
        let perm = plan.face(value, rank);
        let layout = plan.layout(value, &perm);
        (perm, layout)
    }
}

/// Runs the passes and places every subgraph.
///
/// # Errors
/// What real numbers cannot express of a quantised operator.
pub(crate) fn prepare(checked: Checked, wishes: Wishes) -> Result<Placed, Error> {
    let mut model = checked.into_model();
    let main = model.main.0;
    model.graphs.iter_mut().for_each(passes::run);
    model.graphs.iter_mut().for_each(passes::biases::scale);
    let (mut ranges, mut declared) = (Ranges::new(), Declared::new());
    match wishes.kept {
        Kept::Integers => declared = stored::shift(&mut model, wishes.activations),
        Kept::RealInside if !wishes.float_io => {
            declared = stored::face(&model);
            ranges = stored::to_real(&mut model)?;
        }
        Kept::Real | Kept::RealInside => ranges = stored::to_real(&mut model)?,
    }
    if wishes.float_io {
        stored::float_face(&model, &mut declared);
    }
    let plans = model.graphs.iter().enumerate().map(|(index, graph)| {
        let face = (wishes.channels_first && index == main).then_some(Order::ChannelsFirst);
        passes::place::place(graph, face)
    });
    Ok(Placed {
        plans: plans.collect(),
        model,
        declared,
        ranges,
    })
}

/// The ONNX graph of a model, and where each TFLite tensor went.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub emitted: Emitted,
    pub opset: i64,
    /// TFLite tensors by name: the wire that holds each, and the order of its axes.
    pub held: Vec<(Arc<str>, WireId, Perm)>,
    /// Graph inputs and outputs: the order in which each is declared.
    pub face: (Vec<Perm>, Vec<Perm>),
}

/// What operators may make of extents alone, in bytes: networks need some kilobytes.
const ROOM: usize = 64 << 20;

/// Lowers the main subgraph.
///
/// # Errors
/// What an operator cannot express, located.
pub(crate) fn lower(placed: &Arc<Placed>, options: Options) -> Result<Lowered, Error> {
    let mut opset = options.opset.unwrap_or(onnx::DEFAULT_OPSET);
    loop {
        match attempt(placed, opset) {
            Ok(lowered) => return Ok(lowered),
            Err(Halt::Opset(needed, error)) => {
                if options.opset.is_some() || needed <= opset || needed > onnx::MAX_OPSET {
                    return Err(error.advice(format!("give --opset {needed} or none")));
                }
                opset = needed;
            }
            Err(Halt::Fault(error)) => return Err(error),
        }
    }
}

/// Why an attempt ended: a fault, or a form that the attempted opset lacks.
enum Halt {
    Opset(i64, Error),
    Fault(Error),
}

fn attempt(placed: &Arc<Placed>, opset: i64) -> Result<Lowered, Halt> {
    let main = placed.model.main;
    let ports = &placed.model.ports;
    let graph = &placed.model.graphs[main.0];
    let plan = &placed.plans[main.0];
    let mut lowering = Lowering {
        placed: placed.clone(),
        opset,
        build: Build::default(),
        room: ROOM,
    };
    let mut scope = Scope::default();
    let mut inputs = Vec::new();
    let mut input_perms = Vec::new();
    for (&id, name) in graph.inputs.iter().zip(&ports.inputs) {
        let value = graph.value(id);
        let perm = plan.face(id, value.shape.rank());
        let wire = lowering
            .input(id, &perm, &mut scope)
            .map_err(at_face(graph, value))?;
        inputs.push((name.clone(), wire));
        input_perms.push(perm);
    }
    lowering.run(main, &mut scope)?;
    let mut outputs = Vec::new();
    let mut output_perms = Vec::new();
    for (&id, name) in graph.outputs.iter().zip(&ports.outputs) {
        let value = graph.value(id);
        let perm = plan.face(id, value.shape.rank());
        let wire = lowering
            .output(id, &perm, &mut scope)
            .map_err(at_face(graph, value))?;
        outputs.push((name.clone(), wire));
        output_perms.push(perm);
    }
    let held = scope.held(graph);
    let emitted = onnx::emit(
        lowering.build,
        &Face { inputs, outputs },
        opset,
        &placed.model.main().name,
    );
    Ok(Lowered {
        emitted,
        opset,
        held,
        face: (input_perms, output_perms),
    })
}

/// Says at which of a graph's inputs and outputs something went wrong.
fn at_face<'g>(graph: &'g Graph, value: &'g Value) -> impl Fn(OpError) -> Halt + 'g {
    |error| {
        let site = crate::error::Site {
            subgraph: graph.name.clone(),
            op: None,
            code: None,
            place: None,
            tensor: Some(value.name.clone()),
        };
        Halt::Fault(error.at(site, |_| None))
    }
}

/// The state of one attempt.
#[derive(Debug)]
pub(crate) struct Lowering {
    placed: Arc<Placed>,
    opset: i64,
    build: Build,
    /// Bytes that operators may still make of extents alone (`LowerCx::make_room`).
    room: usize,
}

/// Where the values of one subgraph are: each in every order that something has read it in.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    wires: HashMap<ValueId, Vec<(Perm, Form, WireId)>>,
}

/// What of a value a wire holds; the same thing for one that is not quantised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Its elements as the file stores them.
    Stored,
    /// What they mean.
    Real,
    /// What they mean, in arithmetic that no runtime fuses with what reads it.
    Plain,
}

impl Scope {
    fn bind(&mut self, id: ValueId, perm: Perm, form: Form, wire: WireId) {
        self.wires.entry(id).or_default().push((perm, form, wire));
    }

    /// Every wire that holds a value so far, the first one written first.
    fn wires(&self, id: ValueId) -> &[(Perm, Form, WireId)] {
        self.wires.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The first wire of each computed value: the one its producer wrote.
    fn held(&self, graph: &Graph) -> Vec<(Arc<str>, WireId, Perm)> {
        let mut ids: Vec<_> = self.wires.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
            .filter(|&id| graph.value(id).constant().is_none())
            .filter_map(|id| {
                let (perm, _, wire) = self.wires[&id].first()?;
                Some((graph.value(id).name.clone(), *wire, perm.clone()))
            })
            .collect()
    }
}

/// What new nodes are named after.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// `CONV_2D_17`
    name: Arc<str>,
    /// `main[17]`
    place: Arc<str>,
}

impl Origin {
    fn of(graph: &Graph, op: OpId, main: bool) -> Self {
        let origin = &graph.op(op).origin;
        let plain = format!("{}_{}", origin.code, origin.index);
        Origin {
            name: match main {
                true => plain.into(),
                false => format!("{}/{plain}", origin.subgraph).into(),
            },
            place: format!("{}[{}]", origin.subgraph, origin.index).into(),
        }
    }

    fn input(name: &str) -> Self {
        Origin {
            name: format!("input/{name}").into(),
            place: "input".into(),
        }
    }

    fn output(name: &str) -> Self {
        Origin {
            name: format!("output/{name}").into(),
            place: "output".into(),
        }
    }
}

impl Lowering {
    /// An input of the main graph as it is declared; `scope` gets it as it is kept.
    fn input(&mut self, id: ValueId, perm: &Perm, scope: &mut Scope) -> Result<WireId, OpError> {
        let placed = self.placed.clone();
        let (value, declared) = (placed.model.main().value(id), placed.declared(id));
        let shape = perm.shape(&value.shape);
        let source = onnx::Source::Input;
        let wire = self.build.wire(declared.stored, shape, source);
        let mut kept = wire;
        if declared.stored != value.stored {
            let origin = Origin::input(&value.name);
            if declared.is_quantized() {
                kept = self.dequantize(kept, declared, perm, &origin)?;
            }
            if value.is_quantized() {
                kept = self.quantize(kept, value, &origin)?;
            }
        }
        scope.bind(id, perm.clone(), Form::Stored, kept);
        Ok(wire)
    }

    /// An output of the main graph as it is declared.
    fn output(&mut self, id: ValueId, perm: &Perm, scope: &mut Scope) -> Result<WireId, OpError> {
        let placed = self.placed.clone();
        let graph = placed.model.main();
        let (value, declared) = (graph.value(id), placed.declared(id));
        let origin = Origin::output(&value.name);
        if declared.stored == value.stored {
            return self.read(graph, scope, id, perm, Form::Stored, &origin);
        }
        let real = self.read(graph, scope, id, perm, Form::Real, &origin)?;
        match declared.is_quantized() {
            true => self.quantize(real, declared, &origin),
            false => Ok(real),
        }
    }

    /// Lowers every operator of a subgraph whose inputs are bound in `scope`.
    fn run(&mut self, id: GraphId, scope: &mut Scope) -> Result<(), Halt> {
        let placed = self.placed.clone();
        let graph = &placed.model.graphs[id.0];
        for op in graph.ops() {
            let node = graph.op(op);
            let mut cx = LowerCx::new(&placed, self, scope, id, op);
            let done = node.op.lower(&mut cx).and_then(|()| cx.end());
            done.map_err(|error| {
                let opset = match error.kind {
                    OpErrorKind::NeedsOpset(opset) => Some(opset),
                    OpErrorKind::Plain(_) => None,
                };
                let error = error.at(node.origin.site(), |place| graph.tensor_name(op, place));
                match opset {
                    Some(opset) => Halt::Opset(opset, error),
                    None => Halt::Fault(error),
                }
            })?;
        }
        Ok(())
    }

    /// Runs another subgraph in place: its inputs are these wires, in the file's axis order; so are the
    /// outputs.
    fn inline(&mut self, id: GraphId, operands: &[WireId]) -> Result<Vec<WireId>, OpError> {
        let placed = self.placed.clone();
        let graph = &placed.model.graphs[id.0];
        if graph.inputs.len() != operands.len() {
            return Err(OpError::inconsistent(format!(
                "its subgraph takes {} inputs, and is given {}",
                graph.inputs.len(),
                operands.len()
            )));
        }
        let mut scope = Scope::default();
        for (&value, &wire) in graph.inputs.iter().zip(operands) {
            let (declared, given) = (&graph.value(value).shape, &self.build.fact(wire).shape);
            let same = |(a, b): (&Dim, &Dim)| a == b || a.fixed().is_none() || b.fixed().is_none();
            let fits = declared.rank() == given.rank()
                && declared.dims().iter().zip(given.dims()).all(same);
            if !fits {
                return Err(OpError::unsupported(format!(
                    "its subgraph takes {:?} as {declared}, and is given {given}",
                    graph.value(value).name
                )));
            }
            let perm = Perm::identity(graph.value(value).shape.rank());
            scope.bind(value, perm, Form::Stored, wire);
        }
        self.run(id, &mut scope).map_err(|halt| match halt {
            Halt::Opset(opset, _) => OpError::needs_opset(opset),
            Halt::Fault(error) => OpError::unsupported(format!("in its subgraph: {error}")),
        })?;
        let origin = Origin::output(&graph.name);
        graph
            .outputs
            .iter()
            .map(|&value| {
                let perm = Perm::identity(graph.value(value).shape.rank());
                self.read(graph, &mut scope, value, &perm, Form::Stored, &origin)
            })
            .collect()
    }

    /// A value with its axes in this order: as it is, or turned, once for all readers.
    fn read(
        &mut self,
        graph: &Graph,
        scope: &mut Scope,
        id: ValueId,
        perm: &Perm,
        form: Form,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let value = graph.value(id);
        let form = match value.is_quantized() {
            true => form,
            false => Form::Stored,
        };
        let known = scope.wires(id);
        let fits = |(have, of, _): &&(Perm, Form, WireId)| have == perm && *of == form;
        if let Some((_, _, wire)) = known.iter().find(fits) {
            return Ok(*wire);
        }
        if form != Form::Stored {
            let stored = self.read(graph, scope, id, perm, Form::Stored, origin)?;
            let wire = match form {
                Form::Plain => self.dequantize_plainly(stored, value, perm, origin)?,
                _ => self.dequantize(stored, value, perm, origin)?,
            };
            scope.bind(id, perm.clone(), form, wire);
            return Ok(wire);
        }
        // Every quantised value has its stored form first.
        let first = known.first().cloned();
        let named = known
            .iter()
            .any(|(.., wire)| self.build.fact(*wire).holds.as_ref() == Some(&value.name));
        let wire = match (&value.content, first) {
            (Content::Constant(_), _) => {
                let literal = value
                    .literal()
                    .ok_or_else(|| OpError::unsupported("a constant whose shape is not static"))?;
                let wire = self.build.initializer(turned(&literal, perm)?);
                self.build.hold(wire, &value.name);
                wire
            }
            (Content::Computed, Some((have, _, wire))) => {
                // Axis i of the new order is source axis perm[i], which is axis have⁻¹[perm[i]] now.
                let relative = have.inverse().then(perm);
                let wire = self.turn(wire, &relative, origin);
                if !named && graph.name == self.placed.model.main().name {
                    self.build.hold(wire, &value.name);
                }
                wire
            }
            (Content::Computed, None) => {
                return Err(OpError::inconsistent(format!(
                    "tensor {:?} is read before it is computed",
                    value.name
                )));
            }
        };
        scope.bind(id, perm.clone(), form, wire);
        Ok(wire)
    }

    /// A transpose, or a reshape where it only moves axes of extent 1.
    fn turn(&mut self, wire: WireId, perm: &Perm, origin: &Origin) -> WireId {
        let fact = self.build.fact(wire);
        let (dtype, from) = (fact.dtype, fact.shape.clone());
        let shape = perm.shape(&from);
        let symbols = shape.dims().iter().filter(|dim| dim.fixed().is_none());
        // A zero would mean "copy" in a `Reshape`.
        let empty = shape.dims().contains(&Dim::Fixed(0));
        if perm.only_moves_units(&from) && symbols.count() <= 1 && !empty {
            return self.reshape(wire, shape, origin);
        }
        let axes = perm.axes().iter().map(|&axis| axis as i64).collect();
        let out = self.build.wire(dtype, shape, onnx::Source::Node);
        self.push(
            "Transpose",
            vec![Some(wire)],
            vec![out],
            vec![("perm", Attr::Ints(axes))],
            origin,
        );
        out
    }

    /// `Reshape` to a shape of one symbol at most.
    fn reshape(&mut self, wire: WireId, shape: Shape, origin: &Origin) -> WireId {
        let size = |dim: &Dim| dim.fixed().map_or(-1, |n| n as i64);
        let ints: Vec<i64> = shape.dims().iter().map(size).collect();
        let target = self.build.shared(int64s(&ints));
        let dtype = self.build.fact(wire).dtype;
        let out = self.build.wire(dtype, shape, onnx::Source::Node);
        self.push(
            "Reshape",
            vec![Some(wire), Some(target)],
            vec![out],
            vec![],
            origin,
        );
        out
    }

    fn push(
        &mut self,
        op_type: &'static str,
        inputs: Vec<Option<WireId>>,
        outputs: Vec<WireId>,
        attrs: impl Into<Parts>,
        origin: &Origin,
    ) {
        let Parts { attrs, bodies } = attrs.into();
        self.build.nodes.push(Node {
            op_type,
            inputs,
            outputs,
            attrs,
            bodies,
            origin: origin.name.clone(),
            place: origin.place.clone(),
        });
    }
}

/// What a node has besides inputs and outputs.
struct Parts {
    attrs: Vec<(&'static str, Attr)>,
    bodies: Vec<(&'static str, Body)>,
}

impl From<Vec<(&'static str, Attr)>> for Parts {
    fn from(attrs: Vec<(&'static str, Attr)>) -> Self {
        let bodies = Vec::new();
        Parts { attrs, bodies }
    }
}

impl From<(Vec<(&'static str, Attr)>, Vec<(&'static str, Body)>)> for Parts {
    fn from((attrs, bodies): (Vec<(&'static str, Attr)>, Vec<(&'static str, Body)>)) -> Self {
        Parts { attrs, bodies }
    }
}

/// A rank-1 INT64 literal: axes, shapes, pads.
fn int64s(ints: &[i64]) -> Literal {
    Literal {
        dtype: crate::ir::DType::Int64,
        shape: vec![ints.len()],
        data: ints.iter().flat_map(|n| n.to_le_bytes()).collect(),
    }
}

/// Constant elements with their axes permuted.
pub(crate) fn turned(literal: &Literal, perm: &Perm) -> Result<Literal, OpError> {
    if perm.is_identity() {
        return Ok(literal.clone());
    }
    let width = literal.dtype.bytes().ok_or_else(|| {
        OpError::unsupported(format!("reordering packed {} constants", literal.dtype))
    })?;
    Ok(Literal {
        dtype: literal.dtype,
        data: onnx::permute::permute(&literal.data, width, &literal.shape, perm),
        shape: perm.dims(&literal.shape),
    })
}

impl From<Halt> for Error {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Opset(_, error) | Halt::Fault(error) => error,
        }
    }
}
