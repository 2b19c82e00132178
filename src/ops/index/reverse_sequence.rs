//! REVERSE_SEQUENCE: the first elements of each sequence in reverse, as many as its length says.
//!
//! Source: LiteRT kernels/reverse_sequence.cc. ONNX: ReverseSequence, which wants the two axes in front.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, QuantRule, RawOp,
    Shape, resolve_axis,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::place;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, ReverseSequenceOptionsT};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::REVERSE_SEQUENCE, ReverseSequence::parse)
            .arity(2..=2, 1..=1)
            .emits(&["ReverseSequence"]),
    ];

#[derive(Debug)]
struct ReverseSequence {
    seq_dim: i32,
    batch_dim: i32,
}

impl ReverseSequence {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let ReverseSequenceOptionsT { seq_dim, batch_dim } =
            options!(raw, builtin_options_as_reverse_sequence_options);
        Ok(Box::new(ReverseSequence { seq_dim, batch_dim }))
    }

    /// The axis along which elements are reversed, and the axis of sequences.
    fn axes(&self, io: &Operands<'_>) -> Result<(usize, usize), OpError> {
        let rank = io.rank(0)?;
        let axis = |name, axis: i32| match axis {
            0.. => resolve_axis(axis.into(), rank),
            _ => Err(OpError::option(name, "no negative axis", axis)),
        };
        let axes = (
            axis("seq_dim", self.seq_dim)?,
            axis("batch_dim", self.batch_dim)?,
        );
        match axes.0 == axes.1 {
            true => Err(OpError::option(
                "batch_dim",
                "another axis than seq_dim",
                axes.1,
            )),
            false => Ok(axes),
        }
    }
}

impl Operator for ReverseSequence {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        io.expect_dtype(1, &[DType::Int32, DType::Int64])?;
        io.expect_rank(1, 1..=1)?;
        let (time, batch) = self.axes(io)?;
        let (shape, lengths) = (io.shape(0)?, io.shape(1)?);
        if shape[batch]
            .fixed()
            .zip(lengths[0].fixed())
            .is_some_and(|(a, b)| a != b)
        {
            return Err(OpError::operand(
                1,
                format!("{} lengths", shape[batch]),
                lengths,
            ));
        }
        let most = shape[time].fixed().map_or(i64::MAX, |n| n as i64);
        let within = |n: &i64| (0..=most).contains(n);
        if let Some(n) = io.known_ints(1).iter().flatten().find(|n| !within(n)) {
            return Err(OpError::operand(1, format!("lengths of 0 to {most}"), n));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let ((time, lanes), rank) = (self.axes(io)?, io.rank(0)?);
        let map = AxisMap::same(rank).operand(1, [lanes]);
        batch.along(io, map, (0..rank).filter(|&axis| axis != time))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (time, batch) = self.axes(cx.io())?;
        let x = cx.source(0)?;
        let lengths = cx.source(1)?;
        let lengths = cx.cast(&lengths, DType::Int64)?;
        let in_front = time.max(batch) == 1;
        let mut order = vec![batch, time];
        order.extend((0..x.rank()).filter(|&axis| axis != batch && axis != time));
        let (turned, axes) = match in_front {
            true => (x, (time, batch)),
            false => (cx.transpose(&x, &order)?, (1, 0)),
        };
        let node = cx.node("ReverseSequence").inputs([&turned, &lengths]);
        let node = node.attr("time_axis", axes.0 as i64);
        let y = node.attr("batch_axis", axes.1 as i64).out_like(&turned);
        let y = match in_front {
            true => y,
            false => {
                let back: Vec<usize> = (0..order.len())
                    .filter_map(|axis| order.iter().position(|&from| from == axis))
                    .collect();
                cx.transpose(&y, &back)?
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (time, batch) = self.axes(cx.io())?;
        let y = place::reverse_sequence(&*cx.tensor(0)?, &cx.ints(1)?, time, batch)?;
        cx.finish(0, y)
    }
}
