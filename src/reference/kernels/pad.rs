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

/// Elements set apart along one axis: how many values come before, behind and between them; negative numbers
/// crop what the others gave.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub low: i64,
    pub high: i64,
    pub interior: usize,
}

/// STABLEHLO_PAD and DILATE: each element of the result is one of the tensor's or the value.
pub fn spread(x: &Tensor, axes: &[Spread], value: &Tensor) -> Result {
    check!(
        axes.len() == x.rank(),
        "{} axes for shape {:?}",
        axes.len(),
        x.shape()
    );
    let place = |(axis, &len): (&Spread, &usize)| {
        let apart = axis.interior as i64 + 1;
        let end = (len as i64 - 1).max(0) * apart + i64::from(len > 0) + axis.high;
        let source = |at: i64| match at {
            at if at < 0 || at % apart != 0 || at / apart >= len as i64 => Run::Fill { len: 1 },
            at => Run::from((at / apart) as usize),
        };
        (-axis.low..end).map(source).collect()
    };
    let axes: Vec<Vec<Run>> = axes.iter().zip(x.shape()).map(place).collect();
    pick(x, &axes, Some(value))
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
