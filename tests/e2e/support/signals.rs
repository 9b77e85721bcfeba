//! Signals as a terminal's shell leaves them to the programs that it starts.

use std::sync::Once;

use nix::sys::signal::{SigHandler, Signal, signal};

/// Lets programs be interrupted even where these tests run in the background of a script, whose
/// shell has them and all their children ignore Ctrl-C and `Ctrl-\`.
#[expect(unsafe_code, reason = "there is no safe call that sets a signal's action")]
pub(crate) fn restore() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for number in
            [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGTSTP]
        {
            // SAFETY: the default action runs no code of this process.
            unsafe { signal(number, SigHandler::SigDfl) }.unwrap();
        }
    });
}
