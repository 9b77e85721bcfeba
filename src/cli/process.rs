//! What the process owes its surroundings: signals, and no copy of its memory on disk.

use std::sync::OnceLock;

use anyhow::Result;
use useradm::Interrupt;

/// The signals that ask this process to stop, and what is to happen then.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    interrupt: Interrupt,
}

impl Process {
    /// Sets up signals and forbids core dumps.
    ///
    /// A signal ends the process on the spot, as it would by default, except in the sections that
    /// [`Interrupt::defer`] marks: those notice it themselves.
    pub(crate) fn prepare() -> Result<Self> {
        let process = Process { interrupt: Interrupt::default() };
        unix::prepare(&process.interrupt)?;
        Ok(process)
    }

    /// Says what is to be printed when Ctrl-C ends the process on the spot.
    pub(crate) fn on_interruption(words: Vec<u8>) {
        // It is said once, when the format is known.
        let _ = WORDS.set(words);
    }

    /// The request to stop that the signals make.
    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Dies of the signal that was received, if it was one by which a parent expects that.
    pub(crate) fn die_of_signal(&self) {
        unix::die_of_signal(&self.interrupt);
    }
}

/// Whether the parent wants a signal ignored.
pub(crate) fn is_ignored(number: i32) -> bool {
    unix::is_ignored(number).unwrap_or(false)
}

/// Keeps others of the same user from reading this process's memory, as far as the system can.
pub(crate) fn forbid_dumps() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = nix::sys::prctl::set_dumpable(false);
}

/// What Ctrl-C prints.
static WORDS: OnceLock<Vec<u8>> = OnceLock::new();

/// The status that a shell reports of a process that Ctrl-C ended: 128 and SIGINT's number.
pub(crate) const INTERRUPTED: u8 = 130;

mod unix {
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

    pub(super) fn prepare(interrupt: &Interrupt) -> Result<()> {
        // Whoever cannot forbid core dumps goes on without: it is a precaution, not a promise
        // that any operation depends on.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        super::forbid_dumps();

        // Without a handler a file size limit would kill the process; with one the write fails.
        flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] {
            if is_ignored(number)? {
                continue;
            }
            if number == SIGTSTP {
                pause_between_sections(interrupt)?;
                continue;
            }
            let number_or_zero = usize::try_from(number).unwrap_or(0);
            flag::register_usize(number, interrupt.requested(), number_or_zero)?;
            if number == SIGINT {
                end_with_words(interrupt)?;
            } else {
                flag::register_conditional_default(number, interrupt.at_once())?;
            }
        }
        Ok(())
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
    fn end_with_words(interrupt: &Interrupt) -> Result<()> {
        let at_once = interrupt.at_once();
        let end = move || {
            if at_once.load(Ordering::SeqCst) {
                let words = super::WORDS.get().map_or(&b""[..], Vec::as_slice);
                let _ = nix::unistd::write(std::io::stderr(), words);
                low_level::exit(i32::from(super::INTERRUPTED));
            }
        };
        // SAFETY: the action loads two atomics and calls write and _exit, all of which a signal
        // handler may do (POSIX, section 2.4.3).
        unsafe { low_level::register(SIGINT, end) }?;
        Ok(())
    }

    /// Whether the parent wants the signal ignored, as `nohup` does: then it stays so.
    #[expect(unsafe_code, reason = "there is no safe call that asks for a signal's action")]
    pub(super) fn is_ignored(number: i32) -> Result<bool> {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: without a new action the call only writes the present one, and it is read only
        // if that succeeded.
        let action = unsafe {
            Errno::result(libc::sigaction(number, std::ptr::null(), action.as_mut_ptr()))?;
            action.assume_init()
        };
        Ok(action.sa_sigaction == libc::SIG_IGN)
    }

    pub(super) fn die_of_signal(interrupt: &Interrupt) {
        let requested = i32::try_from(interrupt.requested().load(Ordering::SeqCst)).unwrap_or(0);
        if [SIGTERM, SIGHUP, SIGQUIT].contains(&requested) {
            // If it fails, the exit status tells of the interruption.
            let _ = low_level::emulate_default_handler(requested);
        }
    }
}
