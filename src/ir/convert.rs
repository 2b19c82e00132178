//! Constants of one element type as constants of another.

use half::{bf16, f16};

use super::{DType, Data, Literal};

impl Literal {
    /// The elements converted as TFLite's CAST converts them: integers drop high bits, floating-point
    /// numbers are truncated and saturate with NaN as the greatest integer, and all but zero is true.
    /// `None` for types whose elements are not plain numbers.
    pub fn cast(&self, to: DType) -> Option<Literal> {
        if self.dtype == to {
            return Some(self.clone());
        }
        let data = match numbers(self.dtype, &self.data)? {
            Numbers::Integers(numbers) => integers_as(to, &numbers)?,
            Numbers::Floats(numbers) => floats_as(to, &numbers)?,
        };
        Some(Literal {
            dtype: to,
            shape: self.shape.clone(),
            data,
        })
    }
}

/// Elements in a type that holds each of them exactly.
enum Numbers {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

fn numbers(dtype: DType, data: &[u8]) -> Option<Numbers> {
    macro_rules! read {
        ($number:ty, $width:literal) => {
            data.as_chunks::<$width>()
                .0
                .iter()
                .map(|word| <$number>::from_le_bytes(*word).into())
                .collect()
        };
    }
    Some(match dtype {
        DType::Bool => Numbers::Integers(data.iter().map(|&b| (b != 0).into()).collect()),
        DType::Int8 => Numbers::Integers(read!(i8, 1)),
        DType::Int16 => Numbers::Integers(read!(i16, 2)),
        DType::Int32 => Numbers::Integers(read!(i32, 4)),
        DType::Int64 => Numbers::Integers(read!(i64, 8)),
        DType::UInt8 => Numbers::Integers(read!(u8, 1)),
        DType::UInt16 => Numbers::Integers(read!(u16, 2)),
        DType::UInt32 => Numbers::Integers(read!(u32, 4)),
        DType::Float16 => Numbers::Floats(read!(f16, 2)),
        DType::BFloat16 => Numbers::Floats(read!(bf16, 2)),
        DType::Float32 => Numbers::Floats(read!(f32, 4)),
        DType::Float64 => Numbers::Floats(read!(f64, 8)),
        _ => return None,
    })
}

fn integers_as(to: DType, numbers: &[i64]) -> Option<Data> {
    macro_rules! write {
        (|$n:ident| $x:expr) => {
            numbers.iter().flat_map(|&$n| ($x).to_le_bytes()).collect()
        };
    }
    Some(match to {
        DType::Bool => write!(|n| u8::from(n != 0)),
        DType::Int8 => write!(|n| n as i8),
        DType::Int16 => write!(|n| n as i16),
        DType::Int32 => write!(|n| n as i32),
        DType::Int64 => write!(|n| n),
        DType::UInt8 => write!(|n| n as u8),
        DType::UInt16 => write!(|n| n as u16),
        DType::UInt32 => write!(|n| n as u32),
        DType::Float16 => write!(|n| f16::from_f32(n as f32)),
        DType::BFloat16 => write!(|n| bf16::from_f32(n as f32)),
        DType::Float32 => write!(|n| n as f32),
        DType::Float64 => write!(|n| n as f64),
        _ => return None,
    })
}

fn floats_as(to: DType, numbers: &[f64]) -> Option<Data> {
    macro_rules! write {
        (|$x:ident| $y:expr) => {
            numbers.iter().flat_map(|&$x| ($y).to_le_bytes()).collect()
        };
    }
    // `as` truncates and saturates too, but takes NaN for zero.
    macro_rules! saturate {
        ($integer:ty) => {
            write!(|x| if x.is_nan() {
                <$integer>::MAX
            } else {
                x as $integer
            })
        };
    }
    Some(match to {
        DType::Bool => write!(|x| u8::from(x != 0.0)),
        DType::Int8 => saturate!(i8),
        DType::Int16 => saturate!(i16),
        DType::Int32 => saturate!(i32),
        DType::Int64 => saturate!(i64),
        DType::UInt8 => saturate!(u8),
        DType::UInt16 => saturate!(u16),
        DType::UInt32 => saturate!(u32),
        DType::Float16 => write!(|x| f16::from_f32(x as f32)),
        DType::BFloat16 => write!(|x| bf16::from_f32(x as f32)),
        DType::Float32 => write!(|x| x as f32),
        DType::Float64 => write!(|x| x),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_truncate_and_saturate() {
        let x = Literal::from_floats(vec![5], &[-1.7, 0.5, 3e9, -3e9, f32::NAN]);
        let ints = x.cast(DType::Int32).and_then(|x| x.ints());
        assert_eq!(
            ints,
            Some(vec![
                -1,
                0,
                i32::MAX.into(),
                i32::MIN.into(),
                i32::MAX.into()
            ])
        );
        let bools = x.cast(DType::Bool).map(|x| x.data);
        assert_eq!(bools.as_deref(), Some(&[1; 5][..]));
    }

    #[test]
    fn integers_drop_high_bits() {
        let x = Literal::from_ints(DType::Int32, vec![2], &[300, -1]).expect("in range");
        assert_eq!(
            x.cast(DType::UInt8).map(|x| x.data).as_deref(),
            Some(&[44, 255][..])
        );
        assert_eq!(
            x.cast(DType::Float32).and_then(|x| x.floats()),
            Some(vec![300.0, -1.0])
        );
        assert_eq!(x.cast(DType::Complex64), None);
    }
}
