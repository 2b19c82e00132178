//! STABLEHLO_GATHER: slices of a tensor, one for each index vector, moved inside where they reach beyond it.
//!
//! Source: LiteRT kernels/stablehlo_gather.cc. ONNX: arithmetic on the indices, then Gather from the tensor
//! written as one row.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{LowerCx, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::slices;
use crate::tflite::schema::{BuiltinOperator as Code, StablehloGatherOptionsT};

use super::slices::{Starts, axes, coordinates, steps};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(Code::STABLEHLO_GATHER, Gather::parse)
    .arity(2..=2, 1..=1)
    .emits(&["Gather", "Clip", "Mul"])
    .note("static shapes")];

#[derive(Debug)]
struct Gather {
    starts: Starts,
    /// Axes of the result along which a slice lies.
    offset_axes: Vec<usize>,
    /// Axes of the tensor that slices, of extent 1 there, do not keep.
    collapsed: Vec<usize>,
    extents: Vec<usize>,
}

impl Gather {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = raw.operator.builtin_options_2_as_stablehlo_gather_options();
        let options = options.ok_or_else(|| OpError::inconsistent("it has no options"))?;
        let StablehloGatherOptionsT {
            offset_dims,
            collapsed_slice_dims,
            start_index_map,
            index_vector_dim,
            slice_sizes,
            indices_are_sorted: _, // A hint.
        } = options.unpack();
        let sizes = slice_sizes.unwrap_or_default();
        let extents = sizes.iter().map(|&n| u32::try_from(n).map(|n| n as usize));
        let vector_axis = usize::try_from(index_vector_dim)
            .map_err(|_| OpError::option("index_vector_dim", "an axis", index_vector_dim))?;
        Ok(Box::new(Gather {
            starts: Starts {
                slot: 1,
                vector_axis,
                axes: axes("start_index_map", start_index_map)?,
            },
            offset_axes: axes("offset_dims", offset_dims)?,
            collapsed: axes("collapsed_slice_dims", collapsed_slice_dims)?,
            extents: extents
                .collect::<Result<_, _>>()
                .map_err(|_| OpError::option("slice_sizes", "extents", format!("{sizes:?}")))?,
        }))
    }

    /// Extents of the slices as the result has them, and of all other axes of the result.
    fn extents(&self, io: &Operands<'_>) -> Result<(Vec<usize>, Vec<usize>), OpError> {
        let dims = io.dims(0)?;
        let batch = self.starts.check(io, dims.len())?;
        let within = self.extents.iter().zip(&dims).all(|(n, dim)| n <= dim);
        if self.extents.len() != dims.len() || !within || self.extents.contains(&0) {
            let found = format!("{:?}", self.extents);
            return Err(OpError::option(
                "slice_sizes",
                format!("extents within {dims:?}"),
                found,
            ));
        }
        let single = self
            .collapsed
            .iter()
            .all(|&axis| self.extents.get(axis) == Some(&1));
        let kept = (0..dims.len()).filter(|axis| !self.collapsed.contains(axis));
        let slice: Vec<usize> = kept.map(|axis| self.extents[axis]).collect();
        let rank = batch.len() + slice.len();
        let sorted = self.offset_axes.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = self.offset_axes.len() == slice.len()
            && self.offset_axes.iter().all(|&axis| axis < rank);
        if !single || !sorted || !fits {
            let found = format!("{:?}, {:?}", self.offset_axes, self.collapsed);
            return Err(OpError::option(
                "offset_dims and collapsed_slice_dims",
                "the axes of a slice",
                found,
            ));
        }
        Ok((slice, batch))
    }

    /// Which axis of `[batch…, slice…]` each axis of the result is.
    fn order(&self, batch: usize, slice: usize) -> Vec<usize> {
        let (mut batches, mut slices) = (0..batch, batch..batch + slice);
        let axis = |axis: usize| match self.offset_axes.contains(&axis) {
            true => slices.next(),
            false => batches.next(),
        };
        (0..batch + slice).filter_map(axis).collect()
    }
}

impl Operator for Gather {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        self.extents(io)?;
        let stored = io.operand(0)?.stored;
        match io.result(0).stored {
            result if result == stored => Ok(()),
            result => Err(OpError::result(0, stored, result)),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (slice, batch) = self.extents(io)?;
        let order = self.order(batch.len(), slice.len());
        let both = [batch, slice].concat();
        Ok(Some(vec![
            order.into_iter().map(|axis| both[axis].into()).collect(),
        ]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (slice, batch) = self.extents(cx.io())?;
        let dims = cx.io().dims(0)?;
        let steps = steps(&dims);
        let rows = self.starts.lower(cx)?;
        let room = |&axis: &usize| dims[axis] - self.extents[axis];
        let room: Vec<usize> = self.starts.axes.iter().map(room).collect();
        let (zero, room) = (cx.int64s(&[0]), cx.extents(&room));
        let rows = cx.binary("Max", &rows, &zero)?;
        let rows = cx.binary("Min", &rows, &room)?;
        let starts = self.starts.flat(cx, &rows, &steps)?;
        let places = coordinates(&self.extents)?;
        let offsets = places
            .iter()
            .map(|place| place.iter().zip(&steps).map(|(at, step)| at * step).sum());
        let offsets: Vec<usize> = offsets.collect();
        let offsets = cx.extents(&offsets);
        let at = cx.binary("Add", &starts, &offsets)?;
        let x = cx.source(0)?;
        let x = cx.reshape_to(&x, &[dims.iter().product()])?;
        let y = cx.gather(&x, &at, 0);
        let order = self.order(batch.len(), slice.len());
        let y = cx.reshape_to(&y, &[batch, slice].concat())?;
        let y = cx.transpose(&y, &order)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let options = slices::Gather {
            vector_axis: self.starts.vector_axis,
            start_axes: &self.starts.axes,
            offset_axes: &self.offset_axes,
            collapsed: &self.collapsed,
            extents: &self.extents,
        };
        let dims = cx.result_dims(0)?;
        let y = slices::gather(&*cx.tensor(0)?, &*cx.tensor(1)?, &options, &dims)?;
        cx.finish(0, y)
    }
}
