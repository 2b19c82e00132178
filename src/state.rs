//! Variables become values: a read is what was written last, at first what the initialisation gives. One that is
//! both read before it is written and written keeps what it holds for the next run: that is an output of the graph,
//! and an input, whose elements are the first ones where nothing is fed. So are, where that is asked for, the
//! memories of recurrent operators.
//!
//! Source: LiteRT kernels/{call_once,var_handle,assign_variable,read_variable}.cc: a variable is what one name
//! stands for, in the order of the operators; core/subgraph.cc (`ResetVariableTensors`): a variable tensor holds
//! zeros at first. ONNX: an initialiser that is also an input is what that is when it is not fed (IR version 4).

use std::collections::HashMap;

use crate::error::{Error, ErrorKind};
use crate::ir::{Carried, Content, Graph, GraphId, Model, OpId, Ports, Shape, Value, ValueId};
use crate::op::State;

/// What becomes of what a model holds after a run: in its variables (VAR_HANDLE, ASSIGN_VARIABLE, READ_VARIABLE), and
/// in the variable tensors of its recurrent operators (SVDF, RNN, LSTM and those of sequences).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum States {
    /// Each variable is one more input and one more output of the ONNX graph, after the file's own: `NAME` and
    /// `NAME_next`, of the shape and type of the variable. The input may be left out: it is the first value then.
    /// Recurrent operators start every run with zeros, as after the interpreter's `reset_all_variables`: what most
    /// models with LSTMs are run like, one whole sequence at a time.
    #[default]
    Carried,
    /// The same, and so is each variable tensor of a recurrent operator.
    All,
    /// All is lost: every run starts with the first values.
    Reset,
}

/// Resolves every variable of the main graph.
///
/// # Errors
/// Variables in other graphs, initialisations that compute, reads of what nothing wrote, variables that change
/// their type.
pub(crate) fn resolve(model: &mut Model) -> Result<(), Error> {
    let at = model.main;
    let empty = Graph::new("main".into());
    let mut main = std::mem::replace(&mut model.graphs[at.0], empty);
    let resolved = resolve_in(&mut main, &mut model.graphs);
    let keeps = model.keeps;
    let carried = resolved.and_then(|variables| {
        let mut carried = match keeps {
            States::Carried | States::All => variables.carry(&mut main)?,
            States::Reset => Vec::new(),
        };
        if keeps == States::All {
            carried.extend(carry_memories(&mut main)?);
        }
        Ok(carried)
    });
    model.graphs[at.0] = main;
    for (name, state) in carried? {
        let ports = &mut model.ports;
        let taken = |ports: &Ports, name: &str| {
            let mut all = ports.inputs.iter().chain(&ports.outputs);
            all.any(|port| **port == *name)
        };
        let next = unique(format!("{name}_next"), |name| taken(ports, name));
        ports.outputs.push(next.into());
        let name = unique(name, |name| taken(ports, name));
        ports.inputs.push(name.into());
        model.states.push(state);
    }
    Ok(())
}

/// Says which variable has another shape after a run than before, once shapes are known.
pub(crate) fn check(model: &Model) -> Option<Error> {
    let main = model.main();
    let carried = model.states.len();
    let first = |all: usize| all.saturating_sub(carried);
    let inputs = main.inputs.iter().skip(first(main.inputs.len()));
    let outputs = main.outputs.iter().skip(first(main.outputs.len()));
    let names = model.ports.inputs.iter().skip(first(main.inputs.len()));
    let shape = |id: &ValueId| &main.value(*id).shape;
    let shapes = inputs.map(shape).zip(outputs.map(shape));
    let (name, (was, is)) = names.zip(shapes).find(|(_, (was, is))| was != is)?;
    let what = format!("variable {name:?} holds {was} at first, and {is} after a run");
    let error = Error::new(ErrorKind::Unsupported, what);
    Some(error.advice("--state reset has every run start with the first values"))
}

/// How many tensors of recurrent operators hold zeros at the start of every run, whatever the one before left.
pub(crate) fn reset(model: &Model) -> usize {
    let main = model.main();
    let memories = |op| memories(main, op).len();
    main.ops().map(memories).sum()
}

