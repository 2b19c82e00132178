//! Elements moved to computed places: DYNAMIC_UPDATE_SLICE, REVERSE_SEQUENCE, the diagonals, SPARSE_TO_DENSE;
//! and places found: WHERE, UNIQUE.

use tract_core::prelude::Tensor;

use super::{Result, around, by_type, check, elements, within};

/// A tensor of this shape whose element `i`, in row-major order, is element `source(i)` of `x`; zero where
/// there is none.
fn rearrange(x: &Tensor, shape: &[usize], source: impl Fn(usize) -> Option<usize>) -> Result {
    check!(
        x.datum_type().is_copy(),
        "elements of {:?} cannot be moved",
        x.datum_type()
    );
    let size = x.datum_type().size_of();
    let mut output = Tensor::zero_dt(x.datum_type(), shape)?;
    let from = x.as_bytes();
    for (place, element) in output.as_bytes_mut().chunks_exact_mut(size).enumerate() {
        if let Some(source) = source(place) {
            element.copy_from_slice(&from[source * size..][..size]);
        }
    }
    Ok(output)
}

/// Row-major place as coordinates.
fn coordinates(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut found = vec![0; shape.len()];
    for (axis, &extent) in shape.iter().enumerate().rev() {
        found[axis] = place % extent;
        place /= extent;
    }
    found
}

/// DYNAMIC_UPDATE_SLICE: `update` over `x` from `start` on, moved so that it lies within.
pub fn dynamic_update_slice(x: &Tensor, update: &Tensor, start: &[i64]) -> Result {
    let (whole, block) = (x.shape().to_vec(), update.shape().to_vec());
    check!(
        whole.len() == block.len() && start.len() == whole.len(),
        "{block:?} in {whole:?} at {start:?}"
    );
    check!(
        block
            .iter()
            .zip(&whole)
            .all(|(block, whole)| block <= whole),
        "{block:?} in {whole:?}"
    );
    let clamp = |(axis, &at): (usize, &i64)| {
        let most = whole[axis] - block[axis];
        usize::try_from(at).map_or(0, |at| at.min(most))
    };
    let start: Vec<usize> = start.iter().enumerate().map(clamp).collect();
    // Both in one tensor, so that an element is one or the other's.
    let both = Tensor::stack_tensors(
        0,
        &[
            x.clone().into_shape(&[x.len()])?,
            update.clone().into_shape(&[update.len()])?,
        ],
    )?;
    rearrange(&both, &whole, |place| {
        let at = coordinates(place, &whole);
        let inside = |axis: usize| {
            at[axis]
                .checked_sub(start[axis])
                .filter(|n| *n < block[axis])
        };
        let inner: Option<Vec<usize>> = (0..at.len()).map(inside).collect();
        Some(inner.map_or(place, |inner| {
            let flat = inner
                .iter()
                .zip(&block)
                .fold(0, |flat, (n, extent)| flat * extent + n);
            x.len() + flat
        }))
    })
}

/// REVERSE_SEQUENCE: along axis `time`, the first `lengths[b]` elements in reverse, `b` along axis `batch`.
pub fn reverse_sequence(x: &Tensor, lengths: &[i64], time: usize, batch: usize) -> Result {
    let shape = x.shape().to_vec();
    let (_, along, inner) = around(&shape, time)?;
    check!(
        shape.get(batch) == Some(&lengths.len()),
        "{} lengths for axis {batch} of {shape:?}",
        lengths.len()
    );
    let most = |&length: &i64| within(length, along + 1);
    let lengths: Vec<usize> = lengths.iter().map(most).collect::<Result<_>>()?;
    rearrange(x, &shape, |place| {
        let at = coordinates(place, &shape);
        let length = lengths[at[batch]];
        Some(match at[time] < length {
            true => place - at[time] * inner + (length - 1 - at[time]) * inner,
            false => place,
        })
    })
}

/// MATRIX_DIAG: the last axis on the diagonal of a square matrix of zeros.
pub fn matrix_diag(x: &Tensor) -> Result {
    let side = x.shape().last().copied().unwrap_or(1);
    let shape: Vec<usize> = x.shape().iter().copied().chain([side]).collect();
    rearrange(x, &shape, |place| {
        let (row, column) = (place / side % side, place % side);
        (row == column).then(|| place / (side * side) * side + row)
    })
}

/// MATRIX_SET_DIAG: matrices with their diagonal replaced.
pub fn matrix_set_diag(x: &Tensor, diagonal: &Tensor) -> Result {
    let shape = x.shape().to_vec();
    let [.., rows, columns] = shape[..] else {
        return Err(super::KernelError::invalid("no matrix"));
    };
    let length = rows.min(columns);
    check!(
        diagonal.datum_type() == x.datum_type()
            && diagonal.len() * rows * columns == x.len() * length,
        "a diagonal of {:?} for {shape:?}",
        diagonal.shape()
    );
    let both = Tensor::stack_tensors(
        0,
        &[
            x.clone().into_shape(&[x.len()])?,
            diagonal.clone().into_shape(&[diagonal.len()])?,
        ],
    )?;
    rearrange(&both, &shape, |place| {
        let (row, column) = (place / columns % rows, place % columns);
        Some(match row == column {
            true => x.len() + place / (rows * columns) * length + row,
            false => place,
        })
    })
}

