//! MIRROR_PAD: a tensor continued by its mirror image, with (SYMMETRIC) or without (REFLECT) the border.
//!
//! Source: LiteRT kernels/mirror_pad.cc. ONNX: Pad of mode reflect; it has no symmetric one, so that is a
//! Gather along each padded axis.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Batch, Batched, DType, LowerCx, OpDef, OpError, Operands, Operator, Placement, QuantRule,
    RawOp, Shape,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::pad::{self, Mirror};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, MirrorPadMode, MirrorPadOptionsT};

use super::pad::{computed, padded, paddings, unpadded, where_known};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::MIRROR_PAD, MirrorPad::parse)
    .versions(1..=3)
    .arity(2..=2, 1..=1)
    .emits(&["Pad", "Gather"])];

#[derive(Debug)]
struct MirrorPad {
    symmetric: bool,
}

impl MirrorPad {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let MirrorPadOptionsT { mode } = options!(raw, builtin_options_as_mirror_pad_options);
        let symmetric = match mode {
            MirrorPadMode::REFLECT => false,
            MirrorPadMode::SYMMETRIC => true,
            other => return Err(OpError::option("mode", "REFLECT or SYMMETRIC", other.0)),
        };
        Ok(Box::new(MirrorPad { symmetric }))
    }

    /// Which element of an axis of `extent` stands where in the padded axis.
    fn image(&self, extent: usize, (before, after): (usize, usize)) -> Vec<i64> {
        let (before, extent) = (before as i64, extent as i64);
        let skip = i64::from(!self.symmetric);
        (-before..extent + after as i64)
            .map(|at| match at {
                _ if at < 0 => skip - 1 - at,
                _ if at >= extent => 2 * extent - 1 - skip - at,
                _ => at,
            })
            .collect()
    }
}

impl Operator for MirrorPad {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        let shape = io.shape(0)?;
        for (axis, &pad) in paddings(io)?.iter().flatten().enumerate() {
            let most = shape[axis].fixed().unwrap_or(usize::MAX);
            let most = most.saturating_sub(usize::from(!self.symmetric));
            if pad.0.max(pad.1) > most {
                let expected = format!("at most {most} on axis {axis}");
                return Err(OpError::operand(1, expected, pad.0.max(pad.1)));
            }
            if self.symmetric && pad != (0, 0) && shape[axis].fixed().is_none() {
                return Err(OpError::unsupported_operand(
                    0,
                    format!("mirroring dynamic axis {axis} with its border"),
                ));
            }
        }
        if self.symmetric && io.known_ints(1).is_none() {
            return Err(OpError::unsupported_operand(
                1,
                "computed paddings of mode SYMMETRIC",
            ));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![padded(io)?]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        unpadded(io, batch)
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        where_known(io)
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let pads = paddings(cx.io())?.map(|pads| cx.ordered(&pads));
        let narrow = matches!(x.dtype, DType::Int16 | DType::UInt16);
        let y = match pads {
            Some(pads) if pads.iter().all(|&pad| pad == (0, 0)) => x,
            Some(pads) if self.symmetric || narrow => {
                let mut y = x;
                for (axis, &pad) in pads.iter().enumerate() {
                    if let (Some(extent), true) = (y.shape[axis].fixed(), pad != (0, 0)) {
                        cx.make_room(extent + pad.0 + pad.1, 8)?;
                        let image = cx.int64s(&self.image(extent, pad));
                        y = cx.gather(&y, &image, axis);
                    }
                }
                y
            }
            Some(pads) => {
                let before = pads.iter().map(|pad| pad.0 as i64);
                let ints: Vec<i64> = before.chain(pads.iter().map(|pad| pad.1 as i64)).collect();
                let ints = cx.int64s(&ints);
                let node = cx.node("Pad").inputs([&x, &ints]);
                node.attr("mode", "reflect").out_result(0)
            }
            None => {
                let ints = computed(cx)?;
                let node = cx.node("Pad").inputs([&x, &ints]);
                node.attr("mode", "reflect").out_result(0)
            }
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let mirror = match self.symmetric {
            true => Mirror::Symmetric,
            false => Mirror::Reflect,
        };
        let pads = super::pad::reference_paddings(cx)?;
        let y = pad::mirror_pad(&*cx.tensor(0)?, &pads, mirror)?;
        cx.finish(0, y)
    }
}
