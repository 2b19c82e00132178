//! How fast kernels are rewritten: `cargo bench --no-default-features --bench kernels`.
//!
//! A model of one layer is converted in memory, and its weights are copied once, in turn, round after round; both into
//! memory that the system has to provide. The medians count. The file in memory is itself a copy of the weights, so
//! half of the copy's speed is all that there is to have; FULLY_CONNECTED weights go through unchanged, and show
//! what the rest of the conversion takes.

#[path = "../conversion/nets.rs"]
#[allow(dead_code, reason = "the other benchmarks build other nets with it")]
mod nets;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tfl2onnx::Converter;

const ROUNDS: usize = 9;

const LAYERS: &[(&str, &[i32], bool)] = &[
    ("FULLY_CONNECTED, float", &[4096, 4096], false),
    ("CONV_2D 1x1, float", &[4096, 1, 1, 4096], false),
    ("CONV_2D 3x3, float", &[1024, 3, 3, 1820], false),
    ("CONV_2D 7x7 of 3, float", &[114_000, 7, 7, 3], false),
    ("DEPTHWISE 3x3, float", &[1, 3, 3, 1_860_000], false),
    ("CONV_2D 3x3, int8", &[2048, 3, 3, 3640], true),
    ("DEPTHWISE 3x3, int8", &[1, 3, 3, 7_400_000], true),
];

fn main() {
    // Cargo passes --bench; without it this is a test that the layers convert.
    let timed = std::env::args().any(|arg| arg == "--bench");
    println!(
        "{:26} {:>8} {:>11} {:>11} {:>7}",
        "layer", "MB", "copy", "conversion", "ratio"
    );
    for (name, shape, bytes) in LAYERS {
        let (shape, rounds) = if timed {
            (shape.to_vec(), ROUNDS)
        } else {
            (shape.iter().map(|&n| n.min(7)).collect(), 1)
        };
        let width = if *bytes { 1 } else { 4 };
        let count = shape.iter().map(|&n| n as usize).product::<usize>() * width;
        // Finite floats, and bytes that differ.
        let data: Vec<u8> = (0..count).map(|n| (n % 61) as u8).collect();
        let model: Bytes = nets::layer(&shape, *bytes, data.clone()).into();
        let (mut copies, mut conversions) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            copies.push(time(|| data.clone()));
            conversions.push(time(|| {
                let converted = Converter::new().convert_bytes(&model);
                converted.expect("the layers are convertible")
            }));
        }
        let (copy, conversion) = (median(copies), median(conversions));
        println!(
            "{name:26} {:>8.1} {:>6.2} GB/s {:>6.2} GB/s {:>7.2}",
            count as f64 / 1e6,
            count as f64 / copy.as_secs_f64() / 1e9,
            count as f64 / conversion.as_secs_f64() / 1e9,
            copy.as_secs_f64() / conversion.as_secs_f64()
        );
    }
}

fn time<T>(work: impl Fn() -> T) -> Duration {
    let start = Instant::now();
    let made = black_box(work());
    let took = start.elapsed();
    drop(made);
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
