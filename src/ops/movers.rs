//! What operators that only move elements share: the types they take, and how they fold.

use crate::op::{DType, Literal, OpError, Operands};

/// Refuses an operand whose elements ONNX does not carry as TFLite does.
pub(crate) fn expect_movable(io: &Operands<'_>, slot: usize) -> Result<(), OpError> {
    use DType as D;
    let value = io.operand(slot)?;
    match value.stored {
        D::Float32 | D::Float16 | D::Float64 | D::Bool => Ok(()),
        D::Int8 | D::Int16 | D::Int32 | D::Int64 => Ok(()),
        D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => Ok(()),
        D::String if value.constant().is_none() => Ok(()),
        D::String => Err(OpError::unsupported_operand(slot, "constant strings")),
        other => Err(OpError::unsupported_operand(
            slot,
            format!("elements of type {other}"),
        )),
    }
}

/// A rearrangement of a literal: element (c₀, c₁, …) of the result is element `offset + Σ cᵢ·stepᵢ` of the
/// source, both counted in row-major order.
#[derive(Clone, Debug)]
pub(crate) struct View {
    offset: i64,
    /// Extent and step of each axis of the result.
    axes: Vec<(usize, i64)>,
}

impl View {
    /// A literal of this shape as it is.
    pub fn whole(dims: &[usize]) -> Self {
        let mut step = 1i64;
        let mut axes: Vec<(usize, i64)> = Vec::with_capacity(dims.len());
        for &extent in dims.iter().rev() {
            axes.push((extent, step));
            step = step.saturating_mul(i64::try_from(extent).unwrap_or(i64::MAX));
        }
        axes.reverse();
        View { offset: 0, axes }
    }

    /// `extent` elements of an axis from `start` on, `step` apart.
    pub fn cut(mut self, axis: usize, start: i64, step: i64, extent: usize) -> Self {
        let (have, own) = &mut self.axes[axis];
        self.offset += start * *own;
        *have = extent;
        *own *= step;
        self
    }

    /// The axes in another order, as in ONNX's `Transpose.perm`.
    pub fn permute(mut self, perm: &[usize]) -> Self {
        self.axes = perm.iter().map(|&axis| self.axes[axis]).collect();
        self
    }

    /// A new axis along which every element repeats.
    pub fn repeat(mut self, axis: usize, times: usize) -> Self {
        self.axes.insert(axis, (times, 0));
        self
    }

    /// The elements seen, with the shape of the view; `None` for elements without a width in bytes, and for
    /// views that reach beyond the literal.
    pub fn of(&self, literal: &Literal) -> Option<Literal> {
        let width = literal.dtype.bytes()?;
        let shape: Vec<usize> = self.axes.iter().map(|&(extent, _)| extent).collect();
        let mut out = Vec::new();
        if !shape.contains(&0) {
            copy(&literal.data, width, &self.axes, self.offset, &mut out)?;
        }
        Some(Literal {
            dtype: literal.dtype,
            shape,
            data: out.into(),
        })
    }
}

fn copy(
    data: &[u8],
    width: usize,
    axes: &[(usize, i64)],
    at: i64,
    out: &mut Vec<u8>,
) -> Option<()> {
    let run = |count: usize| {
        let start = usize::try_from(at).ok()?.checked_mul(width)?;
        data.get(start..start.checked_add(count.checked_mul(width)?)?)
    };
    match axes {
        [] => out.extend_from_slice(run(1)?),
        [(extent, 1)] => out.extend_from_slice(run(*extent)?),
        [(extent, step), inner @ ..] => {
            for i in 0..*extent {
                copy(data, width, inner, at + i as i64 * step, out)?;
            }
        }
    }
    Some(())
}

/// Literals joined along an axis, which all of them have; they agree in all else.
pub(crate) fn join(parts: &[Literal], axis: usize) -> Option<Literal> {
    let first = parts.first()?;
    let width = first.dtype.bytes()?;
    let mut shape = first.shape.clone();
    *shape.get_mut(axis)? = parts.iter().map(|part| part.shape[axis]).sum();
    let rows: usize = shape[..axis].iter().product();
    let mut data = Vec::new();
    for row in 0..rows {
        for part in parts {
            let length = part.shape[axis..].iter().product::<usize>() * width;
            data.extend_from_slice(part.data.get(row * length..(row + 1) * length)?);
        }
    }
    Some(Literal {
        dtype: first.dtype,
        shape,
        data: data.into(),
    })
}

/// A literal of this shape, all of one element.
pub(crate) fn filled(element: &Literal, shape: &[usize]) -> Option<Literal> {
    let one = Literal {
        shape: Vec::new(),
        ..element.clone()
    };
    let mut view = View::whole(&[]);
    for (axis, &extent) in shape.iter().enumerate() {
        view = view.repeat(axis, extent);
    }
    view.of(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(shape: &[usize], ints: &[i64]) -> Literal {
        Literal::from_ints(DType::Int32, shape.to_vec(), ints).expect("they fit")
    }

    #[test]
    fn views_cut_turn_and_repeat() {
        let x = literal(&[2, 3], &[1, 2, 3, 4, 5, 6]);
        let turned = View::whole(&x.shape).permute(&[1, 0]).of(&x);
        assert_eq!(turned, Some(literal(&[3, 2], &[1, 4, 2, 5, 3, 6])));
        let cut = View::whole(&x.shape).cut(1, 2, -2, 2).of(&x);
        assert_eq!(cut, Some(literal(&[2, 2], &[3, 1, 6, 4])));
        let twice = View::whole(&x.shape).cut(0, 1, 1, 1).repeat(1, 2).of(&x);
        assert_eq!(twice, Some(literal(&[1, 2, 3], &[4, 5, 6, 4, 5, 6])));
        assert_eq!(
            View::whole(&x.shape).cut(1, 2, 1, 2).cut(0, 1, 1, 1).of(&x),
            None
        );
        let empty = View::whole(&x.shape).cut(0, 5, 1, 0).of(&x);
        assert_eq!(empty, Some(literal(&[0, 3], &[])));
    }

    #[test]
    fn parts_join() {
        let (a, b) = (literal(&[2, 1], &[1, 2]), literal(&[2, 2], &[3, 4, 5, 6]));
        let joined = literal(&[2, 3], &[1, 3, 4, 2, 5, 6]);
        assert_eq!(join(&[a, b], 1), Some(joined));
        let sevens = literal(&[2, 2], &[7, 7, 7, 7]);
        assert_eq!(filled(&literal(&[1], &[7]), &[2, 2]), Some(sevens));
    }
}
