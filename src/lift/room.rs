//! How much memory a file's constants may take when they are decoded.

use std::cell::Cell;

use crate::error::{Error, ErrorKind};
use crate::source::Source;

/// Bytes that are left for constants which take more decoded than as they lie in the file: sparse ones, and
/// integers of less than a byte. Tensors may share a buffer, so it is their sum that counts.
pub(crate) struct Room(Cell<usize>);

impl Room {
    const ALWAYS: usize = 64 << 20;

    /// Sparse networks keep one weight in a hundred or more, each with its place.
    const RATIO: usize = 64;

    pub fn of(source: &Source) -> Self {
        let len = usize::try_from(source.len()).unwrap_or(usize::MAX);
        let more = len.saturating_mul(Self::RATIO);
        Room(Cell::new(Self::ALWAYS.saturating_add(more)))
    }

    /// Takes so many bytes for tensor `index`.
    ///
    /// # Errors
    /// `TooLarge` where there are not as many left.
    pub fn take(&self, index: usize, bytes: usize) -> Result<(), Error> {
        let left = self.0.get().checked_sub(bytes);
        let left = left.ok_or_else(|| {
            let what = format!(
                "tensor {index} takes {bytes} bytes decoded, more than a file of this size may ask for"
            );
            Error::new(ErrorKind::TooLarge, what)
        })?;
        self.0.set(left);
        Ok(())
    }
}
