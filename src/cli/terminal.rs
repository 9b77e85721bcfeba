//! The terminal: questions, hidden input, and its settings as they were, whatever happens. Who is asked
//! for a password is decided in `secret.rs`, and other questions are put in `ui.rs`.

mod hidden;
mod keys;
mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::termios::{FlushArg, tcflush};
use nix::unistd::ttyname;
use zeroize::Zeroizing;

use super::files::standard_input;
pub(crate) use hidden::show_what_is_typed;
use hidden::{Hidden, Line};
use keys::{Keys, Signals};
use useradm::error::system_words;
use useradm::password::Password;
use useradm::{Error, Interrupt, Result};

/// How long a pause ends what is being pasted, in milliseconds.
const TYPED_ON: u8 = 100;

/// The terminal that standard input is.
pub(crate) struct Terminal {
    device: File,
    interrupt: Interrupt,
    signals: Signals,
}

impl Terminal {
    /// Opens the terminal of this process.
    pub(crate) fn open(interrupt: &Interrupt) -> Result<Self> {
        let open = |path: PathBuf| OpenOptions::new().read(true).write(true).open(path);
        let controlling = || open("/dev/tty".into());
        // A terminal that does not control this process has no /dev/tty, but a name.
        let named = || ttyname(io::stdin()).map_err(io::Error::from).and_then(open);
        // On macOS poll() cannot wait for /dev/tty, only for the device by its own name.
        let device = if cfg!(target_vendor = "apple") {
            named().or_else(|_| controlling())
        } else {
            controlling().or_else(|_| named())
        };
        let device = device.or_else(|_| standard_input()).map_err(broken)?;
        Terminal::new(device, interrupt).map_err(broken)
    }

    /// A terminal that was opened by its name.
    pub(crate) fn named(path: &Path, device: File, interrupt: &Interrupt) -> io::Result<Self> {
        // What was opened only to be read cannot be written to.
        let device = OpenOptions::new().read(true).write(true).open(path).unwrap_or(device);
        Terminal::new(device, interrupt)
    }

    fn new(device: File, interrupt: &Interrupt) -> io::Result<Self> {
        Ok(Terminal { device, interrupt: interrupt.clone(), signals: Signals::new()? })
    }

    /// Asks for a line that shows as it is typed; nothing where the input ends before the line.
    pub(crate) fn ask_line(&self, question: &str) -> Result<Option<Vec<u8>>> {
        const MAX_LINE: usize = 4096;
        let _section = self.interrupt.defer();
        self.say(question).map_err(broken)?;
        let mut keys = self.keys(None);
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            let read = keys.read(&mut byte);
            // What is said next must not stand on the line of the question.
            match read.inspect_err(|_| drop(self.say("\n"))).map_err(reason)? {
                0 => {
                    let _ = self.say("\n");
                    return Ok(None);
                }
                _ if byte == *b"\n" || line.len() == MAX_LINE => return Ok(Some(line)),
                _ => line.push(byte[0]),
            }
        }
    }

    /// Asks for a line that does not show, and for the same once more where there is a second question;
    /// nothing that is typed between the two shows either.
    pub(crate) fn ask_hidden(&self, question: &str, again: Option<&str>) -> Result<Password> {
        let _section = self.interrupt.defer();
        let hidden = Hidden::begin(&self.device, Line::Raw).map_err(broken)?;
        let ask = |question: &str| {
            self.say(question).map_err(broken)?;
            let line = line::read(self.keys(Some((question, &hidden))), &hidden.before);
            let _ = self.say("\n");
            let answer = line.map_err(reason).and_then(Password::new);
            // What is typed after a failure must not become a command of the shell.
            answer.inspect_err(|_| self.discard())
        };
        let answer = ask(question)?;
        if let Some(again) = again
            && ask(again)? != answer
        {
            return Err(Error::InvalidPassword("the two passwords differ".to_owned()));
        }
        Ok(answer)
    }

    /// Gives what is typed, without showing it, to whoever reads it to its end.
    pub(crate) fn read_hidden<T>(&self, read: impl FnOnce(Keys<'_>) -> Result<T>) -> Result<T> {
        let _section = self.interrupt.defer();
        let hidden = Hidden::begin(&self.device, Line::Cooked).map_err(broken)?;
        let read = read(self.keys(Some(("", &hidden))));
        let _ = self.say("\n");
        read
    }

    /// Discards what has been typed, and what is on its way, to the end of the line.
    fn discard(&self) {
        let mut rest = Zeroizing::new([0; 4096]);
        let mut device = &self.device;
        loop {
            let mut waiting = [PollFd::new(self.device.as_fd(), PollFlags::POLLIN)];
            let is_typed = poll(&mut waiting, TYPED_ON).is_ok_and(|ready| ready > 0);
            match is_typed.then(|| device.read(&mut *rest)) {
                Some(Ok(length)) if length > 0 && !rest[..length].contains(&b'\n') => {}
                _ => break,
            }
        }
        // If this fails, there is nothing left that could be done.
        let _ = tcflush(&self.device, FlushArg::TCIFLUSH);
    }

    fn say(&self, text: &str) -> io::Result<()> {
        (&self.device).write_all(text.as_bytes())
    }

    fn keys<'t>(&'t self, hidden: Option<(&'t str, &'t Hidden<'t>)>) -> Keys<'t> {
        Keys { device: &self.device, signals: &self.signals, interrupt: &self.interrupt, hidden }
    }
}

/// The domain's error that an input/output error of a terminal carries or stands for.
pub(crate) fn reason(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return Error::InvalidPassword("the input ended before there was one".to_owned());
    }
    match error.downcast::<Error>() {
        Ok(reason) => reason,
        Err(error) => broken(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err as it is")]
fn broken(error: io::Error) -> Error {
    Error::Internal(format!("the terminal cannot be used: {}", system_words(&error)))
}
