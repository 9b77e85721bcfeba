//! What the process owes its surroundings: signals, and no copy of its memory on disk. What must be
//! known before `main` is in `process/start.rs`, and what happens when memory runs out in `memory.rs`.

pub(crate) mod start;

use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use nix::errno::Errno;
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGXFSZ};
use signal_hook::{flag, low_level};

use useradm::Interrupt;

/// The status that a shell reports of a process that Ctrl-C ended: 128 and SIGINT's number.
pub(crate) const INTERRUPTED: u8 = 130;

/// Sets up signals and forbids core dumps.
///
/// A signal ends the process on the spot, as it would by default, except in the sections that
/// [`Interrupt::defer`] marks: those notice it themselves. Ctrl-C prints `words` then.
pub(crate) fn prepare(interrupt: &Interrupt, words: Vec<u8>) -> Result<()> {
    // Where core dumps cannot be forbidden the program goes on: it is a precaution, not a promise that
    // any operation depends on.
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    forbid_dumps();

    // Without a handler a file size limit would kill the process; with one the write fails.
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    if !is_ignored(SIGTSTP) {
        pause_between_sections(interrupt)?;
    }
    if !is_ignored(SIGINT) {
        end_with_words(interrupt, words)?;
    }
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
        if is_ignored(number) {
            continue;
        }
        let number_or_zero = usize::try_from(number).unwrap_or(0);
        flag::register_usize(number, interrupt.requested(), number_or_zero)?;
        if number != SIGINT {
            flag::register_conditional_default(number, interrupt.at_once())?;
        }
    }
    Ok(())
}

/// Dies of the signal that was received, if a parent expects that of this one.
pub(crate) fn die_of_signal(interrupt: &Interrupt) {
    let requested = i32::try_from(interrupt.requested().load(Ordering::SeqCst)).unwrap_or(0);
    if [SIGTERM, SIGHUP, SIGQUIT].contains(&requested) {
        // If it fails, the exit status tells of the interruption.
        let _ = low_level::emulate_default_handler(requested);
    }
}

/// Whether the parent wants a signal ignored, as `nohup` does: then it stays so.
#[expect(unsafe_code, reason = "there is no safe call that asks for a signal's action")]
pub(crate) fn is_ignored(number: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the call only writes the present one, and it is read only
    // if that succeeded.
    unsafe {
        let asked = libc::sigaction(number, std::ptr::null(), action.as_mut_ptr());
        Errno::result(asked).is_ok() && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Keeps others of the same user from reading this process's memory, as far as the system can.
pub(crate) fn forbid_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = nix::sys::prctl::set_dumpable(false);
}

/// Stops the process on Ctrl-Z: on the spot, or at the end of the section that it is in, which
/// may have a lock that others wait for.
#[expect(unsafe_code, reason = "only so can a handler do more than set a flag")]
fn pause_between_sections(interrupt: &Interrupt) -> Result<()> {
    let (may_pause, is_due) = (interrupt.may_pause(), interrupt.pause_is_due());
    let pause = move || {
        if may_pause.load(Ordering::SeqCst) {
            stop();
        } else {
            is_due.store(true, Ordering::SeqCst);
        }
    };
    interrupt.on_pause(stop);
    // SAFETY: the action loads and stores atomics and raises a signal, all of which a signal
    // handler may do (POSIX, section 2.4.3).
    unsafe { low_level::register(SIGTSTP, pause) }?;
    Ok(())
}

fn stop() {
    // What cannot be stopped goes on.
    let _ = low_level::emulate_default_handler(SIGTSTP);
}

/// Ends the process on Ctrl-C where nothing stands in the way, after saying so.
#[expect(unsafe_code, reason = "only so can a handler do more than set a flag")]
fn end_with_words(interrupt: &Interrupt, words: Vec<u8>) -> Result<()> {
    let at_once = interrupt.at_once();
    let end = move || {
        if at_once.load(Ordering::SeqCst) {
            let _ = nix::unistd::write(std::io::stderr(), &words);
            low_level::exit(i32::from(INTERRUPTED));
        }
    };
    // SAFETY: the action loads an atomic, reads bytes that never change, and calls write and _exit,
    // all of which a signal handler may do (POSIX, section 2.4.3).
    unsafe { low_level::register(SIGINT, end) }?;
    Ok(())
}
