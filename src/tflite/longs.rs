//! Lists of 8-byte numbers, as the generated schema has them verified.
//!
//! Source: flatbuffers' include/flatbuffers/verifier.h (`VerifyVectorOrString`), which looks at the alignment of a list's
//! length alone. Where there are numbers, they are still expected where the format puts them.

use flatbuffers::{InvalidFlatbuffer, Vector, Verifiable, Verifier};

/// A list of 8-byte numbers. One of none has nothing to align: C++ flatbuffers, which write TFLite's files, may leave
/// its end anywhere.
#[derive(Debug)]
pub struct Longs;

impl Verifiable for Longs {
    fn run_verifier(verifier: &mut Verifier<'_, '_>, at: usize) -> Result<(), InvalidFlatbuffer> {
        match verifier.get_uoffset(at)? {
            0 => Ok(()),
            _ => Vector::<'_, i64>::run_verifier(verifier, at),
        }
    }
}
