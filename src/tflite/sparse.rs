//! Sparse constants: what a tensor with `SparsityParameters` holds, written out densely.
//!
//! The format (LiteRT `schema.fbs`; read by kernels/internal/utils/sparsity_format_converter.cc): a tensor of
//! rank n, some of whose axes are cut into blocks, is walked axis by axis in `traversal_order`, in which
//! numbers from n on are the insides of blocks (`block_map` says of which axes). Each level of that walk is
//! either dense, all coordinates in order, or compressed: `array_segments[i] .. array_segments[i + 1]` are the
//! places in `array_indices` that list the coordinates below the i-th position of the level above. The buffer
//! has one element for each position of the last level.

use super::schema::{DimensionMetadata, DimensionType, SparsityParameters};
use crate::error::{Error, ErrorKind};

/// Writes a constant of this shape out densely. Elements have `width` bytes. The caller has seen to it that there
/// is room for as many.
///
/// # Errors
/// `Malformed` or `Inconsistent` with what is wrong.
pub(crate) fn decode(
    sparsity: &SparsityParameters<'_>,
    shape: &[usize],
    width: usize,
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    let size = shape.iter().try_fold(width, |size, &n| size.checked_mul(n));
    let size = size.ok_or_else(|| {
        let what = format!("sparse data for a tensor of shape {shape:?}");
        Error::new(ErrorKind::TooLarge, what)
    })?;
    let mut offsets = vec![0];
    let levels = levels(sparsity, shape)?;
    // Each position is one of an element, or has a segment in a level below.
    let listed = levels.iter().map(Level::listed).max().unwrap_or(0);
    let most = listed.max(data.len()).max(FEW);
    for level in levels {
        offsets = level.descend(&offsets, most)?;
    }
    if offsets.len().checked_mul(width) != Some(data.len()) {
        return Err(inconsistent(format!(
            "its sparsity lists {} elements of {width} bytes, and its buffer has {} bytes",
            offsets.len(),
            data.len()
        )));
    }
    let mut dense = vec![0; size];
    for (offset, element) in offsets.into_iter().zip(data.chunks_exact(width)) {
        dense[offset * width..][..width].copy_from_slice(element);
    }
    Ok(dense)
}

/// So many positions are no matter, even where the last axis has no extent.
const FEW: usize = 1 << 16;

/// One level of the walk.
struct Level<'a> {
    number: usize,
    extent: usize,
    /// Distance between neighbours in the dense tensor.
    stride: usize,
    metadata: DimensionMetadata<'a>,
}

/// The axes of the blocked tensor: those of the tensor itself, then the insides of the blocks.
fn levels<'a>(sparsity: &SparsityParameters<'a>, shape: &[usize]) -> Result<Vec<Level<'a>>, Error> {
    let rank = shape.len();
    let order: Vec<i32> = sparsity.traversal_order().into_iter().flatten().collect();
    let blocked: Vec<i32> = sparsity.block_map().into_iter().flatten().collect();
    let metadata: Vec<_> = sparsity.dim_metadata().into_iter().flatten().collect();
    let count = rank + blocked.len();
    if order.len() != count || metadata.len() != count {
        return Err(inconsistent(format!(
            "sparsity of {count} axes, with {} in traversal_order and {} in dim_metadata",
            order.len(),
            metadata.len()
        )));
    }
    let fault = |what: &str, list: &[i32]| Error::malformed(format!("sparsity: {what} {list:?}"));
    let order = axes(&order, count).ok_or_else(|| fault("traversal_order", &order))?;
    let blocked = axes(&blocked, rank).ok_or_else(|| fault("block_map", &blocked))?;
    if order.iter().take(rank).any(|&axis| axis >= rank) {
        return Err(inconsistent(
            "sparsity: blocks are walked before what holds them".into(),
        ));
    }
    let mut extents = shape.to_vec();
    let mut strides = vec![1; rank];
    for axis in (1..rank).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    for (block, &axis) in blocked.iter().enumerate() {
        let level = order.iter().position(|&at| at == rank + block);
        let inside = level.map_or(0, |level| metadata[level].dense_size());
        let inside = usize::try_from(inside).unwrap_or_default();
        if inside == 0 || !extents[axis].is_multiple_of(inside) {
            return Err(inconsistent(format!(
                "sparsity: blocks of {inside} on an axis of {}",
                extents[axis]
            )));
        }
        extents[axis] /= inside;
        extents.push(inside);
        strides.push(strides[axis]);
        strides[axis] *= inside;
    }
    let levels = order.into_iter().zip(metadata).enumerate();
    let level = |(number, (axis, metadata)): (usize, (usize, _))| Level {
        number,
        extent: extents[axis],
        stride: strides[axis],
        metadata,
    };
    Ok(levels.map(level).collect())
}

