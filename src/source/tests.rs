//! A model in pieces of a file is the model that is read as a whole.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::{Converter, ErrorKind};

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            match path.extension() {
                Some(extension) if extension == "tflite" => found.push(path),
                _ if path.is_dir() => folders.push(path),
                _ => {}
            }
        }
    }
    found
}

/// What is read piece by piece is what is read whole.
#[test]
fn pieces_make_the_same_file() {
    let mut stored = 0;
    for path in fixtures() {
        let file = || File::open(&path).expect("readable");
        let len = file().metadata().expect("readable").len();
        let whole = fs::read(&path).expect("readable");
        let Ok(pieces) = Source::with_limits(file(), 0..len, 0, 16) else {
            panic!("{}", path.display());
        };
        stored += pieces.bulk.len();
        assert_eq!(pieces.bytes().expect("readable"), whole);
        let text = |result: Result<crate::Conversion, Error>| match result {
            Ok(conversion) => Ok(conversion.into_bytes()),
            Err(error) => Err(error.to_string()),
        };
        let converter = Converter::new();
        let one = text(converter.convert(&whole));
        let other = converter.convert_source(&pieces);
        assert!(
            one == text(other.and_then(|other| other.load())),
            "{}",
            path.display()
        );
    }
    assert!(stored > 100, "{stored} buffers stayed in their files");
}

#[test]
fn a_part_of_a_file_is_a_model() {
    let model = fs::read(fixtures().remove(0)).expect("readable");
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("bundle");
    fs::write(&path, [&[7; 100][..], &model, &[7; 9]].concat()).expect("written");
    let end = 100 + model.len() as u64;
    let part = |range| Source::with_limits(File::open(&path)?, range, 0, 16);
    assert_eq!(
        part(100..end).expect("readable").bytes().expect("readable"),
        model
    );
    assert!(part(100..end + 10).is_err());
}

#[test]
fn a_file_that_changes_is_an_error() {
    let model = fs::read(fixtures().remove(0)).expect("readable");
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("model.tflite");
    let changes: [&dyn Fn(&File); 2] = [
        &|file| file.set_len(model.len() as u64 / 2).expect("shortened"),
        &|mut file| io::Write::write_all(&mut file, b"other").expect("written"),
    ];
    for change in changes {
        fs::write(&path, &model).expect("written");
        let file = File::open(&path).expect("readable");
        let source = Source::with_limits(file, 0..model.len() as u64, 0, 16);
        let source = source.expect("readable");
        let unwritten = Converter::new().convert_source(&source);
        let unwritten = unwritten.expect("convertible");
        // A clock that ticks every few milliseconds tells the two times apart.
        std::thread::sleep(std::time::Duration::from_millis(20));
        change(&File::options().write(true).open(&path).expect("writable"));
        let fault = unwritten.load().expect_err("it has changed");
        assert_eq!(fault.kind(), ErrorKind::Io, "{fault}");
        let fault = Converter::new().convert_source(&source);
        assert_eq!(fault.expect_err("it has changed").kind(), ErrorKind::Io);
    }
}