/// The operands of an operator that are its memories, and are not carried.
fn memories(graph: &Graph, op: OpId) -> Vec<(usize, ValueId)> {
    let operands = graph.operands(op);
    let memories = graph.op(op).op.memories().iter();
    let memories = memories.filter_map(|&slot| Some((slot, (*operands.get(slot)?)?)));
    let resets = |(_, id): &(usize, ValueId)| graph.value(*id).constant().is_some();
    memories.filter(resets).collect()
}

/// Makes inputs and outputs of what the recurrent operators keep, in their order.
fn carry_memories(main: &mut Graph) -> Result<Vec<(String, Carried)>, Error> {
    let mut carried = Vec::new();
    for op in main.ops().collect::<Vec<_>>() {
        for (slot, id) in memories(main, op) {
            let name = main.value(id).name.to_string();
            let (value, state) =
                carry(main, id, id).map_err(|what| unsupported(main, op, &what))?;
            let next = Value {
                name: unique_value(main, &format!("{name}_next")).into(),
                ..value.clone()
            };
            let (input, output) = (main.add_value(value), main.add_value(next));
            main.set_operand(op, slot, input);
            main.add_carried(op, output);
            main.inputs.push(input);
            main.outputs.push(output);
            carried.push((name, state));
        }
    }
    Ok(carried)
}

fn resolve_in(main: &mut Graph, others: &mut [Graph]) -> Result<Variables, Error> {
    let mut variables = Variables::default();
    let mut starts = Vec::new();
    for op in main.ops().collect::<Vec<_>>() {
        if let State::Start(id) = main.op(op).op.state() {
            starts.push(id);
        }
        variables.step(main, others, op)?;
    }
    for (index, graph) in others.iter_mut().enumerate() {
        let start = starts.contains(&GraphId(index));
        for op in graph.ops().collect::<Vec<_>>() {
            match graph.op(op).op.state() {
                State::None => {}
                // What it does has been done.
                _ if start => graph.remove_op(op),
                _ => return Err(unsupported(graph, op, "variables in a subgraph")),
            }
        }
    }
    Ok(variables)
}

fn unsupported(graph: &Graph, op: OpId, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, what.to_owned()).at(graph.op(op).origin.site())
}

/// What the variables hold where the walk has come to.
#[derive(Debug, Default)]
struct Variables {
    handles: HashMap<ValueId, String>,
    values: HashMap<String, ValueId>,
    /// What the initialisation gave them.
    firsts: HashMap<String, ValueId>,
    /// The operators that read that, in order.
    reads: Vec<(OpId, String)>,
}

impl Variables {
    fn step(&mut self, main: &mut Graph, others: &[Graph], op: OpId) -> Result<(), Error> {
        match main.op(op).op.state() {
            State::None => return Ok(()),
            State::Handle(name) => {
                let name = name.to_owned();
                self.handles
                    .extend(main.results(op).into_iter().map(|id| (id, name.clone())));
            }
            State::Start(id) => self.start(main, others, op, id)?,
            State::Write => {
                let name = name_of(main, op, &self.handles)?;
                let value = operand(main, op, 1)?;
                self.values.insert(name, value);
            }
            State::Read => {
                let name = name_of(main, op, &self.handles)?;
                let Some(&value) = self.values.get(&name) else {
                    let what = format!("variable {name:?} is read, and nothing has written it");
                    return Err(unsupported(main, op, &what));
                };
                main.set_operand(op, 0, value);
                quantize_as_read(main, value, op);
                if self.firsts.get(&name) == Some(&value) {
                    self.reads.push((op, name));
                }
                return Ok(());
            }
        }
        main.remove_op(op);
        Ok(())
    }

