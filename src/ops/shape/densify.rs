//! DENSIFY: a sparse constant, written out.
//!
//! Source: LiteRT kernels/densify.cc, which takes constants alone. Sparse constants are decoded when the file
//! is read (`tflite::sparse`), so nothing is left to do.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{AxisMap, Literal, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape};
use crate::op::{Content, QuantRule};
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::DENSIFY, |_| Ok(Box::new(Densify)))
            .hands_on()
            .note("folded"),
    ];

#[derive(Debug)]
struct Densify;

impl Operator for Densify {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let operand = io.operand(0)?;
        if matches!(operand.content, Content::Computed) {
            return Err(OpError::operand(0, "a constant", "a computed tensor"));
        }
        let (stored, found) = (operand.stored, io.result(0).stored);
        match stored == found {
            true => Ok(()),
            false => Err(OpError::result(0, stored, found)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        Ok(io.operand(0)?.literal().map(|literal| vec![literal]))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        cx.finish(0, x)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        cx.finish(0, x)
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }
}
