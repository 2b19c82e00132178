//! Loop, which tract lacks. States keep their types and shapes, as in every file that is written here; there are
//! no scan outputs and no limit on the number of steps.

use std::sync::Arc;

use tract_onnx::model::{ParseResult, ParsingContext};
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

/// Steps after which something is wrong.
const MAX_STEPS: usize = 100_000;

pub(super) fn load(context: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    ensure!(
        node.input.first().is_some_and(String::is_empty),
        "Loop with a limit on its steps"
    );
    let graph: &GraphProto = node.get_attr("body")?;
    let ParseResult {
        model,
        unresolved_inputs,
        ..
    } = context.parse_graph(graph)?;
    let states = node.output.len();
    let fits = model.outputs.len() == states + 1 && node.input.len() == states + 2;
    ensure!(fits, "Loop of {states} states with other outputs");
    let body = model;
    Ok((expand(Loader { body, states }), unresolved_inputs))
}

/// The operator as the file has it. Operands are the condition, the states, and what the body reads from
/// around it; the body's inputs are the number of the step, then the same.
#[derive(Debug, Clone)]
struct Loader {
    body: InferenceModel,
    states: usize,
}

impl Expansion for Loader {
    fn name(&self) -> StaticName {
        "Loop".into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(self.states)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_output_arity(outputs, self.states)?;
        for (state, output) in inputs.iter().skip(1).zip(outputs) {
            solver.equals(&state.datum_type, &output.datum_type)?;
            solver.equals(&state.shape, &output.shape)?;
        }
        Ok(())
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let mut body = self.body.clone();
        for (slot, outlet) in inputs.iter().enumerate() {
            let fact = model.outlet_fact(*outlet)?;
            let fact = InferenceFact::dt_shape(fact.datum_type, fact.shape.to_tvec());
            body.set_input_fact(slot + 1, fact)?;
        }
        let body = body.into_typed()?;
        let dtypes = body.input_outlets()?.iter();
        let dtypes = dtypes.map(|outlet| Ok(body.outlet_fact(*outlet)?.datum_type));
        let repeat = Repeat {
            dtypes: dtypes.collect::<TractResult<_>>()?,
            plan: body.into_runnable()?,
            states: self.states,
        };
        model.wire_node(prefix, repeat, inputs)
    }
}

/// The operator as it runs.
#[derive(Debug, Clone)]
struct Repeat {
    plan: Arc<TypedSimplePlan>,
    /// Of the body's inputs.
    dtypes: Vec<DatumType>,
    states: usize,
}

impl PartialEq for Repeat {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Eq for Repeat {}

impl Op for Repeat {
    fn name(&self) -> StaticName {
        "Loop".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Repeat {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut now = inputs;
        for step in 0..MAX_STEPS {
            if !now[0].cast_to_scalar::<bool>()? {
                return Ok(now.into_iter().skip(1).take(self.states).collect());
            }
            let mut operands = tvec!(tensor0(step as i64).into_tvalue());
            operands.extend(now.iter().cloned());
            for (operand, &dtype) in operands.iter_mut().zip(&self.dtypes) {
                if operand.datum_type() != dtype {
                    *operand = operand.cast_to_dt(dtype)?.into_owned().into_tvalue();
                }
            }
            for (slot, result) in self.plan.run(operands)?.into_iter().enumerate() {
                now[slot] = result;
            }
        }
        bail!("Loop of more than {MAX_STEPS} steps")
    }
}

impl TypedOp for Repeat {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let states = inputs.iter().skip(1).take(self.states);
        Ok(states.map(|fact| fact.without_value()).collect())
    }

    as_op!();
}
