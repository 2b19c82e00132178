//! ADD … FLOOR_MOD, the comparisons, the logical and the bitwise operators.

use tract_core::prelude::{Datum, Tensor};

use super::broadcast::broadcast;
use super::number::Number;
use super::{Result, by_type, check, elements};

/// Operators from two numbers to one of the same type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    /// Integers truncate toward zero.
    Div,
    Maximum,
    Minimum,
    Pow,
    SquaredDifference,
    FloorDiv,
    /// The remainder has the divisor's sign.
    FloorMod,
}

/// Applies an arithmetic operator to two tensors of one type.
pub fn arithmetic(op: Arithmetic, a: &Tensor, b: &Tensor) -> Result {
    same_type(a, b)?;
    by_type!("arithmetic", a.datum_type(), numbers, T => arithmetic_of::<T>(op, a, b))
}

fn arithmetic_of<T: Number>(op: Arithmetic, a: &Tensor, b: &Tensor) -> Result {
    match op {
        Arithmetic::Add => broadcast(a, b, T::plus),
        Arithmetic::Sub => broadcast(a, b, T::minus),
        Arithmetic::Mul => broadcast(a, b, T::times),
        Arithmetic::Div => broadcast(a, divisor::<T>(b)?, T::over),
        Arithmetic::Maximum => broadcast(a, b, T::greater),
        Arithmetic::Minimum => broadcast(a, b, T::lesser),
        Arithmetic::Pow => broadcast(a, b, T::power),
        Arithmetic::SquaredDifference => broadcast(a, b, |a: T, b: T| {
            let difference = a.minus(b);
            difference.times(difference)
        }),
        Arithmetic::FloorDiv => broadcast(a, divisor::<T>(b)?, T::floor_over),
        Arithmetic::FloorMod => broadcast(a, divisor::<T>(b)?, T::floor_remainder),
    }
}

/// An operand to divide by. Integer kernels refuse a zero among them (`kernels/div.cc`,
/// `floor_div.cc`, `floor_mod.cc`).
fn divisor<T: Number>(b: &Tensor) -> Result<&Tensor> {
    check!(
        T::DIVIDES_BY_ZERO || !elements::<T>(b)?.contains(&T::ZERO),
        "division of integers by zero"
    );
    Ok(b)
}

/// Operators from two numbers to a boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Compares two tensors of one type; booleans only for equality.
pub fn compare(op: Comparison, a: &Tensor, b: &Tensor) -> Result {
    same_type(a, b)?;
    if a.datum_type() == bool::datum_type() {
        check!(
            matches!(op, Comparison::Equal | Comparison::NotEqual),
            "{op:?} on booleans"
        );
    }
    by_type!("a comparison", a.datum_type(), [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64, bool], T => compare_of::<T>(op, a, b))
}

fn compare_of<T: Datum + Copy + PartialOrd>(op: Comparison, a: &Tensor, b: &Tensor) -> Result {
    match op {
        Comparison::Equal => broadcast(a, b, |a: T, b: T| a == b),
        Comparison::NotEqual => broadcast(a, b, |a: T, b: T| a != b),
        Comparison::Less => broadcast(a, b, |a: T, b: T| a < b),
        Comparison::LessEqual => broadcast(a, b, |a: T, b: T| a <= b),
        Comparison::Greater => broadcast(a, b, |a: T, b: T| a > b),
        Comparison::GreaterEqual => broadcast(a, b, |a: T, b: T| a >= b),
    }
}

/// Operators on bits, of booleans (LOGICAL_AND, LOGICAL_OR) or of integers (BITWISE_XOR, RIGHT_SHIFT).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    And,
    Or,
    Xor,
    /// Arithmetic on signed integers; the amount is clamped to the width (`kernels/right_shift.cc`).
    RightShift,
    /// By an amount modulo 32, as processors do for C's `int`; bits beyond the width are lost.
    LeftShift,
}

