//! The settings of a terminal: as they must be while nothing shows, and as they were, whatever happens.

use std::fs::File;
use std::io;
use std::sync::Mutex;

use nix::sys::termios::{
    LocalFlags, SetArg, SpecialCharacterIndices as Key, Termios, tcgetattr, tcsetattr,
};

/// Which lines the terminal makes of what is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// None: the program reads keys. The terminal's own lines end after 4095 bytes.
    Raw,
    /// Its own.
    Cooked,
}

/// A time in which the terminal does not show what is typed.
pub(super) struct Hidden<'t> {
    device: &'t File,
    pub(super) before: Termios,
    during: Termios,
}

impl<'t> Hidden<'t> {
    pub(super) fn begin(device: &'t File, line: Line) -> io::Result<Self> {
        let before = tcgetattr(device)?;
        let mut during = before.clone();
        during.local_flags -= LocalFlags::ECHO | LocalFlags::ECHONL;
        if line == Line::Raw {
            during.local_flags -= LocalFlags::ICANON | LocalFlags::IEXTEN;
            during.control_chars[Key::VMIN as usize] = 1;
            during.control_chars[Key::VTIME as usize] = 0;
        }
        if let Ok(mut hidden) = HIDDEN.lock() {
            *hidden = Some((device.try_clone()?, before.clone()));
        }
        tcsetattr(device, SetArg::TCSANOW, &during)?;
        Ok(Hidden { device, before, during })
    }

    /// Shows what is typed for a while, in which the process is stopped.
    pub(super) fn pause(&self, stop: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        tcsetattr(self.device, SetArg::TCSANOW, &self.before)?;
        stop()?;
        Ok(tcsetattr(self.device, SetArg::TCSANOW, &self.during)?)
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // There is no other terminal to fall back to if this fails.
        let _ = tcsetattr(self.device, SetArg::TCSANOW, &self.before);
        if let Ok(mut hidden) = HIDDEN.lock() {
            *hidden = None;
        }
    }
}

/// The terminal that does not show what is typed, and how it was before.
static HIDDEN: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// Lets the terminal show what is typed again, where the process is about to end on the spot.
pub(crate) fn show_what_is_typed() {
    if let Ok(hidden) = HIDDEN.try_lock()
        && let Some((device, before)) = &*hidden
    {
        let _ = tcsetattr(device, SetArg::TCSANOW, before);
    }
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;

    use super::*;

    #[test]
    fn a_terminal_shows_what_is_typed_before_the_process_ends_on_the_spot() {
        let terminal = openpty(None, None).unwrap();
        let device = File::from(terminal.slave);
        let echoes = || tcgetattr(&device).unwrap().local_flags.contains(LocalFlags::ECHO);
        let hidden = Hidden::begin(&device, Line::Raw).unwrap();
        assert!(!echoes());
        show_what_is_typed();
        assert!(echoes());
        drop(hidden);
        assert!(HIDDEN.lock().unwrap().is_none());
    }
}
