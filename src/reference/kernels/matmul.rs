//! BATCH_MATMUL and FULLY_CONNECTED.

use tract_core::ndarray::{ArrayView2, ArrayViewMut2, LinalgScalar, linalg::general_mat_mul};
use tract_core::prelude::{Datum, Tensor};

use super::binary::{Arithmetic, arithmetic};
use super::broadcast::common_shape;
use super::walk::Walk;
use super::{KernelError, Result, build, by_type, check, elements};

/// BATCH_MATMUL: the product of the last two axes, each operand's swapped first if its flag is set;
/// leading axes broadcast.
pub fn matmul(a: &Tensor, b: &Tensor, adjoint_a: bool, adjoint_b: bool) -> Result {
    check!(
        a.datum_type() == b.datum_type(),
        "a product of {:?} and {:?}",
        a.datum_type(),
        b.datum_type()
    );
    by_type!("BATCH_MATMUL", a.datum_type(), [f32, f64, i32, i64], T => matmul_of::<T>(a, b, adjoint_a, adjoint_b))
}

fn matmul_of<T: Datum + LinalgScalar>(
    a: &Tensor,
    b: &Tensor,
    adjoint_a: bool,
    adjoint_b: bool,
) -> Result {
    let (a_lead, [ar, ac]) = matrices(a)?;
    let (b_lead, [br, bc]) = matrices(b)?;
    let (m, k) = if adjoint_a { (ac, ar) } else { (ar, ac) };
    let (inner, n) = if adjoint_b { (bc, br) } else { (br, bc) };
    check!(
        k == inner,
        "a product of {:?} and {:?}",
        a.shape(),
        b.shape()
    );
    let lead = common_shape(&[a_lead, b_lead])?;
    let walk = Walk::broadcast(&lead, [a_lead, b_lead])?;
    let (a, b) = (elements::<T>(a)?, elements::<T>(b)?);
    build(&[&lead[..], &[m, n]].concat(), |out: &mut [T]| {
        if m == 0 || n == 0 {
            return;
        }
        let mut products = out.chunks_exact_mut(m * n);
        walk.rows(|[i, j], len, [di, dj]| {
            for (step, out) in products.by_ref().take(len).enumerate() {
                let left = view(
                    &a[(i + step * di) * ar * ac..][..ar * ac],
                    [ar, ac],
                    adjoint_a,
                );
                let right = view(
                    &b[(j + step * dj) * br * bc..][..br * bc],
                    [br, bc],
                    adjoint_b,
                );
                multiply(left, right, out);
            }
        });
    })
}

/// FULLY_CONNECTED: `x · weights' + bias` over the last axis, weights `[outputs, inputs]`.
///
/// Without `keep_num_dims` the input is flattened into rows of `inputs`, wherever its axes end
/// (`kernels/fully_connected.cc`).
pub fn fully_connected(
    x: &Tensor,
    weights: &Tensor,
    bias: Option<&Tensor>,
    keep_num_dims: bool,
) -> Result {
    let &[outputs, inputs] = weights.shape() else {
        return Err(KernelError::invalid(format!(
            "weights of shape {:?}",
            weights.shape()
        )));
    };
    // LiteRT drops elements that do not fill a row. With no inputs at all the leading axes still
    // say how many rows of bias there are.
    let rows = match x.shape().split_last() {
        Some((0, lead)) if inputs == 0 => lead.iter().product(),
        _ => x.len().checked_div(inputs).unwrap_or(0),
    };
    let (data, weights) = (elements::<f32>(x)?, elements::<f32>(weights)?);
    let product = build(&[rows, outputs], |out: &mut [f32]| {
        multiply(
            view(&data[..rows * inputs], [rows, inputs], false),
            view(weights, [outputs, inputs], true),
            out,
        );
    })?;
    let result = match bias {
        Some(bias) => arithmetic(Arithmetic::Add, &product, bias)?,
        None => product,
    };
    match x.shape().split_last() {
        Some((last, lead)) if keep_num_dims => {
            check!(
                *last == inputs,
                "a last axis of {last} where the weights take {inputs}"
            );
            Ok(result.into_shape(&[lead, &[outputs]].concat())?)
        }
        _ => Ok(result),
    }
}

/// `out = left · right`, by ndarray's blocked product; `out` is row-major.
pub(super) fn multiply<T: LinalgScalar>(
    left: Option<ArrayView2<'_, T>>,
    right: Option<ArrayView2<'_, T>>,
    out: &mut [T],
) {
    if let (Some(left), Some(right)) = (left, right)
        && let Ok(mut out) = ArrayViewMut2::from_shape((left.nrows(), right.ncols()), out)
    {
        general_mat_mul(T::one(), &left, &right, T::zero(), &mut out);
    }
}

/// A matrix over row-major elements, seen transposed if `swapped`.
pub(super) fn view<T>(
    elements: &[T],
    [rows, columns]: [usize; 2],
    swapped: bool,
) -> Option<ArrayView2<'_, T>> {
    let matrix = ArrayView2::from_shape((rows, columns), elements).ok()?;
    Some(if swapped {
        matrix.reversed_axes()
    } else {
        matrix
    })
}

/// A shape's leading axes and its matrices.
fn matrices(x: &Tensor) -> Result<(&[usize], [usize; 2])> {
    match x.shape() {
        [lead @ .., rows, columns] => Ok((lead, [*rows, *columns])),
        shape => Err(KernelError::invalid(format!(
            "a product of shape {shape:?}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, i32s, ramp, tensor};
    use super::*;

    #[test]
    fn leading_axes_broadcast() {
        let a = ramp(&[2, 1, 1, 2], 1.0);
        let b = ramp(&[2, 2, 1], 1.0);
        close(
            &matmul(&a, &b, false, false).unwrap(),
            &[2, 2, 1, 1],
            &[1.0, 3.0, 3.0, 13.0],
        );
    }

    #[test]
    fn flags_transpose() {
        let (a, b) = (ramp(&[2, 3], 1.0), ramp(&[2, 3], 1.0));
        close(
            &matmul(&a, &b, false, true).unwrap(),
            &[2, 2],
            &[5.0, 14.0, 14.0, 50.0],
        );
        close(
            &matmul(&a, &b, true, false).unwrap(),
            &[3, 3],
            &[9.0, 12.0, 15.0, 12.0, 17.0, 22.0, 15.0, 22.0, 29.0],
        );
        assert!(matmul(&a, &b, false, false).is_err());
        assert_eq!(
            i32s(
                &matmul(
                    &tensor(&[1, 2], &[3, 4]),
                    &tensor(&[2, 1], &[5, 6]),
                    false,
                    false
                )
                .unwrap()
            ),
            [39]
        );
    }

    #[test]
    fn rows_are_flattened_unless_kept() {
        let (x, w) = (ramp(&[1, 2, 2], 1.0), ramp(&[3, 2], 1.0));
        let b = tensor(&[3], &[0.5_f32, 0.0, -0.5]);
        let want = [1.5, 3.0, 4.5, 3.5, 13.0, 22.5];
        close(
            &fully_connected(&x, &w, Some(&b), false).unwrap(),
            &[2, 3],
            &want,
        );
        close(
            &fully_connected(&x, &w, Some(&b), true).unwrap(),
            &[1, 2, 3],
            &want,
        );
        assert_eq!(
            fully_connected(&ramp(&[3], 1.0), &w, None, false)
                .unwrap()
                .shape(),
            [1, 3]
        );
        assert!(fully_connected(&ramp(&[3], 1.0), &w, None, true).is_err());
    }
}
