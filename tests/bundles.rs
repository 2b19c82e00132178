//! Bundles and metadata as the library reads them, against what Python's zipfile recorded and what the
//! fixtures were made of.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tfl2onnx::bundle::{self, Kind};
use tfl2onnx::metadata::{Content, ProcessUnit};
use tfl2onnx::{ErrorKind, metadata};

fn fixture(name: &str) -> Bytes {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    fs::read(path).expect("the fixture is there").into()
}

/// What zipfile reads: path, size, CRC-32.
fn recorded(case: &str) -> Vec<(String, u64, u32)> {
    let text = fixture(&format!("bundles/{case}.json"));
    let list: Vec<serde_json::Value> = serde_json::from_slice(&text).expect("JSON");
    let row = |row: &serde_json::Value| {
        let path = row[0].as_str().expect("a path").to_owned();
        let crc = u32::try_from(row[2].as_u64().expect("a checksum")).expect("32 bits");
        (path, row[1].as_u64().expect("a size"), crc)
    };
    list.iter().map(row).collect()
}

/// The CRC-32 of zip, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, &byte: &u8| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| match crc & 1 {
            0 => crc >> 1,
            _ => (crc >> 1) ^ 0xedb8_8320,
        })
    };
    !bytes.iter().fold(!0, step)
}

fn listed(files: &[bundle::File]) -> Vec<(String, u64, u32)> {
    let row = |file: &bundle::File| {
        let bytes = file.read().expect("sound");
        assert_eq!(bytes.len() as u64, file.size(), "{}", file.path());
        (file.path().to_owned(), file.size(), crc(&bytes))
    };
    files.iter().map(row).collect()
}

#[test]
fn bundles_hold_what_zipfile_reads() {
    for (case, file) in [
        ("two", "two.task"),
        ("one", "one.task"),
        ("nested", "nested.zip"),
    ] {
        let bytes = fixture(&format!("bundles/{file}"));
        let bundle = bundle::open(&bytes).expect(file);
        assert_eq!(listed(bundle.files()), recorded(case), "{file}");
        for model in bundle.models() {
            let bytes = model.read().expect("sound");
            let converted = tfl2onnx::convert(&bytes);
            assert!(converted.is_ok(), "{}: {converted:?}", model.path());
        }
    }
}

