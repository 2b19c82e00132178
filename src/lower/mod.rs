//! Checked, placed graph → ONNX. Walks operators in order and lets each write its nodes; this module
//! decides in which axis order a value is handed to it.

mod blocks;
mod bodies;
mod cx;
mod forms;
mod grid;
mod node;
mod packed;
mod placed;
mod quant;
mod scope;
mod values;

use std::sync::Arc;

pub use cx::{LowerCx, Wire};
pub(crate) use forms::AWAY_FROM_ZERO;
pub use forms::Cut;
pub(crate) use grid::Grid;
pub use node::NodeBuilder;
pub(crate) use placed::{Kept, Placed, Wishes, prepare};
#[cfg(feature = "validate")]
pub(crate) use quant::stored_bounds;
pub(crate) use quant::{decodable, decoded, limits, works_on_stored};
pub(crate) use scope::{Form, Origin, Scope};
use values::int64s;
pub(crate) use values::turned;

use crate::error::{Error, ErrorKind, OpError, OpErrorKind};
use crate::ir::{Dim, Graph, GraphId, Literal, Model, Perm, Value, ValueId};
use crate::onnx::{self, Build, Emitted, Face, WireId};

/// What a lowering is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// The opset to write; `None` for the default, raised where an operator needs more.
    pub opset: Option<i64>,
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
const ROOM: usize = 32 << 20;

/// Operators and tensors that subgraphs may come to where each is written out, beyond sixteen times those that the
/// file has: a few subgraphs that each run the next one twice would come to more than there is memory for.
const COPIES: usize = 50_000;

/// Graphs within graphs within the file. Each takes three messages of protobuf, and its decoders follow a hundred.
const MAX_DEPTH: usize = 30;

