//! BATCH_MATMUL: the product of the last two axes, either operand transposed first where its flag says so; the
//! axes in front broadcast.
//!
//! Source: LiteRT kernels/batch_matmul.cc. ONNX: MatMul, with Transpose (folded into a constant operand).

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape,
    Tolerance, Wire, broadcast,
};
use crate::ops::activation::Activation;
use crate::ops::hybrid::{Hybrid, is_hybrid};
use crate::ops::integer::output_stage::OutputStage;
#[cfg(feature = "validate")]
use crate::reference::kernels::{arrange, matmul};
use crate::tflite::options;
use crate::tflite::schema::{BatchMatMulOptionsT, BuiltinOperator};

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::BATCH_MATMUL, BatchMatMul::parse)
        .versions(1..=4)
        .arity(2..=2, 1..=1)
        .emits(&["Transpose", "MatMul"]),
];

#[derive(Debug)]
struct BatchMatMul {
    /// Is each operand transposed?
    adjoint: [bool; 2],
    /// How rows of real numbers are quantised for a quantised second operand.
    hybrid: Hybrid,
}

impl BatchMatMul {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let BatchMatMulOptionsT {
            adj_x,
            adj_y,
            asymmetric_quantize_inputs,
        } = options!(raw, builtin_options_as_batch_mat_mul_options);
        Ok(Box::new(BatchMatMul {
            adjoint: [adj_x, adj_y],
            hybrid: Hybrid::asked(asymmetric_quantize_inputs),
        }))
    }

    /// Axes of an operand as the product takes them.
    fn axes(&self, slot: usize, rank: usize) -> Vec<usize> {
        let mut axes: Vec<usize> = (0..rank).collect();
        if self.adjoint[slot] {
            axes.swap(rank - 2, rank - 1);
        }
        axes
    }

    /// The extents in front, and which axes are the product's rows and columns.
    fn parts(&self, io: &Operands<'_>, slot: usize) -> Result<(Shape, [usize; 2]), OpError> {
        let shape = io.shape(slot)?;
        let axes = self.axes(slot, shape.rank());
        let lead = shape.dims()[..shape.rank() - 2].iter().cloned().collect();
        Ok((lead, [axes[shape.rank() - 2], axes[shape.rank() - 1]]))
    }

    fn operand(&self, cx: &mut LowerCx<'_>, slot: usize) -> Result<Wire, OpError> {
        let rank = cx.io().rank(slot)?;
        let axes = self.axes(slot, rank);
        match several_scales(cx.io(), slot) && rank > 2 {
            // onnxruntime fuses the product, and then refuses such scales but of a matrix (`QLinearMatMul`).
            true => cx.permuted_plainly(slot, &axes),
            false => cx.permuted(slot, &axes),
        }
    }
}

/// Is an operand quantised with several scales?
fn several_scales(io: &Operands<'_>, slot: usize) -> bool {
    let quant = io.get(slot).and_then(|value| value.quant.as_ref());
    quant.is_some_and(|quant| quant.scale.len() > 1)
}

/// The output stage of LiteRT's integer kernel, which knows one scale of the right operand. It takes several for 0
/// (`GetQuantizedConvolutionMultipler` of `params.scale`); such products are what they mean.
fn stage(io: &Operands<'_>) -> Option<OutputStage> {
    match several_scales(io, 1) {
        true => None,
        false => OutputStage::of(io, 0, 1, None),
    }
}

impl Operator for BatchMatMul {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        for slot in 0..2 {
            io.expect_dtype(slot, &[DType::Float32])?;
            io.expect_rank(slot, 2..=5)?;
        }
        let (_, [_, left]) = self.parts(io, 0)?;
        let (_, [right, _]) = self.parts(io, 1)?;
        let (left, right) = (&io.shape(0)?[left], &io.shape(1)?[right]);
        if left.fixed().zip(right.fixed()).is_some_and(|(a, b)| a != b) {
            return Err(OpError::operand(
                1,
                format!("{left} elements to multiply with those of operand 0"),
                io.shape(1)?,
            ));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (a, [rows, _]) = self.parts(io, 0)?;
        let (b, [_, columns]) = self.parts(io, 1)?;
        let lead = broadcast([&a, &b])
            .ok_or_else(|| OpError::operand(1, format!("batches that broadcast with {a}"), &b))?;
        let last = [io.shape(0)?[rows].clone(), io.shape(1)?[columns].clone()];
        Ok(Some(vec![Shape::new(
            lead.dims().iter().cloned().chain(last),
        )]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let rank = io.result(0).shape.rank();
        let (rows, columns, inner) = (rank - 2, rank - 1, rank);
        let mut map = AxisMap::new(rank + 1).result(0, 0..rank);
        for (slot, own) in [(0, [rows, inner]), (1, [inner, columns])] {
            let lead = io.rank(slot)? - 2;
            let own = match self.adjoint[slot] {
                true => [own[1], own[0]],
                false => own,
            };
            map = map.operand(slot, (rows - lead..rows).chain(own));
        }
        batch.broadcast_along(io, map, 0..rank)
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        is_hybrid(io, 0, 1)
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let stage = stage(cx.io());
        if stage.is_some() {
            cx.read_steps();
        }
        let (mut a, mut b) = (self.operand(cx, 0)?, self.operand(cx, 1)?);
        if is_hybrid(cx.io(), 0, 1) {
            a = self.hybrid.lower(cx, &a, &[a.rank() - 1])?;
        }
        if stage.is_some() {
            // Products of 31 bits.
            (a, b) = (cx.cast(&a, DType::Float64)?, cx.cast(&b, DType::Float64)?);
        }
        let shape = cx.result_shape(0);
        let node = cx.node("MatMul").inputs([&a, &b]);
        match stage {
            Some(stage) => {
                let y = node.out(DType::Float64, shape);
                stage.finish(cx, &y, 0, Activation::None)
            }
            None => {
                let y = node.out_result(0);
                cx.finish(0, y)
            }
        }
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let [mut adjoint_a, adjoint_b] = self.adjoint;
        let stage = stage(cx.io());
        if stage.is_some() {
            cx.read_steps()?;
        }
        let mut a = cx.tensor(0)?;
        if is_hybrid(cx.io(), 0, 1) {
            let rank = a.rank();
            let rows = arrange::transpose(&a, &self.axes(0, rank))?;
            a = self.hybrid.reference(&rows, rows.shape()[rank - 1])?.into();
            adjoint_a = false;
        }
        let y = matmul::matmul(&a, &*cx.tensor(1)?, adjoint_a, adjoint_b)?;
        match stage {
            Some(stage) => stage.reference(cx, &y, Activation::None),
            None => cx.finish(0, y),
        }
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
