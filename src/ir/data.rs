//! The elements of a constant: in memory, in the file that they are read from, or to be computed from others.
//!
//! Large constants are looked at by few operators. What nobody looks at goes from the source to the output
//! without ever being in memory as a whole; what has to be rewritten is rewritten when it is written. Whoever
//! does look gets the bytes by dereferencing, and they stay for as long as that one [`Data`] does, not its
//! clones.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::sink::Sink;
use crate::source::Stored;

/// Constant elements, little-endian. It dereferences to the bytes, which may have to be fetched first.
pub struct Data {
    held: Held,
    fetched: OnceLock<Bytes>,
}

#[derive(Clone)]
enum Held {
    Memory(Bytes),
    File {
        file: Arc<Stored>,
        range: Range<u64>,
    },
    Derived(Arc<Derived>),
}

/// What makes the bytes, out of others.
type Recipe = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

struct Derived {
    from: Data,
    len: usize,
    how: String,
    recipe: Box<Recipe>,
}

/// What two constants have in common only if they have the same bytes; different ones may still be equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    Memory(usize, usize),
    File(usize, Range<u64>),
    Derived(Box<Identity>, String),
}

impl Data {
    /// Smaller ones are computed at once.
    const LARGE: usize = 64 << 10;

    fn of(held: Held) -> Self {
        Data {
            held,
            fetched: OnceLock::new(),
        }
    }

    /// A part of a file. The range lies within it.
    pub(crate) fn stored(file: &Arc<Stored>, range: Range<u64>) -> Self {
        Data::of(Held::File {
            file: file.clone(),
            range,
        })
    }

    /// The `len` bytes that a recipe makes of these, when they are needed. `how` tells recipes apart that are
    /// applied to the same bytes.
    pub fn derived(
        &self,
        how: impl Into<String>,
        len: usize,
        recipe: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Data {
        if len.max(self.len()) < Self::LARGE {
            return recipe(self).into();
        }
        Data::of(Held::Derived(Arc::new(Derived {
            from: self.clone(),
            len,
            how: how.into(),
            recipe: Box::new(recipe),
        })))
    }

    /// What a recipe was applied to, where these bytes are its result and are not made yet.
    pub(crate) fn before(&self, how: &str) -> Option<&Data> {
        match &self.held {
            Held::Derived(derived) if derived.how == how => Some(&derived.from),
            _ => None,
        }
    }

    /// Number of bytes, which is known without fetching them.
    pub fn len(&self) -> usize {
        match &self.held {
            Held::Memory(bytes) => bytes.len(),
            // `stored` is called with ranges of memory's size.
            Held::File { range, .. } => usize::try_from(range.end - range.start).unwrap_or(0),
            Held::Derived(derived) => derived.len,
        }
    }

    /// Are there no elements?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Are they too many to be compared or hashed without need?
    pub(crate) fn is_large(&self) -> bool {
        self.len() >= Self::LARGE
    }

    pub(crate) fn identity(&self) -> Identity {
        match &self.held {
            Held::Memory(bytes) => Identity::Memory(bytes.as_ptr().addr(), bytes.len()),
            Held::File { file, range } => Identity::File(Arc::as_ptr(file).addr(), range.clone()),
            Held::Derived(derived) => {
                Identity::Derived(Box::new(derived.from.identity()), derived.how.clone())
            }
        }
    }

    /// Where the bytes are that these are, or are made of: which file or memory, and from where to where.
    pub(crate) fn origin(&self) -> (usize, Range<u64>) {
        match &self.held {
            Held::Memory(bytes) => {
                let start = bytes.as_ptr().addr() as u64;
                (0, start..start + bytes.len() as u64)
            }
            Held::File { file, range } => (Arc::as_ptr(file).addr(), range.clone()),
            Held::Derived(derived) => derived.from.origin(),
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// When the file that holds them cannot be read, or is no longer what it was.
    pub fn fetch(&self) -> io::Result<Bytes> {
        if let Some(bytes) = self.fetched.get() {
            return Ok(bytes.clone());
        }
        match &self.held {
            Held::Memory(bytes) => Ok(bytes.clone()),
            Held::File { file, range } => {
                let mut bytes = vec![0; self.len()];
                file.read_at(range.start, &mut bytes)?;
                Ok(bytes.into())
            }
            Held::Derived(derived) => {
                let mut bytes = (derived.recipe)(&derived.from.fetch()?);
                debug_assert_eq!(bytes.len(), derived.len, "{}", derived.how);
                bytes.resize(derived.len, 0);
                Ok(bytes.into())
            }
        }
    }

    /// Writes the bytes, those of a file without having them all in memory.
    ///
    /// # Errors
    /// As [`Data::fetch`], and what `out` says.
    pub(crate) fn write_to(&self, out: &mut Sink<'_>) -> io::Result<()> {
        match &self.held {
            Held::File { file, range } => out.copy(file, range.clone()),
            _ => io::Write::write_all(out, &self.fetch()?),
        }
    }
}

impl Deref for Data {
    type Target = [u8];

    /// Where they cannot be fetched there are zeros, and the conversion ends with the file's fault
    /// ([`crate::source::Source::check`]).
    fn deref(&self) -> &[u8] {
        match &self.held {
            Held::Memory(bytes) => bytes,
            _ => self
                .fetched
                .get_or_init(|| self.fetch().unwrap_or_else(|_| vec![0; self.len()].into())),
        }
    }
}

impl AsRef<[u8]> for Data {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Clone for Data {
    fn clone(&self) -> Self {
        Data::of(self.held.clone())
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.held {
            Held::Memory(bytes) if bytes.len() <= 64 => bytes.fmt(f),
            _ => write!(f, "{} bytes", self.len()),
        }
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && (self.identity() == other.identity() || self.deref() == other.deref())
    }
}

impl Eq for Data {}

impl Hash for Data {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.deref().hash(state);
    }
}

impl Default for Data {
    fn default() -> Self {
        Bytes::new().into()
    }
}

impl From<Bytes> for Data {
    fn from(bytes: Bytes) -> Self {
        Data::of(Held::Memory(bytes))
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl FromIterator<u8> for Data {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        bytes.into_iter().collect::<Vec<u8>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_followed_when_somebody_looks() {
        let plain: Data = (0..200_000u32).map(|n| n as u8).collect();
        let turned = plain.derived("reversed", plain.len(), |bytes| {
            bytes.iter().rev().copied().collect()
        });
        assert!(turned.fetched.get().is_none());
        assert_eq!(turned[0], 199_999u32 as u8);
        let mut written = Vec::new();
        let mut sink = Sink::from(&mut written);
        turned.clone().write_to(&mut sink).expect("memory");
        io::Write::flush(&mut sink).expect("memory");
        drop(sink);
        assert_eq!(&written, &turned[..]);
        assert!(turned.clone().fetched.get().is_none());
        assert_eq!(turned.identity(), turned.clone().identity());
        assert_ne!(turned.identity(), plain.identity());
    }
}
