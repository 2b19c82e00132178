//! STABLEHLO_GATHER and STABLEHLO_SCATTER: one element after the other, each found by its coordinates.

use tract_core::prelude::{Datum, DatumType, Tensor};

use super::number::Number;
use super::{KernelError, Result, build, by_type, check, elements, indices};

/// Where slices start and how they lie in the result.
#[derive(Debug, Clone, Copy)]
pub struct Gather<'a> {
    pub vector_axis: usize,
    pub start_axes: &'a [usize],
    pub offset_axes: &'a [usize],
    pub collapsed: &'a [usize],
    pub extents: &'a [usize],
}

/// Where updates start, how they lie in the updates, and what they are folded with.
#[derive(Debug, Clone, Copy)]
pub struct Scatter<'a> {
    pub vector_axis: usize,
    pub start_axes: &'a [usize],
    pub window_axes: &'a [usize],
    pub inserted: &'a [usize],
    pub fold: Fold,
}

/// What becomes of an element that is updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    Update,
    Add,
    Multiply,
    Maximum,
    Minimum,
}

/// STABLEHLO_GATHER to a result of this shape.
pub fn gather(x: &Tensor, starts: &Tensor, options: &Gather<'_>, shape: &[usize]) -> Result {
    let vectors = Vectors::new(starts, options.vector_axis)?;
    let total: usize = shape.iter().product();
    let mut source = Vec::with_capacity(total);
    for at in 0..total {
        let place = unravel(at, shape);
        let (slice, batch) = parted(&place, options.offset_axes);
        let mut start = spread(&vectors.at(&batch)?, options.start_axes, x.rank())?;
        for (axis, start) in start.iter_mut().enumerate() {
            let room = x.shape()[axis] as i64 - options.extents[axis] as i64;
            *start = (*start).min(room).max(0);
        }
        let offset = inserted(&slice, options.collapsed, x.rank());
        let found = ravel(&start, &offset, x.shape());
        let found = found.ok_or_else(|| KernelError::invalid("a slice beyond the tensor"))?;
        source.push(found);
    }
    if x.datum_type() == DatumType::Bool {
        return pick::<bool>(x, &source, shape);
    }
    by_type!("STABLEHLO_GATHER", x.datum_type(), numbers, T => pick::<T>(x, &source, shape))
}

fn pick<T: Datum + Copy>(x: &Tensor, source: &[usize], shape: &[usize]) -> Result {
    let data = elements::<T>(x)?;
    build::<T>(shape, |out| {
        for (out, &from) in out.iter_mut().zip(source) {
            *out = data[from];
        }
    })
}

/// STABLEHLO_SCATTER.
pub fn scatter(x: &Tensor, starts: &Tensor, updates: &Tensor, options: &Scatter<'_>) -> Result {
    let vectors = Vectors::new(starts, options.vector_axis)?;
    let mut moves = Vec::new();
    for at in 0..updates.len() {
        let place = unravel(at, updates.shape());
        let (slice, batch) = parted(&place, options.window_axes);
        let start = spread(&vectors.at(&batch)?, options.start_axes, x.rank())?;
        let offset = inserted(&slice, options.inserted, x.rank());
        if let Some(to) = ravel(&start, &offset, x.shape()) {
            moves.push((at, to));
        }
    }
    if x.datum_type() == DatumType::Bool {
        check!(
            options.fold == Fold::Update,
            "{:?} of booleans",
            options.fold
        );
        return bring(x, updates, &moves, |_, update: bool| update);
    }
    let fold = options.fold;
    by_type!("STABLEHLO_SCATTER", x.datum_type(), numbers, T => bring(x, updates, &moves, |have: T, update: T| match fold {
        Fold::Update => update,
        Fold::Add => have.plus(update),
        Fold::Multiply => have.times(update),
        Fold::Maximum => have.greater(update),
        Fold::Minimum => have.lesser(update),
    }))
}

fn bring<T: Datum + Copy>(
    x: &Tensor,
    updates: &Tensor,
    moves: &[(usize, usize)],
    fold: impl Fn(T, T) -> T,
) -> Result {
    let (data, updates) = (elements::<T>(x)?, elements::<T>(updates)?);
    build::<T>(x.shape(), |out| {
        out.copy_from_slice(data);
        for &(from, to) in moves {
            out[to] = fold(out[to], updates[from]);
        }
    })
}

/// Index vectors along one axis of a tensor.
struct Vectors {
    data: Vec<i64>,
    shape: Vec<usize>,
    axis: usize,
}

impl Vectors {
    fn new(tensor: &Tensor, axis: usize) -> Result<Self> {
        check!(
            axis < tensor.rank(),
            "index vectors along axis {axis} of {:?}",
            tensor.shape()
        );
        Ok(Vectors {
            data: indices(tensor)?,
            shape: tensor.shape().to_vec(),
            axis,
        })
    }

    fn at(&self, batch: &[usize]) -> Result<Vec<i64>> {
        check!(
            batch.len() + 1 == self.shape.len(),
            "{batch:?} among {:?}",
            self.shape
        );
        let element = |along: usize| {
            let mut place = batch.to_vec();
            place.insert(self.axis, along);
            let flat = place
                .iter()
                .zip(&self.shape)
                .fold(0, |flat, (at, extent)| flat * extent + at);
            self.data.get(flat).copied()
        };
        let vector: Option<Vec<i64>> = (0..self.shape[self.axis]).map(element).collect();
        vector.ok_or_else(|| KernelError::invalid("an index vector beyond its tensor"))
    }
}

/// The coordinates of the listed axes, and of the others.
fn parted(place: &[usize], listed: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let of = |wanted: bool| {
        let axes = place
            .iter()
            .enumerate()
            .filter(|(axis, _)| listed.contains(axis) == wanted);
        axes.map(|(_, &at)| at).collect()
    };
    (of(true), of(false))
}

/// A vector's elements on the axes they index, 0 on all others.
fn spread(vector: &[i64], axes: &[usize], rank: usize) -> Result<Vec<i64>> {
    let mut start = vec![0; rank];
    for (&at, &axis) in vector.iter().zip(axes) {
        *start
            .get_mut(axis)
            .ok_or_else(|| KernelError::invalid("an axis beyond the rank"))? = at;
    }
    Ok(start)
}

/// Coordinates with zeros where axes are missing.
fn inserted(slice: &[usize], missing: &[usize], rank: usize) -> Vec<usize> {
    let mut rest = slice.iter();
    let at = |axis: usize| match missing.contains(&axis) {
        true => 0,
        false => rest.next().copied().unwrap_or(0),
    };
    (0..rank).map(at).collect()
}

/// Which element this is; none outside.
fn ravel(start: &[i64], offset: &[usize], shape: &[usize]) -> Option<usize> {
    (0..shape.len()).try_fold(0, |flat, axis| {
        let at = usize::try_from(start[axis].checked_add(offset[axis] as i64)?).ok()?;
        (at < shape[axis]).then_some(flat * shape[axis] + at)
    })
}

fn unravel(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut place = vec![0; shape.len()];
    for (coordinate, &extent) in place.iter_mut().zip(shape).rev() {
        *coordinate = at % extent.max(1);
        at /= extent.max(1);
    }
    place
}
