//! What must be known before the Rust runtime starts: it opens `/dev/null` in place of standard
//! streams that are closed, and aborts where it lacks memory. Output itself is written in `ui.rs`.

use std::hint::black_box;
use std::io::{self, StdoutLock};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::libc;

/// The memory without which nothing is begun, in bytes: far more than it takes to start and to
/// understand a command line.
const NEEDED_TO_START: usize = 2 * 1024 * 1024;

/// Whether standard output was closed, or opened for reading, when the process started.
static TAKES_NO_OUTPUT: AtomicBool = AtomicBool::new(false);

/// Standard output.
///
/// # Errors
/// Where whoever started this process left it without one. A write would succeed.
pub(crate) fn standard_output() -> io::Result<StdoutLock<'static>> {
    if TAKES_NO_OUTPUT.load(Ordering::Relaxed) {
        return Err(io::Error::other("standard output is closed"));
    }
    Ok(io::stdout().lock())
}

#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[expect(unsafe_code, reason = "the place of functions that are called before main")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    TAKES_NO_OUTPUT.store(!is_writable(libc::STDOUT_FILENO), Ordering::Relaxed);
    ignore_faults();
    // Without this much the process ends here.
    drop(black_box(Vec::<u8>::with_capacity(NEEDED_TO_START)));
}

#[expect(unsafe_code, reason = "nothing owns the descriptor, which may be closed")]
fn is_writable(descriptor: i32) -> bool {
    // SAFETY: the call only asks.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    flags != -1 && flags & libc::O_ACCMODE != libc::O_RDONLY
}

/// Keeps the runtime from setting up stacks on which to tell of a stack overflow: it aborts where
/// one thread cannot have such a stack. A fault ends the process all the same, whatever is asked
/// for (`signal(7)`, signals that the kernel forces).
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "there is no safe call that sets a signal's action")]
fn ignore_faults() {
    for number in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: no other thread is there yet, and no handler is replaced.
        unsafe { libc::signal(number, libc::SIG_IGN) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ignore_faults() {}
