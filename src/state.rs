//! Variables that outlive an operator become values: a read is what was written last, at first what the
//! initialisation gives. Every run of the ONNX file starts as the first run of the interpreter does; what is
//! written last goes nowhere.
//!
//! Source: LiteRT kernels/{call_once,var_handle,assign_variable,read_variable}.cc: a variable is what one name
//! stands for, in the order of the operators.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind};
use crate::ir::{Content, Graph, GraphId, Model, OpId, ValueId};
use crate::op::State;

/// Resolves every variable of the main graph.
///
/// # Errors
/// Variables in other graphs, initialisations that compute, reads of what nothing wrote.
pub(crate) fn resolve(model: &mut Model) -> Result<(), Error> {
    let at = model.main;
    let empty = Graph::new("main".into());
    let mut main = std::mem::replace(&mut model.graphs[at.0], empty);
    let resolved = resolve_in(&mut main, &mut model.graphs);
    model.graphs[at.0] = main;
    resolved
}

fn resolve_in(main: &mut Graph, others: &mut [Graph]) -> Result<(), Error> {
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
    Ok(())
}

fn unsupported(graph: &Graph, op: OpId, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, what.to_owned()).at(graph.op(op).origin.site())
}

/// What the variables hold where the walk has come to.
#[derive(Debug, Default)]
struct Variables {
    handles: HashMap<ValueId, String>,
    values: HashMap<String, ValueId>,
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
                return Ok(());
            }
        }
        main.remove_op(op);
        Ok(())
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
                    value.name = name.as_str().into();
                    self.values.insert(name, main.add_value(value));
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