    /// Makes inputs and outputs of those whose first values are read and which are then written, in the order in
    /// which they are read.
    fn carry(&self, main: &mut Graph) -> Result<Vec<(String, Carried)>, Error> {
        let mut carried: Vec<(String, Carried)> = Vec::new();
        let mut inputs = HashMap::new();
        for (op, name) in &self.reads {
            let (Some(&first), Some(&last)) = (self.firsts.get(name), self.values.get(name)) else {
                continue;
            };
            if first == last {
                continue;
            }
            let input = match inputs.get(name) {
                Some(&input) => input,
                None => {
                    let (value, state) =
                        carry(main, first, last).map_err(|what| unsupported(main, *op, &what))?;
                    let input = main.add_value(value);
                    main.inputs.push(input);
                    main.outputs.push(last);
                    carried.push((name.clone(), state));
                    inputs.insert(name.clone(), input);
                    input
                }
            };
            main.set_operand(*op, 0, input);
        }
        Ok(carried)
    }

    /// Takes first values over from an initialisation, which must consist of them.
    fn start(
        &mut self,
        main: &mut Graph,
        others: &[Graph],
        op: OpId,
        id: GraphId,
    ) -> Result<(), Error> {
        let Some(graph) = others.get(id.0) else {
            return Err(unsupported(main, op, "an initialisation that is not there"));
        };
        let mut handles = HashMap::new();
        for op in graph.ops() {
            match graph.op(op).op.state() {
                State::Handle(name) => {
                    handles.extend(
                        graph
                            .results(op)
                            .into_iter()
                            .map(|id| (id, name.to_owned())),
                    );
                }
                State::Write => {
                    let name = name_of(graph, op, &handles)?;
                    let value = graph.value(operand(graph, op, 1)?);
                    if !matches!(value.content, Content::Constant(_)) {
                        return Err(unsupported(graph, op, "a first value that is computed"));
                    }
                    let mut value = value.clone();
                    value.name = unique_value(main, &name).into();
                    let id = main.add_value(value);
                    self.firsts.insert(name.clone(), id);
                    self.values.insert(name, id);
                }
                _ => {
                    let what = "an initialisation that does more than give variables constants";
                    return Err(unsupported(graph, op, what));
                }
            }
        }
        Ok(())
    }
}

/// A first value may leave out what its integers mean: what reads it says so.
fn quantize_as_read(main: &mut Graph, first: ValueId, read: OpId) {
    let Some(result) = main.results(read).first().map(|&id| main.value(id).clone()) else {
        return;
    };
    let value = main.value_mut(first);
    if value.constant().is_some() && value.quant.is_none() && value.stored == result.stored {
        value.quant = result.quant;
        value.dtype = result.dtype;
    }
}

/// The input for a variable, from what it holds first and last.
fn carry(main: &Graph, first: ValueId, last: ValueId) -> Result<(Value, Carried), String> {
    let (first, last) = (main.value(first), main.value(last));
    let literal = first.literal();
    let Some(literal) = literal.filter(|literal| literal.dtype == last.stored) else {
        return Err(format!(
            "variable {:?} is {} at first, and {} after a run",
            first.name, first.stored, last.stored
        ));
    };
    let value = Value {
        name: unique_value(main, &first.name).into(),
        shape: Shape::new(literal.shape.iter().copied()),
        content: Content::Computed,
        terms: None,
        ..last.clone()
    };
    let quant = value.quant.clone();
    let first = literal;
    Ok((value, Carried { first, quant }))
}

/// The name of a variable, which no tensor has.
fn unique_value(main: &Graph, name: &str) -> String {
    let taken = |name: &str| main.values().any(|id| *main.value(id).name == *name);
    unique(name.to_owned(), taken)
}

fn unique(mut name: String, taken: impl Fn(&str) -> bool) -> String {
    while taken(&name) {
        name.push('_');
    }
    name
}

fn operand(graph: &Graph, op: OpId, slot: usize) -> Result<ValueId, Error> {
    let found = graph.operands(op).get(slot).copied().flatten();
    found.ok_or_else(|| {
        Error::malformed(format!("operand {slot} is missing")).at(graph.op(op).origin.site())
    })
}

/// The variable whose handle is operand 0.
fn name_of(graph: &Graph, op: OpId, handles: &HashMap<ValueId, String>) -> Result<String, Error> {
    let name = handles.get(&operand(graph, op, 0)?).cloned();
    name.ok_or_else(|| {
        unsupported(
            graph,
            op,
            "a variable whose handle is not that of a VAR_HANDLE",
        )
    })
}
