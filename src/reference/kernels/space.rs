//! Blocks of space traded for channels or batches: SPACE_TO_DEPTH, DEPTH_TO_SPACE,
//! SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND.
//!
//! Each is a split of axes into blocks, a permutation, and a join; the paddings and crops of the
//! batch forms go around it.

use tract_core::prelude::Tensor;

use super::pad::{Padding, pad};
use super::slice::slice;
use super::{Result, arrange::transpose, check};

/// SPACE_TO_DEPTH of an NHWC tensor: each block × block patch becomes one pixel, its channels in
/// row-major order of the patch.
pub fn space_to_depth(x: &Tensor, block: usize) -> Result {
    let &[n, h, w, c] = x.shape() else {
        return rank_4("SPACE_TO_DEPTH", x);
    };
    check!(
        block > 0 && h % block == 0 && w % block == 0,
        "{:?} in blocks of {block}",
        x.shape()
    );
    let split = x
        .clone()
        .into_shape(&[n, h / block, block, w / block, block, c])?;
    Ok(transpose(&split, &[0, 1, 3, 2, 4, 5])?.into_shape(&[
        n,
        h / block,
        w / block,
        block * block * c,
    ])?)
}

/// DEPTH_TO_SPACE, the inverse; ONNX calls this order DCR.
pub fn depth_to_space(x: &Tensor, block: usize) -> Result {
    let &[n, h, w, c] = x.shape() else {
        return rank_4("DEPTH_TO_SPACE", x);
    };
    check!(
        block > 0 && c % (block * block) == 0,
        "{:?} in blocks of {block}",
        x.shape()
    );
    let depth = c / (block * block);
    let split = x.clone().into_shape(&[n, h, w, block, block, depth])?;
    Ok(transpose(&split, &[0, 1, 3, 2, 4, 5])?.into_shape(&[n, h * block, w * block, depth])?)
}

/// SPACE_TO_BATCH_ND: the axes after the first, padded, in blocks of `blocks`; the position within
/// a block leads the batch axis.
pub fn space_to_batch_nd(x: &Tensor, blocks: &[usize], paddings: &[Padding]) -> Result {
    let spatial = blocks.len();
    check!(
        paddings.len() == spatial && x.rank() > spatial,
        "blocks {blocks:?} and paddings {paddings:?} of {:?}",
        x.shape()
    );
    let mut around = vec![(0, 0); x.rank()];
    around[1..=spatial].copy_from_slice(paddings);
    let padded = pad(x, &around, None)?;
    let (batch, rest) = (padded.shape()[0], padded.shape()[1 + spatial..].to_vec());
    let mut split = vec![batch];
    let mut joined = vec![batch * blocks.iter().product::<usize>()];
    for (&len, &block) in padded.shape()[1..].iter().zip(blocks) {
        check!(
            block > 0 && len % block == 0,
            "a padded dimension of {len} in blocks of {block}"
        );
        split.extend([len / block, block]);
        joined.push(len / block);
    }
    split.extend(&rest);
    joined.extend(&rest);
    // [b, s1, k1, s2, k2, …, rest] → [k1, k2, …, b, s1, s2, …, rest]
    let mut perm: Vec<usize> = (0..spatial).map(|k| 2 + 2 * k).collect();
    perm.push(0);
    perm.extend((0..spatial).map(|k| 1 + 2 * k));
    perm.extend(1 + 2 * spatial..split.len());
    Ok(transpose(&padded.into_shape(&split)?, &perm)?.into_shape(&joined)?)
}

/// BATCH_TO_SPACE_ND, the inverse: `crops` are cut from the joined axes.
pub fn batch_to_space_nd(x: &Tensor, blocks: &[usize], crops: &[Padding]) -> Result {
    let spatial = blocks.len();
    let cells: usize = blocks.iter().product();
    check!(
        crops.len() == spatial && x.rank() > spatial,
        "blocks {blocks:?} and crops {crops:?} of {:?}",
        x.shape()
    );
    check!(
        cells > 0 && x.shape()[0].is_multiple_of(cells),
        "a batch of {} in blocks {blocks:?}",
        x.shape()[0]
    );
    let batch = x.shape()[0] / cells;
    let split = [blocks, &[batch], &x.shape()[1..]].concat();
    // [k1, k2, …, b, s1, s2, …, rest] → [b, s1, k1, s2, k2, …, rest]
    let mut perm = vec![spatial];
    perm.extend((0..spatial).flat_map(|k| [spatial + 1 + k, k]));
    perm.extend(2 * spatial + 1..split.len());
    let mut joined = vec![batch];
    joined.extend(
        x.shape()[1..]
            .iter()
            .zip(blocks)
            .map(|(len, block)| len * block),
    );
    joined.extend(&x.shape()[1 + spatial..]);
    let whole = transpose(&x.clone().into_shape(&split)?, &perm)?.into_shape(&joined)?;
    let mut begin = vec![0; joined.len()];
    for (axis, &(before, after)) in crops.iter().enumerate() {
        let Some(left) = joined[axis + 1].checked_sub(before + after) else {
            return Err(super::KernelError::invalid(format!(
                "crops {crops:?} of {joined:?}"
            )));
        };
        (begin[axis + 1], joined[axis + 1]) = (before, left);
    }
    slice(&whole, &begin, &joined)
}

fn rank_4(what: &str, x: &Tensor) -> Result {
    Err(super::KernelError::invalid(format!(
        "{what} of shape {:?}",
        x.shape()
    )))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{f32s, ramp};
    use super::*;

    #[test]
    fn depth_and_space_are_inverse() {
        let x = ramp(&[1, 2, 2, 2], 1.0);
        let deep = space_to_depth(&x, 2).unwrap();
        assert_eq!((deep.shape(), f32s(&deep)), (&[1, 1, 1, 8][..], f32s(&x)));
        let wide = ramp(&[1, 1, 2, 4], 1.0);
        let spread = depth_to_space(&wide, 2).unwrap();
        assert_eq!(
            (spread.shape(), f32s(&spread)),
            (
                &[1, 2, 4, 1][..],
                vec![0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0]
            )
        );
        assert_eq!(space_to_depth(&spread, 2).unwrap(), wide);
        assert!(depth_to_space(&x, 2).is_err());
    }

    #[test]
    fn batches_and_space_are_inverse() {
        let x = ramp(&[1, 3, 3, 1], 1.0);
        let cells = space_to_batch_nd(&x, &[2, 2], &[(1, 0), (0, 1)]).unwrap();
        assert_eq!(cells.shape(), [4, 2, 2, 1]);
        assert_eq!(
            f32s(&cells),
            [
                0.0, 0.0, 3.0, 5.0, 0.0, 0.0, 4.0, 0.0, 0.0, 2.0, 6.0, 8.0, 1.0, 0.0, 7.0, 0.0
            ]
        );
        assert_eq!(
            batch_to_space_nd(&cells, &[2, 2], &[(1, 0), (0, 1)]).unwrap(),
            x
        );
        assert!(batch_to_space_nd(&cells, &[2, 3], &[(0, 0), (0, 0)]).is_err());
    }
}
