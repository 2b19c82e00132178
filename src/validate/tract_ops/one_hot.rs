//! OneHot with indices out of range, on which tract panics. ONNX: negative ones count from the end,
//! and what is still outside is all off.

use std::num::TryFromIntError;

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

pub(super) fn load(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    Ok((
        expand(Loader {
            axis: node.get_attr_opt("axis")?.unwrap_or(-1),
        }),
        vec![],
    ))
}

/// The operator as the file has it: the depth is an operand.
#[derive(Debug, Clone)]
struct Loader {
    axis: i64,
}

impl Loader {
    /// The new axis among the result's.
    fn axis(&self, rank: i64) -> TractResult<usize> {
        let axis = if self.axis < 0 {
            self.axis + rank + 1
        } else {
            self.axis
        };
        ensure!(
            (0..=rank).contains(&axis),
            "OneHot on axis {} of rank {rank}",
            self.axis
        );
        Ok(axis as usize)
    }
}

/// The depth, an integer or (ONNX allows it) a float, in a scalar or a vector of one.
fn depth(tensor: &Tensor) -> TractResult<usize> {
    let depth = tensor
        .cast_to::<i64>()?
        .try_as_plain_ram()?
        .as_slice::<i64>()?
        .first()
        .copied()
        .context("OneHot without a depth")?;
    usize::try_from(depth)
        .map_err(|error: TryFromIntError| format_err!("OneHot of depth {depth}: {error}"))
}

impl Expansion for Loader {
    fn name(&self) -> StaticName {
        "OneHot".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 3)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[2].datum_type, &outputs[0].datum_type)?;
        solver.equals(inputs[0].rank.bex() + 1, &outputs[0].rank)?;
        solver.given_2(
            &inputs[0].shape,
            &inputs[1].value,
            move |solver, mut shape, value| {
                shape.insert(self.axis(shape.len() as i64)?, depth(&value)?.to_dim());
                solver.equals(&outputs[0].shape, ShapeFactoid::from(shape))
            },
        )
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let axis = self.axis(model.outlet_fact(inputs[0])?.rank() as i64)?;
        let known = model
            .outlet_fact(inputs[1])?
            .konst
            .clone()
            .context("OneHot with a depth known only at run time")?;
        model.wire_node(
            prefix,
            OneHot {
                axis,
                depth: depth(&known)?,
            },
            &[inputs[0], inputs[2]],
        )
    }
}

/// The operator as it runs: indices, and the values for off and on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OneHot {
    axis: usize,
    depth: usize,
}

impl Op for OneHot {
    fn name(&self) -> StaticName {
        "OneHot".into()
    }

    op_as_typed_op!();
}

impl EvalOp for OneHot {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (indices, values) = args_2!(inputs);
        let indices = indices.cast_to::<i64>()?;
        let mut shape: TVec<usize> = indices.shape().into();
        shape.insert(self.axis, self.depth);
        let mut output = values.nth(0)?.broadcast_scalar_to_shape(&shape)?;
        let on = values.nth(1)?;
        let (on, size) = (on.as_bytes(), on.datum_type().size_of());
        let inner: usize = indices.shape()[self.axis..].iter().product();
        let bytes = output.as_bytes_mut();
        for (at, &index) in indices
            .try_as_plain_ram()?
            .as_slice::<i64>()?
            .iter()
            .enumerate()
        {
            let depth = self.depth as i64;
            let index = if index < 0 {
                index.saturating_add(depth)
            } else {
                index
            };
            if (0..depth).contains(&index) {
                let slot = (at / inner * self.depth + index as usize) * inner + at % inner;
                bytes[slot * size..][..size].copy_from_slice(on);
            }
        }
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for OneHot {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut shape = inputs[0].shape.to_tvec();
        shape.insert(self.axis, self.depth.to_dim());
        Ok(tvec!(inputs[1].datum_type.fact(&*shape)))
    }

    as_op!();
}
