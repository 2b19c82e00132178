//! One zip archive: its directory, and the bytes of an entry.

use std::fmt;

use bytes::Bytes;
use rawzip::{
    CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive, ZipSliceEntries,
};

use super::name::{self, Taken};
use crate::error::ErrorKind;

pub(super) type Archive<'b> = ZipSliceArchive<&'b [u8]>;

/// The fixed part of the record at an archive's end, and the longest comment behind it.
const END: u64 = 22 + u16::MAX as u64;

/// Finds the archive's directory.
pub(super) fn locate(bytes: &Bytes) -> Result<Archive<'_>, String> {
    let locator = ZipArchive::with_max_search_space(END);
    locator.locate_in_slice(bytes.as_ref()).map_err(|(_, error)| {
        format!("the zip archive has no readable directory at its end, as when it is truncated ({error})")
    })
}

/// Finds an archive behind a model. One that does not reach to the file's end is weights that look like one.
pub(super) fn locate_behind(tflite: &Bytes) -> Option<Archive<'_>> {
    let locator = ZipArchive::with_max_search_space(END);
    let archive = locator.locate_in_slice(tflite.as_ref()).ok()?;
    (archive.end_offset() == tflite.len() as u64).then_some(archive)
}

/// The bytes of one entry, as they lie in the archive.
#[derive(Clone)]
pub(super) struct Entry {
    data: Bytes,
    deflated: bool,
    pub size: u64,
    crc: u32,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entry = f.debug_struct("Entry");
        entry.field("size", &self.size);
        entry.field("packed", &self.packed());
        entry.finish_non_exhaustive()
    }
}

impl Entry {
    /// The size that it takes in the archive, where it is compressed.
    pub fn packed(&self) -> Option<u64> {
        self.deflated.then_some(self.data.len() as u64)
    }

    /// Its first bytes; fewer where it has fewer, or where they cannot be read.
    pub fn head(&self) -> Vec<u8> {
        let mut head = vec![0; 8];
        let length = match self.deflated {
            false => {
                let length = self.data.len().min(head.len());
                head[..length].copy_from_slice(&self.data[..length]);
                length
            }
            true => {
                use miniz_oxide::inflate::{TINFLStatus, decompress_slice_iter_to_slice};
                let input = std::iter::once(self.data.as_ref());
                match decompress_slice_iter_to_slice(&mut head, input, false, true) {
                    Ok(length) => length,
                    Err(TINFLStatus::HasMoreOutput) => head.len(),
                    Err(_) => 0,
                }
            }
        };
        head.truncate(length);
        head
    }

    /// All of it, verified.
    pub fn read(&self) -> Result<Bytes, String> {
        let bytes = match self.deflated {
            false => self.data.clone(),
            true => self.inflate()?,
        };
        if bytes.len() as u64 != self.size {
            let (found, said) = (bytes.len(), self.size);
            return Err(format!(
                "it has {found} bytes, and the directory says {said}"
            ));
        }
        match rawzip::crc32(&bytes) == self.crc {
            true => Ok(bytes),
            false => Err(
                "it is damaged: its bytes do not have the checksum that the directory says".into(),
            ),
        }
    }

    fn inflate(&self) -> Result<Bytes, String> {
        use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
        let most = usize::try_from(self.size).unwrap_or(usize::MAX);
        match decompress_to_vec_with_limit(&self.data, most) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.status == TINFLStatus::HasMoreOutput => Err(format!(
                "it unfolds to more than the {} bytes that the directory says",
                self.size
            )),
            Err(error) => Err(format!("its compressed bytes are damaged ({error})")),
        }
    }
}

/// What is wrong with an entry, and its name as far as it can be printed.
type Fault = (String, (ErrorKind, String));

/// Goes through an archive's directory.
pub(super) struct Walk<'a> {
    archive: &'a Archive<'a>,
    entries: ZipSliceEntries<'a>,
    names: Taken,
    /// Where the entries lie, in order of their starts.
    ranges: std::collections::BTreeMap<u64, u64>,
    found: u64,
}

impl<'a> Walk<'a> {
    pub fn new(archive: &'a Archive<'a>) -> Self {
        Walk {
            archive,
            entries: archive.entries(),
            names: Taken::default(),
            ranges: std::collections::BTreeMap::new(),
            found: 0,
        }
    }

    /// The next file, `None` at the end. Folders are checked and passed over.
    pub fn next_entry(&mut self, source: &Bytes) -> Result<Option<(String, Entry)>, Fault> {
        let malformed = |what: String| (ErrorKind::Malformed, what);
        loop {
            let record = self.entries.next_entry().map_err(|error| {
                let what = format!("the zip archive's directory is damaged ({error})");
                (String::new(), malformed(what))
            })?;
            let Some(record) = record else {
                let said = self.archive.entries_hint();
                if said != self.found {
                    let what = format!(
                        "the zip archive's directory lists {} entries, and says {said}",
                        self.found
                    );
                    return Err((String::new(), malformed(what)));
                }
                return Ok(None);
            };
            self.found += 1;
            let bytes = record.file_path().as_bytes();
            let located = |fault| (String::from_utf8_lossy(bytes).into_owned(), fault);
            let refused = |what: &str| located(malformed(what.to_owned()));
            let name = name::checked(bytes).map_err(refused)?;
            self.names.take(name).map_err(refused)?;
            if record.mode().is_symlink() {
                return Err(refused("it is a symbolic link"));
            }
            let entry = self.entry(&record, source).map_err(located)?;
            if name.ends_with('/') {
                continue;
            }
            return Ok(Some((name.to_owned(), entry)));
        }
    }

    fn entry(
        &mut self,
        record: &ZipFileHeaderRecord<'_>,
        source: &Bytes,
    ) -> Result<Entry, (ErrorKind, String)> {
        if record.flags().is_encrypted() {
            return Err((ErrorKind::Unsupported, "it is encrypted".into()));
        }
        let method = record.compression_method();
        let deflated = method == CompressionMethod::DEFLATE;
        if !deflated && method != CompressionMethod::STORE {
            let what = format!("it is compressed by {method}, and only Deflate is known");
            return Err((ErrorKind::Unsupported, what));
        }
        let damaged = |what: String| (ErrorKind::Malformed, what);
        let entry = self.archive.get_entry(record.wayfinder());
        let entry = entry
            .map_err(|error| damaged(format!("its bytes are not in the archive ({error})")))?;
        let end = entry.compressed_data_range().1;
        self.claim(record.local_header_offset(), end)
            .map_err(damaged)?;
        let claimed = entry.claim_verifier();
        let data = source.slice_ref(entry.data());
        if !deflated && data.len() as u64 != claimed.uncompressed_size {
            let (found, said) = (data.len(), claimed.uncompressed_size);
            return Err(damaged(format!(
                "it has {found} bytes, and the directory says {said}"
            )));
        }
        Ok(Entry {
            data,
            deflated,
            size: claimed.uncompressed_size,
            crc: claimed.crc,
        })
    }

    /// Notes where an entry lies, unless another one lies there: small bombs share one lump of data.
    fn claim(&mut self, start: u64, end: u64) -> Result<(), String> {
        let before = self.ranges.range(..=start).next_back();
        let behind = self.ranges.range(start..).next();
        if before.is_some_and(|(_, &until)| until > start)
            || behind.is_some_and(|(&from, _)| from < end)
        {
            return Err("its bytes overlap those of another entry, as in a zip bomb".into());
        }
        self.ranges.insert(start, end);
        Ok(())
    }
}