/// Different numbers below `count`.
fn axes(list: &[i32], count: usize) -> Option<Vec<usize>> {
    let mut seen = vec![false; count];
    let fresh = |&axis: &i32| {
        let axis = usize::try_from(axis).ok()?;
        let seen = seen.get_mut(axis)?;
        (!std::mem::replace(seen, true)).then_some(axis)
    };
    list.iter().map(fresh).collect()
}

impl Level<'_> {
    /// The positions of this level, as offsets in the dense tensor, from those of the level above.
    fn descend(&self, above: &[usize], most: usize) -> Result<Vec<usize>, Error> {
        match self.metadata.format() {
            DimensionType::DENSE => self.dense(above, most),
            DimensionType::SPARSE_CSR => self.compressed(above),
            other => Err(self.fault(format!("format {}", other.0))),
        }
    }

    fn dense(&self, above: &[usize], most: usize) -> Result<Vec<usize>, Error> {
        let size = self.metadata.dense_size();
        if usize::try_from(size) != Ok(self.extent) {
            let extent = self.extent;
            return Err(self.fault(format!("dense_size {size} of an axis of {extent}")));
        }
        if above.len().saturating_mul(self.extent) > most {
            let positions = above.len().saturating_mul(self.extent);
            return Err(self.fault(format!(
                "{positions} positions, of which none below says more"
            )));
        }
        let below = |&offset: &usize| (0..self.extent).map(move |n| offset + n * self.stride);
        Ok(above.iter().flat_map(below).collect())
    }

    fn compressed(&self, above: &[usize]) -> Result<Vec<usize>, Error> {
        let segments = self.segments()?;
        let indices = indices(&self.metadata);
        if segments.len() != above.len() + 1 {
            let (found, expected) = (segments.len(), above.len() + 1);
            return Err(self.fault(format!("{found} array_segments, expected {expected}")));
        }
        if segments.last().copied() != Some(indices.len() as i64) || segments[0] != 0 {
            let (first, last, count) = (segments[0], segments[segments.len() - 1], indices.len());
            let what = format!("array_segments from {first} to {last}, with {count} array_indices");
            return Err(self.fault(what));
        }
        if let Some(pair) = segments.windows(2).find(|pair| pair[1] < pair[0]) {
            let what = format!("array_segments falls from {} to {}", pair[0], pair[1]);
            return Err(self.fault(what));
        }
        let mut below = Vec::with_capacity(indices.len());
        for (&offset, segment) in above.iter().zip(segments.windows(2)) {
            // They rise from 0 to the number of indices.
            let listed = indices.get(segment[0] as usize..segment[1] as usize);
            let listed = listed.unwrap_or_default();
            let mut next = 0;
            for &index in listed {
                // Rising indices name each position once: there are no more of them than elements.
                if index < next || usize::try_from(index).is_ok_and(|index| index >= self.extent) {
                    let extent = self.extent;
                    return Err(self.fault(format!(
                        "array_indices contains {index} on an axis of {extent}, where at least {next} is due"
                    )));
                }
                next = index + 1;
                below.push(offset + index as usize * self.stride);
            }
        }
        Ok(below)
    }

    /// How many segments it lists, where it lists any.
    fn listed(&self) -> usize {
        self.segments().map_or(0, |segments| segments.len())
    }

    fn segments(&self) -> Result<Vec<i64>, Error> {
        let metadata = &self.metadata;
        let found = if let Some(table) = metadata.array_segments_as_int_32_vector() {
            widen(table.values())
        } else if let Some(table) = metadata.array_segments_as_uint_16_vector() {
            widen(table.values())
        } else {
            let table = metadata.array_segments_as_uint_8_vector();
            widen(table.and_then(|table| table.values()))
        };
        found.ok_or_else(|| self.fault("no array_segments".into()))
    }

    fn fault(&self, what: String) -> Error {
        inconsistent(format!("sparsity, level {}: {what}", self.number))
    }
}

/// The coordinates that a compressed level lists; no list at all stands for an empty one.
pub(crate) fn indices(metadata: &DimensionMetadata<'_>) -> Vec<i64> {
    let found = if let Some(table) = metadata.array_indices_as_int_32_vector() {
        widen(table.values())
    } else if let Some(table) = metadata.array_indices_as_uint_16_vector() {
        widen(table.values())
    } else {
        let table = metadata.array_indices_as_uint_8_vector();
        widen(table.and_then(|table| table.values()))
    };
    found.unwrap_or_default()
}

/// The numbers of a list that is not empty.
fn widen<'a, T>(list: Option<flatbuffers::Vector<'a, T>>) -> Option<Vec<i64>>
where
    T: flatbuffers::Follow<'a> + 'a,
    T::Inner: Into<i64>,
{
    let list: Vec<i64> = list?.iter().map(Into::into).collect();
    (!list.is_empty()).then_some(list)
}

fn inconsistent(what: String) -> Error {
    Error::new(ErrorKind::Inconsistent, what)
}
