//! FlexBuffers: the schemaless format in which most custom operators keep their options.
//!
//! A value is a slot of 1, 2, 4 or 8 bytes; its type stands apart from it, in the vector or map that holds it, or
//! in the last bytes of the buffer for the root. Slots of strings, vectors and maps hold the distance back to
//! where their elements start (flatbuffers' internals document, "FlexBuffers"). Every read is checked: these
//! bytes are not covered by the verifier.

use crate::error::OpError;

/// A value of a FlexBuffer. Absent and damaged values read as nothing.
#[derive(Clone, Copy, Debug)]
pub struct Flex<'a> {
    data: &'a [u8],
    /// Where the slot is, and its width.
    at: usize,
    width: usize,
    kind: Kind,
    /// Width of the elements that the slot points to.
    inner: usize,
}

/// The types, as the format numbers them, by what the reader does with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Int,
    UInt,
    Float,
    Bool,
    /// The same, behind a distance.
    Indirect(Number),
    Key,
    String,
    Map,
    Vector,
    /// Elements of one type, without types of their own; of this number where it is fixed.
    Typed(Number, Option<usize>),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Int,
    UInt,
    Float,
    Key,
    String,
    Bool,
}

impl Number {
    fn kind(self) -> Kind {
        match self {
            Number::Int => Kind::Int,
            Number::UInt => Kind::UInt,
            Number::Float => Kind::Float,
            Number::Key => Kind::Key,
            Number::String => Kind::String,
            Number::Bool => Kind::Bool,
        }
    }
}

const NUMBERS: [Number; 3] = [Number::Int, Number::UInt, Number::Float];

fn kind(packed: u8) -> Kind {
    match packed >> 2 {
        0 => Kind::Null,
        1 => Kind::Int,
        2 => Kind::UInt,
        3 => Kind::Float,
        4 => Kind::Key,
        5 => Kind::String,
        n @ 6..=8 => Kind::Indirect(NUMBERS[usize::from(n) - 6]),
        9 => Kind::Map,
        10 => Kind::Vector,
        n @ 11..=13 => Kind::Typed(NUMBERS[usize::from(n) - 11], None),
        14 => Kind::Typed(Number::Key, None),
        15 => Kind::Typed(Number::String, None),
        n @ 16..=24 => {
            let n = usize::from(n) - 16;
            Kind::Typed(NUMBERS[n % 3], Some(n / 3 + 2))
        }
        26 => Kind::Bool,
        36 => Kind::Typed(Number::Bool, None),
        _ => Kind::Other,
    }
}

impl<'a> Flex<'a> {
    /// The root of a buffer.
    ///
    /// # Errors
    /// When the bytes cannot be a FlexBuffer.
    pub fn root(data: &'a [u8]) -> Result<Self, OpError> {
        let root = || {
            let [rest @ .., packed, width] = data else {
                return None;
            };
            let width = usize::from(*width);
            let at = rest.len().checked_sub(width)?;
            matches!(width, 1 | 2 | 4 | 8).then_some(Flex {
                data,
                at,
                width,
                kind: kind(*packed),
                inner: 1 << (packed & 3),
            })
        };
        root().ok_or_else(|| {
            let found = format!("{} bytes that are none", data.len());
            OpError::option("custom_options", "a FlexBuffer", found)
        })
    }

    fn unsigned(&self, at: usize, width: usize) -> Option<u64> {
        let bytes = self.data.get(at..at.checked_add(width)?)?;
        let mut wide = [0; 8];
        wide.get_mut(..width)?.copy_from_slice(bytes);
        Some(u64::from_le_bytes(wide))
    }

    fn signed(&self, at: usize, width: usize) -> Option<i64> {
        let shift = 64u32.checked_sub(8 * u32::try_from(width).ok()?)?;
        Some((self.unsigned(at, width)? as i64) << shift >> shift)
    }

