//! Which files a run reads and writes, so that none is written over another.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::output::Target;

/// The files that have been spoken for, and as what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims(HashMap<PathBuf, String>);

impl Claims {
    /// Notes an input; one that is read twice is no harm.
    pub fn reads(&mut self, path: &Path) {
        let what = format!("input {}", path.display());
        self.0.insert(identity(path), what);
    }

    /// Notes an output, or says what it would be written over.
    pub fn writes(&mut self, target: &Target) -> Result<(), String> {
        let path = match target {
            Target::Stdout => return Ok(()),
            // A device or a pipe may be written to as often as one likes.
            Target::File(path) if is_special(path) => return Ok(()),
            Target::File(path) => path,
        };
        let what = format!("output {}", path.display());
        match self.0.insert(identity(path), what) {
            None => Ok(()),
            Some(other) => Err(format!(
                "{} would be written over the {other}",
                path.display()
            )),
        }
    }
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file())
}

/// What two names of one file have in common, whether or not it exists yet.
fn identity(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match (fs::canonicalize(parent), path.file_name()) {
        (Ok(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}
