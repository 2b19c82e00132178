//! One damaged model after the other: what became of it, how long that took, and how much memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use onnx_protobuf::Message;
use peak_alloc::PeakAlloc;
use tfl2onnx::{Conversion, Converter, Registry, Status, Validation, validate};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The peak is the process's: one conversion at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// What a conversion may allocate beyond `FACTOR` times the file: folding and decoded constants have 64 MiB each,
/// tables made of extents 32 MiB, and a table is copied a few times while it is made.
const ALLOWED: usize = 256 << 20;
const FACTOR: usize = 64;

/// A conversion of a few kilobytes takes milliseconds; this is for what never ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// Of how many that convert one is executed as well, on both sides, where that takes little.
const SAMPLED: usize = 64;
const MULTIPLICATIONS: u64 = 1 << 20;
const BYTES: u64 = 4 << 20;

#[derive(Default)]
pub struct Tally {
    pub refused: usize,
    pub converted: usize,
    /// Of those some were executed: they agree, differ (so that the command would write nothing), or did not run.
    agree: usize,
    differ: usize,
    not_run: usize,
    faults: Vec<String>,
    /// The greatest allocation, and whose it was.
    peak: (usize, String),
    slowest: (Duration, String),
}

impl Tally {
    /// Converts damaged bytes and notes what came of it; `what` says how to make them again.
    pub fn convert(&mut self, data: Vec<u8>, what: impl Fn() -> String) {
        let data = Bytes::from(data);
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let outcome = catch_unwind(AssertUnwindSafe(|| Converter::new().convert_bytes(&data)));
        let took = start.elapsed();
        let used = MEMORY.peak_usage().saturating_sub(before);
        if used > ALLOWED + FACTOR * data.len() {
            self.fault(
                &what,
                format!("{used} bytes were allocated for {}", data.len()),
            );
        }
        if took > PATIENCE {
            self.fault(&what, format!("took {took:?}"));
        }
        match outcome {
            Err(_) => self.fault(&what, panicked()),
            Ok(Err(error)) if error.to_string().is_empty() => {
                self.fault(&what, "an error without words".into());
            }
            Ok(Err(_)) => self.refused += 1,
            Ok(Ok(conversion)) => {
                self.converted += 1;
                let read = onnx_protobuf::ModelProto::parse_from_bytes(conversion.bytes());
                if let Err(error) = read {
                    self.fault(
                        &what,
                        format!("what was written cannot be decoded: {error}"),
                    );
                }
                if self.converted.is_multiple_of(SAMPLED) {
                    self.validate(&data, &conversion, &what);
                }
            }
        }
        if used > self.peak.0 {
            self.peak = (used, what());
        }
        if took > self.slowest.0 {
            self.slowest = (took, what());
        }
    }

    fn validate(&mut self, data: &Bytes, conversion: &Conversion, what: impl Fn() -> String) {
        let work = conversion.report().work;
        if work.multiplications > MULTIPLICATIONS || work.bytes > BYTES {
            return;
        }
        let mut options = Validation::default();
        options.samples = 1;
        let registry = Registry::builtin();
        let start = Instant::now();
        let verdict = catch_unwind(AssertUnwindSafe(|| {
            validate(data, conversion, &registry, &options)
        }));
        if start.elapsed() > PATIENCE {
            self.fault(&what, format!("validated for {:?}", start.elapsed()));
        }
        let verdict = match verdict {
            Err(_) => return self.fault(&what, format!("in the validation: {}", panicked())),
            Ok(Err(error)) => return self.fault(&what, format!("cannot be read again: {error}")),
            Ok(Ok(verdict)) => verdict,
        };
        match verdict.status {
            Status::Verified => self.agree += 1,
            Status::Unverified(_) => self.not_run += 1,
            _ => {
                self.differ += 1;
                // To be looked at: the command refuses to write it, but who is wrong?
                let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
                let _ = std::fs::write(
                    folder.join(format!("differs_{}.tflite", self.converted)),
                    data,
                );
                println!("    differs: {}: {:?}", what(), verdict.error());
            }
        }
    }

    pub fn fault(&mut self, what: impl Fn() -> String, why: String) {
        self.faults.push(format!("{}: {why}", what()));
    }

    pub fn close(self, what: &str) {
        println!(
            "{what}: {} refused, {} converted (of those executed {} agree, {} differ, {} did not run); at most {} KiB \
             ({}) and {:?} ({})",
            self.refused,
            self.converted,
            self.agree,
            self.differ,
            self.not_run,
            self.peak.0 >> 10,
            self.peak.1,
            self.slowest.0,
            self.slowest.1
        );
        // Printed, not left to the assertion: the next suite may have silenced panics already.
        for fault in self.faults.iter().take(40) {
            println!("    {fault}");
        }
        assert!(
            self.refused > 0,
            "nothing was refused: was anything damaged?"
        );
        assert!(self.faults.is_empty(), "{} faults", self.faults.len());
    }
}

fn panicked() -> String {
    let panic = PANIC.lock().unwrap_or_else(PoisonError::into_inner);
    format!("panic: {panic}")
}

/// Panics are caught and told with the damage that led to them; their own message would be lost among thousands.
pub fn alone<T>(work: impl FnOnce() -> T) -> T {
    let _guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        // What cannot be caught is said at once.
        if panic.to_string().contains("unsafe precondition") {
            eprintln!("{panic}");
        }
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
    let result = work();
    std::panic::set_hook(hook);
    result
}
