//! From a lifted model to a checked one: every operator accepts its operands, every shape follows from
//! the inputs', and what is constant is folded.
//!
//! One walk in execution order does all three, since shapes depend on folded constants (`SHAPE` →
//! `STRIDED_SLICE` → `PACK` → `RESHAPE`) and checks on shapes. Every finding is collected.

use crate::batch::{Guide, Stack};
use crate::error::{Error, ErrorKind, OpError};
use crate::extents;
use crate::ir::{Data, Graph, GraphId, Model, OpId, Shape, ValueId};
use crate::lower::works_on_stored;
use crate::op::{Operands, Returned};

/// A model whose operators all accept their operands. Only [`check`] makes one.
#[derive(Debug)]
pub(crate) struct Checked(Model);

impl Checked {
    pub fn model(&self) -> &Model {
        &self.0
    }

    pub fn into_model(self) -> Model {
        self.0
    }
}

/// What becomes of operators whose results were folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folding {
    /// They go: their results are constants.
    Remove,
    /// They stay, for a second look at the whole graph.
    Keep,
}

/// How much memory folding may take beyond the constants that the file has.
#[derive(Debug)]
struct Budget(usize);

impl Budget {
    /// A constant may grow out of much smaller ones (FILL, TILE) up to this size; beyond, it is cheaper to
    /// compute it when the model runs.
    const SMALL: usize = 1 << 20;

    /// Decoding multiplies a constant by 8 at most: 4-bit integers to floats. A chain of operators that each
    /// multiply what they get ends here, and so do operators that each compute something of one and the same
    /// constant: bytes that tensors share count once.
    fn of(model: &Model) -> Self {
        let constants = model.graphs.iter().flat_map(|graph| {
            let constants = graph.values().filter_map(|id| graph.value(id).constant());
            constants.map(Data::origin)
        });
        let mut ranges: Vec<_> = constants
            .map(|(place, range)| (place, range.start, range.end))
            .collect();
        ranges.sort_unstable();
        let mut left = 64u64 << 20;
        let mut counted = (0, 0);
        for (place, start, end) in ranges {
            let known = if counted.0 == place { counted.1 } else { 0 };
            left = left.saturating_add(end.saturating_sub(start.max(known)).saturating_mul(8));
            counted = (place, end.max(known));
        }
        Budget(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// What folding an operator would take; `None` where it must not be folded.
    fn price(&self, graph: &Graph, io: &Operands<'_>) -> Option<usize> {
        let size = |id: &ValueId| {
            let value = graph.value(*id);
            value.stored.bytes_of(value.shape.count()?)
        };
        let after = io.result_ids().iter().filter_map(size);
        let after = after.fold(0, usize::saturating_add);
        let before = io.operand_ids().filter_map(|id| graph.value(id).constant());
        let before = before.map(Data::len).fold(0, usize::saturating_add);
        let price = after.saturating_sub(before);
        let grown = after > Self::SMALL && before < after / 8;
        (!grown && price <= self.0).then_some(price)
    }
}

/// Checks, infers and folds.
///
/// # Errors
/// Everything that is wrong, at once.
pub(crate) fn check(model: Model, folding: Folding) -> Result<Checked, Error> {
    let walk = Walk::all(model, folding, None)?;
    match Error::gather(walk.findings) {
        Some(error) => Err(error),
        None => Ok(Checked(walk.model)),
    }
}

/// Checks, infers and folds a model whose main inputs have another batch size than `guide` knows it by.
///
/// # Errors
/// The first operator that does not compute each example alone.
pub(crate) fn check_batch(model: Model, guide: Guide<'_>) -> Result<(Checked, Stack), Error> {
    let walk = Walk::all(model, Folding::Remove, Some(guide))?;
    if !walk.model.states.is_empty() {
        let what = "another batch size for a model that keeps variables from run to run";
        let error = Error::new(ErrorKind::Unsupported, what);
        return Err(error.advice("--state reset has every run start with the first values"));
    }
    if let Some(error) = walk.findings.into_iter().next() {
        return Err(error);
    }
    let stack = walk.guide.map(Guide::finish).transpose();
    let stack = stack.map_err(|error| Error::new(ErrorKind::Unsupported, error.to_string()))?;
    Ok((Checked(walk.model), stack.unwrap_or_default()))
}

/// The walk over all graphs, each when the first operator that runs it is met: its inputs are as that one's
/// operands.
struct Walk<'g> {
    /// A graph that is being walked is out.
    model: Model,
    begun: Vec<bool>,
    folding: Folding,
    budget: Budget,
    guide: Option<Guide<'g>>,
    findings: Vec<Error>,
}

impl<'g> Walk<'g> {
    fn all(mut model: Model, folding: Folding, guide: Option<Guide<'g>>) -> Result<Self, Error> {
        crate::state::resolve(&mut model)?;
        let main = model.main;
        let mut walk = Walk {
            budget: Budget::of(&model),
            begun: vec![false; model.graphs.len()],
            model,
            folding,
            guide,
            findings: Vec::new(),
        };
        walk.graph(main);
        if walk.findings.is_empty() {
            walk.findings.extend(crate::state::check(&walk.model));
        }
        Ok(walk)
    }

