//! L2_NORMALIZATION: x / max(√Σx², 1e-6) over the last axis.
//!
//! Source: LiteRT kernels/l2norm.cc, which refuses fused activations. ONNX: ReduceL2, Max, Div
//! (LpNormalization has no lower bound).

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, RawOp,
    Shape, Tolerance,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::normalize;
use crate::tflite::options;
use crate::tflite::schema::{ActivationFunctionType, BuiltinOperator, L2NormOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::L2_NORMALIZATION, L2Normalization::parse)
            .versions(1..=2)
            .emits(&["ReduceL2", "Max", "Div"]),
    ];

/// The least norm that is divided by.
const LEAST: f32 = 1e-6;

#[derive(Debug)]
struct L2Normalization;

impl L2Normalization {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let L2NormOptionsT {
            fused_activation_function: activation,
        } = options!(raw, builtin_options_as_l2_norm_options);
        if activation != ActivationFunctionType::NONE {
            return Err(OpError::option(
                "fused_activation_function",
                "NONE",
                format!("{activation:?}"),
            ));
        }
        Ok(Box::new(L2Normalization))
    }
}

impl Operator for L2Normalization {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        io.expect_rank(0, 1..=usize::MAX)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.same(io, 0..io.rank(0)?.saturating_sub(1))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        Placement::Free(AxisMap::same(io.result(0).shape.rank()))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let axis = cx.axis(x.rank() - 1);
        let norm = cx.reduce("ReduceL2", &x, &[axis], true);
        let least = cx.floats(&[], &[LEAST]);
        let norm = cx.binary("Max", &norm, &least)?;
        let y = cx.binary("Div", &x, &norm)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = normalize::l2_normalize(&*cx.tensor(0)?)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
