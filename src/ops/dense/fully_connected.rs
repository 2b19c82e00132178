//! FULLY_CONNECTED: `x · weights' + bias` over the last axis, weights `[units, depth]`. Without `keep_num_dims`
//! the input is flattened into rows of `depth`, wherever its axes end.
//!
//! Source: LiteRT kernels/fully_connected.cc. ONNX: Gemm; MatMul and Add where the axes are kept, and for many weights
//! of 4 bits, of which onnxruntime makes `MatMulNBits`: it rounds the input to 8 bits for each run, by blocks where
//! LiteRT does by rows, up to 3 % off. Few are decoded when the file is loaded, and the rows rounded as LiteRT does.

use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Bias, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, RawOp, Shape, Tolerance, Wire,
};
use crate::ops::activation::Activation;
use crate::ops::hybrid::{Hybrid, is_hybrid};
use crate::ops::integer::output_stage::OutputStage;
#[cfg(feature = "validate")]
use crate::reference::kernels::matmul;
use crate::tflite::options;
use crate::tflite::schema::{
    ActivationFunctionType, BuiltinOperator, FullyConnectedOptionsT,
    FullyConnectedOptionsWeightsFormat,
};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::FULLY_CONNECTED, FullyConnected::parse)
            .versions(1..=14)
            .arity(2..=3, 1..=1)
            .kernel(1, "OI", "OI", &[0, 1])
            .emits(&["Reshape", "Gemm", "MatMul", "Add"])
            .note("no shuffled weights"),
    ];

/// So many weights of less than 8 bits are decoded, as those of 8 bits are: up to here a product of one row takes half
/// as long again as one by packed weights (onnxruntime 1.31, x86), and memory is no matter.
const DECODED: usize = 1 << 16;

#[derive(Debug)]
struct FullyConnected {
    activation: Activation,
    keep_num_dims: bool,
    /// How rows of real numbers are quantised for quantised weights.
    hybrid: Hybrid,
}

