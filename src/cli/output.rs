//! Writing a file so that it appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where bytes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    /// `-` is the standard output.
    pub fn of(path: &Path) -> Self {
        match path.as_os_str() == "-" {
            true => Target::Stdout,
            false => Target::File(path.to_owned()),
        }
    }

    /// Writes all of it. A file of that name is replaced in one step, with the mode of a new file.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let path = match self {
            Target::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                return stdout.flush();
            }
            Target::File(path) => path,
        };
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            // Replacing /dev/null or a pipe by a file is never what is meant.
            Ok(meta) if !meta.is_file() => File::options().write(true).open(path)?.write_all(bytes),
            // What a symbolic link stands for is replaced, not the link.
            Ok(_) => replace(&fs::canonicalize(path)?, bytes),
            Err(_) => replace(path, bytes),
        }
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

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // A file without a name cannot be left behind, however this process ends. Not every file system has
    // them; where anything is amiss, the named way is tried and its error is the one that counts.
    #[cfg(target_os = "linux")]
    if unnamed::replace(dir, path, bytes).is_ok() {
        return Ok(());
    }
    named(dir, path, bytes)
}

/// By a temporary file beside `path`, which goes away with this function unless the process is killed.
fn named(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tfl2onnx-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The mode of a file made by open(2): the umask takes from it what the user wants taken.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::{self, File};
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    use rustix::io::Errno;

    /// By a file that has no name until all of it is on the disk (open(2), `O_TMPFILE`).
    pub(super) fn replace(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(dir, flags, Mode::from_raw_mode(0o666))?;
        let mut file = File::from(fd);
        file.write_all(bytes)?;
        file.sync_all()?;
        match link(&file, path) {
            Err(Errno::EXIST) => {}
            done => return Ok(done?),
        }
        // No call gives a file a name that is taken: it gets a free one and is renamed at once.
        let spare = dir.join(format!(".tfl2onnx-{}.tmp", std::process::id()));
        link(&file, &spare)?;
        fs::rename(&spare, path).inspect_err(|_| {
            let _ = fs::remove_file(&spare);
        })
    }

    fn link(file: &File, path: &Path) -> rustix::io::Result<()> {
        let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
        rustix::fs::linkat(CWD, nameless, CWD, path, AtFlags::SYMLINK_FOLLOW)
    }
}