    fn graph(&mut self, id: GraphId) {
        self.begun[id.0] = true;
        let out = Graph::new("out".into());
        let mut graph = std::mem::replace(&mut self.model.graphs[id.0], out);
        let ops: Vec<OpId> = graph.ops().collect();
        for op in ops {
            let site = graph.op(op).origin.site();
            if let Err(error) = self.operator(&mut graph, op, id == self.model.main) {
                let error = error.at(site, |place| graph.tensor_name(op, place));
                self.findings.push(error);
            }
        }
        self.model.graphs[id.0] = graph;
    }

    fn operator(&mut self, graph: &mut Graph, op: OpId, main: bool) -> Result<(), OpError> {
        let guide = self.guide.as_ref().filter(|_| main);
        let expected = guide.map(|guide| guide.before(graph, op)).transpose()?;
        let returned = self.run(graph, op)?;
        let results = graph.results(op);
        let folded = infer_and_fold(graph, op, returned, &mut self.budget)?;
        if let Some((guide, expected)) = self.guide.as_mut().zip(expected.as_ref()) {
            guide.after(graph, &results, expected)?;
        }
        if folded && self.folding == Folding::Remove {
            graph.remove_op(op);
        }
        Ok(())
    }

    /// Walks the subgraphs that an operator runs, with what it hands them; gives what they return.
    fn run(&mut self, caller: &Graph, op: OpId) -> Result<Vec<Returned>, OpError> {
        let operator = &caller.op(op).op;
        let operands = caller.operands(op);
        let passed = operands.get(operator.passes_from()..).unwrap_or_default();
        let mut returned = Vec::new();
        for &callee in operator.subgraphs() {
            self.bind(callee, caller, passed)?;
            if !self.begun[callee.0] {
                self.graph(callee);
            }
            let graph = &self.model.graphs[callee.0];
            let outputs = graph.outputs.iter().map(|&id| {
                let value = graph.value(id);
                (value.stored, value.quant.clone(), value.shape.clone())
            });
            returned.push(outputs.collect());
        }
        Ok(returned)
    }

