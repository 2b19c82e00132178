//! Elementwise functions of two and three operands under numpy's broadcasting, and broadcasting itself.

use tract_core::prelude::{Datum, Tensor};

use super::walk::Walk;
use super::{KernelError, Result, build, elements, pick};

/// The shape that operands broadcast to together.
pub fn common_shape(shapes: &[&[usize]]) -> Result<Vec<usize>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut common = vec![1; rank];
    for shape in shapes {
        for (all, &one) in common.iter_mut().rev().zip(shape.iter().rev()) {
            if *all == 1 {
                *all = one;
            } else if one != 1 && one != *all {
                return Err(KernelError::invalid(format!(
                    "shapes {shapes:?} do not broadcast together"
                )));
            }
        }
    }
    Ok(common)
}

/// Applies `f` to the elements of two operands.
pub fn broadcast<A: Datum + Copy, B: Datum + Copy, C: Datum>(
    a: &Tensor,
    b: &Tensor,
    f: impl Fn(A, B) -> C,
) -> Result {
    let shape = common_shape(&[a.shape(), b.shape()])?;
    let walk = Walk::broadcast(&shape, [a.shape(), b.shape()])?;
    let (a, b) = (elements::<A>(a)?, elements::<B>(b)?);
    build(&shape, |out: &mut [C]| {
        let mut rest = out;
        walk.rows(|[i, j], len, steps| {
            let (row, tail) = std::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            match steps {
                [1, 1] => row
                    .iter_mut()
                    .zip(&a[i..i + len])
                    .zip(&b[j..j + len])
                    .for_each(|((o, a), b)| *o = f(*a, *b)),
                [1, 0] => row
                    .iter_mut()
                    .zip(&a[i..i + len])
                    .for_each(|(o, a)| *o = f(*a, b[j])),
                [0, 1] => row
                    .iter_mut()
                    .zip(&b[j..j + len])
                    .for_each(|(o, b)| *o = f(a[i], *b)),
                [p, q] => row
                    .iter_mut()
                    .enumerate()
                    .for_each(|(n, o)| *o = f(a[i + n * p], b[j + n * q])),
            }
        });
    })
}

/// SELECT and SELECT_V2: `yes` where the condition holds, `no` elsewhere, all three broadcast.
///
/// SELECT's rank-1 condition over the first axis is the operator's to reshape: by numpy's rules it
/// would align with the last.
pub fn select(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result {
    super::check!(
        yes.datum_type() == no.datum_type(),
        "selecting between {:?} and {:?}",
        yes.datum_type(),
        no.datum_type()
    );
    super::by_type!("SELECT", yes.datum_type(), [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool], T => select_of::<T>(condition, yes, no))
}

fn select_of<T: Datum + Copy>(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result {
    let shape = common_shape(&[condition.shape(), yes.shape(), no.shape()])?;
    let walk = Walk::broadcast(&shape, [condition.shape(), yes.shape(), no.shape()])?;
    let (condition, yes, no) = (
        elements::<bool>(condition)?,
        elements::<T>(yes)?,
        elements::<T>(no)?,
    );
    build(&shape, |out: &mut [T]| {
        let mut slots = out.iter_mut();
        walk.rows(|[c, y, n], len, [dc, dy, dn]| {
            for (k, slot) in slots.by_ref().take(len).enumerate() {
                *slot = if condition[c + k * dc] {
                    yes[y + k * dy]
                } else {
                    no[n + k * dn]
                };
            }
        });
    })
}

/// BROADCAST_TO: the tensor repeated along its unit and missing axes.
pub fn broadcast_to(input: &Tensor, shape: &[usize]) -> Result {
    super::check!(
        input.rank() <= shape.len(),
        "{:?} does not broadcast to {shape:?}",
        input.shape()
    );
    let mut aligned = vec![1; shape.len() - input.rank()];
    aligned.extend_from_slice(input.shape());
    let runs = aligned
        .iter()
        .zip(shape)
        .map(|(&from, &to)| match (from, to) {
            (from, to) if from == to => Ok(pick::all(from)),
            (1, to) => Ok(vec![pick::Run::from(0); to]),
            _ => Err(KernelError::invalid(format!(
                "{:?} does not broadcast to {shape:?}",
                input.shape()
            ))),
        });
    let runs = runs.collect::<Result<Vec<_>>>()?;
    pick::pick(&input.clone().into_shape(&aligned)?, &runs, None)
}
