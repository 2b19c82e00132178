//! Names of entries, as paths that stay inside the bundle wherever they are unpacked.

use std::collections::HashMap;

/// Bytes of a name, and of each part of it: what file systems take.
const MAX_NAME: usize = 1024;
const MAX_PART: usize = 255;

/// The name, or what is wrong with it.
pub(super) fn checked(bytes: &[u8]) -> Result<&str, &'static str> {
    let name = std::str::from_utf8(bytes).map_err(|_| "its name is not UTF-8")?;
    let part = name.strip_suffix('/').unwrap_or(name);
    if part.is_empty() {
        return Err("it has no name");
    }
    if name.len() > MAX_NAME || name.split('/').any(|part| part.len() > MAX_PART) {
        return Err("its name is too long for a file");
    }
    if name.chars().any(char::is_control) {
        return Err("its name has control characters");
    }
    if name.contains('\\') {
        return Err("its name has a backslash, which separates folders on some systems");
    }
    if name.starts_with('/') {
        return Err("its name is an absolute path");
    }
    if name.contains(':') {
        return Err("its name has a colon, which names a drive or a stream on some systems");
    }
    // Some systems drop dots and spaces at the end, so that ".. " is "..".
    let leads_away = |part: &str| part.trim_end_matches(['.', ' ']).is_empty();
    if part.split('/').any(leads_away) {
        return Err("its name has a part that is empty or leads elsewhere, such as \"..\"");
    }
    Ok(name)
}

/// The names of one archive: no file twice, and none a folder as well.
#[derive(Debug, Default)]
pub(super) struct Taken(HashMap<String, What>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    File,
    Folder,
}

impl Taken {
    /// Notes a name, or says what it collides with.
    pub fn take(&mut self, name: &str) -> Result<(), &'static str> {
        let (path, what) = match name.strip_suffix('/') {
            Some(folder) => (folder, What::Folder),
            None => (name, What::File),
        };
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        for folder in folders {
            if *self.0.entry(folder.to_owned()).or_insert(What::Folder) == What::File {
                return Err("one part of its name is a file");
            }
        }
        match self.0.insert(path.to_owned(), what) {
            None => Ok(()),
            Some(What::Folder) if what == What::Folder => Ok(()),
            Some(What::File) if what == What::File => Err("its name occurs twice"),
            Some(_) => Err("its name is that of a file and of a folder"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in [
            "a",
            "a.tflite",
            "a/b.tflite",
            "..a",
            "a..b/c",
            "größe.txt",
            "folder/",
            ".hidden",
        ] {
            assert_eq!(checked(name.as_bytes()), Ok(name));
        }
        for (name, why) in [
            ("", "no name"),
            ("/", "no name"),
            ("/etc/passwd", "absolute"),
            ("../a", "\"..\""),
            ("a/../b", "\"..\""),
            ("a/.. /b", "\"..\""),
            ("a//b", "empty"),
            ("./a", "\"..\""),
            ("a\\b", "backslash"),
            ("C:a", "colon"),
            ("a\0b", "control"),
            ("a\u{85}b", "control"),
        ] {
            let error = checked(name.as_bytes()).expect_err(name);
            assert!(error.contains(why), "{name:?}: {error}");
        }
        assert!(checked(b"a\xff").is_err());
        assert!(checked(&[b'a'; 256]).is_err());
    }

    #[test]
    fn a_name_is_given_once() {
        let mut taken = Taken::default();
        for name in ["a/", "a/b", "c/d/e", "c/", "a"] {
            let refused = taken.take(name).is_err();
            assert_eq!(refused, name == "a", "{name}");
        }
        assert!(taken.take("a/b").is_err());
        assert!(taken.take("a/b/c").is_err());
    }
}
