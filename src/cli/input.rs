//! Reading a model: mapped where it is a file, read where it is a stream.

use std::fs::File;
use std::io::{self, Read};

use bytes::Bytes;
use memmap2::Mmap;

use super::args::Source;

/// The bytes of a model. Those of a regular file are pages of it, fetched when they are looked at.
pub(crate) fn read(source: &Source) -> io::Result<Bytes> {
    match source {
        Source::Stdin => read_all(&mut io::stdin().lock()),
        Source::File(path) => {
            let mut file = File::open(path)?;
            let meta = file.metadata()?;
            // An empty file cannot be mapped, a pipe or a device neither.
            match meta.is_file() && meta.len() > 0 {
                true => Ok(Bytes::from_owner(map(&file)?)),
                false => read_all(&mut file),
            }
        }
    }
}

fn read_all(stream: &mut dyn Read) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Maps a file that nobody changes in the meantime.
#[allow(unsafe_code)]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only, and this program never writes to an input in place:
    // outputs are new files, and one that would replace an input is refused. Another process that
    // truncates the file while it is converted makes this one stop with SIGBUS; the alternative is to
    // hold every model in memory twice.
    unsafe { Mmap::map(file) }
}
