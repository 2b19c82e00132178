//! A fence around tract: a model it cannot run must cost a verdict, never the process.
//!
//! tract asserts and unwraps in places on properties of the model (negative pads, for one), so a
//! panic is an ordinary outcome here. It is turned into a value, and kept off the terminal: a
//! backtrace would look like a failure of the conversion.
//!
//! With `panic = "abort"` no fence can hold; the crate's own profiles unwind.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use tract_core::prelude::TractResult;

/// Why tract gave no answer. Neither says anything about the converted model: the caller reports it
/// as unverified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrunnable {
    /// tract returned an error, shown with its whole chain of causes.
    #[error("tract refused: {0}")]
    Refused(String),
    /// tract panicked with this message.
    #[error("tract panicked: {0}")]
    Panicked(String),
}

thread_local! {
    /// Whether this thread is inside [`guarded`], where panics are expected and stay silent.
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// Calls into tract; an error or a panic becomes [`Unrunnable`].
///
/// The closure's captures must not be used again after a panic. That is the caller's duty (hence no
/// `UnwindSafe` bound, which tract's own types do not meet): drop the plan that panicked.
pub fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, Unrunnable> {
    mute_expected_panics();
    let outer = FENCED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    FENCED.set(outer);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Unrunnable::Refused(format!("{error:#}"))),
        Err(payload) => Err(Unrunnable::Panicked(message(payload.as_ref()))),
    }
}

/// Installs, once per process, a panic hook that is silent on fenced threads and otherwise hands
/// over to the hook it found.
///
/// The hook is process-wide, so it must not be swapped in and out around each call: two threads
/// doing so would race and could leave the silent one in place for good.
fn mute_expected_panics() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !FENCED.get() {
                previous(info);
            }
        }));
    });
}

/// The text of a panic: `panic!` with a literal carries `&str`, with a format `String`.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_panics_become_values() {
        assert_eq!(guarded(|| Ok(3)), Ok(3));
        let refused = guarded::<()>(|| tract_core::internal::bail!("no such axis"));
        assert_eq!(refused, Err(Unrunnable::Refused("no such axis".into())));
        let axis = 7;
        let panicked = guarded::<()>(|| panic!("axis {axis}"));
        assert_eq!(panicked, Err(Unrunnable::Panicked("axis 7".into())));
        assert!(!FENCED.get());
    }
}