impl FullyConnected {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let FullyConnectedOptionsT {
            fused_activation_function,
            weights_format,
            keep_num_dims,
            asymmetric_quantize_inputs,
            quantized_bias_type: _, // Only of integer kernels.
            quant_spec,
        } = options!(raw, builtin_options_as_fully_connected_options);
        if weights_format != FullyConnectedOptionsWeightsFormat::DEFAULT {
            return Err(OpError::unsupported(
                "weights in the shuffled 4x16 INT8 format",
            ));
        }
        if quant_spec.is_some() {
            return Err(OpError::unsupported("a quantisation specification"));
        }
        // Unlike the other kernels, this one does not ignore the activations it lacks.
        if [
            ActivationFunctionType::TANH,
            ActivationFunctionType::SIGN_BIT,
        ]
        .contains(&fused_activation_function)
        {
            return Err(OpError::option(
                "fused_activation_function",
                "NONE, RELU, RELU_N1_TO_1 or RELU6",
                format!("{fused_activation_function:?}"),
            ));
        }
        Ok(Box::new(FullyConnected {
            activation: Activation::parse(fused_activation_function)?,
            keep_num_dims,
            hybrid: Hybrid::asked(asymmetric_quantize_inputs),
        }))
    }

    /// Elements of a row.
    fn depth(io: &Operands<'_>) -> Result<usize, OpError> {
        let weights = io.shape(1)?;
        weights[1].fixed().ok_or_else(|| {
            OpError::unsupported_operand(1, format!("rows of dynamically many elements: {weights}"))
        })
    }

    /// The rows of the flattened input.
    fn rows(io: &Operands<'_>) -> Result<Dim, OpError> {
        let (shape, depth) = (io.shape(0)?, Self::depth(io)?);
        if depth == 0 {
            let lead = Shape::new(shape.dims()[..shape.rank() - 1].iter().cloned());
            return Ok(lead
                .count()
                .map_or_else(|| io.unknown_dim(0, 0), Dim::Fixed));
        }
        let symbols = || shape.dims().iter().filter(|dim| dim.fixed().is_none());
        let known: usize = shape.dims().iter().filter_map(Dim::fixed).product();
        let whole = known.is_multiple_of(depth);
        match (symbols().count(), whole, symbols().next()) {
            (0, true, _) => Ok(Dim::Fixed(known / depth)),
            (0, false, _) => Err(OpError::unsupported_operand(
                0,
                format!("{known} elements, which are no whole number of rows of {depth}"),
            )),
            (1, true, Some(symbol)) if known == depth => Ok(symbol.clone()),
            _ => Ok(io.unknown_dim(0, 0)),
        }
    }

    /// Are the axes in front of the last one kept, and more than one?
    fn keeps(&self, io: &Operands<'_>) -> Result<bool, OpError> {
        Ok(self.keep_num_dims && io.rank(0)? != 2)
    }

    /// Does a row take all axes of the input but the first? Then any order of them will do, so long as the
    /// weights are in the same.
    fn flattens(&self, io: &Operands<'_>) -> bool {
        let (Some(x), Some(weights)) = (io.get(0), io.get(1)) else {
            return false;
        };
        let row: Shape = x.shape.dims().iter().skip(1).cloned().collect();
        let whole = row.count() == weights.shape.dims().get(1).and_then(Dim::fixed);
        let constant = weights.constant().is_some() && !weights.is_quantized();
        constant && whole && row.rank() > 1 && !self.keep_num_dims
    }

    /// The input and the weights, both with a row's elements in the same order.
    fn rows_alike(&self, cx: &mut LowerCx<'_>) -> Result<(Wire, Wire), OpError> {
        let w = cx.real(1)?;
        let order: Vec<usize> = (0..cx.io().rank(0)?).collect();
        let order = cx.ordered(&order);
        if !self.flattens(cx.io()) || order.first() != Some(&0) {
            return Ok((cx.source(0)?, w));
        }
        let mut split = cx.io().shape(0)?.dims().to_vec();
        split[0] = w.shape[0].clone();
        let split = cx.reshape(&w, &Shape::new(split))?;
        let turned = cx.transpose(&split, &order)?;
        let w = cx.reshape(&turned, &w.shape)?;
        Ok((cx.real(0)?, w))
    }

    /// Refuses blocks of anything but INT4. LiteRT dispatches on blocks in its path for 4 bits only
    /// (`EvalQuantized`); others are taken for weights with one scale, which they do not have, and so for zeros.
    fn expect_scales(io: &Operands<'_>) -> Result<(), OpError> {
        let weights = io.operand(1)?;
        let blocks = weights
            .quant
            .as_ref()
            .is_some_and(|quant| quant.block.is_some());
        let found = weights.packed.unwrap_or(weights.stored);
        match blocks && found != DType::Int4 {
            true => Err(OpError::unsupported_operand(
                1,
                format!(
                    "{found} with scales for blocks, which TFLite's own kernel takes for zeros (only INT4 has such scales there)"
                ),
            )),
            false => Ok(()),
        }
    }

    /// How the input is quantised where the weights alone are: for those with blocks from the least number to the
    /// greatest, whatever the options say (XNNPACK's kernel, which is LiteRT's own for them). For weights that stay
    /// packed runtimes do it by themselves.
    fn hybrid(&self, io: &Operands<'_>) -> Option<Hybrid> {
        let rounds = is_hybrid(io, 0, 1) && !Self::stays_packed(io);
        let quant = io.get(1).and_then(|weights| weights.quant.as_ref());
        let hybrid = match quant.is_some_and(|quant| quant.block.is_some()) {
            true => Hybrid::Asymmetric,
            false => self.hybrid,
        };
        rounds.then_some(hybrid)
    }

    /// Are the weights of less than 8 bits, and more than are decoded?
    fn stays_packed(io: &Operands<'_>) -> bool {
        io.get(1).is_some_and(|weights| {
            let count = weights.shape.count();
            weights.packed.is_some() && count.is_none_or(|count| count > DECODED)
        })
    }

    /// Weights that stay packed, `[depth, units]`.
    fn packed(cx: &mut LowerCx<'_>) -> Result<Option<Wire>, OpError> {
        match Self::stays_packed(cx.io()) {
            true => cx.packed(1, &[1, 0]),
            false => Ok(None),
        }
    }

    /// `MatMul` and `Add`, which leave all axes but the last alone.
    fn product(
        cx: &mut LowerCx<'_>,
        (x, w): (&Wire, &Wire),
        bias: Option<&Wire>,
    ) -> Result<Wire, OpError> {
        let y = cx.node("MatMul").inputs([x, w]).out_result(0);
        match bias {
            Some(bias) => cx.binary("Add", &y, bias),
            None => Ok(y),
        }
    }

    /// The input as the result's rows, or with the axes in front of the last one kept.
    fn input(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        if self.keeps(cx.io())? {
            let x = cx.real(0)?;
            return match self.hybrid(cx.io()) {
                Some(hybrid) => hybrid.lower(cx, &x, &[x.rank() - 1]),
                None => Ok(x),
            };
        }
        let (x, rows) = (cx.source(0)?, cx.io().result(0).shape[0].clone());
        let flat = Shape::new([rows, cx.io().shape(1)?[1].clone()]);
        cx.reshape(&x, &flat)
    }

    /// With nothing to add up the kernel gives zeros, whatever the bias.
    fn nothing(cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let dims = cx.result_shape(0).fixed();
        let dims = dims.ok_or_else(|| {
            OpError::unsupported_operand(1, "weights without elements, and a dynamic batch")
        })?;
        let zero = cx.floats(&[], &[0.0]);
        let y = cx.expand(&zero, &dims);
        cx.finish(0, y)
    }

    fn gemm(&self, cx: &mut LowerCx<'_>, bias: Option<&Wire>) -> Result<Wire, OpError> {
        let (x, w) = self.rows_alike(cx)?;
        let rows = cx.io().result(0).shape[0].clone();
        let flat = Shape::new([rows, w.shape[1].clone()]);
        let mut x = cx.reshape(&x, &flat)?;
        if let Some(hybrid) = self.hybrid(cx.io()) {
            x = hybrid.lower(cx, &x, &[1])?;
        }
        let node = cx.node("Gemm").inputs([&x, &w]).maybe(bias);
        Ok(node.attr("transB", 1i64).out_result(0))
    }
}