    fn floating(&self, at: usize, width: usize) -> Option<f64> {
        let bits = self.unsigned(at, width)?;
        match width {
            2 => Some(half::f16::from_bits(bits as u16).to_f64()),
            4 => Some(f64::from(f32::from_bits(bits as u32))),
            8 => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    fn size(&self, at: usize, width: usize) -> Option<usize> {
        usize::try_from(self.unsigned(at, width)?).ok()
    }

    /// Follows the distance in a slot.
    fn behind(&self, at: usize, width: usize) -> Option<usize> {
        at.checked_sub(self.size(at, width)?)
    }

    /// Where the number is, how wide it is, and what it is.
    fn number(&self) -> Option<(usize, usize, Kind)> {
        match self.kind {
            Kind::Indirect(number) => {
                Some((self.behind(self.at, self.width)?, self.inner, number.kind()))
            }
            direct => Some((self.at, self.width, direct)),
        }
    }

    /// A number or truth value as an integer; fractions are cut off, as the C++ reader does.
    pub fn as_int(&self) -> Option<i64> {
        let (at, width, kind) = self.number()?;
        match kind {
            Kind::Int => self.signed(at, width),
            Kind::UInt | Kind::Bool => i64::try_from(self.unsigned(at, width)?).ok(),
            Kind::Float => Some(self.floating(at, width)? as i64),
            _ => None,
        }
    }

    /// A number as a floating-point number.
    pub fn as_float(&self) -> Option<f64> {
        let (at, width, kind) = self.number()?;
        match kind {
            Kind::Int => Some(self.signed(at, width)? as f64),
            Kind::UInt | Kind::Bool => Some(self.unsigned(at, width)? as f64),
            Kind::Float => self.floating(at, width),
            _ => None,
        }
    }

    /// A truth value or number; zero is false.
    pub fn as_bool(&self) -> Option<bool> {
        self.as_float().map(|x| x != 0.0)
    }

    /// A string.
    pub fn as_str(&self) -> Option<&'a str> {
        let start = self.behind(self.at, self.width)?;
        match self.kind {
            Kind::Key => self.key(start),
            Kind::String => {
                let length = self.size(start.checked_sub(self.inner)?, self.inner)?;
                let bytes = self.data.get(start..start.checked_add(length)?)?;
                std::str::from_utf8(bytes).ok()
            }
            _ => None,
        }
    }

    /// Keys end with a zero.
    fn key(&self, start: usize) -> Option<&'a str> {
        let rest = self.data.get(start..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        std::str::from_utf8(&rest[..end]).ok()
    }

    /// The elements of a vector of any sort, or the values of a map.
    pub fn items(&self) -> Option<Vec<Flex<'a>>> {
        let (fixed, typed) = match self.kind {
            Kind::Typed(number, fixed) => (fixed, Some(number.kind())),
            Kind::Vector | Kind::Map => (None, None),
            _ => return None,
        };
        let start = self.behind(self.at, self.width)?;
        let width = self.inner;
        let length = match fixed {
            Some(length) => length,
            None => self.size(start.checked_sub(width)?, width)?,
        };
        let types = start.checked_add(length.checked_mul(width)?)?;
        if types > self.data.len() {
            return None;
        }
        let item = |index: usize| {
            let packed = match typed {
                Some(_) => 0,
                None => *self.data.get(types + index)?,
            };
            Some(Flex {
                data: self.data,
                at: start + index * width,
                width,
                kind: typed.unwrap_or_else(|| kind(packed)),
                inner: if typed.is_some() {
                    1
                } else {
                    1 << (packed & 3)
                },
            })
        };
        (0..length).map(item).collect()
    }

    /// The entries of a map.
    pub fn entries(&self) -> Option<Vec<(&'a str, Flex<'a>)>> {
        if self.kind != Kind::Map {
            return None;
        }
        let values = self.items()?;
        let start = self.behind(self.at, self.width)?;
        let keys = start.checked_sub(self.inner.checked_mul(3)?)?;
        let width = self.size(keys.checked_add(self.inner)?, self.inner)?;
        let keys = self.behind(keys, self.inner)?;
        let entry = |(index, value): (usize, Flex<'a>)| {
            let slot = keys.checked_add(index.checked_mul(width)?)?;
            Some((self.key(self.behind(slot, width)?)?, value))
        };
        values.into_iter().enumerate().map(entry).collect()
    }

    /// A map's value of this name, unless it is null.
    pub fn get(&self, name: &str) -> Option<Flex<'a>> {
        let mut entries = self.entries()?.into_iter();
        let (_, value) = entries.find(|(key, _)| *key == name)?;
        (value.kind != Kind::Null).then_some(value)
    }

    /// A map's whole number that must be there.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn int(&self, name: &str) -> Result<i64, OpError> {
        self.get(name)
            .and_then(|value| value.as_int())
            .ok_or_else(|| OpError::option(name, "a number", "none"))
    }

    /// A map's floating-point number that must be there.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn float(&self, name: &str) -> Result<f64, OpError> {
        self.get(name)
            .and_then(|value| value.as_float())
            .ok_or_else(|| OpError::option(name, "a number", "none"))
    }

    /// A map's list of whole numbers that must be there.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn ints(&self, name: &str) -> Result<Vec<i64>, OpError> {
        let items = self.get(name).and_then(|value| value.items());
        items
            .and_then(|items| items.iter().map(Flex::as_int).collect())
            .ok_or_else(|| OpError::option(name, "a list of numbers", "none"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"iou": 0.5, "size": [3, -4], "yes": true, "name": "SAME"}`, written by flatbuffers 25.12.
    const SAMPLE: &[u8] = &[
        105, 111, 117, 0, 115, 105, 122, 101, 0, 2, 3, 252, 121, 101, 115, 0, 110, 97, 109, 101, 0,
        4, 83, 65, 77, 69, 0, 4, 28, 13, 26, 19, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 63,
        26, 0, 0, 0, 42, 0, 0, 0, 1, 0, 0, 0, 14, 20, 44, 106, 20, 38, 1,
    ];

    #[test]
    fn reads_what_the_reference_writer_wrote() {
        let root = Flex::root(SAMPLE).unwrap();
        assert_eq!(root.float("iou").unwrap(), 0.5);
        assert_eq!(root.ints("size").unwrap(), [3, -4]);
        assert_eq!(root.get("yes").and_then(|yes| yes.as_bool()), Some(true));
        assert_eq!(
            root.get("name").and_then(|name| name.as_str()),
            Some("SAME")
        );
        assert!(root.int("none").is_err());
    }

    /// Every damage of one byte, and every truncation, must be read without a panic.
    #[test]
    fn reads_damaged_bytes() {
        let read = |data: &[u8]| {
            let Ok(root) = Flex::root(data) else { return };
            for (_, value) in root.entries().unwrap_or_default() {
                let _ = (value.as_int(), value.as_float(), value.as_str());
                let _ = (value.items(), value.entries(), value.get("size"));
            }
        };
        for at in 0..SAMPLE.len() {
            read(&SAMPLE[..at]);
            read(&SAMPLE[at..]);
            for byte in 0..=255 {
                let mut data = SAMPLE.to_vec();
                data[at] = byte;
                read(&data);
            }
        }
    }
}
