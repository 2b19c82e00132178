//! The TFLite side: generated schema, what sort of file it is, and what one operator's entry says.
//!
//! Everything here reads a flatbuffer that [`open`] has verified; indices into other tables are checked
//! once, in `lift`.

mod flex;
mod longs;
pub(crate) mod outline;
pub(crate) mod packed;
mod raw;
// Public within this private module, for `testing`.
#[allow(missing_debug_implementations, reason = "generated code")]
pub mod schema;
mod sniff;
pub(crate) mod sparse;

use std::ops::Range;
use std::sync::Arc;

use flatbuffers::{InvalidFlatbuffer, VerifierOptions};

pub use flex::Flex;
use longs::Longs;
pub use raw::RawOp;
pub(crate) use raw::options;

use crate::error::Error;
use crate::ir::DType;
use crate::source::Source;

/// TFLite's file identifier, at byte 4.
pub(crate) const IDENTIFIER: &[u8; 4] = b"TFL3";

/// Tables nest Model → SubGraph → Operator → options → a few more; nothing legitimate comes near this.
const MAX_DEPTH: usize = 32;

/// Verifies a model and gives its root.
///
/// # Errors
/// `Malformed` when the bytes are no TFLite model, saying what they look like instead.
pub(crate) fn open(source: &Source) -> Result<schema::Model<'_>, Error> {
    let bytes = source.image();
    identify(bytes)?;
    let read = match schema::root_as_model_with_opts(&verifier(bytes), bytes) {
        Err(InvalidFlatbuffer::Unaligned { .. }) => read_moved(source.moved()),
        read => read,
    };
    read.map_err(|fault| malformed(&fault))
}

/// What is read of a model.
///
/// # Errors
/// Those of [`open`].
pub(crate) fn read<R>(bytes: &[u8], what: impl FnOnce(schema::Model<'_>) -> R) -> Result<R, Error> {
    identify(bytes)?;
    let read = match schema::root_as_model_with_opts(&verifier(bytes), bytes) {
        Err(InvalidFlatbuffer::Unaligned { .. }) => {
            read_moved(&moved(bytes, std::iter::once(0..bytes.len()))).map(what)
        }
        read => read.map(what),
    };
    read.map_err(|fault| malformed(&fault))
}

/// How far [`moved`] moves bytes.
pub(crate) const MOVED: usize = 4;

/// A flatbuffer behind four bytes, as the format has it with its size before it. Some Python tools write files of a
/// length that is no multiple of 8; as flatbuffers are written from their end, all numbers of 8 bytes are then off by
/// 4. LiteRT reads them where they are; the verifier does not. All but these parts becomes zeros.
pub(crate) fn moved(bytes: &[u8], parts: impl IntoIterator<Item = Range<usize>>) -> Vec<u8> {
    let mut moved = vec![0; MOVED + bytes.len()];
    for part in parts {
        let to = part.start + MOVED..part.end + MOVED;
        if let (Some(from), Some(to)) = (bytes.get(part), moved.get_mut(to)) {
            to.copy_from_slice(from);
        }
    }
    moved
}

fn read_moved(moved: &[u8]) -> Result<schema::Model<'_>, InvalidFlatbuffer> {
    schema::size_prefixed_root_as_model_with_opts(&verifier(moved), moved)
}

/// Refuses what is no TFLite model by its first bytes.
fn identify(bytes: &[u8]) -> Result<(), Error> {
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
    Ok(())
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
    if matches!(fault, InvalidFlatbuffer::Unaligned { .. }) {
        return Error::malformed(format!("the flatbuffer is not aligned: {first}")).advice(
            "some Python tools write such files; read and pack it again with a current flatbuffers package",
        );
    }
    Error::malformed(format!("the flatbuffer is damaged: {first}"))
        .advice("the file is truncated or was altered; fetch it again")
}

/// An operator's code and TFLite's name of it, or a custom operator's own name.
pub(crate) fn operator(code: &schema::OperatorCode<'_>) -> (schema::BuiltinOperator, Arc<str>) {
    let builtin = raw::builtin_code(code);
    let name = match (builtin, builtin.variant_name()) {
        (schema::BuiltinOperator::CUSTOM, _) => code.custom_code().unwrap_or_default().into(),
        (_, Some(name)) => name.into(),
        (_, None) => format!("builtin operator {}", builtin.0).into(),
    };
    (builtin, name)
}

/// The metadata buffer in which TFLite's converter notes the release that first runs every operator.
pub(crate) const MIN_RUNTIME_VERSION: &str = "min_runtime_version";

/// The text of a buffer that zeros fill up.
pub(crate) fn padded_text(data: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(data).ok()?.trim_end_matches('\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a subgraph is called. The first is the entry point whatever its name; people know it as main.
pub(crate) fn subgraph_name(index: usize, subgraph: &schema::SubGraph<'_>) -> Arc<str> {
    match (index, subgraph.name()) {
        (0, _) => "main".into(),
        (_, Some(name)) if !name.is_empty() => name.into(),
        _ => format!("subgraph_{index}").into(),
    }
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
