//! Writing files so that they appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tfl2onnx::Sink;

use super::signals;
use super::staged::{self, Staged};

/// Where bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
}

/// What writes the content of a file.
pub(crate) type Content<'c> = &'c mut dyn FnMut(Sink<'_>) -> io::Result<()>;

/// What writes two files.
pub(crate) type Contents<'c> = &'c mut dyn FnMut(Sink<'_>, Sink<'_>) -> io::Result<()>;

impl Target {
    /// `-` is the standard output.
    pub fn of(path: &Path) -> Self {
        match path.as_os_str() == "-" {
            true => Target::Stdout,
            false => Target::File(path.to_owned()),
        }
    }

    /// Writes all of it. A file of that name is replaced in one step, with the mode of a new file.
    pub fn write(&self, content: Content<'_>) -> io::Result<()> {
        let path = match self {
            Target::Stdout => {
                let mut stdout = io::stdout().lock();
                content((&mut stdout).into())?;
                return stdout.flush();
            }
            Target::File(path) => path,
        };
        let Some(path) = replaceable(path)? else {
            // Replacing /dev/null or a pipe by a file is never what is meant.
            let mut special = File::options().write(true).open(path)?;
            return content((&mut special).into());
        };
        let mut file = Staged::new(staged::directory(&path))?;
        content(file.sink())?;
        file.place(&path)
    }
}

/// Writes two files of one directory, the second of which makes no sense without the first. Both are whole and
/// on the disk before either is in place, and an old first file comes back when the second cannot be placed.
pub(crate) fn write_both(first: &Path, second: &Path, contents: Contents<'_>) -> io::Result<()> {
    let special = || io::Error::other("only a regular file can have its data in another");
    let first = replaceable(first)?.ok_or_else(special)?;
    let second = replaceable(second)?.ok_or_else(special)?;
    let (first_dir, second_dir) = (staged::directory(&first), staged::directory(&second));
    let mut files = (Staged::new(first_dir)?, Staged::new(second_dir)?);
    contents(files.0.sink(), files.1.sink())?;
    let _hold = signals::hold();
    // Spare names for both: what is left is to rename, for which there is always room.
    let files = (files.0.ready(first_dir)?, files.1.ready(second_dir)?);
    let old = staged::kept(&first);
    files.0.place(&first)?;
    files.1.place(&second).inspect_err(|_| {
        let _ = match old {
            Some(old) => old.persist(&first).map_err(io::Error::from),
            None => fs::remove_file(&first),
        };
    })
}

/// The name of the file to replace, or of a new one: what a symbolic link stands for, not the link. `None` for
/// what is no file.
fn replaceable(path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(meta) if !meta.is_file() => Ok(None),
        Ok(_) => fs::canonicalize(path).map(Some),
        Err(_) => Ok(Some(path.to_owned())),
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Stdout => f.write_str("standard output"),
            Target::File(path) => write!(f, "{}", path.display()),
        }
    }
}