/// Applies a bitwise or logical operator to two tensors of one type.
pub fn bits(op: Bits, a: &Tensor, b: &Tensor) -> Result {
    same_type(a, b)?;
    if a.datum_type() == bool::datum_type() {
        return match op {
            Bits::And => broadcast(a, b, |a: bool, b: bool| a & b),
            Bits::Or => broadcast(a, b, |a: bool, b: bool| a | b),
            Bits::Xor => broadcast(a, b, |a: bool, b: bool| a ^ b),
            Bits::RightShift | Bits::LeftShift => {
                Err(super::KernelError::dtype("a shift", a.datum_type()))
            }
        };
    }
    by_type!("a bitwise operator", a.datum_type(), integers, T => match op {
        Bits::And => broadcast(a, b, |a: T, b: T| a & b),
        Bits::Or => broadcast(a, b, |a: T, b: T| a | b),
        Bits::Xor => broadcast(a, b, |a: T, b: T| a ^ b),
        Bits::RightShift => {
            const WIDEST: T = (T::BITS - 1) as T;
            broadcast(a, b, |a: T, b: T| a >> b.clamp(0, WIDEST))
        }
        #[allow(clippy::unnecessary_cast, reason = "one of the types is i64 itself")]
        Bits::LeftShift => broadcast(a, b, |a: T, b: T| {
            ((a as i64) << (b as i64).rem_euclid(32)) as T
        }),
    })
}

/// PRELU: the slope where the input is negative, broadcast against it.
pub fn prelu(x: &Tensor, slope: &Tensor) -> Result {
    broadcast(
        x,
        slope,
        |x: f32, slope: f32| if x >= 0.0 { x } else { x * slope },
    )
}

/// ATAN2.
pub fn atan2(y: &Tensor, x: &Tensor) -> Result {
    same_type(y, x)?;
    by_type!("ATAN2", y.datum_type(), [f32, f64], T => broadcast(y, x, T::atan2))
}

fn same_type(a: &Tensor, b: &Tensor) -> Result<()> {
    check!(
        a.datum_type() == b.datum_type(),
        "operands of {:?} and {:?}",
        a.datum_type(),
        b.datum_type()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, i32s, tensor};
    use super::*;

    #[test]
    fn operands_broadcast_both_ways() {
        let column = tensor(&[2, 1], &[1.0_f32, 2.0]);
        let row = tensor(&[3], &[10.0_f32, 20.0, 30.0]);
        let sums = [11.0, 21.0, 31.0, 12.0, 22.0, 32.0];
        close(
            &arithmetic(Arithmetic::Add, &column, &row).unwrap(),
            &[2, 3],
            &sums,
        );
        close(
            &arithmetic(Arithmetic::Add, &row, &column).unwrap(),
            &[2, 3],
            &sums,
        );
        assert!(arithmetic(Arithmetic::Add, &row, &tensor(&[2], &[1.0_f32, 2.0])).is_err());
    }

    #[test]
    fn integer_division_follows_c_or_the_floor() {
        let (a, b) = (tensor(&[4], &[7, -7, 7, -7]), tensor(&[4], &[3, 3, -3, -3]));
        assert_eq!(
            i32s(&arithmetic(Arithmetic::Div, &a, &b).unwrap()),
            [2, -2, -2, 2]
        );
        assert_eq!(
            i32s(&arithmetic(Arithmetic::FloorDiv, &a, &b).unwrap()),
            [2, -3, -3, 2]
        );
        assert_eq!(
            i32s(&arithmetic(Arithmetic::FloorMod, &a, &b).unwrap()),
            [1, 2, -2, -1]
        );
        assert!(arithmetic(Arithmetic::Div, &a, &tensor(&[1], &[0])).is_err());
    }

    #[test]
    fn shifts_are_clamped_to_the_width() {
        let (a, b) = (tensor(&[3], &[-8, 8, 8]), tensor(&[3], &[1, 40, -1]));
        assert_eq!(i32s(&bits(Bits::RightShift, &a, &b).unwrap()), [-4, 0, 8]);
    }
}