/// Lowers the main subgraph.
///
/// # Errors
/// What an operator cannot express, located.
pub(crate) fn lower(placed: &Arc<Placed>, options: Options) -> Result<Lowered, Error> {
    let mut opset = options.opset.unwrap_or(onnx::DEFAULT_OPSET);
    loop {
        match attempt(placed, opset, options.opset.is_none()) {
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

fn attempt(placed: &Arc<Placed>, opset: i64, rises: bool) -> Result<Lowered, Halt> {
    let main = placed.model.main;
    let ports = &placed.model.ports;
    let graph = &placed.model.graphs[main.0];
    let plan = &placed.plans[main.0];
    let mut lowering = Lowering {
        placed: placed.clone(),
        opset,
        rises,
        build: Build::default(),
        room: ROOM,
        copies: copies(&placed.model),
        depth: 0,
    };
    let mut scope = Scope::default();
    let mut inputs = Vec::new();
    let mut input_perms = Vec::new();
    for (index, (&id, name)) in graph.inputs.iter().zip(&ports.inputs).enumerate() {
        let value = graph.value(id);
        let perm = plan.face(id, value.shape.rank());
        let wire = lowering
            .input(id, (index, &perm), &mut scope)
            .map_err(at_face(graph, value))?;
        inputs.push((name.clone(), wire));
        input_perms.push(perm);
    }
    let defaults = lowering
        .defaults(&inputs, &input_perms)
        .map_err(|error| Halt::Fault(Error::new(ErrorKind::Unsupported, error.to_string())))?;
    lowering.run(main, &mut scope)?;
    let mut outputs = Vec::new();
    let mut output_perms = Vec::new();
    for (index, (&id, name)) in graph.outputs.iter().zip(&ports.outputs).enumerate() {
        let value = graph.value(id);
        let perm = plan.face(id, value.shape.rank());
        let wire = lowering
            .output(id, (index, &perm), &mut scope)
            .map_err(at_face(graph, value))?;
        outputs.push((name.clone(), wire));
        output_perms.push(perm);
    }
    let held = scope.held(graph);
    let emitted = onnx::emit(
        lowering.build,
        &Face {
            inputs,
            outputs,
            defaults,
        },
        opset,
        &placed.model.main().name,
        placed.model.graphs.iter().any(Graph::is_quantized),
    );
    Ok(Lowered {
        emitted,
        opset,
        held,
        face: (input_perms, output_perms),
    })
}

/// How many operators and tensors the subgraphs of a model may come to.
fn copies(model: &Model) -> usize {
    let own: usize = model.graphs.iter().map(Graph::node_bound).sum();
    COPIES + 16 * own
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
    /// Is a higher opset to be had by asking for it?
    rises: bool,
    build: Build,
    /// Bytes that operators may still make of extents alone (`LowerCx::make_room`).
    room: usize,
    /// Operators and tensors that may still be written where subgraphs are run.
    copies: usize,
    /// How many graphs are around the nodes that are written.
    depth: usize,
}

impl Lowering {
    /// An input of the main graph as it is declared; `scope` gets it as it is kept.
    fn input(
        &mut self,
        id: ValueId,
        (index, perm): (usize, &Perm),
        scope: &mut Scope,
    ) -> Result<WireId, OpError> {
        let placed = self.placed.clone();
        let (value, declared) = (placed.model.main().value(id), placed.declared(id));
        let shape = perm.shape(&value.shape);
        let source = onnx::Source::Input;
        let wire = self.build.wire(declared.stored, shape, source);
        let mut kept = wire;
        if declared.stored != value.stored {
            let origin = Origin::input(index);
            if declared.is_quantized() {
                kept = self.dequantize(kept, declared, perm, &origin)?;
            }
            if value.is_quantized() {
                kept = self.quantize_along(kept, value, perm, &origin)?;
            }
        }
        scope.bind(id, perm.clone(), Form::Stored, kept);
        Ok(wire)
    }

    /// What the inputs that are variables are where they are not fed: as they are declared.
    fn defaults(
        &self,
        inputs: &[(Arc<str>, WireId)],
        perms: &[Perm],
    ) -> Result<Vec<(WireId, Literal)>, OpError> {
        let model = &self.placed.model;
        let first = inputs.len().saturating_sub(model.states.len());
        let wires = inputs.iter().zip(perms).skip(first);
        let defaults = wires.zip(&model.states).map(|(((_, wire), perm), state)| {
            let kept = self.build.fact(*wire).dtype == state.first.dtype;
            let literal = match &state.quant {
                Some(quant) if !kept => decoded(&state.first, quant)?,
                _ => state.first.clone(),
            };
            Ok((*wire, turned(&literal, perm)?))
        });
        defaults.collect()
    }

    /// An output of the main graph as it is declared.
    fn output(
        &mut self,
        id: ValueId,
        (index, perm): (usize, &Perm),
        scope: &mut Scope,
    ) -> Result<WireId, OpError> {
        let placed = self.placed.clone();
        let graph = placed.model.main();
        let (value, declared) = (graph.value(id), placed.declared(id));
        let origin = Origin::output(index);
        if declared.stored == value.stored {
            return self.read(graph, scope, id, perm, Form::Stored, &origin);
        }
        let real = self.read(graph, scope, id, perm, Form::Real, &origin)?;
        match declared.is_quantized() {
            true => self.quantize_along(real, declared, perm, &origin),
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
        let left = self.copies.checked_sub(1 + graph.node_bound());
        self.copies = left.ok_or_else(|| {
            let what = "subgraphs that run each other come to too many operators where each is written out";
            OpError::too_large(what)
        })?;
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
        let origin = Origin::results(graph);
        graph
            .outputs
            .iter()
            .map(|&value| {
                let perm = Perm::identity(graph.value(value).shape.rank());
                self.read(graph, &mut scope, value, &perm, Form::Stored, &origin)
            })
            .collect()
    }
}

impl From<Halt> for Error {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Opset(_, error) | Halt::Fault(error) => error,
        }
    }
}
