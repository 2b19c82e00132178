//! Where the large buffers of a model lie, found out without reading them.
//!
//! Source: flatbuffers' binary format (a table begins with the distance back to its vtable, which lists the
//! places of its fields; a vector begins with its length), LiteRT `schema.fbs` (`Buffer`). Nothing here is
//! believed: the flatbuffer is verified as a whole afterwards, and what looks odd here is read with the rest.

use std::io;
use std::ops::Range;

use super::schema::{Buffer, Model};

/// What of a file need not be read at once.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Contents of large buffers in the flatbuffer: in the order of the file, apart.
    pub bulk: Vec<Range<u64>>,
    /// Where the flatbuffer ends and what lies behind it begins; the end of the file where nothing does.
    pub end: u64,
}

/// Reads the bytes at a place.
type Read<'r> = &'r mut dyn FnMut(u64, &mut [u8]) -> io::Result<()>;

/// More buffers than this are read, not looked for one by one.
const MAX_BUFFERS: u32 = 1 << 20;

/// Looks through the list of buffers of a file of `len` bytes; `None` where it is not as it should be.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn outline(read: Read<'_>, len: u64, large: u64) -> io::Result<Option<Outline>> {
    let mut file = Window {
        read,
        len,
        start: 0,
        bytes: Vec::new(),
        fault: None,
    };
    let found = buffers(&mut file, large);
    match file.fault {
        Some(fault) => Err(fault),
        None => Ok(found),
    }
}

fn buffers(file: &mut Window<'_>, large: u64) -> Option<Outline> {
    let root = u64::from(file.u32(0)?);
    let list = file.field(root, Model::VT_BUFFERS)?;
    let list = list.checked_add(file.u32(list)?.into())?;
    let count = file.u32(list).filter(|&count| count <= MAX_BUFFERS)?;
    let mut end = file.len;
    let mut bulk = Vec::new();
    for index in 0..u64::from(count) {
        let entry = list + 4 + 4 * index;
        let table = entry.checked_add(file.u32(entry)?.into())?;
        if let Some(field) = file.field(table, Buffer::VT_OFFSET) {
            // 0 and 1 say that there is nothing outside.
            let outside = file.u64(field)?;
            if outside > 1 {
                end = end.min(outside);
            }
        }
        if let Some(field) = file.field(table, Buffer::VT_DATA) {
            let vector = field.checked_add(file.u32(field)?.into())?;
            let size = u64::from(file.u32(vector)?);
            let data = vector + 4..vector + 4 + size;
            if size >= large && data.end <= file.len {
                bulk.push(data);
            }
        }
    }
    Some(Outline {
        bulk: apart(bulk, end),
        end,
    })
}

/// The ranges in order, without those that share bytes with one before or lie behind the end. Two buffers with
/// the same contents are one range.
fn apart(mut ranges: Vec<Range<u64>>, end: u64) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut last = 0;
    ranges.retain(|range| {
        let fits = range.start >= last && range.end <= end;
        if fits {
            last = range.end;
        }
        fits
    });
    ranges
}

/// A part of the file in memory, and the numbers in it.
struct Window<'r> {
    read: Read<'r>,
    len: u64,
    start: u64,
    bytes: Vec<u8>,
    fault: Option<io::Error>,
}

impl Window<'_> {
    const SIZE: u64 = 4096;

    fn number<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let end = at.checked_add(N as u64).filter(|&end| end <= self.len)?;
        if at < self.start || end > self.start + self.bytes.len() as u64 {
            self.start = at - at % Self::SIZE;
            let size = (2 * Self::SIZE).min(self.len - self.start);
            self.bytes.resize(usize::try_from(size).ok()?, 0);
            if let Err(fault) = (self.read)(self.start, &mut self.bytes) {
                self.fault = Some(fault);
                return None;
            }
        }
        let from = usize::try_from(at - self.start).ok()?;
        self.bytes.get(from..from + N)?.try_into().ok()
    }

    fn u32(&mut self, at: u64) -> Option<u32> {
        self.number(at).map(u32::from_le_bytes)
    }

    fn u64(&mut self, at: u64) -> Option<u64> {
        self.number(at).map(u64::from_le_bytes)
    }

    /// The place of a table's field; `None` where the table leaves it out.
    fn field(&mut self, table: u64, slot: u16) -> Option<u64> {
        let back = i32::from_le_bytes(self.number(table)?);
        let vtable = table.checked_add_signed(-i64::from(back))?;
        let size = u16::from_le_bytes(self.number(vtable)?);
        if slot >= size {
            return None;
        }
        let place = u16::from_le_bytes(self.number(vtable + u64::from(slot))?);
        (place != 0).then(|| table + u64::from(place))
    }
}
