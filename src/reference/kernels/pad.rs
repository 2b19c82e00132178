//! PAD, PADV2 and MIRROR_PAD.

use tract_core::prelude::Tensor;

use super::pick::{Run, pick, runs};
use super::{Result, check};

/// Elements added before and after one axis.
pub type Padding = (usize, usize);

/// PAD and PADV2: `value` (one element of the same type; zero if none) around the tensor.
pub fn pad(x: &Tensor, paddings: &[Padding], value: Option<&Tensor>) -> Result {
    check!(
        paddings.len() == x.rank(),
        "{} paddings for shape {:?}",
        paddings.len(),
        x.shape()
    );
    let padded = |(&(before, after), &len): (&Padding, &usize)| {
        vec![
            Run::Fill { len: before },
            Run::Copy { from: 0, len },
            Run::Fill { len: after },
        ]
    };
    pick(
        x,
        &paddings
            .iter()
            .zip(x.shape())
            .map(padded)
            .collect::<Vec<_>>(),
        value,
    )
}

/// How MIRROR_PAD continues a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirror {
    /// The border element is not repeated.
    Reflect,
    /// The border element is repeated.
    Symmetric,
}

/// MIRROR_PAD (`kernels/mirror_pad.cc`): reflections at most one tensor deep.
pub fn mirror_pad(x: &Tensor, paddings: &[Padding], mirror: Mirror) -> Result {
    check!(
        paddings.len() == x.rank(),
        "{} paddings for shape {:?}",
        paddings.len(),
        x.shape()
    );
    let skip = match mirror {
        Mirror::Reflect => 1,
        Mirror::Symmetric => 0,
    };
    let mut axes = Vec::with_capacity(x.rank());
    for (&(before, after), &len) in paddings.iter().zip(x.shape()) {
        check!(
            before.max(after) + skip <= len || before.max(after) == 0,
            "mirroring {before} and {after} in a dimension of {len}"
        );
        let head = (skip..before + skip).rev();
        let tail = (0..after).map(|k| len - 1 - skip - k);
        axes.push(runs(head.chain(0..len).chain(tail)));
    }
    pick(x, &axes, None)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn constants_surround() {
        let x = tensor(&[1, 2], &[1, 2]);
        assert_eq!(
            i32s(&pad(&x, &[(1, 0), (0, 2)], None).unwrap()),
            [0, 0, 0, 0, 1, 2, 0, 0]
        );
        assert_eq!(
            i32s(&pad(&x, &[(0, 0), (1, 0)], Some(&tensor(&[1], &[7]))).unwrap()),
            [7, 1, 2]
        );
    }

    #[test]
    fn mirrors_differ_at_the_border() {
        let x = tensor(&[3], &[1, 2, 3]);
        assert_eq!(
            i32s(&mirror_pad(&x, &[(2, 1)], Mirror::Reflect).unwrap()),
            [3, 2, 1, 2, 3, 2]
        );
        assert_eq!(
            i32s(&mirror_pad(&x, &[(2, 1)], Mirror::Symmetric).unwrap()),
            [2, 1, 1, 2, 3, 3]
        );
        assert!(mirror_pad(&x, &[(3, 0)], Mirror::Reflect).is_err());
    }
}