impl Operator for FullyConnected {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_dtype(1, &[DType::Float32])?;
        io.expect_rank(0, 1..=usize::MAX)?;
        io.expect_rank(1, 2..=2)?;
        Self::expect_scales(io)?;
        let (units, depth) = (&io.shape(1)?[0], Self::depth(io)?);
        if let Some(bias) = io.get(2) {
            io.expect_dtype(2, &[DType::Float32])?;
            if bias.shape.count() != units.fixed() {
                let expected = format!("{units} elements");
                return Err(OpError::operand(2, expected, &bias.shape));
            }
        }
        let shape = io.shape(0)?;
        let last = shape[shape.rank() - 1].fixed();
        if self.keep_num_dims && last.is_some_and(|last| last != depth) {
            return Err(OpError::operand(
                0,
                format!("a last axis of {depth}"),
                shape,
            ));
        }
        Self::rows(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let units = io.shape(1)?[0].clone();
        let lead = match self.keep_num_dims {
            true => {
                let dims = io.shape(0)?.dims();
                dims[..dims.len() - 1].to_vec()
            }
            false => vec![Self::rows(io)?],
        };
        let shape: Shape = lead.into_iter().chain([units]).collect();
        Ok(Some(vec![shape]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        if self.keep_num_dims {
            return batch.same(io, 0..io.rank(0)?.saturating_sub(1));
        }
        let rows = Shape::new([Self::rows(io)?, Self::depth(io)?.into()]);
        batch.only(0, &[])?;
        let span = batch.regrouped(io, &rows)?;
        match span.axis {
            0 => Ok(Batched::at(span)),
            _ => Err(mixes(0)),
        }
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match (self.flattens(io), io.rank(0)) {
            (true, Ok(rank)) => Placement::Free(AxisMap::new(rank).operand(0, 0..rank)),
            _ => Placement::Barrier,
        }
    }

    fn is_hybrid(&self, io: &Operands<'_>) -> bool {
        self.hybrid(io).is_some()
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let units = Shape::new([cx.io().shape(1)?[0].clone()]);
        if Self::depth(cx.io())? == 0 {
            return Self::nothing(cx);
        }
        let stage = OutputStage::whole(cx.io(), 0, 1, 2);
        if stage.is_some() {
            cx.read_steps();
        }
        let bias = match cx.real_opt(2)? {
            Some(bias) => Some(cx.reshape(&bias, &units)?),
            None => None,
        };
        let y = match (Self::packed(cx)?, self.keeps(cx.io())?) {
            (None, false) => self.gemm(cx, bias.as_ref())?,
            (packed, _) => {
                let w = packed.map_or_else(|| cx.permuted(1, &[1, 0]), Ok)?;
                let x = self.input(cx)?;
                Self::product(cx, (&x, &w), bias.as_ref())?
            }
        };
        if let Some(stage) = stage {
            return stage.finish(cx, &y, y.rank() - 1, self.activation);
        }
        let y = self.activation.lower(cx, y)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let stage = OutputStage::whole(cx.io(), 0, 1, 2);
        if stage.is_some() {
            cx.read_steps()?;
        }
        let (mut x, w, b) = (cx.tensor(0)?, cx.tensor(1)?, cx.tensor_opt(2));
        if let Some(hybrid) = self.hybrid(cx.io()) {
            x = hybrid.reference(&x, Self::depth(cx.io())?)?.into();
        }
        let y = matmul::fully_connected(&x, &w, b.as_deref(), self.keep_num_dims)?;
        if let Some(stage) = stage {
            return stage.reference(cx, &y, self.activation);
        }
        cx.finish(0, self.activation.reference(cx, y)?)
    }

    fn bias(&self) -> Option<Bias> {
        Some(Bias {
            input: 0,
            weights: 1,
            bias: 2,
        })
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
