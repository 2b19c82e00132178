//! What operands are held to, and the arithmetic on axes and shapes that most operators need.

use std::ops::RangeInclusive;

use super::Operands;
use crate::error::OpError;
use crate::ir::{DType, Dim, Shape, Symbol, Value};

impl<'a> Operands<'a> {
    /// Refuses an operand of another rank.
    ///
    /// # Errors
    /// Expected and found, at the operand.
    pub fn expect_rank(&self, slot: usize, ranks: RangeInclusive<usize>) -> Result<(), OpError> {
        let shape = self.shape(slot)?;
        if ranks.contains(&shape.rank()) {
            return Ok(());
        }
        let expected = if ranks.start() == ranks.end() {
            format!("rank {}", ranks.start())
        } else {
            format!("rank {} to {}", ranks.start(), ranks.end())
        };
        Err(OpError::operand(slot, expected, shape))
    }

    /// Refuses an operand of another element type.
    ///
    /// # Errors
    /// Expected and found, at the operand.
    pub fn expect_dtype(&self, slot: usize, allowed: &[DType]) -> Result<(), OpError> {
        let dtype = self.operand(slot)?.dtype;
        if allowed.contains(&dtype) {
            return Ok(());
        }
        let names: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        Err(OpError::operand(slot, names.join(" or "), dtype))
    }

    /// Refuses operands whose element types differ: what they mean, or what the file stores them as.
    ///
    /// # Errors
    /// Expected and found, at the operand.
    pub fn expect_same_dtype(&self, slot: usize, other: usize) -> Result<(), OpError> {
        let (value, like) = (self.operand(slot)?, self.operand(other)?);
        let (found, expected) = match value.dtype == like.dtype {
            true => (value.in_file(), like.in_file()),
            false => (value.dtype, like.dtype),
        };
        if found == expected {
            return Ok(());
        }
        Err(OpError::operand(
            slot,
            format!("{expected} like operand {other}"),
            found,
        ))
    }

    /// Refuses a result of another element type.
    ///
    /// # Errors
    /// Expected and found, at the result.
    pub fn expect_result_dtype(&self, slot: usize, expected: DType) -> Result<(), OpError> {
        let dtype = self.result(slot).dtype;
        if dtype == expected {
            return Ok(());
        }
        Err(OpError::result(slot, expected, dtype))
    }

    /// Refuses a result whose elements are others than an operand's, complex numbers where those are real among them.
    ///
    /// # Errors
    /// Expected and found, at the result.
    pub fn expect_result_like(&self, slot: usize, operand: usize) -> Result<(), OpError> {
        let (operand, result) = (self.operand(operand)?, self.result(slot));
        self.expect_result_dtype(slot, operand.dtype)?;
        let kind = |value: &Value| match value.complex {
            true => "complex numbers",
            false => "real numbers",
        };
        let (expected, found) = (kind(operand), kind(result));
        match expected == found {
            true => Ok(()),
            false => Err(OpError::result(slot, expected, found)),
        }
    }

    /// A dimension of a result that is known only at run time.
    pub fn unknown_dim(&self, result: usize, axis: usize) -> Dim {
        let name = &self.result(result).name;
        Dim::Symbol(Symbol::new(format!("{name}.{axis}")))
    }

    /// The shape of the first result where data say all of it but the rank.
    ///
    /// # Errors
    /// A rank that no runtime has: the length of a tensor that a file declares may be any number.
    pub fn unknown_shape(&self, rank: usize) -> Result<Shape, OpError> {
        expect_possible_rank(rank)?;
        Ok((0..rank).map(|axis| self.unknown_dim(0, axis)).collect())
    }
}

/// Refuses a number of dimensions that no runtime has (TFLite's kernels end at 8).
pub(crate) fn expect_possible_rank(rank: usize) -> Result<(), OpError> {
    match rank {
        0..=32 => Ok(()),
        _ => Err(OpError::too_large(format!("a result of {rank} dimensions"))),
    }
}

/// Resolves an axis that may count from the end.
///
/// # Errors
/// An axis outside the rank.
pub fn resolve_axis(axis: i64, rank: usize) -> Result<usize, OpError> {
    let signed = i64::try_from(rank).unwrap_or(i64::MAX);
    let resolved = if axis < 0 { axis + signed } else { axis };
    usize::try_from(resolved)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| OpError::option("axis", format!("within rank {rank}"), axis))
}

/// The shape that numpy broadcasting gives; `None` where the shapes do not fit.
pub fn broadcast<'s>(shapes: impl IntoIterator<Item = &'s Shape>) -> Option<Shape> {
    let mut dims: Vec<Dim> = Vec::new(); // innermost first
    for shape in shapes {
        for (i, dim) in shape.dims().iter().rev().enumerate() {
            match dims.get_mut(i) {
                None => dims.push(dim.clone()),
                Some(have) if have == dim || dim.is_one() => {}
                Some(have) if have.is_one() => *have = dim.clone(),
                // A symbol against a number above 1: only the number makes the model valid.
                Some(have @ Dim::Symbol(_)) if dim.fixed().is_some() => *have = dim.clone(),
                Some(Dim::Fixed(_)) if dim.fixed().is_none() => {}
                // Two symbols: equal, or either of them is 1.
                Some(have @ Dim::Symbol(_)) => {
                    *have = Dim::Symbol(Symbol::new(format!("{have}|{dim}")));
                }
                Some(_) => return None,
            }
        }
    }
    dims.reverse();
    Some(dims.into_iter().collect())
}