#[test]
fn kinds_are_told_by_content() {
    let bundle = bundle::open(&fixture("bundles/nested.zip")).expect("sound");
    let kinds = bundle.files().iter().map(|file| (file.path(), file.kind()));
    let expected = [
        ("a.b/net.tflite", Kind::Model),
        ("a.b/NET.TFLITE", Kind::Model),
        ("inner.task", Kind::Bundle),
        ("inner.task/net.tflite", Kind::Model),
        ("inner.task/deepest.zip", Kind::Bundle),
        ("inner.task/deepest.zip/net.tflite", Kind::Model),
        ("inner/net.tflite", Kind::Model),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    let mixed = bundle::open(&fixture("bundles/mixed.task")).expect("sound");
    // One is named like a model, the other is one.
    assert_eq!(mixed.models().count(), 3);
}

#[test]
fn stored_entries_are_slices_of_the_bundle() {
    let bytes = fixture("bundles/two.task");
    let whole = bytes.as_ptr_range();
    for file in bundle::open(&bytes).expect("sound").files() {
        let inside = file.read().expect("sound").as_ptr_range();
        assert!(whole.start <= inside.start && inside.end <= whole.end);
    }
}

#[test]
fn associated_files_are_those_of_zipfile() {
    for case in ["labelled", "appended"] {
        let model = fixture(&format!("bundles/{case}.tflite"));
        assert!(!bundle::is_bundle(&model));
        let files = bundle::associated(&model).expect("sound");
        assert_eq!(listed(files.files()), recorded(case), "{case}");
        tfl2onnx::convert(&model).expect("a model all the same");
    }
    let plain = bundle::associated(&fixture("layout/add_c.tflite")).expect("no fault");
    assert!(plain.files().is_empty());
}

#[test]
fn what_is_beyond_the_limits_is_refused() {
    let bytes = fixture("bundles/nested.zip");
    let refused = |limit: &dyn Fn(&mut bundle::Limits)| {
        let mut limits = bundle::Limits::default();
        limit(&mut limits);
        let error = bundle::open_within(&bytes, &limits).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        error.to_string()
    };
    assert!(refused(&|limits| limits.files = 6).contains("more than 6 files"));
    assert!(refused(&|limits| limits.depth = 1).contains("nested more than 1 deep"));
    // The models of inner.task are compressed.
    assert!(refused(&|limits| limits.entry = 300).contains("300 are allowed"));
    assert!(refused(&|limits| limits.total = 800).contains("more than 800 bytes"));
    let mut limits = bundle::Limits::default();
    (limits.files, limits.depth) = (7, 2);
    bundle::open_within(&bytes, &limits).expect("just within");
}

#[test]
fn no_damage_makes_it_panic() {
    let mut seed = 1u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for name in [
        "bundles/two.task",
        "bundles/nested.zip",
        "bundles/labelled.tflite",
        "bundles/one.task",
    ] {
        let sound = fixture(name).to_vec();
        for _ in 0..2000 {
            let mut damaged = sound.clone();
            for _ in 0..=random() % 4 {
                let place = random() % damaged.len();
                damaged[place] = random() as u8;
            }
            damaged.truncate(damaged.len() - (random() % 64) * (random() % 2));
            let damaged = Bytes::from(damaged);
            let bundles = [bundle::open(&damaged), bundle::associated(&damaged)];
            for file in bundles.iter().flatten().flat_map(bundle::Bundle::files) {
                let _ = file.read();
            }
            let _ = metadata::read(&damaged);
        }
    }
}

#[test]
fn metadata_is_what_was_written() {
    let said = metadata::read(&fixture("bundles/labelled.tflite"));
    let said = said.expect("sound").expect("there");
    assert_eq!(
        (&*said.name, &*said.author, &*said.license),
        ("Classifier", "Nobody", "CC0")
    );
    assert_eq!((&*said.version, &*said.min_parser_version), ("v2", "1.0.0"));
    let graph = &said.subgraphs[0];
    let (image, scores) = (&graph.inputs[0], &graph.outputs[0]);
    assert_eq!(image.description, "Image to classify");
    let rgb = Content::Image {
        color_space: "RGB".into(),
        default_size: Some((5, 4)),
    };
    assert_eq!(image.content, Some(rgb));
    let normalization = ProcessUnit::Normalization {
        mean: vec![127.5, 0.5, 0.25],
        std: vec![128.0],
    };
    assert_eq!(image.processing, [normalization]);
    assert_eq!((&*image.min, &*image.max), (&[-1.0][..], &[1.0][..]));
    assert_eq!(scores.processing, [ProcessUnit::ScoreThreshold(0.25)]);
    let files: Vec<_> = scores
        .files
        .iter()
        .map(|file| (&*file.name, &*file.locale))
        .collect();
    assert_eq!(files, [("labels.txt", ""), ("labels-de.txt", "de")]);
    assert!(scores.files.iter().all(metadata::AssociatedFile::is_labels));
    let none = metadata::read(&fixture("layout/add_c.tflite")).expect("no fault");
    assert_eq!(none, None);
    assert!(metadata::read(&fixture("odd/damaged_metadata.tflite")).is_err());
}

#[test]
fn every_bad_bundle_is_refused_by_the_library_too() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid");
    let mut tried = 0;
    for entry in fs::read_dir(folder).expect("there") {
        let path = entry.expect("readable").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        // That one is sound: its fault is that nobody says where its models go.
        if !name.starts_with("bundle_")
            || name.ends_with("expected")
            || name.starts_with("bundle_several")
        {
            continue;
        }
        let bytes = Bytes::from(fs::read(&path).expect("readable"));
        let read = bundle::open(&bytes).and_then(|bundle| {
            let files = bundle.files().iter().map(bundle::File::read);
            files.collect::<Result<Vec<_>, _>>()
        });
        assert!(read.is_err(), "{name}");
        tried += 1;
    }
    assert!(tried > 18, "{tried} bundles");
}
