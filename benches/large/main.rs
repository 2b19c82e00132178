//! What a model of gigabytes takes: `cargo bench --no-default-features --features cli --bench large -- [GB] [DIR]`,
//! 3 GB in the temporary directory unless said otherwise. Twice as much room is needed.
//!
//! A model of FULLY_CONNECTED layers is made, whose weights lie behind the flatbuffer as in all files above
//! 2 GB, filled with pseudo-random bits. It is copied with `cp` and converted by the program, in turn; both are
//! on the disk (fsync) before the clock stops, and once more each without that for `cp`. The peak of resident
//! memory is read from `/proc` while the program runs (`VmHWM`).

#[path = "../conversion/nets.rs"]
#[allow(dead_code, reason = "the other benchmarks build other nets with it")]
mod nets;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Width of every layer: 64 MiB of weights each.
const WIDTH: usize = 4096;
const LAYER: u64 = (WIDTH * WIDTH * 4) as u64;

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let Some(true) = std::env::args().find(|arg| arg == "--bench").map(|_| true) else {
        return Ok(()); // A test run has no room for gigabytes.
    };
    let gigabytes: f64 = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(3.0);
    let dir = args.get(1).map_or_else(std::env::temp_dir, Into::into);
    let dir = dir.join(format!("tfl2onnx-large-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let done = run(&dir, gigabytes);
    fs::remove_dir_all(&dir)?;
    done
}

fn run(dir: &Path, gigabytes: f64) -> io::Result<()> {
    let (model, copy, onnx) = (
        dir.join("model.tflite"),
        dir.join("copy"),
        dir.join("out.onnx"),
    );
    let layers = (gigabytes * 1e9 / LAYER as f64).ceil() as usize;
    make(&model, layers)?;
    println!(
        "{layers} layers, {:.2} GB",
        fs::metadata(&model)?.len() as f64 / 1e9
    );
    println!(
        "{:>6} {:>9} {:>9} {:>9} {:>9} {:>12}",
        "round", "cp", "cp+fsync", "tfl2onnx", "over cp", "peak memory"
    );
    for round in 0..3 {
        let start = Instant::now();
        finish(Command::new("cp").args([&model, &copy]).spawn()?)?;
        let plain = start.elapsed();
        File::open(&copy)?.sync_all()?;
        let copied = start.elapsed();
        fs::remove_file(&copy)?;
        let start = Instant::now();
        let mut program = Command::new(env!("CARGO_BIN_EXE_tfl2onnx"));
        program
            .arg("-q")
            .arg("--external-data")
            .args([&model, &onnx]);
        if cfg!(feature = "validate") {
            program.arg("--no-validate");
        }
        let peak = finish(program.spawn()?)?;
        let converted = start.elapsed();
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            if path != model {
                fs::remove_file(path)?;
            }
        }
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        println!(
            "{round:>6} {:>9} {:>9} {:>9} {:>9.2} {:>9.1} MB",
            seconds(plain),
            seconds(copied),
            seconds(converted),
            converted.as_secs_f64() / copied.as_secs_f64(),
            peak as f64 / 1e3,
        );
    }
    Ok(())
}

/// Waits for a process; the greatest resident memory seen, in kB.
fn finish(mut child: Child) -> io::Result<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(ended) = child.try_wait()? {
            assert!(ended.success(), "{ended}");
            return Ok(peak);
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let found = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(found.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Writes the model: the flatbuffer, and from the next multiple of 4096 on the weights.
fn make(path: &Path, layers: usize) -> io::Result<()> {
    let start = 1 << 20;
    let head = nets::dense(layers, WIDTH, start);
    assert!(head.len() as u64 <= start);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(&head)?;
    io::copy(
        &mut io::Read::take(io::repeat(0), start - head.len() as u64),
        &mut file,
    )?;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..layers as u64 * LAYER / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Exponents that make numbers below one, so that nothing overflows.
        file.write_all(&(state & 0x3eff_ffff_3eff_ffff).to_le_bytes())?;
    }
    file.into_inner()?.sync_all()
}
