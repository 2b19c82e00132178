//! Range of real numbers. tract computes its length from their whole parts where it knows them, and otherwise in
//! FLOAT64, where 100 can be a little more; LiteRT and onnxruntime compute it in the operands' type.

use tract_core::ops::cast::wire_cast;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

/// Elements beyond which something is wrong.
const MAX_LENGTH: f64 = 1e8;

pub(super) fn load(_: &ParsingContext, _: &NodeProto) -> TractResult<Loaded> {
    Ok((expand(Loader), vec![]))
}

/// The operator as the file has it.
#[derive(Debug, Clone)]
struct Loader;

impl Expansion for Loader {
    fn name(&self) -> StaticName {
        "Range".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 3)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&outputs[0].rank, 1)?;
        for input in inputs {
            solver.equals(&input.rank, 0)?;
        }
        // What is computed from extents may be symbolic on its way here, while constants beside it are not.
        solver.given_all(
            inputs.iter().map(|input| &input.datum_type),
            move |solver, dtypes| solver.equals(&outputs[0].datum_type, element_type(&dtypes)?),
        )?;
        solver.given_all(
            inputs.iter().map(|input| &input.value),
            move |solver, values| {
                let dtypes: Vec<DatumType> =
                    values.iter().map(|value| value.datum_type()).collect();
                let dtype = element_type(&dtypes)?;
                let values: Vec<_> = values
                    .iter()
                    .map(|value| value.cast_to_dt(dtype))
                    .collect::<TractResult<_>>()?;
                let range = sequence(&values[0], &values[1], &values[2])?;
                solver.equals(&outputs[0].shape[0], range.len().to_dim())
            },
        )
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let dtypes = inputs
            .iter()
            .map(|input| Ok(model.outlet_fact(*input)?.datum_type))
            .collect::<TractResult<Vec<_>>>()?;
        let dtype = element_type(&dtypes)?;
        let inputs = wire_cast(prefix, model, inputs, dtype)?;
        let length = model.symbols.new_with_prefix("range").to_dim();
        model.wire_node(prefix, Range { length }, &inputs)
    }
}

fn element_type(dtypes: &[DatumType]) -> TractResult<DatumType> {
    let whole = |dtype: &DatumType| dtype.is_tdim() || *dtype == i64::datum_type();
    match dtypes {
        dtypes if dtypes.iter().all(whole) => Ok(i64::datum_type()),
        [first, rest @ ..] if rest.iter().all(|dtype| dtype == first) => Ok(*first),
        _ => bail!("Range of {dtypes:?}"),
    }
}

/// The numbers, of the type that all three operands have.
fn sequence(start: &Tensor, limit: &Tensor, step: &Tensor) -> TractResult<Tensor> {
    match start.datum_type() {
        DatumType::F32 => {
            let [start, limit, step] = [scalar::<f32>(start)?, scalar(limit)?, scalar(step)?];
            let length = f64::from(((limit - start) / step).ceil());
            ensure!(length < MAX_LENGTH, "Range of {length} elements");
            // One added to the other, as in the runtimes: products would round elsewhere.
            let numbers = std::iter::successors(Some(start), |number| Some(number + step));
            Ok(tensor1(&numbers.take(length as usize).collect::<Vec<_>>()))
        }
        dtype @ (DatumType::I32 | DatumType::I64) => {
            let [start, limit, step] = [wide(start)?, wide(limit)?, wide(step)?];
            ensure!(step != 0, "Range with a step of 0");
            let (span, stride) = ((limit - start) * step.signum(), step.abs());
            let length = (span + stride - 1).max(0) / stride;
            ensure!((length as f64) < MAX_LENGTH, "Range of {length} elements");
            let numbers = (0..length).map(|place| (start + place * step) as i64);
            let numbers = tensor1(&numbers.collect::<Vec<_>>());
            Ok(numbers.cast_to_dt(dtype)?.into_owned())
        }
        other => bail!("Range of {other:?}"),
    }
}

fn scalar<T: Datum + Copy>(tensor: &Tensor) -> TractResult<T> {
    Ok(*tensor.try_as_plain_ram()?.to_scalar::<T>()?)
}

fn wide(tensor: &Tensor) -> TractResult<i128> {
    Ok(i128::from(tensor.cast_to_scalar::<i64>()?))
}

/// The operator as it runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Range {
    /// Where the operands are not known.
    length: TDim,
}

impl Op for Range {
    fn name(&self) -> StaticName {
        "Range".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Range {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (start, limit, step) = args_3!(inputs);
        Ok(tvec!(sequence(&start, &limit, &step)?.into_tvalue()))
    }
}

impl TypedOp for Range {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let known: Option<Vec<_>> = inputs.iter().map(|fact| fact.konst.as_ref()).collect();
        let length = match known.as_deref() {
            Some([start, limit, step]) => sequence(start, limit, step)?.len().to_dim(),
            _ => self.length.clone(),
        };
        Ok(tvec!(inputs[0].datum_type.fact([length])))
    }

    as_op!();
}
