//! The same elements in another shape or order: RESHAPE and its kin, TRANSPOSE, TILE.

use tract_core::prelude::Tensor;

use super::pick::{Run, pick};
use super::{Result, check};

/// RESHAPE, SQUEEZE, EXPAND_DIMS: another shape of as many elements.
pub fn reshape(x: &Tensor, shape: &[usize]) -> Result {
    Ok(x.clone().into_shape(shape)?)
}

/// TRANSPOSE: result axis `k` is input axis `perm[k]`.
pub fn transpose(x: &Tensor, perm: &[usize]) -> Result {
    check!(
        perm.len() == x.rank(),
        "permutation {perm:?} of shape {:?}",
        x.shape()
    );
    if x.len() == 0 && perm.iter().all(|axis| *axis < x.rank()) {
        // tract's mover looks for a first element.
        let shape: Vec<usize> = perm.iter().map(|axis| x.shape()[*axis]).collect();
        return Ok(Tensor::zero_dt(x.datum_type(), &shape)?);
    }
    Ok(x.clone().permute_axes(perm)?)
}

/// TILE: the tensor repeated along each axis.
pub fn tile(x: &Tensor, repeats: &[usize]) -> Result {
    check!(
        repeats.len() == x.rank(),
        "repeats {repeats:?} of shape {:?}",
        x.shape()
    );
    let repeated = |(&len, &times): (&usize, &usize)| vec![Run::Copy { from: 0, len }; times];
    pick(
        x,
        &x.shape()
            .iter()
            .zip(repeats)
            .map(repeated)
            .collect::<Vec<_>>(),
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn elements_keep_their_places() {
        let x = tensor(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(i32s(&transpose(&x, &[1, 0]).unwrap()), [1, 4, 2, 5, 3, 6]);
        assert_eq!(
            i32s(&tile(&tensor(&[2, 1], &[1, 2]), &[2, 3]).unwrap()),
            [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]
        );
        assert_eq!(reshape(&x, &[3, 1, 2]).unwrap().shape(), [3, 1, 2]);
        assert!(reshape(&x, &[4]).is_err());
        assert!(transpose(&x, &[0, 0]).is_err());
    }
}
