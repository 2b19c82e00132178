//! IF, STABLEHLO_CASE: one of several subgraphs runs.
//!
//! Source: LiteRT kernels/{if,stablehlo_case}.cc: an index that is none of a branch means the last one. ONNX: If,
//! several of them nested; the branch itself where the condition is known.

use crate::ir::GraphId;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    DType, Dim, Literal, LowerCx, MANY, OpDef, OpError, Operands, Operator, QuantRule, RawOp,
    Shape, Tolerance, Wire,
};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator as Code, IfOptionsT, StablehloCaseOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::IF, Branch::parse_if)
        .arity(1..=MANY, 0..=MANY)
        .emits(&["If"]),
    OpDef::new(Code::STABLEHLO_CASE, Branch::parse_case)
        .arity(1..=MANY, 0..=MANY)
        .emits(&["If", "Equal"]),
];

#[derive(Debug)]
struct Branch {
    /// The type of the first operand: BOOL, which asks for the first branch, or the branch's INT32 index.
    by: DType,
    branches: Vec<GraphId>,
}

impl Branch {
    fn parse_if(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let IfOptionsT {
            then_subgraph_index,
            else_subgraph_index,
        } = options!(raw, builtin_options_as_if_options);
        let branches = [then_subgraph_index, else_subgraph_index].map(|index| raw.subgraph(index));
        let [then, otherwise] = branches;
        Ok(Box::new(Branch {
            by: DType::Bool,
            branches: vec![then?, otherwise?],
        }))
    }

    fn parse_case(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let StablehloCaseOptionsT {
            branch_subgraph_indices,
        } = options!(raw, builtin_options_2_as_stablehlo_case_options);
        let branches = branch_subgraph_indices.unwrap_or_default();
        let branches = branches.into_iter().map(|index| raw.subgraph(index));
        Ok(Box::new(Branch {
            by: DType::Int32,
            branches: branches.collect::<Result<_, _>>()?,
        }))
    }

    /// The branch for a value of the first operand.
    fn chosen(&self, value: i64) -> Option<GraphId> {
        let last = self.branches.len().checked_sub(1)?;
        let index = match self.by {
            DType::Bool => usize::from(value == 0),
            _ => usize::try_from(value).unwrap_or(last),
        };
        self.branches.get(index.min(last)).copied()
    }

    /// The branches from one on, the first of them where `index` says so.
    fn lower_from(
        &self,
        cx: &mut LowerCx<'_>,
        first: usize,
        index: &Wire,
        operands: &[Wire],
        outs: &[(DType, Shape)],
    ) -> Result<Vec<Wire>, OpError> {
        let none = || OpError::inconsistent("it has no branches");
        let branch = *self.branches.get(first).ok_or_else(none)?;
        if first + 1 == self.branches.len() {
            return cx.inline(branch, operands);
        }
        let condition = match self.by {
            DType::Bool => index.clone(),
            _ => {
                let this = cx.scalar(DType::Int32, first as f64)?;
                cx.compare("Equal", index, &this)?
            }
        };
        cx.choose(
            &condition,
            outs.to_vec(),
            |cx| cx.inline(branch, operands),
            |cx| self.lower_from(cx, first + 1, index, operands, outs),
        )
    }
}

/// The one element of a BOOL or INT32 literal.
fn element(literal: &Literal) -> Option<i64> {
    match literal.dtype {
        DType::Bool => literal.data.first().map(|&b| i64::from(b != 0)),
        _ => literal.ints()?.first().copied(),
    }
}

impl Operator for Branch {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[self.by])?;
        if io.shape(0)?.count() != Some(1) {
            return Err(OpError::operand(0, "one element", io.shape(0)?));
        }
        match self.branches.is_empty() {
            true => Err(OpError::inconsistent("it has no branches")),
            false => Ok(()),
        }
    }

    /// What the branches agree on.
    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let mut joined = io.returned(0)?;
        for branch in 1..self.branches.len() {
            for (slot, other) in io.returned(branch)?.iter().enumerate() {
                let shape = &joined[slot];
                if shape.rank() != other.rank() {
                    return Err(OpError::unsupported(format!(
                        "branches that give shapes {shape} and {other}"
                    )));
                }
                let both = shape.dims().iter().zip(other.dims()).enumerate();
                let dim = |(axis, (a, b)): (usize, (&Dim, &Dim))| match a == b {
                    true => a.clone(),
                    false => io.unknown_dim(slot, axis),
                };
                joined[slot] = both.map(dim).collect();
            }
        }
        Ok(Some(joined))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let operands = (1..cx.io().len()).map(|slot| cx.source(slot));
        let operands: Vec<_> = operands.collect::<Result<_, _>>()?;
        let index = cx.source(0)?;
        let known = cx.known(&index).and_then(element);
        let results = match known.and_then(|value| self.chosen(value)) {
            Some(branch) => cx.inline(branch, &operands)?,
            None => {
                let index = cx.reshape_to(&index, &[])?;
                let slots = 0..cx.io().results();
                let outs: Vec<_> = slots
                    .map(|slot| (cx.result_dtype(slot), cx.result_shape(slot)))
                    .collect();
                self.lower_from(cx, 0, &index, &operands, &outs)?
            }
        };
        let mut results = results.into_iter().enumerate();
        results.try_for_each(|(slot, wire)| cx.finish(slot, wire))
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let tensors = cx.tensors()?;
        let (first, operands) = tensors
            .split_first()
            .ok_or_else(|| OpError::inconsistent("it has no operands"))?;
        let value = first.cast_to_scalar::<i64>().map_err(OpError::from_tract)?;
        let branch = self.chosen(value);
        let branch = branch.ok_or_else(|| OpError::inconsistent("it has no branches"))?;
        let results = cx.call(branch, operands.to_vec())?;
        let mut results = results.into_iter().enumerate();
        results.try_for_each(|(slot, tensor)| cx.finish(slot, tensor))
    }

    /// What the subgraphs' operators are.
    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }

    fn subgraphs(&self) -> &[GraphId] {
        &self.branches
    }

    fn passes_from(&self) -> usize {
        1
    }
}
