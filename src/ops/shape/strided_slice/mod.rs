//! STRIDED_SLICE: numpy's indexing: begin, end and stride an axis, an ellipsis, new axes and dropped ones.
//!
//! Source: LiteRT kernels/strided_slice.cc, kernels/internal/strided_slice_logic.h. An axis that is dropped
//! takes the element at its begin, whatever its end; a new axis beats a dropped one; with `offset` an end
//! counts from its begin. ONNX: Slice (Gather where a dropped axis' begin is computed), Reshape.

mod entries;
#[cfg(feature = "validate")]
mod reference;

use crate::batch::mixes;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, Cut, DType, Dim, Holds, Literal, LowerCx, OpDef, OpError, Operands,
    Operator, Placement, QuantRule, RawOp, Shape, Wire,
};
use crate::ops::movers::{View, expect_movable};
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, StridedSliceOptionsT};

use entries::{Step, bit};

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::STRIDED_SLICE, StridedSlice::parse)
            .versions(1..=8)
            .arity(4..=4, 1..=1)
            .emits(&["Slice", "Gather", "Reshape"]),
    ];

#[derive(Debug)]
struct StridedSlice {
    begin_mask: i32,
    end_mask: i32,
    ellipsis_mask: i32,
    new_axis_mask: i32,
    shrink_axis_mask: i32,
    offset: bool,
}

impl StridedSlice {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let StridedSliceOptionsT {
            begin_mask,
            end_mask,
            ellipsis_mask,
            new_axis_mask,
            shrink_axis_mask,
            offset,
        } = options!(raw, builtin_options_as_strided_slice_options);
        if ellipsis_mask.count_ones() > 1 {
            return Err(OpError::option("ellipsis_mask", "one bit", ellipsis_mask));
        }
        Ok(Box::new(StridedSlice {
            begin_mask,
            end_mask,
            ellipsis_mask,
            new_axis_mask: new_axis_mask & !ellipsis_mask,
            shrink_axis_mask: shrink_axis_mask & !new_axis_mask & !ellipsis_mask,
            offset,
        }))
    }

    /// Entry `entry` of operand `slot`, as a vector of one INT64.
    fn entry(cx: &mut LowerCx<'_>, slot: usize, entry: usize) -> Result<Wire, OpError> {
        if let Some(known) = cx.io().known_ints(slot) {
            return Ok(cx.int64s(&known[entry..=entry]));
        }
        let list = cx.source(slot)?;
        let at = cx.extents(&[entry]);
        let one = cx.gather(&list, &at, 0);
        cx.cast(&one, DType::Int64)
    }

    /// An index that leaves out no element in the direction of a stride: before all of them, or behind.
    fn beyond(cx: &mut LowerCx<'_>, stride: &Wire, before: bool) -> Result<Wire, OpError> {
        let zero = cx.scalar(DType::Int64, 0.0)?;
        let (low, high) = (cx.int64s(&[i64::MIN + 1]), cx.int64s(&[i64::MAX]));
        let known = cx.known(stride).and_then(Literal::ints);
        match known.as_deref() {
            // Not the least number: tract 0.23.9 overflows at it.
            Some(&[1..=i64::MAX]) if before => Ok(cx.int64s(&[0])),
            Some(&[i64::MIN..=0]) if !before => Ok(low),
            Some(_) => Ok(high),
            None => {
                let falls = cx.compare("Less", stride, &zero)?;
                let (first, last) = if before { (high, low) } else { (low, high) };
                cx.select(&falls, &first, &last)
            }
        }
    }

    /// The cuts as nodes whose operands are computed when the model runs, in the file's order.
    fn cut_at_run_time(&self, cx: &mut LowerCx<'_>, x: Wire) -> Result<Wire, OpError> {
        let goal = self.cut_shape(cx.io())?;
        let mut lists: [Vec<Wire>; 3] = Default::default();
        let (mut axes, mut dropped) = (Vec::new(), Vec::new());
        for step in self.steps(cx.io())? {
            let Step::Cut { axis, entry, drop } = step else {
                continue;
            };
            if drop {
                dropped.push((axis, entry));
                continue;
            }
            let stride = Self::entry(cx, 3, entry)?;
            for (slot, mask) in [(1, self.begin_mask), (2, self.end_mask)] {
                let part = match bit(mask, entry) {
                    true => Self::beyond(cx, &stride, slot == 1)?,
                    false => Self::entry(cx, slot, entry)?,
                };
                lists[slot - 1].push(part);
            }
            lists[2].push(stride);
            axes.push(axis as i64);
        }
        let mut y = x;
        if !axes.is_empty() {
            let mut dims = goal.dims().to_vec();
            for &(axis, _) in &dropped {
                dims[axis] = y.shape[axis].clone();
            }
            let [starts, ends, steps] = &lists;
            let (starts, ends) = (cx.concat(starts, 0)?, cx.concat(ends, 0)?);
            let (steps, axes) = (cx.concat(steps, 0)?, cx.int64s(&axes));
            let node = cx.node("Slice").inputs([&y, &starts, &ends, &axes, &steps]);
            y = node.out(y.dtype, dims.into_iter().collect());
        }
        for (axis, entry) in dropped {
            let index = match bit(self.begin_mask, entry) {
                true => cx.int64s(&[0]),
                false => Self::entry(cx, 1, entry)?,
            };
            y = cx.gather(&y, &index, axis);
        }
        Ok(y)
    }
}

