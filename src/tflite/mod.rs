//! The TFLite side: generated schema, what sort of file it is, and what one operator's entry says.
//!
//! Everything here reads a flatbuffer that [`open`] has verified; indices into other tables are checked
//! once, in `lift`.

mod flex;
pub(crate) mod outline;
pub(crate) mod packed;
mod raw;
// Public within this private module, for `testing`.
#[allow(missing_debug_implementations)]
pub mod schema;
mod sniff;
pub(crate) mod sparse;

use flatbuffers::{InvalidFlatbuffer, VerifierOptions};

pub use flex::Flex;
pub use raw::RawOp;
pub(crate) use raw::{builtin_code, options};

use crate::error::Error;
use crate::ir::DType;

/// TFLite's file identifier, at byte 4.
pub(crate) const IDENTIFIER: &[u8; 4] = b"TFL3";

/// Tables nest Model → SubGraph → Operator → options → a few more; nothing legitimate comes near this.
const MAX_DEPTH: usize = 32;

/// Verifies a model and gives its root.
///
/// # Errors
/// `Malformed` when the bytes are no TFLite model, saying what they look like instead.
pub(crate) fn open(bytes: &[u8]) -> Result<schema::Model<'_>, Error> {
    if let Some(found) = sniff::foreign(bytes) {
        return Err(
            Error::malformed(format!("not a TFLite model: {}", found.what)).advice(found.advice),
        );
    }
    if bytes.get(4..8) != Some(IDENTIFIER) {
        return Err(Error::malformed(
            "not a TFLite model: the file identifier \"TFL3\" is missing at byte 4",
        ));
    }
    let options = verifier(bytes);
    schema::root_as_model_with_opts(&options, bytes).map_err(|fault| malformed(&fault))
}

/// How a flatbuffer of these bytes is verified, so that the work is bounded by their number.
pub(crate) fn verifier(bytes: &[u8]) -> VerifierOptions {
    VerifierOptions {
        max_depth: MAX_DEPTH,
        // Every table takes at least four bytes, so this bounds the work by the file's size.
        max_tables: bytes.len() / 4 + 1,
        // Tables may be shared; the bound stops a small file from being walked for ever.
        max_apparent_size: bytes.len().saturating_mul(16).max(1 << 20),
        // LiteRT reads strings by their length.
        ignore_missing_null_terminator: true,
    }
}

fn malformed(fault: &InvalidFlatbuffer) -> Error {
    let text = fault.to_string();
    let first = text.lines().next().unwrap_or("invalid flatbuffer");
    Error::malformed(format!("the flatbuffer is damaged: {first}"))
        .advice("the file is truncated or was altered; fetch it again")
}

/// The element type of a tensor; `None` for numbers the schema does not know.
pub(crate) fn dtype(code: schema::TensorType) -> Option<DType> {
    use schema::TensorType as T;
    Some(match code {
        T::FLOAT32 => DType::Float32,
        T::FLOAT16 => DType::Float16,
        T::BFLOAT16 => DType::BFloat16,
        T::FLOAT64 => DType::Float64,
        T::INT2 => DType::Int2,
        T::INT4 => DType::Int4,
        T::INT8 => DType::Int8,
        T::INT16 => DType::Int16,
        T::INT32 => DType::Int32,
        T::INT64 => DType::Int64,
        T::UINT4 => DType::UInt4,
        T::UINT8 => DType::UInt8,
        T::UINT16 => DType::UInt16,
        T::UINT32 => DType::UInt32,
        T::UINT64 => DType::UInt64,
        T::BOOL => DType::Bool,
        T::COMPLEX64 => DType::Complex64,
        T::COMPLEX128 => DType::Complex128,
        T::STRING => DType::String,
        T::RESOURCE => DType::Resource,
        T::VARIANT => DType::Variant,
        _ => return None,
    })
}
