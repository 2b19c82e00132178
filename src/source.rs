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

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;

use crate::bundle;
use crate::error::{Error, ErrorKind};
use crate::ir::Data;
use crate::signature::{Signature, signatures};
use crate::tflite::outline;

/// The bytes of a TFLite model. Clones share them.
#[derive(Clone, Debug)]
pub struct Source {
    image: Bytes,
    /// What the image leaves out, in the order of the file.
    bulk: Arc<[Range<u64>]>,
    len: u64,
    file: Option<Arc<Stored>>,
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
        let mut start = 0;
        let end = image_len..image_len;
        for hole in bulk.iter().chain([&end]) {
            let gap = to_usize(start)?..to_usize(hole.start)?;
            if let Some(gap) = image.get_mut(gap) {
                stored.read_at(start, gap)?;
            }
            start = hole.end.max(start);
        }
        let source = Source {
            image: image.into(),
            bulk: bulk.into(),
            len,
            file: Some(Arc::new(stored)),
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

    /// Bytes of the image, or what they stand for.
    pub(crate) fn resolve(&self, part: &[u8]) -> Data {
        let start = part.as_ptr().addr() - self.image.as_ptr().addr();
        let (start, end) = (start as u64, (start + part.len()) as u64);
        let after = self.bulk.partition_point(|hole| hole.end <= start);
        match (&self.file, self.bulk.get(after)) {
            (Some(file), Some(hole)) if hole.start < end => Data::stored(file, start..end),
            _ => self.image.slice_ref(part).into(),
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

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Source {
            len: bytes.len() as u64,
            image: bytes,
            bulk: Arc::default(),
            file: None,
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

/// An open file, or the part of one that is the model.
#[derive(Debug)]
pub(crate) struct Stored {
    file: File,
    start: u64,
    stamp: Stamp,
    cursor: Mutex<()>,
    /// The first read that failed.
    fault: OnceLock<String>,
}

/// What is different about a file that has been written to.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Stamp {
            len: meta.len(),
            modified: meta.modified().ok(),
        }
    }
}

const SHORTER: &str = "it has become shorter";

/// Bytes that a copy holds in memory at a time.
const PIECE: usize = 1 << 20;

impl Stored {
    /// Fills `bytes` from the model's byte `at` on.
    pub fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let read = match self.start.checked_add(at) {
            Some(at) => read_exact_at(&self.file, at, bytes),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        read.inspect_err(|error| {
            let _ = self.fault.set(match error.kind() {
                io::ErrorKind::UnexpectedEof => SHORTER.into(),
                _ => error.to_string(),
            });
        })
    }

    /// Copies a range.
    pub fn copy_to(&self, range: Range<u64>, mut out: impl Write) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        let mut at = range.start;
        while at < range.end {
            let left = usize::try_from(range.end - at).unwrap_or(PIECE).min(PIECE);
            let piece = &mut piece[..left];
            self.read_at(at, piece)?;
            out.write_all(piece)?;
            at += left as u64;
        }
        Ok(())
    }

    /// Copies a range to where a file stands, by what the system has for it.
    pub fn copy_to_file(&self, range: Range<u64>, mut out: &File) -> io::Result<()> {
        let start = self.start.checked_add(range.start);
        let start = start.ok_or(io::ErrorKind::UnexpectedEof)?;
        // Other reads say where they read; this one reads from where the file stands.
        let _alone = self.cursor.lock();
        (&self.file).seek(SeekFrom::Start(start))?;
        let len = range.end - range.start;
        let copied = io::copy(&mut (&self.file).take(len), &mut out)?;
        if copied < len {
            let _ = self.fault.set(SHORTER.into());
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(fault) = self.fault.get() {
            return Err(unreadable(fault));
        }
        match self.file.metadata() {
            Ok(meta) if Stamp::of(&meta) == self.stamp => Ok(()),
            Ok(_) => Err(unreadable(&"it was written to meanwhile")),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

fn unreadable(why: &dyn std::fmt::Display) -> Error {
    let what = format!("the model could not be read to its end: {why}");
    Error::new(ErrorKind::Io, what).advice("convert a file that nobody changes meanwhile")
}

#[cfg(unix)]
fn read_exact_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (at, bytes) = (at + n as u64, &mut bytes[n..]),
        }
    }
    Ok(())
}

fn to_usize(n: u64) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// So many zeros, which take no memory before they are written to; an error where there is no room.
fn zeroed(len: u64) -> io::Result<Vec<u8>> {
    let len = to_usize(len)?;
    // `vec!` asks for zeroed pages, and aborts where there are none: this asks beforehand.
    Vec::<u8>::new().try_reserve_exact(len)?;
    Ok(vec![0; len])
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::{Converter, ErrorKind};

    fn fixtures() -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures"
        ))];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable") {
                let path = entry.expect("readable").path();
                match path.extension() {
                    Some(extension) if extension == "tflite" => found.push(path),
                    _ if path.is_dir() => folders.push(path),
                    _ => {}
                }
            }
        }
        found
    }

    /// What is read piece by piece is what is read whole.
    #[test]
    fn pieces_make_the_same_file() {
        let mut stored = 0;
        for path in fixtures() {
            let file = || File::open(&path).expect("readable");
            let len = file().metadata().expect("readable").len();
            let whole = fs::read(&path).expect("readable");
            let Ok(pieces) = Source::with_limits(file(), 0..len, 0, 16) else {
                panic!("{}", path.display());
            };
            stored += pieces.bulk.len();
            assert_eq!(pieces.bytes().expect("readable"), whole);
            let text = |result: Result<crate::Conversion, Error>| match result {
                Ok(conversion) => Ok(conversion.into_bytes()),
                Err(error) => Err(error.to_string()),
            };
            let converter = Converter::new();
            let one = text(converter.convert(&whole));
            let other = converter.convert_source(&pieces);
            assert!(
                one == text(other.and_then(|other| other.load())),
                "{}",
                path.display()
            );
        }
        assert!(stored > 100, "{stored} buffers stayed in their files");
    }

    #[test]
    fn a_part_of_a_file_is_a_model() {
        let model = fs::read(fixtures().remove(0)).expect("readable");
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("bundle");
        fs::write(&path, [&[7; 100][..], &model, &[7; 9]].concat()).expect("written");
        let end = 100 + model.len() as u64;
        let part = |range| Source::with_limits(File::open(&path)?, range, 0, 16);
        assert_eq!(
            part(100..end).expect("readable").bytes().expect("readable"),
            model
        );
        assert!(part(100..end + 10).is_err());
    }

    #[test]
    fn a_file_that_changes_is_an_error() {
        let model = fs::read(fixtures().remove(0)).expect("readable");
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("model.tflite");
        let changes: [&dyn Fn(&File); 2] = [
            &|file| file.set_len(model.len() as u64 / 2).expect("shortened"),
            &|mut file| io::Write::write_all(&mut file, b"other").expect("written"),
        ];
        for change in changes {
            fs::write(&path, &model).expect("written");
            let file = File::open(&path).expect("readable");
            let source = Source::with_limits(file, 0..model.len() as u64, 0, 16);
            let source = source.expect("readable");
            let unwritten = Converter::new().convert_source(&source);
            let unwritten = unwritten.expect("convertible");
            // A clock that ticks every few milliseconds tells the two times apart.
            std::thread::sleep(std::time::Duration::from_millis(20));
            change(&File::options().write(true).open(&path).expect("writable"));
            let fault = unwritten.load().expect_err("it has changed");
            assert_eq!(fault.kind(), ErrorKind::Io, "{fault}");
            let fault = Converter::new().convert_source(&source);
            assert_eq!(fault.expect_err("it has changed").kind(), ErrorKind::Io);
        }
    }
}