    /// Gives a subgraph's inputs the shapes of the operands they are run with.
    fn bind(
        &mut self,
        callee: GraphId,
        caller: &Graph,
        passed: &[Option<ValueId>],
    ) -> Result<(), OpError> {
        let begun = self.begun[callee.0];
        // Graphs do not run themselves, the lifter has refused that: this one is not out.
        let graph = &mut self.model.graphs[callee.0];
        if graph.inputs.len() != passed.len() {
            return Err(OpError::inconsistent(format!(
                "its subgraph takes {} inputs, and is given {}",
                graph.inputs.len(),
                passed.len()
            )));
        }
        for (input, operand) in graph.inputs.clone().into_iter().zip(passed) {
            let Some(operand) = operand.map(|id| caller.value(id)) else {
                return Err(OpError::unsupported(
                    "a subgraph run without one of its inputs",
                ));
            };
            let input = graph.value_mut(input);
            if (input.stored, &input.quant) != (operand.stored, &operand.quant) {
                return Err(OpError::inconsistent(format!(
                    "its subgraph takes {:?} as {}, and is given {}, or in another quantisation",
                    input.name, input.stored, operand.stored
                )));
            }
            if begun && input.shape != operand.shape {
                return Err(OpError::unsupported(format!(
                    "its subgraph is run with {:?} of shape {} here, {} elsewhere",
                    input.name, operand.shape, input.shape
                )));
            }
            input.shape = operand.shape.clone();
        }
        Ok(())
    }
}

/// Checks an operator, infers the shapes of its results, and folds them where they are constant; says whether they are.
fn infer_and_fold(
    graph: &mut Graph,
    op: OpId,
    returned: Vec<Returned>,
    budget: &mut Budget,
) -> Result<bool, OpError> {
    infer(graph, op, returned)?;
    let io = Operands::new(graph, op);
    // Folding moves and combines what is stored; what quantised integers mean is another matter.
    if io.is_quantized() && !works_on_stored(graph.op(op).op.quant(), &io) {
        return Ok(false);
    }
    let Some(price) = budget.price(graph, &io) else {
        return Ok(false);
    };
    let results = io.result_ids().to_vec();
    let terms = graph.op(op).op.terms(&io);
    let mut literals = graph.op(op).op.fold(&io)?;
    if literals.is_none() {
        if let Some(terms) = terms {
            graph.value_mut(results[0]).terms = Some(terms.into());
        }
        literals = extents::carry(graph, op);
    }
    let folded = literals.is_some();
    if let Some(literals) = literals {
        budget.0 -= price;
        for (id, literal) in results.into_iter().zip(literals) {
            let (declared, found) = (graph.value(id).stored, literal.dtype);
            if declared != found {
                return Err(OpError::inconsistent(format!(
                    "its result is declared as {declared}, and is {found}"
                )));
            }
            graph.set_constant(id, Shape::new(literal.shape), literal.data);
        }
    }
    Ok(folded)
}

/// Checks an operator, and gives its results the shapes that it infers.
fn infer(graph: &mut Graph, op: OpId, returned: Vec<Returned>) -> Result<(), OpError> {
    let io = Operands::returning(graph, op, returned);
    let node = graph.op(op);
    for value in io.operand_ids().chain(io.result_ids().iter().copied()) {
        if graph.value(value).complex && !node.op.takes_complex() {
            return Err(OpError::unsupported(format!(
                "complex numbers, which tensor {:?} holds",
                graph.value(value).name
            )));
        }
    }
    node.op.check(&io)?;
    let shapes = node.op.infer(&io)?;
    let (results, own) = (io.result_ids().to_vec(), io.own_results());
    let open = |id: ValueId| graph.value(id).shape.fixed().is_none();
    if shapes.is_none() && io.operand_ids().any(open) {
        return Err(OpError::unsupported(
            "operands with dynamic dimensions, from which its results' shapes cannot be told",
        ));
    }
    if let Some(shapes) = shapes {
        if shapes.len() != own {
            return Err(OpError::inconsistent(format!(
                "expected {} results, found {own}",
                shapes.len(),
            )));
        }
        for (slot, shape) in shapes.into_iter().enumerate() {
            settle(graph, results[slot], slot, shape)?;
        }
    }
    Ok(())
}

/// Gives a result the shape that was inferred, whatever the file declares: the interpreter computes shapes anew as
/// well, and files converted with a dynamic batch declare stale ones.
fn settle(graph: &mut Graph, id: ValueId, slot: usize, inferred: Shape) -> Result<(), OpError> {
    let symbolic = inferred.dims().iter().any(|dim| dim.fixed().is_none());
    if !symbolic && inferred.count().and_then(|n| n.checked_mul(16)).is_none() {
        let mut error = OpError::result(slot, "a shape within memory", &inferred);
        error.kind = crate::error::OpErrorKind::Plain(ErrorKind::TooLarge);
        return Err(error);
    }
    graph.value_mut(id).shape = inferred;
    Ok(())
}
