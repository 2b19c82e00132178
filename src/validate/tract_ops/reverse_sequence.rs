//! ReverseSequence, which tract does not register: in each batch entry, the first `length` time
//! steps in reverse.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

pub(super) fn load(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    let time: usize = node.get_attr_opt("time_axis")?.unwrap_or(0);
    let batch: usize = node.get_attr_opt("batch_axis")?.unwrap_or(1);
    ensure!(
        time + batch == 1,
        "ReverseSequence over time axis {time} and batch axis {batch}"
    );
    Ok((expand(ReverseSequence { time }), vec![]))
}

/// The time axis is 0 or 1; the batch axis is the other of the two.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ReverseSequence {
    time: usize,
}

impl Expansion for ReverseSequence {
    fn name(&self) -> StaticName {
        "ReverseSequence".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 2)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        solver.equals(&inputs[1].rank, 1)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Op for ReverseSequence {
    fn name(&self) -> StaticName {
        "ReverseSequence".into()
    }

    op_as_typed_op!();
}

impl EvalOp for ReverseSequence {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (x, lengths) = args_2!(inputs);
        let &[first, second, ref rest @ ..] = x.shape() else {
            bail!("ReverseSequence of shape {:?}", x.shape())
        };
        let lengths = lengths.cast_to::<i64>()?;
        let lengths = lengths.try_as_plain_ram()?.as_slice::<i64>()?;
        let times = x.shape()[self.time];
        ensure!(
            lengths.len() == x.shape()[1 - self.time] && x.datum_type().is_copy(),
            "{} sequence lengths for shape {:?}",
            lengths.len(),
            x.shape()
        );
        let block = rest.iter().product::<usize>() * x.datum_type().size_of();
        let mut output = Tensor::zero_dt(x.datum_type(), x.shape())?;
        for slot in 0..first * second {
            let (outer, inner) = (slot / second, slot % second);
            let (time, entry) = if self.time == 0 {
                (outer, inner)
            } else {
                (inner, outer)
            };
            let length = usize::try_from(lengths[entry])?;
            ensure!(length <= times, "a sequence of {length} in {times} steps");
            let source = if time < length {
                length - 1 - time
            } else {
                time
            };
            let from = if self.time == 0 {
                source * second + inner
            } else {
                outer * second + source
            };
            output.as_bytes_mut()[slot * block..][..block]
                .copy_from_slice(&x.as_bytes()[from * block..][..block]);
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for ReverseSequence {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    as_op!();
}
