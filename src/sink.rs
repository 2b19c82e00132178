//! Where a conversion is written to.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;

use crate::source::Stored;

/// Where a conversion is written to: a file, into which the system copies constants from the source's file
/// itself, or anything that takes bytes.
pub struct Sink<'a>(BufWriter<To<'a>>);

enum To<'a> {
    File(&'a File),
    Any(&'a mut dyn Write),
}

impl<'a> Sink<'a> {
    fn new(to: To<'a>) -> Self {
        Sink(BufWriter::with_capacity(1 << 16, to))
    }

    /// Copies a part of the source's file.
    pub(crate) fn copy(&mut self, file: &Stored, range: Range<u64>) -> io::Result<()> {
        self.0.flush()?;
        match self.0.get_mut() {
            To::File(to) => file.copy_to_file(range, to),
            To::Any(to) => file.copy_to(range, to),
        }
    }
}

impl<'a> From<&'a File> for Sink<'a> {
    /// From where the file stands now.
    fn from(file: &'a File) -> Self {
        Sink::new(To::File(file))
    }
}

impl<'a, W: Write> From<&'a mut W> for Sink<'a> {
    fn from(writer: &'a mut W) -> Self {
        Sink::new(To::Any(writer))
    }
}

impl fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.get_ref() {
            To::File(_) => "a file",
            To::Any(_) => "a writer",
        })
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for To<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            To::File(file) => file.write(bytes),
            To::Any(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            To::File(file) => file.flush(),
            To::Any(writer) => writer.flush(),
        }
    }
}
