//! WHILE: one subgraph makes of the operands the next ones for as long as another one says so.
//!
//! Source: LiteRT kernels/while.cc. ONNX: Loop, with the condition computed before it and at the end of every
//! step. What the body hands back as it is, is not carried along.

use crate::ir::GraphId;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Dim, LowerCx, MANY, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape, Tolerance,
    Wire,
};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, WhileOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::WHILE, While::parse)
    .arity(0..=MANY, 0..=MANY)
    .emits(&["Loop"])
    .note("every step keeps the shapes")];

/// Steps after which an execution for validation gives up.
#[cfg(feature = "validate")]
const MAX_STEPS: usize = 100_000;

#[derive(Debug)]
struct While {
    /// The condition and the body.
    subgraphs: [GraphId; 2],
}

impl While {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let WhileOptionsT {
            cond_subgraph_index,
            body_subgraph_index,
        } = options!(raw, builtin_options_as_while_options);
        Ok(Box::new(While {
            subgraphs: [
                raw.subgraph(cond_subgraph_index)?,
                raw.subgraph(body_subgraph_index)?,
            ],
        }))
    }

    fn condition(&self, cx: &mut LowerCx<'_>, operands: &[Wire]) -> Result<Wire, OpError> {
        let [condition, _] = self.subgraphs;
        let found = cx.inline(condition, operands)?;
        let none = || OpError::inconsistent("its condition gives nothing");
        let flag = found.first().ok_or_else(none)?;
        cx.reshape_to(flag, &[])
    }
}

impl Operator for While {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        (0..io.len()).try_for_each(|slot| io.operand(slot).map(drop))?;
        match io.len() == io.results() {
            true => Ok(()),
            false => Err(OpError::inconsistent(format!(
                "{} operands and {} results, of which there must be as many",
                io.len(),
                io.results()
            ))),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        io.expect_condition(0)?;
        let after = io.returned(1)?;
        let kept = after.iter().enumerate().map(|(slot, after)| {
            let (first, declared) = (io.shape(slot)?, &io.result(slot).shape);
            // What inference cannot tell, as where one element of a list is replaced, the file says: the result
            // is of the first shape too.
            let same = |(a, b): (&Dim, &Dim)| a == b || (first == declared && b.fixed().is_none());
            let both = first.dims().iter().zip(after.dims());
            match first.rank() == after.rank() && both.clone().all(same) {
                true => Ok(first.clone()),
                false => Err(OpError::unsupported_operand(
                    slot,
                    format!("its shape is {first} at first, and {after} after a step"),
                )),
            }
        });
        kept.collect::<Result<_, _>>().map(Some)
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let operands = (0..cx.io().len()).map(|slot| cx.source(slot));
        let operands: Vec<_> = operands.collect::<Result<_, _>>()?;
        let [_, body] = self.subgraphs;
        let same = cx.handed_back(body);
        let changing = |wires: &[Wire]| -> Vec<Wire> {
            let changing = wires.iter().zip(&same).filter(|(_, same)| !**same);
            changing.map(|(wire, _)| wire.clone()).collect()
        };
        // All operands, those that change as they are now.
        let whole = |state: &[Wire]| -> Vec<Wire> {
            let mut state = state.iter();
            let now = operands
                .iter()
                .zip(&same)
                .map(|(operand, same)| match same {
                    true => operand.clone(),
                    false => state.next().unwrap_or(operand).clone(),
                });
            now.collect()
        };
        let condition = self.condition(cx, &operands)?;
        let state = cx.repeat(&condition, &changing(&operands), |cx, state| {
            let next = changing(&cx.inline(body, &whole(state))?);
            Ok((self.condition(cx, &whole(&next))?, next))
        })?;
        let mut results = whole(&state).into_iter().enumerate();
        results.try_for_each(|(slot, wire)| cx.finish(slot, wire))
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let [condition, body] = self.subgraphs;
        let mut state = cx.tensors()?;
        for _ in 0..MAX_STEPS {
            let flag = cx.call(condition, state.clone())?;
            let flag = flag.first().map(|flag| flag.cast_to_scalar::<bool>());
            let none = || OpError::inconsistent("its condition gives nothing");
            if !flag.ok_or_else(none)?.map_err(OpError::from_tract)? {
                let mut results = state.into_iter().enumerate();
                return results.try_for_each(|(slot, tensor)| cx.finish(slot, tensor));
            }
            state = cx.call(body, state)?;
        }
        Err(OpError::unsupported(format!("more than {MAX_STEPS} steps")))
    }

    /// What the subgraphs' operators are.
    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }

    fn subgraphs(&self) -> &[GraphId] {
        &self.subgraphs
    }
}
