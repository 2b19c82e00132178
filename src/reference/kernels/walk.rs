//! Strided iteration over several operands at once, row by row.

use super::{KernelError, Result};

/// An index space and, for each of `N` operands, how far one step along each axis moves within its
/// elements (0 where it is broadcast).
///
/// Unit axes are dropped and axes that every operand steps through uniformly are merged, so that
/// same-shape operands become one long row and the frequent `[N,H,W,C] · [C]` becomes rows of `C`:
/// no caller needs fast paths of its own.
pub(super) struct Walk<const N: usize> {
    axes: Vec<Axis<N>>,
}

#[derive(Clone, Copy)]
struct Axis<const N: usize> {
    len: usize,
    steps: [usize; N],
}

impl<const N: usize> Walk<N> {
    /// A walk over `shape` with explicit steps per axis.
    pub(super) fn new(shape: &[usize], steps: impl IntoIterator<Item = [usize; N]>) -> Self {
        let mut axes: Vec<Axis<N>> = Vec::with_capacity(shape.len());
        for (&len, steps) in shape.iter().zip(steps) {
            if len == 1 {
                continue;
            }
            match axes.last_mut() {
                Some(outer) if (0..N).all(|k| outer.steps[k] == steps[k] * len) => {
                    *outer = Axis {
                        len: outer.len * len,
                        steps,
                    }
                }
                _ => axes.push(Axis { len, steps }),
            }
        }
        Self { axes }
    }

    /// A walk over `shape` in which each row-major operand is broadcast from its own shape, by
    /// numpy's rules.
    pub(super) fn broadcast(shape: &[usize], operands: [&[usize]; N]) -> Result<Self> {
        let mut steps = vec![[0; N]; shape.len()];
        for (k, operand) in operands.iter().enumerate() {
            let Some(lead) = shape.len().checked_sub(operand.len()) else {
                return Err(KernelError::invalid(format!(
                    "{operand:?} does not broadcast to {shape:?}"
                )));
            };
            let mut step = 1;
            for (axis, &len) in operand.iter().enumerate().rev() {
                if len != 1 {
                    if len != shape[lead + axis] {
                        return Err(KernelError::invalid(format!(
                            "{operand:?} does not broadcast to {shape:?}"
                        )));
                    }
                    steps[lead + axis][k] = step;
                }
                step *= len;
            }
        }
        Ok(Self::new(shape, steps))
    }

    /// Visits the rows in row-major order: where each operand's row starts, its length, and each
    /// operand's step within it.
    pub(super) fn rows(&self, mut visit: impl FnMut([usize; N], usize, [usize; N])) {
        let (outer, row) = match self.axes.split_last() {
            Some((row, outer)) => (outer, *row),
            None => (
                &[][..],
                Axis {
                    len: 1,
                    steps: [0; N],
                },
            ),
        };
        if row.len == 0 || outer.iter().any(|axis| axis.len == 0) {
            return;
        }
        let mut counters = vec![0; outer.len()];
        let mut at = [0; N];
        loop {
            visit(at, row.len, row.steps);
            let mut axis = outer.len();
            loop {
                if axis == 0 {
                    return;
                }
                axis -= 1;
                let Axis { len, steps } = outer[axis];
                counters[axis] += 1;
                if counters[axis] < len {
                    (0..N).for_each(|k| at[k] += steps[k]);
                    break;
                }
                counters[axis] = 0;
                (0..N).for_each(|k| at[k] -= steps[k] * (len - 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Walk;

    fn trace(shape: &[usize], operands: [&[usize]; 2]) -> Vec<([usize; 2], usize, [usize; 2])> {
        let mut rows = Vec::new();
        Walk::broadcast(shape, operands)
            .expect("shapes fit")
            .rows(|at, len, steps| rows.push((at, len, steps)));
        rows
    }

    #[test]
    fn uniform_axes_become_one_row() {
        assert_eq!(
            trace(&[2, 3, 4], [&[2, 3, 4], &[2, 3, 4]]),
            [([0, 0], 24, [1, 1])]
        );
        assert_eq!(trace(&[2, 3], [&[2, 3], &[1]]), [([0, 0], 6, [1, 0])]);
        assert_eq!(
            trace(&[2, 1, 3], [&[2, 1, 3], &[3]]),
            [([0, 0], 3, [1, 1]), ([3, 0], 3, [1, 1])]
        );
        assert_eq!(trace(&[], [&[], &[]]), [([0, 0], 1, [0, 0])]);
        assert_eq!(trace(&[2, 0], [&[2, 0], &[1]]), []);
    }

    #[test]
    fn misfits_are_refused() {
        assert!(Walk::broadcast(&[2, 3], [&[2]]).is_err());
        assert!(Walk::broadcast(&[3], [&[2, 3]]).is_err());
    }
}