/// SPARSE_TO_DENSE: values (or one for all) at coordinates, a default elsewhere; the last of several stays.
pub fn sparse_to_dense(
    coordinates: &[i64],
    shape: &[usize],
    values: &Tensor,
    default: &Tensor,
) -> Result {
    check!(
        default.len() == 1 && default.datum_type() == values.datum_type() && !shape.is_empty(),
        "one default of the values' type"
    );
    let both = Tensor::stack_tensors(
        0,
        &[
            values.clone().into_shape(&[values.len()])?,
            default.clone().into_shape(&[1])?,
        ],
    )?;
    let mut source = vec![values.len(); shape.iter().product()];
    for (k, tuple) in coordinates.chunks_exact(shape.len()).enumerate() {
        let flat = tuple.iter().zip(shape).try_fold(0, |flat, (&n, &extent)| {
            Ok::<usize, super::KernelError>(flat * extent + within(n, extent)?)
        })?;
        check!(values.rank() == 0 || k < values.len(), "too few values");
        source[flat] = if values.rank() == 0 { 0 } else { k };
    }
    rearrange(&both, shape, |place| Some(source[place]))
}

/// WHERE: coordinates of what is not zero, one row each.
pub fn where_true(x: &Tensor) -> Result {
    let shape = x.shape();
    let places: Vec<usize> = by_type!("WHERE", x.datum_type(), [bool, f32, i32, i64, i8, u8, u32], T => {
        let data = elements::<T>(x)?;
        let found = data.iter().enumerate().filter(|(_, x)| **x != T::default());
        Ok::<Vec<usize>, super::KernelError>(found.map(|(place, _)| place).collect())
    })?;
    let rows = places.iter().flat_map(|&place| coordinates(place, shape));
    let rows: Vec<i64> = rows.map(|n| n as i64).collect();
    Ok(Tensor::from_shape(&[places.len(), shape.len()], &rows)?)
}

/// UNIQUE: different elements in order of first occurrence, and the place of every element among them.
pub fn unique(x: &Tensor) -> Result<(Tensor, Vec<i64>)> {
    let mut first: Vec<usize> = Vec::new();
    let inverse = by_type!("UNIQUE", x.datum_type(), [f32, i32, i64, i8, i16, u8], T => {
        let data = elements::<T>(x)?;
        let mut place = |(at, element): (usize, &T)| {
            let known = first.iter().position(|&at| data[at] == *element);
            known.unwrap_or_else(|| {
                first.push(at);
                first.len() - 1
            }) as i64
        };
        Ok::<Vec<i64>, super::KernelError>(data.iter().enumerate().map(&mut place).collect())
    })?;
    let values = rearrange(x, &[first.len()], |place| first.get(place).copied())?;
    Ok((values, inverse))
}

#[cfg(test)]
mod tests {
    use super::super::indices;
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn blocks_are_moved_inside() {
        let x = tensor(&[3, 2], &[1, 2, 3, 4, 5, 6]);
        let y = dynamic_update_slice(&x, &tensor(&[1, 1], &[9]), &[7, -3]).unwrap();
        assert_eq!(i32s(&y), [1, 2, 3, 4, 9, 6]);
    }

    #[test]
    fn sequences_turn() {
        let x = tensor(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        let y = reverse_sequence(&x, &[2, 3], 1, 0).unwrap();
        assert_eq!(i32s(&y), [2, 1, 3, 6, 5, 4]);
        let y = reverse_sequence(&x, &[2, 1, 0], 0, 1).unwrap();
        assert_eq!(i32s(&y), [4, 2, 3, 1, 5, 6]);
        assert!(reverse_sequence(&x, &[4, 0], 1, 0).is_err());
    }

    #[test]
    fn diagonals() {
        let x = tensor(&[2, 2], &[1, 2, 3, 4]);
        let y = matrix_diag(&x).unwrap();
        assert_eq!(
            (y.shape(), i32s(&y)),
            (&[2, 2, 2][..], vec![1, 0, 0, 2, 3, 0, 0, 4])
        );
        let wide = tensor(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        let y = matrix_set_diag(&wide, &tensor(&[2], &[7, 8])).unwrap();
        assert_eq!(i32s(&y), [7, 2, 3, 4, 8, 6]);
    }

    #[test]
    fn places_and_elements() {
        let y = sparse_to_dense(&[1, 0], &[2, 2], &tensor(&[], &[7]), &tensor(&[], &[-1])).unwrap();
        assert_eq!(i32s(&y), [-1, -1, 7, -1]);
        let y = where_true(&tensor(&[2, 2], &[0, 3, 4, 0])).unwrap();
        assert_eq!(indices(&y).unwrap(), [0, 1, 1, 0]);
        let (values, inverse) = unique(&tensor(&[4], &[5, 3, 5, 9])).unwrap();
        assert_eq!((i32s(&values), inverse), (vec![5, 3, 9], vec![0, 1, 0, 2]));
    }
}
