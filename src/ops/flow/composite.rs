//! STABLEHLO_COMPOSITE: a named operator of the frontend, with what it means spelt out in a subgraph.
//!
//! Source: LiteRT kernels/stablehlo_composite.cc: the subgraph runs, name and attributes are for delegates.
//! ONNX: the subgraph's own nodes, in place.

use crate::ir::GraphId;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    LowerCx, MANY, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape, Tolerance,
};
use crate::tflite::schema::{BuiltinOperator, StableHLOCompositeOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::STABLEHLO_COMPOSITE, Composite::parse)
            .arity(1..=MANY, 0..=MANY)
            .note("its decomposition is inlined"),
    ];

#[derive(Debug)]
struct Composite {
    decomposition: GraphId,
}

impl Composite {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = raw
            .operator
            .builtin_options_2_as_stable_hlocomposite_options();
        let options = options.ok_or_else(|| OpError::inconsistent("it has no options"))?;
        let StableHLOCompositeOptionsT {
            name: _,
            decomposition_subgraph_index,
            composite_attributes: _,
            composite_attributes_format: _,
            version: _,
        } = options.unpack();
        Ok(Box::new(Composite {
            decomposition: raw.subgraph(decomposition_subgraph_index)?,
        }))
    }
}

impl Operator for Composite {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        (0..io.len()).try_for_each(|slot| io.operand(slot).map(drop))
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        io.returned(0).map(Some)
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let operands = (0..cx.io().len()).map(|slot| cx.source(slot));
        let operands: Vec<_> = operands.collect::<Result<_, _>>()?;
        let results = cx.inline(self.decomposition, &operands)?;
        let mut results = results.into_iter().enumerate();
        results.try_for_each(|(slot, wire)| cx.finish(slot, wire))
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let results = cx.call(self.decomposition, cx.tensors()?)?;
        let mut results = results.into_iter().enumerate();
        results.try_for_each(|(slot, tensor)| cx.finish(slot, tensor))
    }

    /// What the subgraph's operators are.
    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }

    fn subgraphs(&self) -> &[GraphId] {
        std::slice::from_ref(&self.decomposition)
    }
}
