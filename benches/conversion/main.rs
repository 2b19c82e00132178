//! How conversion grows with the number of operators: `cargo bench --no-default-features` (nothing here needs
//! what the features add, and tract takes long to compile).
//!
//! Every size of every net is converted in turn, round after round, and the median counts; small nets are
//! converted so often in a round that every round of every net takes about as long. So what the machine does
//! meanwhile falls on all sizes alike. *Growth* is the time per operator over that of the smallest
//! size; it stays near 1 where conversion is linear. *Cut* is the placement, of which the minimum cut is the
//! bulk.

#[allow(dead_code, reason = "the other benchmarks build other nets with it")]
mod nets;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use nets::Net;
use tfl2onnx::Converter;

const ROUNDS: usize = 7;
const SIZES: &[usize] = &[100, 1_000, 10_000, 100_000];

/// What one conversion took, whole and in its parts.
struct Sample {
    whole: Duration,
    cut: Duration,
}

struct Subject {
    net: &'static str,
    operators: usize,
    model: Bytes,
    samples: Vec<Sample>,
}

/// Makes a net of about so many operators.
type Make = fn(usize) -> Net;

fn main() {
    // Cargo passes --bench; without it this is a test that the nets convert.
    let timed = std::env::args().any(|arg| arg == "--bench");
    let (sizes, rounds) = if timed {
        (SIZES, ROUNDS)
    } else {
        (&SIZES[..1], 1)
    };
    let nets: [(&'static str, Make); 3] = [
        ("chain", nets::chain),
        ("residual", nets::residual),
        ("residual, barriers", nets::residual_with_barriers),
    ];
    let mut subjects = Vec::new();
    for (net, make) in nets {
        for &size in sizes {
            let model = make(size);
            let (operators, model) = (model.operators(), model.pack().into());
            subjects.push(Subject {
                net,
                operators,
                model,
                samples: Vec::new(),
            });
        }
    }
    for _ in 0..rounds {
        for subject in &mut subjects {
            let times = if timed {
                SIZES[SIZES.len() - 1] / subject.operators
            } else {
                1
            };
            let times = u32::try_from(times).unwrap_or(1).max(1);
            subject.samples.push(convert(&subject.model, times));
        }
    }
    print(&subjects);
}

/// The mean of so many conversions.
fn convert(model: &Bytes, times: u32) -> Sample {
    let converter = Converter::new();
    let mut cut = Duration::ZERO;
    let start = Instant::now();
    for _ in 0..times {
        let conversion = black_box(converter.convert_bytes(black_box(model)));
        let conversion = conversion.expect("the nets are convertible");
        let stages = conversion.report().stages.iter();
        let place = stages.filter(|(stage, _)| *stage == "place");
        cut += place.map(|(_, took)| *took).sum::<Duration>();
    }
    Sample {
        whole: start.elapsed() / times,
        cut: cut / times,
    }
}

fn print(subjects: &[Subject]) {
    println!(
        "{:20} {:>9} {:>12} {:>12} {:>12} {:>8} {:>8}",
        "net", "operators", "conversion", "an operator", "cut", "growth", "cut's"
    );
    let mut first: Option<(&str, f64, f64)> = None;
    for subject in subjects {
        let median = |of: fn(&Sample) -> Duration| {
            let mut times: Vec<Duration> = subject.samples.iter().map(of).collect();
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        };
        let (whole, cut) = (median(|sample| sample.whole), median(|sample| sample.cut));
        let count = subject.operators as f64;
        let smallest = match first {
            Some(smallest) if smallest.0 == subject.net => smallest,
            _ => *first.insert((subject.net, whole / count, cut / count)),
        };
        println!(
            "{:20} {:>9} {:>9.2} ms {:>9.2} µs {:>9.2} ms {:>8.2} {:>8.2}",
            subject.net,
            subject.operators,
            whole * 1e3,
            whole / count * 1e6,
            cut * 1e3,
            whole / count / smallest.1,
            cut / count / smallest.2,
        );
    }
}
