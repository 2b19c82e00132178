//! Equal on booleans, which tract refuses when it runs ("Bool is not a number"): compared as bytes.

use tract_core::ops::cast::cast;
use tract_core::ops::logic::CompEq;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::binary::InferenceBinOp;

use super::Loaded;

pub(super) fn load(_: &ParsingContext, _: &NodeProto) -> TractResult<Loaded> {
    Ok((expand(Equal(InferenceBinOp(Box::new(CompEq)))), vec![]))
}

/// tract's own operator, behind a conversion of boolean operands.
#[derive(Debug, Clone)]
struct Equal(InferenceBinOp);

impl Expansion for Equal {
    fn name(&self) -> StaticName {
        "Equal".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        self.0.rules(solver, inputs, outputs)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let mut operands: TVec<OutletId> = inputs.into();
        for (slot, operand) in operands.iter_mut().enumerate() {
            if model.outlet_fact(*operand)?.datum_type == bool::datum_type() {
                let name = format!("{prefix}.bytes_{slot}");
                *operand = model.wire_node(name, cast(u8::datum_type()), &[*operand])?[0];
            }
        }
        self.0.wire(prefix, model, &operands)
    }
}
