//! Slice with bounds that are computed. tract gives the extents that follow from them symbols of a scope that is gone
//! when the graph runs, and refuses it then.

use tract_onnx::model::{ParsingContext, optional_inputs};
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::array::StridedSlice;

use super::Loaded;

pub(super) fn load(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    let mut optional = optional_inputs(node).skip(3);
    let known = StridedSlice {
        begin_mask: 0,
        end_mask: 0,
        shrink_axis_mask: 0,
        optional_axes_input: optional.next().flatten(),
        optional_steps_input: optional.next().flatten(),
    };
    Ok((expand(Loader { known }), vec![]))
}

/// The operator as the file has it: x, starts, ends, axes, steps.
#[derive(Debug, Clone)]
struct Loader {
    /// tract's own, which is right where the bounds are known.
    known: StridedSlice,
}

impl Loader {
    /// The axes that are cut, where the bounds are computed and no step is longer than 1.
    fn computed(&self, model: &TypedModel, inputs: &[OutletId]) -> TractResult<Option<Vec<usize>>> {
        let constant = |slot: usize| -> TractResult<Option<Arc<Tensor>>> {
            Ok(model.outlet_fact(inputs[slot])?.konst.clone())
        };
        let ints = |slot: Option<usize>| -> TractResult<Option<Vec<i64>>> {
            let Some(list) = slot.map(constant).transpose()?.flatten() else {
                return Ok(None);
            };
            let list = list.cast_to::<i64>()?;
            Ok(Some(list.try_as_plain_ram()?.as_slice::<i64>()?.to_vec()))
        };
        if constant(1)?.is_some() && constant(2)?.is_some() {
            return Ok(None);
        }
        let (given, stepped) = (
            self.known.optional_axes_input,
            self.known.optional_steps_input,
        );
        let steps = ints(stepped)?.is_some_and(|steps| steps.iter().all(|&step| step == 1));
        let Some(axes) = ints(given)?.filter(|_| steps || stepped.is_none()) else {
            return Ok(None);
        };
        let rank = model.outlet_fact(inputs[0])?.rank() as i64;
        let axes = axes.into_iter().map(|axis| match axis {
            0.. => axis as usize,
            _ => (axis + rank) as usize,
        });
        Ok(Some(axes.collect()))
    }
}

impl Expansion for Loader {
    fn name(&self) -> StaticName {
        "Slice".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        self.known.rules(solver, inputs, outputs)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let Some(axes) = self.computed(model, inputs)? else {
            return model.wire_node(prefix, self.known.clone(), inputs);
        };
        let extent = || model.symbols.new_with_prefix("slice").to_dim();
        let cuts = axes.into_iter().map(|axis| (axis, extent())).collect();
        model.wire_node(prefix, Slice { cuts }, &inputs[..3])
    }
}

/// The operator as it runs: x, starts, ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Slice {
    /// The axes, and what is left of them.
    cuts: Vec<(usize, TDim)>,
}

impl Op for Slice {
    fn name(&self) -> StaticName {
        "Slice".into()
    }

    fn mints_runtime_symbols(&self) -> bool {
        true
    }

    op_as_typed_op!();
}

impl EvalOp for Slice {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (x, starts, ends) = args_3!(inputs);
        let bounds = |list: &Tensor| -> TractResult<Vec<i64>> {
            if !list.datum_type().is_tdim() {
                let list = list.cast_to::<i64>()?;
                return Ok(list.try_as_plain_ram()?.as_slice::<i64>()?.to_vec());
            }
            let dims = list.try_as_plain_ram()?.as_slice::<TDim>()?.iter();
            dims.map(|dim| Ok(dim.eval(context.symbols).to_i64()?))
                .collect()
        };
        let (starts, ends) = (bounds(&starts)?, bounds(&ends)?);
        ensure!(starts.len() == self.cuts.len() && ends.len() == self.cuts.len());
        let mut y = x.into_tensor();
        for ((axis, _), (start, end)) in self.cuts.iter().zip(starts.into_iter().zip(ends)) {
            let extent = y.shape()[*axis] as i64;
            let within = |bound: i64| match bound {
                0.. => bound.min(extent),
                _ => bound.saturating_add(extent).max(0),
            };
            let (start, end) = (within(start), within(end));
            if end > start {
                y = y.slice(*axis, start as usize, end as usize)?;
                continue;
            }
            let mut shape = y.shape().to_vec();
            shape[*axis] = 0;
            y = Tensor::zero_dt(y.datum_type(), &shape)?;
        }
        Ok(tvec!(y.into_tvalue()))
    }
}

impl TypedOp for Slice {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut fact = inputs[0].without_value();
        for (axis, extent) in &self.cuts {
            fact.shape.set(*axis, extent.clone());
        }
        Ok(tvec!(fact))
    }

    as_op!();
}
