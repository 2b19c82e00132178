//! Damaged models: whatever is done to the bytes or the fields of a fixture, the conversion ends in an error or in
//! a file that a second decoder reads, without a panic and within bounds of time and memory. Of what converts a
//! sample is executed on both sides.
//!
//! Every damage is seeded. `TFL2ONNX_FLIPS` sets how many flipped bytes each fixture gets, and half as many altered
//! fields; the default keeps this suite within a minute or two, and some thousands are for the patient.

#![cfg(feature = "validate")]

mod alter;
mod buffers;
mod hostile;
mod random;
mod tally;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use flatbuffers::FlatBufferBuilder;
use tfl2onnx::Converter;
use tfl2onnx::testing::schema::{Model, ModelT, finish_model_buffer, root_as_model};

use random::Random;
use tally::{Tally, alone};

fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the fixtures are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "tflite") {
                let data = fs::read(&path).expect("readable");
                found.push((path, data));
            }
        }
    }
    found.sort();
    assert!(found.len() > 1000, "{} fixtures", found.len());
    found
}

fn name(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// How often each fixture is damaged by chance.
fn flips() -> usize {
    let flips = std::env::var("TFL2ONNX_FLIPS").ok();
    flips.map_or(300, |flips| flips.parse().expect("a number"))
}

fn seed(fixture: usize, round: usize) -> u64 {
    (fixture * 1_000_003 + round) as u64
}

fn unpacked(data: &[u8]) -> Option<ModelT> {
    let model: Model<'_> = root_as_model(data).ok()?;
    Some(model.unpack())
}

fn packed(model: &ModelT) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let root = model.pack(&mut builder);
    finish_model_buffer(&mut builder, root);
    builder.finished_data().to_vec()
}

#[test]
fn truncated_files_end_in_words() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (path, data) in fixtures() {
            for end in (0..data.len()).step_by(64).chain([data.len()]) {
                tally.convert(data[..end].to_vec(), || {
                    format!("{} cut at {end}", name(&path))
                });
            }
        }
        tally
    });
    tally.close("truncations");
}

#[test]
fn flipped_bytes_end_in_words_or_in_a_file() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (index, (path, data)) in fixtures().iter().enumerate() {
            for seed in (0..flips()).map(|round| seed(index, round)) {
                let mut random = Random(seed);
                let mut damaged = data.clone();
                // One byte or several, of which some sit together.
                for _ in 0..=random.of(&[0, 0, 0, 1, 3, 15]) {
                    if let Some(byte) = random.pick(&mut damaged) {
                        *byte = random.of(&[*byte ^ 1, *byte ^ 0x80, !*byte, 0, 0xFF, 0x7F]);
                    }
                }
                tally.convert(damaged, || {
                    format!("{} flipped with seed {seed}", name(path))
                });
            }
        }
        tally
    });
    tally.close("flips");
}

#[test]
fn altered_fields_end_in_words_or_in_a_file() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (index, (path, data)) in fixtures().iter().enumerate() {
            let Some(model) = unpacked(data) else {
                continue;
            };
            for seed in (0..flips() / 2).map(|round| seed(index, round)) {
                let mut random = Random(seed);
                let mut model = model.clone();
                for _ in 0..=random.below(3) {
                    alter::alter(&mut model, &mut random);
                }
                tally.convert(packed(&model), || {
                    format!("{} altered with seed {seed}", name(path))
                });
            }
        }
        tally
    });
    tally.close("altered fields");
}

/// Each kind of damage that has a name, to each fixture.
#[test]
fn every_damage_with_a_name_ends_in_words_or_in_a_file() {
    let fixtures = fixtures();
    let fixtures = fixtures.iter().enumerate();
    let models: Vec<_> = fixtures
        .filter_map(|(index, (path, data))| Some((index, path, unpacked(data)?)))
        .collect();
    for word in words::WORDS {
        let mut done = 0;
        let tally = alone(|| {
            let mut tally = Tally::default();
            for (index, path, model) in &models {
                for seed in (0..flips() / 150).map(|round| seed(*index, round)) {
                    let mut model = model.clone();
                    if (word.damage)(&mut model, &mut Random(seed)).is_none() {
                        continue;
                    }
                    done += 1;
                    let convertible = tally.converted;
                    let what = || format!("{}: {} with seed {seed}", name(path), word.name);
                    tally.convert(packed(&model), what);
                    if word.fatal && tally.converted > convertible {
                        tally.fault(what, "it was not refused".into());
                    }
                }
            }
            tally
        });
        assert!(done >= word.expected, "{}: {done} times", word.name);
        tally.close(word.name);
    }
}

/// Constants behind the flatbuffer, at odd places: the same model, so the same file.
#[test]
fn misaligned_buffers_are_the_same_constants() {
    let mut moved = 0;
    for (path, data) in fixtures() {
        let Some(model) = unpacked(&data) else {
            continue;
        };
        let converted = |data: &[u8]| Converter::new().convert(data).map(|it| it.into_bytes());
        let Some(outside) = buffers::misaligned(&model) else {
            continue;
        };
        let (inside, outside) = (converted(&packed(&model)), converted(&outside));
        match (inside, outside) {
            (Ok(inside), Ok(outside)) => assert!(inside == outside, "{}", name(&path)),
            (Err(inside), Err(outside)) => {
                assert_eq!(inside.to_string(), outside.to_string(), "{}", name(&path));
            }
            (inside, outside) => panic!(
                "{}: {:?} inside, {:?} outside",
                name(&path),
                inside.map(|_| ()),
                outside.map(|_| ())
            ),
        }
        moved += 1;
    }
    assert!(moved > 500, "{moved} models with constants");
}

#[test]
fn overlapping_buffers_end_in_words_or_in_a_file() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (index, (path, data)) in fixtures().iter().enumerate() {
            let Some(model) = unpacked(data) else {
                continue;
            };
            for seed in (0..flips() / 60).map(|round| seed(index, round)) {
                let ways = [
                    ("behind", buffers::overlapping_behind(&model, seed)),
                    ("inside", buffers::overlapping_inside(data, seed)),
                ];
                for (way, damaged) in ways {
                    if let Some(damaged) = damaged {
                        tally.convert(damaged, || {
                            format!("{} overlapping {way}, seed {seed}", name(path))
                        });
                    }
                }
            }
        }
        tally
    });
    assert!(tally.refused + tally.converted > 5000);
    tally.close("overlapping buffers");
}

/// What no fixture comes near, each made for the purpose.
#[test]
fn made_to_hurt() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (what, model) in hostile::models() {
            tally.convert(packed(&model), || what.clone());
            assert_eq!(tally.converted, 0, "{what}");
        }
        for (what, model) in hostile::sharing() {
            tally.convert(packed(&model), || what.clone());
        }
        tally
    });
    tally.close("made to hurt");
}
