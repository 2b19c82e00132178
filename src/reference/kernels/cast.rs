//! CAST, with LiteRT's conversions; also DEQUANTIZE of float16, which is a widening.

use half::f16;
use tract_core::prelude::{Datum, DatumType, Tensor};

use super::unary::map;
use super::{KernelError, Result, by_type, elements};

/// Converts the elements to another type (`kernels/cast.cc`).
///
/// Integers narrow by dropping high bits. Floats are truncated toward zero and saturate; NaN
/// becomes the greatest integer, where Rust's `as` gives zero. Anything but zero is true.
pub fn cast(x: &Tensor, to: DatumType) -> Result {
    if x.datum_type() == to {
        return Ok(x.clone());
    }
    if x.datum_type() == f16::datum_type() {
        return cast(&map(x, |x: f16| x.to_f32())?, to);
    }
    if x.datum_type() == bool::datum_type() {
        return cast(&map(x, |x: bool| u8::from(x))?, to);
    }
    by_type!("CAST", x.datum_type(), [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64], T => cast_of::<T>(x, to))
}

fn cast_of<T: Source>(x: &Tensor, to: DatumType) -> Result {
    if to == bool::datum_type() {
        return map(x, |x: T| x != T::default());
    }
    if to == f16::datum_type() {
        return map(x, |x: T| f16::from_f32(x.to()));
    }
    by_type!("CAST", to, [f32, f64, i8, i16, i32, i64, u8, u16, u32, u64], U => {
        let nan: U = T::default().nan_as();
        // Integers equal themselves: for them the test costs nothing.
        #[allow(clippy::eq_op, reason = "what does not equal itself is NaN")]
        map(x, move |x: T| if x != x { nan } else { x.to() })
    })
}

/// A numeric source of conversions.
trait Source:
    Datum
    + Copy
    + To<f32>
    + To<f64>
    + To<i8>
    + To<i16>
    + To<i32>
    + To<i64>
    + To<u8>
    + To<u16>
    + To<u32>
    + To<u64>
{
}

/// C's conversion between two numeric types.
trait To<U>: Sized {
    fn to(self) -> U;
    /// What a NaN of this type converts to.
    fn nan_as(self) -> U;
}

macro_rules! conversions {
    ($from:ty => $($to:ty),+) => {
        impl Source for $from {}
        $(impl To<$to> for $from {
            fn to(self) -> $to { self as $to }
            fn nan_as(self) -> $to { Highest::HIGHEST }
        })+
    };
    ($($from:ty),+) => { $(conversions!($from => f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);)+ };
}
conversions!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);

/// Where NaN goes in a target type.
trait Highest {
    const HIGHEST: Self;
}

macro_rules! highest {
    ($($type:ty => $value:expr),+) => { $(impl Highest for $type { const HIGHEST: Self = $value; })+ };
}
highest!(f32 => f32::NAN, f64 => f64::NAN, i8 => i8::MAX, i16 => i16::MAX, i32 => i32::MAX, i64 => i64::MAX);
highest!(u8 => u8::MAX, u16 => u16::MAX, u32 => u32::MAX, u64 => u64::MAX);

/// DEQUANTIZE of float16 (`kernels/dequantize.cc`): exact.
pub fn widen_f16(x: &Tensor) -> Result {
    let halves = elements::<f16>(x)
        .map_err(|_| KernelError::dtype("DEQUANTIZE without parameters", x.datum_type()))?;
    super::build(x.shape(), |out: &mut [f32]| {
        out.iter_mut()
            .zip(halves)
            .for_each(|(out, half)| *out = half.to_f32())
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn floats_truncate_and_saturate() {
        let x = tensor(&[6], &[-1.7_f32, 1.7, 3e9, -3e9, f32::NAN, -0.2]);
        assert_eq!(
            i32s(&cast(&x, i32::datum_type()).unwrap()),
            [-1, 1, i32::MAX, i32::MIN, i32::MAX, 0]
        );
        let truth = cast(&x, bool::datum_type()).unwrap();
        assert_eq!(elements::<bool>(&truth).unwrap(), [true; 6]);
    }

    #[test]
    fn integers_wrap() {
        let narrow = cast(&tensor(&[3], &[300_i32, -1, 128]), i8::datum_type()).unwrap();
        assert_eq!(elements::<i8>(&narrow).unwrap(), [44, -1, -128]);
        assert_eq!(
            i32s(&cast(&tensor(&[2], &[true, false]), i32::datum_type()).unwrap()),
            [1, 0]
        );
    }

    #[test]
    fn halves_widen_exactly() {
        let x = tensor(&[2], &[f16::from_f32(0.1), f16::MAX]);
        assert_eq!(
            elements::<f32>(&widen_f16(&x).unwrap()).unwrap(),
            [0.099_975_586, 65_504.0]
        );
        assert!(widen_f16(&tensor(&[1], &[1.0_f32])).is_err());
    }
}
