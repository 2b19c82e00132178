//! Bundles: zip archives with models in them, such as MediaPipe's `.task` files, and the archive of
//! associated files (labels, vocabularies) that TFLite metadata puts behind a model.
//!
//! Opening one reads its directory, and refuses by the name of the fault what has no business in a bundle:
//! names that lead elsewhere, links, encrypted or overlapping entries, names that occur twice, and whatever is
//! beyond the [`Limits`]. Entries are read one by one; those that are stored without compression, as in `.task`
//! files, are slices of the bundle.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = std::fs::read("face_landmarker.task")?.into();
//! for file in tfl2onnx::bundle::open(&bytes)?.models() {
//!     let conversion = tfl2onnx::Converter::new().convert_bytes(&file.read()?)?;
//!     println!("{}: {} nodes", file.path(), conversion.report().nodes);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Source: PKWARE APPNOTE 6.3; `tensorflow_lite_support/metadata`, where the archive behind a model is written.

mod archive;
mod name;

use bytes::Bytes;

use crate::error::{Error, ErrorKind};
use crate::tflite::IDENTIFIER;
use archive::{Entry, Walk};

/// What a bundle may hold. What is beyond is refused.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Files, those of nested bundles included.
    pub files: usize,
    /// Bundles within bundles.
    pub depth: usize,
    /// Bytes that one compressed entry unfolds to.
    pub entry: u64,
    /// Bytes that all compressed entries together unfold to.
    pub total: u64,
    /// How many times its compressed size an entry of more than 16 MiB unfolds to.
    pub ratio: u64,
}

impl Default for Limits {
    /// 4096 files, 4 bundles within each other, 2 GiB an entry, 4 GiB in all, 100 times the compressed size.
    fn default() -> Self {
        Limits {
            files: 4096,
            depth: 4,
            entry: 2 << 30,
            total: 4 << 30,
            ratio: 100,
        }
    }
}

/// What a file in a bundle is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A TFLite model, or a file that is named like one.
    Model,
    /// A bundle of its own; its files are listed behind it.
    Bundle,
    /// Anything else.
    Other,
}

/// A file in a bundle.
#[derive(Clone, Debug)]
pub struct File {
    path: String,
    kind: Kind,
    entry: Entry,
}

impl File {
    /// Its name in the bundle, behind the names of the bundles that this one is nested in:
    /// `hand_landmarker.task/hand_detector.tflite`. Parts are separated by `/`; none of them leads upwards.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its size in bytes, when it is unpacked.
    pub fn size(&self) -> u64 {
        self.entry.size
    }

    /// Unpacks it; one that is stored without compression is a slice of the bundle.
    ///
    /// # Errors
    /// `Malformed` when its bytes are damaged, or not as many as the bundle's directory says.
    pub fn read(&self) -> Result<Bytes, Error> {
        self.entry.read().map_err(|what| fault(&self.path, what))
    }
}

/// An opened bundle.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    files: Vec<File>,
}

impl Bundle {
    /// Every file, in the order of the archive; those of a nested bundle come behind it.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The models among them.
    pub fn models(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.kind == Kind::Model)
    }
}

/// Is it a bundle, by its first bytes? A model with associated files behind it is none.
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Opens a bundle, and the bundles in it, within the default [`Limits`].
///
/// # Errors
/// See [`open_within`].
pub fn open(bytes: &Bytes) -> Result<Bundle, Error> {
    open_within(bytes, &Limits::default())
}

/// Opens a bundle, and the bundles in it.
///
/// # Errors
/// `Malformed` when it is no zip archive, holds no model, or has entries that a bundle must not have; `TooLarge` beyond the
/// limits; `Unsupported` for encryption, and compression other than Deflate.
pub fn open_within(bytes: &Bytes, limits: &Limits) -> Result<Bundle, Error> {
    let mut opening = Opening::new(limits);
    opening.add("", bytes, 0)?;
    let bundle = opening.bundle;
    let empty = bundle.models().next().is_none();
    match empty {
        true => Err(without_models(&bundle)),
        false => Ok(bundle),
    }
}

/// The files that a model carries behind its flatbuffer, where TFLite metadata puts labels and vocabularies;
/// none where there is no archive. A bundle among them is not opened.
///
/// # Errors
/// See [`open_within`].
pub fn associated(tflite: &Bytes) -> Result<Bundle, Error> {
    let limits = Limits::default();
    let mut opening = Opening::new(&limits);
    match archive::locate_behind(tflite) {
        Some(archive) => opening.entries("", tflite, &archive, None)?,
        None => return Ok(Bundle::default()),
    }
    Ok(opening.bundle)
}

