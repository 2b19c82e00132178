//! Folding of INT32, INT64 and BOOL constants: the arithmetic of shapes, indices and masks.
//!
//! Exact, or not at all: every function gives `None` where an operand is not such a constant.

use crate::op::{DType, Literal, Operands};

/// The elements of an INT32, INT64 or BOOL constant, widened; false is 0 and true 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ints {
    /// Shape.
    pub shape: Vec<usize>,
    /// Elements, outermost axis first.
    pub elements: Vec<i64>,
}

impl Ints {
    /// An operand's elements.
    pub fn operand(io: &Operands<'_>, slot: usize) -> Option<Self> {
        Self::read(&io.get(slot)?.literal()?)
    }

    /// A literal's elements.
    pub fn read(literal: &Literal) -> Option<Self> {
        let elements = match literal.dtype {
            DType::Bool => literal.data.iter().map(|&b| i64::from(b != 0)).collect(),
            _ => literal.ints()?,
        };
        let shape = literal.shape.clone();
        (shape.iter().product::<usize>() == elements.len()).then_some(Ints { shape, elements })
    }

    /// A literal of these elements. INT32 wraps, as C++ does in LiteRT's kernels.
    pub fn write(&self, dtype: DType) -> Option<Literal> {
        let bytes = |n: &i64| match dtype {
            DType::Int32 => (*n as i32).to_le_bytes().to_vec(),
            DType::Int64 => n.to_le_bytes().to_vec(),
            _ => vec![u8::from(*n != 0)],
        };
        matches!(dtype, DType::Int32 | DType::Int64 | DType::Bool).then(|| Literal {
            dtype,
            shape: self.shape.clone(),
            data: self.elements.iter().flat_map(bytes).collect(),
        })
    }

    /// Folds the elements along axes, which stay as axes of extent 1 if `keep_dims`.
    pub fn reduce(
        &self,
        axes: &[usize],
        keep_dims: bool,
        empty: i64,
        step: impl Fn(i64, i64) -> i64,
    ) -> Self {
        let kept: Vec<usize> = (self.shape.iter().enumerate())
            .map(|(axis, &extent)| if axes.contains(&axis) { 1 } else { extent })
            .collect();
        let mut elements = vec![empty; kept.iter().product()];
        for (at, &n) in self.elements.iter().enumerate() {
            let to = aligned(at, &self.shape, &kept);
            elements[to] = step(elements[to], n);
        }
        let shape = match keep_dims {
            true => kept,
            false => (0..kept.len())
                .filter(|axis| !axes.contains(axis))
                .map(|axis| kept[axis])
                .collect(),
        };
        Ints { shape, elements }
    }
}

/// The only result of an operator whose first `N` operands broadcast to it. `f` gives `None` for what is
/// not defined, such as a division by zero.
pub(crate) fn elementwise<const N: usize>(
    io: &Operands<'_>,
    f: impl Fn([i64; N]) -> Option<i64>,
) -> Option<Vec<Literal>> {
    let result = io.result(0);
    let shape = result.shape.fixed()?;
    let operands: Vec<Ints> = (0..N)
        .map(|slot| Ints::operand(io, slot))
        .collect::<Option<_>>()?;
    let elements = (0..shape.iter().product()).map(|at| {
        let of = |slot: usize| {
            let operand = &operands[slot];
            operand.elements[aligned(at, &shape, &operand.shape)]
        };
        f(std::array::from_fn(of))
    });
    let elements = elements.collect::<Option<_>>()?;
    Some(vec![Ints { shape, elements }.write(result.dtype)?])
}

/// Where element `at` of a shape is in one that broadcasts to it: axes are aligned at the right, those of
/// extent 1 are repeated.
fn aligned(mut at: usize, shape: &[usize], from: &[usize]) -> usize {
    let (mut position, mut step) = (0, 1);
    for (&extent, &own) in shape.iter().rev().zip(from.iter().rev()) {
        if own != 1 {
            position += at % extent * step;
        }
        at /= extent;
        step *= own;
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_align_at_the_right() {
        let at: Vec<usize> = (0..6).map(|at| aligned(at, &[2, 3], &[3])).collect();
        assert_eq!(at, [0, 1, 2, 0, 1, 2]);
        let at: Vec<usize> = (0..6).map(|at| aligned(at, &[2, 3], &[2, 1])).collect();
        assert_eq!(at, [0, 0, 0, 1, 1, 1]);
        assert_eq!(aligned(5, &[2, 3], &[]), 0);
    }

    #[test]
    fn axes_reduce_to_one_or_none() {
        let x = Ints {
            shape: vec![2, 3],
            elements: (1..=6).collect(),
        };
        let sum = x.reduce(&[1], false, 0, |sum, n| sum + n);
        assert_eq!((sum.shape, sum.elements), (vec![2], vec![6, 15]));
        let product = x.reduce(&[0], true, 1, |product, n| product * n);
        assert_eq!(
            (product.shape, product.elements),
            (vec![1, 3], vec![4, 10, 18])
        );
    }

    #[test]
    fn narrow_integers_wrap() {
        let x = Ints {
            shape: vec![],
            elements: vec![i64::from(i32::MAX) + 1],
        };
        assert_eq!(
            x.write(DType::Int32).and_then(|x| x.ints()),
            Some(vec![i64::from(i32::MIN)])
        );
        assert_eq!(x.write(DType::Float32), None);
    }
}
