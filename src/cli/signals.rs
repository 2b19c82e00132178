//! Ctrl-C, `kill` and a limit on file sizes while a file is being put in place.
//!
//! A signal ends the program at once, as always, except while something is on the disk that must not stay: then
//! it is noted, whoever writes finds out ([`interrupted`]) and cleans up, and the program ends of that signal.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many things are on the disk that must not stay.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// The signal that has come meanwhile; 0 for none.
static NOTED: AtomicUsize = AtomicUsize::new(0);

/// As long as one of these lives, signals wait.
#[derive(Debug)]
pub(crate) struct Hold(());

/// Makes signals wait.
pub(crate) fn hold() -> Hold {
    platform::install();
    HELD.fetch_add(1, Ordering::SeqCst);
    platform::wait(true);
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        if HELD.fetch_sub(1, Ordering::SeqCst) == 1 {
            platform::wait(false);
            platform::end_of(NOTED.swap(0, Ordering::SeqCst));
        }
    }
}

/// Is a signal waiting?
pub(crate) fn interrupted() -> bool {
    NOTED.load(Ordering::SeqCst) != 0
}

/// Turns a write beyond `ulimit -f` from the end of the program into an error.
pub(crate) fn survive_size_limits() {
    platform::survive_size_limits();
}

#[cfg(unix)]
mod platform {
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, Ordering};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::{flag, low_level};

    /// Do signals end the program?
    static FATAL: AtomicBool = AtomicBool::new(true);

    static LIMITED: AtomicBool = AtomicBool::new(false);

    pub(super) fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let ignored = ignored();
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                // A background job or one under nohup is not to be stopped by what it was told to ignore.
                if ignored & (1 << (signal - 1)) != 0 {
                    continue;
                }
                // A handler that cannot be set leaves the default, which is to end.
                let number = usize::try_from(signal).unwrap_or(0);
                let _ = flag::register_conditional_default(signal, &FATAL);
                let _ = flag::register_usize(signal, &super::NOTED, number);
            }
        });
    }

    pub(super) fn wait(yes: bool) {
        FATAL.store(!yes, Ordering::SeqCst);
    }

    pub(super) fn end_of(signal: usize) {
        if let Some(signal) = i32::try_from(signal).ok().filter(|&signal| signal != 0) {
            let _ = low_level::emulate_default_handler(signal);
        }
    }

    /// With any handler at all the write says that the file is too large (setrlimit(2)).
    pub(super) fn survive_size_limits() {
        let _ = flag::register(SIGXFSZ, &LIMITED);
    }

    /// The signals that whoever started the program had it ignore (proc(5), `SigIgn`).
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .unwrap_or(0)
    }
}

#[cfg(not(unix))]
mod platform {
    pub(super) fn install() {}
    pub(super) fn wait(_: bool) {}
    pub(super) fn end_of(_: usize) {}
    pub(super) fn survive_size_limits() {}
}
