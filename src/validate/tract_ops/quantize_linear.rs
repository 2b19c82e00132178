//! QuantizeLinear and DequantizeLinear: tract's ignore `axis` and multiply by the reciprocal of the scale,
//! which moves ties. ONNX: `saturate(round_half_even(x / scale) + zero_point)` and
//! `(x − zero_point) · scale`, scale and zero point along one axis or alone, or, with `block_size`, of `x`'s shape with
//! fewer elements along that axis.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

pub(super) fn load_quantize(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    load(node, true)
}

pub(super) fn load_dequantize(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    load(node, false)
}

fn load(node: &NodeProto, quantize: bool) -> TractResult<Loaded> {
    let op = Linear {
        axis: node.get_attr_opt("axis")?.unwrap_or(1),
        block: node.get_attr_opt("block_size")?.unwrap_or(0),
        quantize,
        to: None,
    };
    Ok((expand(op), vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Linear {
    axis: i64,
    /// Elements along the axis that share a scale; 0 where the scales are one for each or one for all.
    block: usize,
    quantize: bool,
    /// Element type of the result, once it is known.
    to: Option<DatumType>,
}

impl Expansion for Linear {
    fn name(&self) -> StaticName {
        match self.quantize {
            true => "QuantizeLinear".into(),
            false => "DequantizeLinear".into(),
        }
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_output_arity(outputs, 1)?;
        ensure!((2..=3).contains(&inputs.len()), "{} inputs", inputs.len());
        solver.equals(&inputs[0].shape, &outputs[0].shape)?;
        match (self.quantize, inputs.get(2)) {
            (false, _) => solver.equals(&outputs[0].datum_type, f32::datum_type()),
            (true, Some(zero)) => solver.equals(&outputs[0].datum_type, &zero.datum_type),
            (true, None) => solver.equals(&outputs[0].datum_type, u8::datum_type()),
        }
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let to = match (self.quantize, inputs.get(2)) {
            (false, _) => f32::datum_type(),
            (true, Some(&zero)) => model.outlet_fact(zero)?.datum_type,
            (true, None) => u8::datum_type(),
        };
        let op = Linear {
            to: Some(to),
            ..self.clone()
        };
        model.wire_node(prefix, op, inputs)
    }
}

impl Op for Linear {
    fn name(&self) -> StaticName {
        Expansion::name(self)
    }

    op_as_typed_op!();
}

impl EvalOp for Linear {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let x = &inputs[0];
        let shape = x.shape();
        let scales = inputs[1].cast_to::<f32>()?;
        let scales = scales.try_as_plain_ram()?.as_slice::<f32>()?;
        let zeros: Vec<f32> = match inputs.get(2) {
            Some(zero) => {
                let zero = zero.cast_to::<f32>()?;
                zero.try_as_plain_ram()?.as_slice::<f32>()?.to_vec()
            }
            None => vec![0.0; scales.len()],
        };
        ensure!(
            zeros.len() == scales.len() && !scales.is_empty(),
            "scales and zero points"
        );
        let channels = self.channels(shape, inputs[1].shape())?;
        let to = self.to.context("the result's type")?;
        let data = x.cast_to::<f32>()?;
        let data = data.try_as_plain_ram()?.as_slice::<f32>()?;
        let (least, greatest) = limits(to);
        let each = |(index, &x): (usize, &f32)| {
            let (scale, zero) = (scales[channels(index)], zeros[channels(index)]);
            match self.quantize {
                true => ((x / scale).round_ties_even() + zero).clamp(least, greatest),
                false => (x - zero) * scale,
            }
        };
        let floats: Vec<f32> = data.iter().enumerate().map(each).collect();
        let result = Tensor::from_shape(shape, &floats)?;
        Ok(tvec!(result.cast_to_dt(to)?.into_owned().into_tvalue()))
    }
}

impl Linear {
    /// Which scale is that of an element.
    fn channels(
        &self,
        shape: &[usize],
        scales: &[usize],
    ) -> TractResult<Box<dyn Fn(usize) -> usize>> {
        let count: usize = scales.iter().product();
        if count == 1 && self.block == 0 {
            return Ok(Box::new(|_| 0usize));
        }
        let rank = shape.len() as i64;
        let axis = if self.axis < 0 {
            self.axis + rank
        } else {
            self.axis
        };
        let axis = usize::try_from(axis)?;
        let block = self.block.max(1);
        let extent = *shape.get(axis).context("an axis of the value")?;
        let pieces = extent / block;
        let fits = match self.block {
            0 => scales == [extent],
            _ => {
                let mut fewer = shape.to_vec();
                fewer[axis] = pieces;
                scales == fewer && extent % block == 0
            }
        };
        ensure!(fits, "scales {scales:?} on axis {axis} of {shape:?}");
        let inner = shape[axis + 1..].iter().product::<usize>().max(1);
        let (blocked, row) = (self.block > 0, inner * extent.max(1));
        Ok(Box::new(move |index| {
            let piece = index / inner % extent.max(1) / block;
            match blocked {
                true => (index / row * pieces + piece) * inner + index % inner,
                false => piece,
            }
        }))
    }
}

/// What a type holds, as floats; 8 and 16 bits are exact in them.
fn limits(dtype: DatumType) -> (f32, f32) {
    match dtype {
        DatumType::I8 => (-128.0, 127.0),
        DatumType::U8 => (0.0, 255.0),
        DatumType::I16 => (-32768.0, 32767.0),
        DatumType::U16 => (0.0, 65535.0),
        _ => (f32::NEG_INFINITY, f32::INFINITY),
    }
}

impl TypedOp for Linear {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let to = self.to.context("the result's type")?;
        Ok(tvec!(to.fact(inputs[0].shape.clone())))
    }

    as_op!();
}
