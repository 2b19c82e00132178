//! SOFTMAX, LOG_SOFTMAX: over the last axis; SOFTMAX of `beta · x`.
//!
//! Source: LiteRT kernels/activations.cc, which takes any rank. ONNX: Mul (unless `beta` is 1), Softmax;
//! LogSoftmax. Of INT16 in whole numbers, as the kernel: [`integer::softmax`].

#[cfg(feature = "validate")]
use tract_core::prelude::Tensor;

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
    Tolerance,
};
use crate::ops::integer;
#[cfg(feature = "validate")]
use crate::reference::kernels::normalize;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, SoftmaxOptionsT};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::SOFTMAX, |raw| {
        let SoftmaxOptionsT { beta } = options!(raw, builtin_options_as_softmax_options);
        Ok(Box::new(Softmax { beta: Some(beta) }))
    })
    .versions(1..=4)
    .emits(&["Mul", "Softmax", "ReduceMax", "Gather", "ReduceSum"]),
    OpDef::new(BuiltinOperator::LOG_SOFTMAX, |_| {
        Ok(Box::new(Softmax { beta: None }))
    })
    .versions(1..=2)
    .emits(&["LogSoftmax"]),
];

#[derive(Debug)]
struct Softmax {
    /// `None`: the logarithm of it.
    beta: Option<f32>,
}

impl Softmax {
    /// The kernel of INT16 codes, where this is one.
    fn of_codes(&self, io: &Operands<'_>) -> Result<Option<integer::softmax::Softmax>, OpError> {
        let (x, y) = (io.operand(0)?, io.result(0));
        match (self.beta, &x.quant) {
            (Some(beta), Some(quant)) if [x.stored, y.stored] == [DType::Int16; 2] => {
                integer::softmax::Softmax::new(quant, beta).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl Operator for Softmax {
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
        if let Some(softmax) = self.of_codes(cx.io())? {
            let codes = cx.stored(0)?;
            let axis = cx.axis(codes.rank() - 1);
            let y = softmax.lower(cx, &codes, axis)?;
            return cx.finish_stored(0, y);
        }
        let mut x = cx.real(0)?;
        if let Some(beta) = self.beta.filter(|&beta| beta != 1.0) {
            let beta = cx.floats(&[], &[beta]);
            x = cx.binary("Mul", &x, &beta)?;
        }
        let axis = cx.axis(x.rank() - 1) as i64;
        let op_type = match self.beta {
            Some(_) => "Softmax",
            None => "LogSoftmax",
        };
        let y = cx.node(op_type).input(&x).attr("axis", axis).out_result(0);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        if let Some(softmax) = self.of_codes(cx.io())? {
            let codes = cx.stored(0)?;
            let depth = codes.shape().last().copied().unwrap_or(1).max(1);
            let plain = codes.try_as_plain_ram().map_err(OpError::from_tract)?;
            let elements = plain.as_slice::<i16>().map_err(OpError::from_tract)?;
            let rows = elements.chunks(depth);
            let y: Vec<i16> = rows.flat_map(|row| softmax.row(row)).collect();
            let y = Tensor::from_shape(codes.shape(), &y).map_err(OpError::from_tract)?;
            return cx.finish_stored(0, y);
        }
        let x = cx.tensor(0)?;
        let y = match self.beta {
            Some(beta) => normalize::softmax(&x, beta)?,
            None => normalize::log_softmax(&x)?,
        };
        cx.finish(0, y)
    }

    /// onnxruntime's `QLinearSoftmax` multiplies in 32 bits, which overflow where a step of the result is less than
    /// the 256th that LiteRT's integer kernel has.
    fn is_wrong_in_bytes(&self) -> bool {
        self.beta.is_some()
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