impl Operator for StridedSlice {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        for slot in 1..4 {
            io.expect_rank(slot, 1..=1)?;
            io.expect_dtype(slot, &[DType::Int32])?;
            if io.dims(slot)? != io.dims(1)? {
                return Err(OpError::operand(slot, io.shape(1)?, io.shape(slot)?));
            }
        }
        self.steps(io)?;
        if self.offset && self.cuts(io)?.is_none() {
            return Err(OpError::unsupported("option offset with computed entries"));
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let cut = self.cut_shape(io)?;
        let dims = self.steps(io)?.into_iter().filter_map(|step| match step {
            Step::New => Some(Dim::Fixed(1)),
            Step::Cut { drop: true, .. } => None,
            Step::Whole(axis) | Step::Cut { axis, .. } => Some(cut[axis].clone()),
        });
        Ok(Some(vec![dims.collect()]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let known = io.operand(0)?.literal().zip(self.cuts(io)?);
        let shape = io.result(0).shape.fixed();
        let Some(((literal, cuts), shape)) = known.zip(shape) else {
            return Ok(None);
        };
        let view = cuts.iter().fold(View::whole(&literal.shape), |view, cut| {
            view.cut(cut.axis, cut.start, cut.step, cut.extent)
        });
        let cut = view.of(&literal);
        Ok(cut.map(|cut| vec![Literal { shape, ..cut }]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        let span = batch.only(0, &[2])?;
        let cuts = self.cuts(io)?.unwrap_or_default();
        let (mut operand, mut result, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        let mut end = None;
        let steps = self.steps(io)?;
        for (place, step) in steps.iter().enumerate() {
            match *step {
                Step::New => {}
                Step::Whole(_) => whole.push(place),
                Step::Cut { axis, entry, .. } => {
                    let cut = cuts.iter().find(|cut| cut.axis == axis);
                    let extent = io.shape(0)?[axis].fixed();
                    if cut.is_some_and(|cut| {
                        (cut.start, cut.step) == (0, 1) && Some(cut.extent) == extent
                    }) {
                        whole.push(place);
                    }
                    end = end.or((axis == span.axis).then_some(entry));
                }
            }
            if *step != Step::New {
                operand.push(place);
            }
            if !matches!(step, Step::Cut { drop: true, .. }) {
                result.push(place);
            }
        }
        let map = AxisMap::new(steps.len());
        let batched = batch.along(io, map.operand(0, operand).result(0, result), whole)?;
        match end {
            Some(entry) if batch.differs_only_in(2, entry) => {
                Ok(batched.all_in(2, entry, i32::MAX.into()))
            }
            None if batch.holds(2) == Holds::Same => Ok(batched),
            _ => Err(mixes(2)),
        }
    }

    /// The space is the operand's axes and the new ones, in the order of the entries.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(steps), Ok(Some(_))) = (self.steps(io), self.cuts(io)) else {
            return Placement::Barrier;
        };
        let (mut operand, mut result) = (Vec::new(), Vec::new());
        for (place, step) in steps.iter().enumerate() {
            if *step != Step::New {
                operand.push(place);
            }
            if !matches!(step, Step::Cut { drop: true, .. }) {
                result.push(place);
            }
        }
        let map = AxisMap::new(steps.len());
        Placement::Free(map.operand(0, operand).result(0, result))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let y = match self.cuts(cx.io())? {
            Some(cuts) => {
                let cuts = cuts.into_iter().map(|cut| Cut {
                    axis: cx.operand_axis(0, cut.axis),
                    ..cut
                });
                let cuts: Vec<Cut> = cuts.collect();
                cx.slice(&x, &cuts)
            }
            None => self.cut_at_run_time(cx, x)?,
        };
        let y = cx.reshape(&y, &cx.result_shape(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        reference::run(self, cx)
    }
}
