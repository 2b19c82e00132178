//! A conversion whose constants are still where the source has them.

use std::io;
use std::time::Instant;

use super::{Conversion, Trace};
use crate::error::{Error, ErrorKind};
use crate::onnx;
use crate::report::Report;
use crate::sink::Sink;
use crate::source::Source;

/// A converted model whose constants are still where the source has them.
#[derive(Clone, Debug)]
pub struct Unwritten {
    pub(super) file: onnx::File,
    pub(super) source: Source,
    pub(super) report: Report,
    pub(super) trace: Trace,
}

impl Unwritten {
    /// What was converted into what.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The model that was converted.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Number of bytes of the ONNX file, with all constants in it.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    /// Is it too large for one file, so that its constants must go into another?
    pub fn needs_external_data(&self) -> bool {
        self.size() > MAX_FILE
    }

    /// Writes the ONNX file.
    ///
    /// # Errors
    /// What `out` says. An [`Error`] in [`io::Error::get_ref`] is the model's: it is too large for one file,
    /// or its file has changed, and what was written is worth nothing.
    pub fn write_to<'s>(&self, out: impl Into<Sink<'s>>) -> io::Result<()> {
        let size = self.size();
        if size > MAX_FILE {
            let what = format!(
                "the ONNX file would have {size} bytes, and protobuf readers take {MAX_FILE} at most"
            );
            let error = Error::new(ErrorKind::TooLarge, what)
                .advice("put its constants into a file of their own, as external data");
            return Err(io::Error::other(error));
        }
        self.with_source(self.file.write_to(&mut out.into()))
    }

    /// Writes the ONNX file to `model`, and its constants of 1024 bytes and more to `data`, which is to be a
    /// file called `name` beside it. Each constant begins at a multiple of 4096 there, large ones at one of
    /// 65536.
    ///
    /// # Errors
    /// As [`Unwritten::write_to`]; `Unsupported` for a name that is none of a file in the same directory.
    pub fn write_with_external_data<'m, 'd>(
        &self,
        name: &str,
        model: impl Into<Sink<'m>>,
        data: impl Into<Sink<'d>>,
    ) -> io::Result<()> {
        if name.is_empty() || matches!(name, "." | "..") || name.contains(['/', '\\', '\0']) {
            let what = format!("{name:?} is no name of a file beside the model");
            return Err(io::Error::other(Error::new(ErrorKind::Unsupported, what)));
        }
        let (file, outside) = self.file.split(name);
        let written = onnx::write_outside(&outside, &mut data.into());
        let written = written.and_then(|()| file.write_to(&mut model.into()));
        self.with_source(written)
    }

    /// A failure of the source comes first: what is wrong with the output follows from it.
    fn with_source(&self, written: io::Result<()>) -> io::Result<()> {
        self.source.check().map_err(io::Error::other)?;
        written
    }

    /// The ONNX file in memory.
    ///
    /// # Errors
    /// See [`Unwritten::write_to`].
    pub fn load(&self) -> Result<Conversion, Error> {
        let mut bytes = Vec::new();
        let room = usize::try_from(self.size().min(MAX_FILE)).unwrap_or(usize::MAX);
        if let Err(error) = bytes.try_reserve_exact(room) {
            return Err(Error::new(ErrorKind::TooLarge, error.to_string()));
        }
        let mut report = self.report.clone();
        let start = Instant::now();
        self.write_to(&mut bytes).map_err(|error| {
            let text = error.to_string();
            let own = error.downcast::<Error>();
            own.unwrap_or_else(|_| Error::new(ErrorKind::Io, text))
        })?;
        report.stages.push(("encode", start.elapsed()));
        Ok(Conversion {
            bytes,
            report,
            trace: self.trace.clone(),
        })
    }
}

/// What readers of protobuf take in one message: their sizes are signed 32-bit numbers.
const MAX_FILE: u64 = i32::MAX as u64;
