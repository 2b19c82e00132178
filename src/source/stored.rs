//! The file behind a source: ranges of it are read when they are needed, and what changes meanwhile is noticed.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Mutex, OnceLock};
use std::time::SystemTime;

use crate::error::{Error, ErrorKind};

/// An open file, or the part of one that is the model.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(super) file: File,
    pub(super) start: u64,
    pub(super) stamp: Stamp,
    pub(super) cursor: Mutex<()>,
    /// The first read that failed.
    pub(super) fault: OnceLock<String>,
}

/// What is different about a file that has been written to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(super) fn of(meta: &Metadata) -> Self {
        Stamp {
            len: meta.len(),
            modified: meta.modified().ok(),
        }
    }
}

pub(super) const SHORTER: &str = "it has become shorter";

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

    pub(super) fn check(&self) -> Result<(), Error> {
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

pub(super) fn unreadable(why: &dyn std::fmt::Display) -> Error {
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

pub(super) fn to_usize(n: u64) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::ErrorKind::OutOfMemory.into())
}

/// So many zeros, which take no memory before they are written to; an error where there is no room.
pub(super) fn zeroed(len: u64) -> io::Result<Vec<u8>> {
    let len = to_usize(len)?;
    // `vec!` asks for zeroed pages, and aborts where there are none: this asks beforehand.
    Vec::<u8>::new().try_reserve_exact(len)?;
    Ok(vec![0; len])
}
