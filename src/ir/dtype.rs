//! Element types of TFLite tensors and their ONNX counterparts.
//!
//! The one place where numbers change type: everything else goes through the conversions here.

use std::fmt;

/// Element type of a tensor, by TFLite's names (`TensorType` of the schema).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum DType {
    Float32,
    Float16,
    BFloat16,
    Float64,
    Int2,
    Int4,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt4,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Bool,
    Complex64,
    Complex128,
    String,
    Resource,
    Variant,
}

impl DType {
    /// Bits one element takes in a buffer; `None` where elements have no fixed width.
    pub fn bits(self) -> Option<usize> {
        Some(match self {
            DType::Int2 => 2,
            DType::Int4 | DType::UInt4 => 4,
            DType::Int8 | DType::UInt8 | DType::Bool => 8,
            DType::Float16 | DType::BFloat16 | DType::Int16 | DType::UInt16 => 16,
            DType::Float32 | DType::Int32 | DType::UInt32 => 32,
            DType::Float64 | DType::Int64 | DType::UInt64 | DType::Complex64 => 64,
            DType::Complex128 => 128,
            DType::String | DType::Resource | DType::Variant => return None,
        })
    }

    /// Bytes one element takes; `None` for packed and unsized types.
    pub fn bytes(self) -> Option<usize> {
        self.bits()
            .filter(|bits| bits % 8 == 0)
            .map(|bits| bits / 8)
    }

    /// Bytes that `count` elements take, packed types rounded up to whole bytes.
    pub fn bytes_of(self, count: usize) -> Option<usize> {
        Some(self.bits()?.checked_mul(count)?.div_ceil(8))
    }

    /// A real floating-point type.
    pub fn is_float(self) -> bool {
        matches!(
            self,
            DType::Float32 | DType::Float16 | DType::BFloat16 | DType::Float64
        )
    }

    /// A signed or unsigned integer type; BOOL is not one.
    pub fn is_integer(self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// A signed integer type.
    pub fn is_signed_integer(self) -> bool {
        use DType::{Int2, Int4, Int8, Int16, Int32, Int64};
        matches!(self, Int2 | Int4 | Int8 | Int16 | Int32 | Int64)
    }

    /// An unsigned integer type.
    pub fn is_unsigned_integer(self) -> bool {
        use DType::{UInt4, UInt8, UInt16, UInt32, UInt64};
        matches!(self, UInt4 | UInt8 | UInt16 | UInt32 | UInt64)
    }

    /// INT8 or UINT8, which ONNX's QuantizeLinear and DequantizeLinear take at every opset.
    pub fn is_8_bit(self) -> bool {
        matches!(self, DType::Int8 | DType::UInt8)
    }

    /// The type of the two parts of a complex number.
    pub fn parts(self) -> Option<DType> {
        match self {
            DType::Complex64 => Some(DType::Float32),
            DType::Complex128 => Some(DType::Float64),
            _ => None,
        }
    }

    /// ONNX's `TensorProto.DataType` number; `None` where ONNX has no such type.
    pub fn onnx(self) -> Option<i32> {
        Some(match self {
            DType::Float32 => 1,
            DType::UInt8 => 2,
            DType::Int8 => 3,
            DType::UInt16 => 4,
            DType::Int16 => 5,
            DType::Int32 => 6,
            DType::Int64 => 7,
            DType::String => 8,
            DType::Bool => 9,
            DType::Float16 => 10,
            DType::Float64 => 11,
            DType::UInt32 => 12,
            DType::UInt64 => 13,
            DType::Complex64 => 14,
            DType::Complex128 => 15,
            DType::BFloat16 => 16,
            DType::UInt4 => 21,
            DType::Int4 => 22,
            DType::Int2 => 26,
            DType::Resource | DType::Variant => return None,
        })
    }
}

impl fmt::Display for DType {
    /// TFLite's spelling, such as `FLOAT32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_uppercase())
    }
}
