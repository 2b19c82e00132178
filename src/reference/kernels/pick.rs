//! The one mover of elements: every result index is, axis by axis, a list of source indices.
//!
//! Slices, reversals, tiles, paddings, gathers along an axis and nearest resizes differ only in
//! those lists, so they share one loop that is blind to the element type and copies the longest
//! contiguous runs it can.

use tract_core::prelude::Tensor;

use super::{KernelError, Result};

/// Consecutive result indices along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// Copies of this many consecutive source indices from `from` on.
    Copy { from: usize, len: usize },
    /// This many indices without a source: the fill value.
    Fill { len: usize },
}

impl Run {
    /// A single source index.
    pub(super) fn from(index: usize) -> Self {
        Run::Copy {
            from: index,
            len: 1,
        }
    }

    fn len(self) -> usize {
        match self {
            Run::Copy { len, .. } | Run::Fill { len } => len,
        }
    }
}

/// A whole axis, as it is.
pub(super) fn all(len: usize) -> Vec<Run> {
    vec![Run::Copy { from: 0, len }]
}

/// A list of source indices, consecutive ones joined.
pub(super) fn runs(sources: impl IntoIterator<Item = usize>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for source in sources {
        match runs.last_mut() {
            Some(Run::Copy { from, len }) if *from + *len == source => *len += 1,
            _ => runs.push(Run::from(source)),
        }
    }
    runs
}

/// The tensor whose element at `(i, j, …)` is the input's at `(axes[0][i], axes[1][j], …)`, or
/// `fill` (one element; default zero) where an axis has none.
pub(super) fn pick(input: &Tensor, axes: &[Vec<Run>], fill: Option<&Tensor>) -> Result {
    let dtype = input.datum_type();
    super::check!(dtype.is_copy(), "elements of {dtype:?} cannot be moved");
    super::check!(
        axes.len() == input.rank(),
        "{} axes picked of a tensor of rank {}",
        axes.len(),
        input.rank()
    );
    for (runs, &len) in axes.iter().zip(input.shape()) {
        let fits = runs.iter().all(|run| {
            matches!(*run, Run::Fill { .. })
                || matches!(*run, Run::Copy { from, len: n } if from + n <= len)
        });
        super::check!(fits, "an index outside a dimension of {len}");
    }
    let shape: Vec<usize> = axes
        .iter()
        .map(|runs| runs.iter().map(|run| run.len()).sum())
        .collect();
    let mut output = match fill {
        Some(value) if value.datum_type() == dtype && value.len() == 1 => value
            .clone()
            .into_shape(&[])?
            .broadcast_scalar_to_shape(&shape)?,
        Some(value) => {
            return Err(KernelError::invalid(format!(
                "a fill value {value:?} for {dtype:?}"
            )));
        }
        None => Tensor::zero_dt(dtype, &shape)?,
    };
    if output.len() > 0 {
        let plan = Plan::new(input.shape(), &shape, axes, dtype.size_of());
        plan.copy(0, input.as_bytes(), output.as_bytes_mut());
    }
    Ok(output)
}

/// The axes worth looping over, outermost first; what lies inside the last is copied as one block.
struct Plan<'a> {
    axes: Vec<Level<'a>>,
}

/// One axis: its runs, and the bytes that one index spans on either side.
struct Level<'a> {
    runs: &'a [Run],
    source: usize,
    target: usize,
}

impl<'a> Plan<'a> {
    fn new(from: &[usize], to: &[usize], axes: &'a [Vec<Run>], size: usize) -> Self {
        // Trailing axes taken whole need no loop: they are part of the block that the last looped
        // axis copies.
        let whole = |axis: &usize| matches!(axes[*axis][..], [Run::Copy { from: 0, len }] if len == from[*axis]);
        let looped = axes.len() - (0..axes.len()).rev().take_while(whole).count();
        let span =
            |shape: &[usize], axis: usize| size * shape[axis + 1..].iter().product::<usize>();
        let level = |axis: usize| Level {
            runs: &axes[axis],
            source: span(from, axis),
            target: span(to, axis),
        };
        Self {
            axes: (0..looped).map(level).collect(),
        }
    }

    fn copy(&self, depth: usize, source: &[u8], target: &mut [u8]) {
        let Some(level) = self.axes.get(depth) else {
            return target.copy_from_slice(source);
        };
        let innermost = depth + 1 == self.axes.len();
        let mut at = 0;
        for run in level.runs {
            if let Run::Copy { from, len } = *run {
                if innermost {
                    let bytes = len * level.target;
                    target[at * level.target..][..bytes]
                        .copy_from_slice(&source[from * level.source..][..bytes]);
                } else {
                    for k in 0..len {
                        let block = &source[(from + k) * level.source..][..level.source];
                        self.copy(
                            depth + 1,
                            block,
                            &mut target[(at + k) * level.target..][..level.target],
                        );
                    }
                }
            }
            at += run.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::{Run, all, pick, runs};

    #[test]
    fn consecutive_sources_are_joined() {
        assert_eq!(
            runs([2, 3, 4, 4, 1]),
            [Run::Copy { from: 2, len: 3 }, Run::from(4), Run::from(1)]
        );
    }

    #[test]
    fn axes_are_picked_independently() {
        let x = tensor(&[2, 3], &[1_i32, 2, 3, 4, 5, 6]);
        let rows = vec![Run::from(1), Run::Fill { len: 1 }, Run::from(0)];
        assert_eq!(
            i32s(&pick(&x, &[rows.clone(), runs([2, 0])], None).unwrap()),
            [6, 4, 0, 0, 3, 1]
        );
        let fill = tensor(&[], &[9_i32]);
        assert_eq!(
            i32s(&pick(&x, &[rows, all(3)], Some(&fill)).unwrap()),
            [4, 5, 6, 9, 9, 9, 1, 2, 3]
        );
        assert!(pick(&x, &[all(3), all(3)], None).is_err());
        assert!(pick(&x, &[all(2), all(3)], Some(&tensor(&[], &[0.0_f32]))).is_err());
    }
}
