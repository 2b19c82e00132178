//! A line on the terminal for what takes longer than a moment.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::summary::printable;

/// What is shorter needs no line.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line's clock moves.
const TICK: Duration = Duration::from_millis(100);

/// Says what is being done, until it is dropped. In a pipe, or when it shall be quiet, it does nothing and
/// has no thread.
#[derive(Debug)]
pub(crate) struct Progress(Option<(Sender<String>, JoinHandle<()>)>);

impl Progress {
    pub fn start(wanted: bool) -> Self {
        if !wanted || !io::stderr().is_terminal() {
            return Progress(None);
        }
        let (stages, received) = mpsc::channel();
        let show = move || {
            let start = Instant::now();
            let mut stage = String::new();
            let mut shown = false;
            let mut patience = PATIENCE;
            loop {
                match received.recv_timeout(patience) {
                    Ok(next) => {
                        stage = next;
                        patience = PATIENCE.saturating_sub(start.elapsed());
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        line(&format!("{stage} ({:.1} s)", start.elapsed().as_secs_f32()));
                        shown = true;
                        patience = TICK;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            if shown {
                line("");
            }
        };
        // Without a thread there is no line, and nothing else is lost.
        let thread = thread::Builder::new().name("progress".into()).spawn(show);
        Progress(thread.ok().map(|thread| (stages, thread)))
    }

    /// Says what is done next.
    pub fn stage(&self, doing: &str, what: impl Display) {
        if let Some((stages, _)) = &self.0 {
            let _ = stages.send(format!("{doing} {what}"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stages, thread)) = self.0.take() {
            drop(stages);
            let _ = thread.join();
        }
    }
}

/// Replaces the line that the cursor is on.
fn line(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r\x1b[K{}", printable(text));
    let _ = stderr.flush();
}
