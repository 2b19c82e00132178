//! Files that are not there yet: written under no name or a temporary one, then put in place in one step.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};
use tfl2onnx::Sink;

use super::signals::{self, Hold};

/// A file under construction. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub(crate) enum Staged {
    /// Without a name it cannot be left behind, however this process ends (open(2), `O_TMPFILE`).
    #[cfg(target_os = "linux")]
    Unnamed(File),
    /// Where file systems have no such files. The temporary file goes before signals are let through.
    Named(NamedTempFile, Hold),
}

/// A file that is whole and on the disk, under another name.
#[derive(Debug)]
pub(crate) struct Ready {
    spare: TempPath,
    _hold: Hold,
}

impl Staged {
    /// A new file in a directory, with the mode of any new file.
    pub fn new(dir: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Ok(file) = unnamed::create(dir) {
            return Ok(Staged::Unnamed(file));
        }
        let hold = signals::hold();
        Ok(Staged::Named(spare(dir)?, hold))
    }

    /// Where its content goes.
    pub fn sink(&mut self) -> Sink<'_> {
        match self {
            #[cfg(target_os = "linux")]
            Staged::Unnamed(file) => Sink::from(&*file),
            // Not the file itself: signals are waiting, and are looked for at each write.
            named => Sink::from(named),
        }
    }

    fn file(&mut self) -> &mut File {
        match self {
            #[cfg(target_os = "linux")]
            Staged::Unnamed(file) => file,
            Staged::Named(file, _) => file.as_file_mut(),
        }
    }

    /// Puts the file in the place of `path`, whether or not there is one.
    pub fn place(mut self, path: &Path) -> io::Result<()> {
        self.file().sync_all()?;
        #[cfg(target_os = "linux")]
        if let Staged::Unnamed(file) = &self {
            // A name that is taken, or a system without /proc, needs a spare name first.
            if unnamed::link(file, path).is_ok() {
                return sync_dir(path);
            }
        }
        self.ready(directory(path))?.place(path)
    }

    /// Gives the file a spare name, so that nothing is left to be done but to rename it.
    pub fn ready(mut self, dir: &Path) -> io::Result<Ready> {
        self.file().sync_all()?;
        let hold = signals::hold();
        match self {
            #[cfg(target_os = "linux")]
            Staged::Unnamed(file) => {
                let name = tempfile::Builder::new()
                    .prefix(PREFIX)
                    .suffix(SUFFIX)
                    .make_in(dir, |name| unnamed::link(&file, name));
                let spare = match name {
                    Ok(name) => name.into_temp_path(),
                    Err(_) => copied(file, dir)?.into_temp_path(),
                };
                Ok(Ready { spare, _hold: hold })
            }
            Staged::Named(file, _) => Ok(Ready {
                spare: file.into_temp_path(),
                _hold: hold,
            }),
        }
    }
}

impl Ready {
    /// Renames the file to `path`, whether or not there is one.
    pub fn place(self, path: &Path) -> io::Result<()> {
        self.spare.persist(path)?;
        sync_dir(path)
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if signals::interrupted() {
            // Not the kind of that name: writers try again on it.
            return Err(io::Error::other("interrupted"));
        }
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// A copy of a file that has a name, for systems on which the first cannot be given one.
#[cfg(target_os = "linux")]
fn copied(mut file: File, dir: &Path) -> io::Result<NamedTempFile> {
    let mut copy = spare(dir)?;
    file.rewind()?;
    io::copy(&mut file, copy.as_file_mut())?;
    copy.as_file().sync_all()?;
    Ok(copy)
}

const PREFIX: &str = ".tfl2onnx-";
const SUFFIX: &str = ".tmp";

fn spare(dir: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The mode of a file made by open(2): the umask takes from it what the user wants taken.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

/// The directory that a file is in.
pub(crate) fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A second name for the file at `path`, under which it survives being replaced; `None` where there is no file,
/// or the file system has no second names.
pub(crate) fn kept(path: &Path) -> Option<TempPath> {
    let link = |name: &Path| fs::hard_link(path, name);
    let mut builder = tempfile::Builder::new();
    let kept = builder
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .make_in(directory(path), link);
    kept.ok().map(tempfile::NamedTempFile::into_temp_path)
}

/// A new name is on the disk when its directory is. The file is in place already: that a directory cannot be
/// opened, or synced, as on some file systems, is no failure.
fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let dir: PathBuf = directory(path).to_owned();
        let _ = File::open(dir).and_then(|dir| dir.sync_all());
    }
    Ok(())
}

#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags};

    pub(super) fn create(dir: &Path) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(dir, flags, Mode::from_raw_mode(0o666))?;
        Ok(File::from(file))
    }

    pub(super) fn link(file: &File, path: &Path) -> io::Result<()> {
        let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
        rustix::fs::linkat(CWD, nameless, CWD, path, AtFlags::SYMLINK_FOLLOW)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a directory");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("readable").file_name();
        entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect()
    }

    fn named(dir: &Path) -> Staged {
        Staged::Named(spare(dir).expect("a file"), signals::hold())
    }

    /// File systems without nameless files are rare; their way is taken here on any.
    #[test]
    fn a_temporary_file_is_put_in_place_or_goes() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("file");
        fs::write(&path, "of old").expect("written");
        for make in [named, |dir: &Path| Staged::new(dir).expect("a file")] {
            let mut file = make(dir.path());
            file.write_all(b"half").expect("written");
            drop(file);
            let file = make(dir.path()).ready(dir.path()).expect("renamed");
            drop(file);
            assert_eq!(fs::read(&path).expect("readable"), b"of old");
            assert_eq!(names(dir.path()), ["file"]);
        }
        for make in [named, |dir: &Path| Staged::new(dir).expect("a file")] {
            let mut file = make(dir.path());
            file.write_all(b"new").expect("written");
            file.place(&path).expect("in place");
            assert_eq!(fs::read(&path).expect("readable"), b"new");
            fs::remove_file(&path).expect("removed");
            make(dir.path()).place(&path).expect("in place");
            assert_eq!(names(dir.path()), ["file"]);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_copy_serves_where_no_name_can_be_given() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut file = unnamed::create(dir.path()).expect("a file");
        file.write_all(b"content").expect("written");
        let copy = copied(file, dir.path()).expect("copied");
        assert_eq!(fs::read(copy.path()).expect("readable"), b"content");
    }
}
