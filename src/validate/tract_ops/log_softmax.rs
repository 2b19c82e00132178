//! LogSoftmax without underflow. tract loads it as the logarithm of its Softmax, which is −∞ where
//! the probability is too small for a float; its core has the stable form, which the loader does
//! not use.

use tract_core::ops::nn::{Softmax, SoftmaxKind};
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

pub(super) fn load(context: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    // Before opset 13 the operator flattens the tensor at its axis.
    ensure!(
        context.onnx_operator_set_version >= 13,
        "LogSoftmax of opset {}",
        context.onnx_operator_set_version
    );
    Ok((
        expand(LogSoftmax {
            axis: node.get_attr_opt("axis")?.unwrap_or(-1),
        }),
        vec![],
    ))
}

#[derive(Debug, Clone)]
struct LogSoftmax {
    axis: i64,
}

impl Expansion for LogSoftmax {
    fn name(&self) -> StaticName {
        "LogSoftmax".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let rank = model.outlet_fact(inputs[0])?.rank() as i64;
        let axis = if self.axis < 0 {
            self.axis + rank
        } else {
            self.axis
        };
        ensure!(
            (0..rank).contains(&axis),
            "LogSoftmax over axis {} of rank {rank}",
            self.axis
        );
        let op = Softmax {
            axes: tvec!(axis as usize),
            quant_output_dt: None,
            kind: SoftmaxKind::LogSoftmax,
        };
        model.wire_node(prefix, op, inputs)
    }
}