/// A bundle that is being opened, and how much of the limits is left.
struct Opening<'l> {
    bundle: Bundle,
    limits: &'l Limits,
    left: u64,
}

impl<'l> Opening<'l> {
    fn new(limits: &'l Limits) -> Self {
        Opening {
            bundle: Bundle::default(),
            limits,
            left: limits.total,
        }
    }

    fn add(&mut self, path: &str, bytes: &Bytes, depth: usize) -> Result<(), Error> {
        if depth > self.limits.depth {
            let what = format!("bundles are nested more than {} deep", self.limits.depth);
            return Err(too_large(path, what));
        }
        let archive = archive::locate(bytes).map_err(|what| fault(path, what))?;
        self.entries(path, bytes, &archive, Some(depth))
    }

    /// Lists an archive's files; with a depth, those of the bundles in it as well.
    fn entries(
        &mut self,
        path: &str,
        bytes: &Bytes,
        archive: &archive::Archive<'_>,
        depth: Option<usize>,
    ) -> Result<(), Error> {
        let mut walk = Walk::new(archive);
        while let Some((name, entry)) = walk.next_entry(bytes).map_err(|(name, error)| {
            let (kind, what) = error;
            entry_fault(kind, &join(path, &name), what)
        })? {
            let path = join(path, &name);
            self.charge(&path, &entry)?;
            let head = entry.head();
            let kind = match is_bundle(&head) {
                true => Kind::Bundle,
                false if head.get(4..8) == Some(IDENTIFIER) || is_named_model(&name) => Kind::Model,
                false => Kind::Other,
            };
            let file = File { path, kind, entry };
            self.bundle.files.push(file.clone());
            if let Some(depth) = depth.filter(|_| kind == Kind::Bundle) {
                self.add(&file.path, &file.read()?, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Takes an entry off what is left of the limits.
    fn charge(&mut self, path: &str, entry: &Entry) -> Result<(), Error> {
        let limits = self.limits;
        if self.bundle.files.len() >= limits.files {
            let what = format!("the bundle has more than {} files", limits.files);
            return Err(Error::new(ErrorKind::TooLarge, what));
        }
        let Some(packed) = entry.packed() else {
            return Ok(());
        };
        if entry.size > limits.entry {
            let what = format!(
                "it unfolds to {} bytes, and {} are allowed",
                entry.size, limits.entry
            );
            return Err(too_large(path, what));
        }
        if entry.size > SMALL && entry.size / packed.max(1) > limits.ratio {
            let what = format!(
                "{packed} bytes unfold to {}, more than {} times as many, as in a zip bomb",
                entry.size, limits.ratio
            );
            return Err(too_large(path, what));
        }
        let Some(left) = self.left.checked_sub(entry.size) else {
            let what = format!("the bundle unfolds to more than {} bytes", limits.total);
            return Err(too_large(path, what));
        };
        self.left = left;
        Ok(())
    }
}

/// Entries of this size may be packed as tightly as they like.
const SMALL: u64 = 16 << 20;

/// What other archives hold is the best hint at what they are.
fn without_models(bundle: &Bundle) -> Error {
    let some = bundle.files.iter().take(4).map(File::path);
    let mut names: Vec<&str> = some.collect();
    if bundle.files.len() > names.len() {
        names.push("…");
    }
    let held = match names.is_empty() {
        true => "nothing".into(),
        false => names.join(", "),
    };
    let what = format!("this is a zip archive without a TFLite model in it: it holds {held}");
    Error::malformed(what).advice("models of other sorts are to be converted to TFLite first")
}

fn is_named_model(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    extension.eq_ignore_ascii_case("tflite")
}

fn join(path: &str, name: &str) -> String {
    match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}/{name}"),
    }
}

fn fault(path: &str, what: String) -> Error {
    entry_fault(ErrorKind::Malformed, path, what)
}

fn too_large(path: &str, what: String) -> Error {
    entry_fault(ErrorKind::TooLarge, path, what)
}

fn entry_fault(kind: ErrorKind, path: &str, what: String) -> Error {
    match path.is_empty() {
        true => Error::new(kind, format!("the bundle: {what}")),
        false => Error::new(kind, format!("the bundle's entry {path:?}: {what}")),
    }
}
