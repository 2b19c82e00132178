//! Where a model's bytes are: in memory, or in a file of which only what is looked at is read.
//!
//! Files are read, not mapped: a mapped file that another process shortens ends this one with SIGBUS, and one
//! that is rewritten changes under the eyes of code that has checked it. What is read is a copy; a read that
//! comes short is an error; and a file whose size or times have changed by the end of the conversion is refused
//! ([`Source::check`]).
//!
//! Of a large file the *image* is read: everything but the contents of large buffers, at the same offsets, so
//! that the flatbuffer's own references hold. The places of the large buffers are never touched, so the
//! operating system never provides memory for them, and their bytes are fetched from the file when somebody
//! wants them ([`crate::ir::Data`]).

mod stored;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;

use crate::bundle;
use crate::error::Error;
use crate::ir::Data;
use crate::signature::{Signature, signatures};
use crate::tflite::{self, outline};

pub(crate) use stored::Stored;
use stored::{Stamp, to_usize, unreadable, zeroed};

/// The bytes of a TFLite model. Clones share them.
#[derive(Clone, Debug)]
pub struct Source {
    image: Bytes,
    /// What the image leaves out, in the order of the file.
    bulk: Arc<[Range<u64>]>,
    len: u64,
    file: Option<Arc<Stored>>,
    /// The image once more, where its numbers are not aligned.
    moved: Arc<OnceLock<Vec<u8>>>,
}

/// Files up to this size are read whole.
const SMALL_FILE: u64 = 16 << 20;

/// Contents of buffers from this size on stay in a large file.
const LARGE_BUFFER: u64 = 64 << 10;

impl Source {
    /// A model in a file. The file stays open as long as the source or a conversion of it lives.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Self::part(file, 0..len)
    }

    /// A model that is part of a file.
    ///
    /// # Errors
    /// When the file cannot be read, or has fewer bytes.
    pub fn part(file: File, range: Range<u64>) -> io::Result<Self> {
        Self::with_limits(file, range, SMALL_FILE, LARGE_BUFFER)
    }

    fn with_limits(file: File, range: Range<u64>, small: u64, large: u64) -> io::Result<Self> {
        let stamp = Stamp::of(&file.metadata()?);
        let len = range.end.checked_sub(range.start);
        let len = len.filter(|_| range.end <= stamp.len);
        let len = len.ok_or(io::ErrorKind::UnexpectedEof)?;
        let stored = Stored {
            file,
            start: range.start,
            stamp,
            cursor: Mutex::default(),
            fault: OnceLock::new(),
        };
        let known = match len <= small {
            true => None,
            false => outline::outline(&mut |at, bytes| stored.read_at(at, bytes), len, large)?,
        };
        let (image_len, bulk) = known.map_or((len, Vec::new()), |known| (known.end, known.bulk));
        let mut image = zeroed(image_len)?;
        for part in kept(&bulk, image_len) {
            let at = to_usize(part.start)?..to_usize(part.end)?;
            if let Some(bytes) = image.get_mut(at) {
                stored.read_at(part.start, bytes)?;
            }
        }
        let source = Source {
            image: image.into(),
            bulk: bulk.into(),
            len,
            file: Some(Arc::new(stored)),
            moved: Arc::default(),
        };
        source.check().map_err(io::Error::other)?;
        Ok(source)
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Are there no bytes?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The flatbuffer, with zeros in place of what stays in the file.
    pub(crate) fn image(&self) -> &Bytes {
        &self.image
    }

    /// The image, [moved](tflite::moved). What it leaves out is not touched here either.
    pub(crate) fn moved(&self) -> &[u8] {
        let parts = kept(&self.bulk, self.image.len() as u64);
        let parts = parts.filter_map(|part| {
            Some(usize::try_from(part.start).ok()?..usize::try_from(part.end).ok()?)
        });
        let moved = || tflite::moved(&self.image, parts);
        self.moved.get_or_init(moved)
    }

    /// Where bytes of the flatbuffer, moved or not, begin in it.
    fn place(&self, part: &[u8]) -> usize {
        let part = part.as_ptr().addr();
        let moved = self.moved.get();
        let range = moved.map(|moved| moved.as_ptr_range());
        match range.filter(|range| (range.start.addr()..range.end.addr()).contains(&part)) {
            Some(range) => part - range.start.addr() - tflite::MOVED,
            None => part - self.image.as_ptr().addr(),
        }
    }

    /// Bytes of the image, or what they stand for.
    pub(crate) fn resolve(&self, part: &[u8]) -> Data {
        // Those of no length may be those behind the last.
        if part.is_empty() {
            return Bytes::new().into();
        }
        let from = self.place(part);
        let to = from + part.len();
        let (start, end) = (from as u64, to as u64);
        let after = self.bulk.partition_point(|hole| hole.end <= start);
        match (&self.file, self.bulk.get(after)) {
            (Some(file), Some(hole)) if hole.start < end => Data::stored(file, start..end),
            _ => self.image.slice(from..to).into(),
        }
    }

    /// Bytes anywhere; `None` where the source ends before them.
    pub(crate) fn slice(&self, start: u64, len: u64) -> Option<Data> {
        let end = start.checked_add(len).filter(|&end| end <= self.len)?;
        // Data of more than memory can address would have no length.
        let (from, to) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
        match (self.image.get(from..to), &self.file) {
            (Some(part), _) => Some(self.resolve(part)),
            (None, Some(file)) => Some(Data::stored(file, start..end)),
            (None, None) => None,
        }
    }

    /// Is it a bundle of models, to be opened by [`bundle::open`]?
    pub fn is_bundle(&self) -> bool {
        bundle::is_bundle(&self.image)
    }

    /// The signatures of the model.
    ///
    /// # Errors
    /// See [`signatures`](crate::signatures).
    pub fn signatures(&self) -> Result<Vec<Signature>, Error> {
        signatures(&self.image)
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// When the file cannot be read, or is no longer what it was.
    pub fn bytes(&self) -> Result<Bytes, Error> {
        let all = match (
            &self.file,
            self.image.len() as u64 == self.len,
            self.bulk.len(),
        ) {
            (None, ..) | (_, true, 0) => return Ok(self.image.clone()),
            (Some(file), ..) => Data::stored(file, 0..self.len).fetch(),
        };
        all.map_err(|error| self.check().err().unwrap_or_else(|| unreadable(&error)))
    }

    /// Was everything that has been read so far read from one and the same file?
    ///
    /// # Errors
    /// `Io`, when a read has failed, or the file has changed.
    pub fn check(&self) -> Result<(), Error> {
        self.file.as_ref().map_or(Ok(()), |file| file.check())
    }
}

/// The parts of an image of so many bytes that are read into it.
fn kept(bulk: &[Range<u64>], len: u64) -> impl Iterator<Item = Range<u64>> {
    let holes = bulk.iter().cloned().chain(std::iter::once(len..len));
    holes.scan(0, |start, hole| {
        let part = *start..hole.start;
        *start = hole.end.max(*start);
        Some(part)
    })
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Source {
            len: bytes.len() as u64,
            image: bytes,
            bulk: Arc::default(),
            file: None,
            moved: Arc::default(),
        }
    }
}

impl From<&Bytes> for Source {
    fn from(bytes: &Bytes) -> Self {
        bytes.clone().into()
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&Source> for Source {
    fn from(source: &Source) -> Self {
        source.clone()
    }
}
