//! Cast to INT64, which tract takes for a cast to its symbolic `TDim`: arithmetic on those rounds its own
//! way. Shapes are concrete here, so plain integers serve everywhere.

use tract_core::ops::cast::cast;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::tract_hir::internal::*;

use super::Loaded;

pub(super) fn load(_: &ParsingContext, node: &NodeProto) -> TractResult<Loaded> {
    let code: i32 = node.get_attr("to")?;
    let to = match DataType::try_from(code) {
        Ok(DataType::Float) => f32::datum_type(),
        Ok(DataType::Float16) => f16::datum_type(),
        Ok(DataType::Double) => f64::datum_type(),
        Ok(DataType::Int8) => i8::datum_type(),
        Ok(DataType::Int16) => i16::datum_type(),
        Ok(DataType::Int32) => i32::datum_type(),
        Ok(DataType::Int64) => i64::datum_type(),
        Ok(DataType::Uint8) => u8::datum_type(),
        Ok(DataType::Uint16) => u16::datum_type(),
        Ok(DataType::Uint32) => u32::datum_type(),
        Ok(DataType::Uint64) => u64::datum_type(),
        Ok(DataType::Bool) => bool::datum_type(),
        _ => bail!("Cast to ONNX type {code}"),
    };
    Ok((expand(Cast(to)), vec![]))
}

#[derive(Debug, Clone)]
struct Cast(DatumType);

impl Expansion for Cast {
    fn name(&self) -> StaticName {
        "Cast".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        solver.equals(&inputs[0].shape, &outputs[0].shape)?;
        solver.equals(&outputs[0].datum_type, self.0)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, cast(self.0), inputs)
    }
}
