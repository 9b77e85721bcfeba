//! Reading keys, and noticing the signals that arrive meanwhile.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::{SigId, flag, low_level};

use super::hidden::Hidden;
use crate::cli::process::is_ignored;
use useradm::Interrupt;

/// Reads the terminal.
pub(crate) struct Keys<'t> {
    pub(super) device: &'t File,
    pub(super) signals: &'t Signals,
    pub(super) interrupt: &'t Interrupt,
    /// The question, if what is typed is hidden.
    pub(super) hidden: Option<(&'t str, &'t Hidden<'t>)>,
}

impl Read for Keys<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.interrupt.check().map_err(io::Error::other)?;
            if self.signals.suspend.swap(false, Ordering::SeqCst) {
                self.suspend()?;
            }
            let mut waiting = [
                PollFd::new(self.device.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.signals.woken.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut waiting, PollTimeout::NONE) {
                Ok(_) => {}
                Err(nix::errno::Errno::EINTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            if waiting[1].any().unwrap_or(false) {
                let _ = (&self.signals.woken).read(&mut [0; 64]);
            } else if waiting[0].any().unwrap_or(false) {
                return match (&*self.device).read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    // A terminal that was hung up has no more to say.
                    Err(error) if error.raw_os_error() == Some(nix::libc::EIO) => Ok(0),
                    read => read,
                };
            }
        }
    }
}

impl Keys<'_> {
    /// Stops as Ctrl-Z asks, with the terminal as it was, and goes on where it was.
    fn suspend(&mut self) -> io::Result<()> {
        let stop = || {
            self.interrupt.pause_is_due().store(false, Ordering::SeqCst);
            low_level::emulate_default_handler(SIGTSTP)
        };
        let Some((question, hidden)) = self.hidden else { return stop() };
        hidden.pause(stop)?;
        (&*self.device).write_all(question.as_bytes())
    }
}

/// Signals that arrive during a prompt, as something that can be waited for.
pub(super) struct Signals {
    woken: UnixStream,
    suspend: Arc<AtomicBool>,
    ids: Vec<SigId>,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        let (woken, wake) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        let suspend = Arc::new(AtomicBool::new(false));
        let mut ids = Vec::new();
        if !is_ignored(SIGTSTP) {
            ids.push(flag::register(SIGTSTP, Arc::clone(&suspend))?);
        }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] {
            // Without job control nobody could continue this process.
            if is_ignored(number) {
                continue;
            }
            ids.push(low_level::pipe::register(number, wake.try_clone()?)?);
        }
        Ok(Signals { woken, suspend, ids })
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for &id in &self.ids {
            low_level::unregister(id);
        }
    }
}
