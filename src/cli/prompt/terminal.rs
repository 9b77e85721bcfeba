//! The terminal: questions, hidden input, and its settings as they were, whatever happens.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{
    FlushArg, LocalFlags, SetArg, SpecialCharacterIndices as Key, Termios, tcflush, tcgetattr,
    tcsetattr,
};
use nix::unistd::ttyname;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::{SigId, flag, low_level};
use zeroize::Zeroizing;

use super::keys::{Bindings, Typed};
use super::read_limited;
use crate::cli::process::is_ignored;
use useradm::error::system_words;
use useradm::password::Password;
use useradm::{Error, Interrupt, Result};

/// How long a pause ends what is being pasted, in milliseconds.
const TYPED_ON: u8 = 100;

/// The terminal that standard input is.
pub(super) struct Terminal {
    device: File,
    interrupt: Interrupt,
    signals: Signals,
}

/// A file for the same terminal, pipe or file, without the buffer of the standard library.
pub(super) fn duplicate(stream: impl AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

impl Terminal {
    pub(super) fn open(interrupt: &Interrupt) -> io::Result<Self> {
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
        let device = device.or_else(|_| duplicate(io::stdin()))?;
        let signals = Signals::new()?;
        Ok(Terminal { device, interrupt: interrupt.clone(), signals })
    }

    /// A terminal that was opened by its name.
    pub(super) fn named(path: &Path, device: File, interrupt: &Interrupt) -> io::Result<Self> {
        // What was opened only to be read cannot be written to.
        let device = OpenOptions::new().read(true).write(true).open(path).unwrap_or(device);
        Ok(Terminal { device, interrupt: interrupt.clone(), signals: Signals::new()? })
    }

    /// Asks for a line that shows as it is typed; nothing where the input ends before the line.
    pub(super) fn ask_line(&self, question: &str) -> Result<Option<Vec<u8>>> {
        const MAX_LINE: usize = 4096;
        let _section = self.interrupt.defer();
        self.say(question).map_err(broken)?;
        let mut keys = self.keys(None).map_err(broken)?;
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

    /// Asks for lines that do not show, nor does anything that is typed between them.
    pub(super) fn ask_hidden<const N: usize>(&self, questions: [&str; N]) -> Result<[Password; N]> {
        let _section = self.interrupt.defer();
        let hidden = Hidden::begin(&self.device, Line::Raw).map_err(broken)?;
        let mut answers = Vec::with_capacity(N);
        for question in questions {
            let answer = self.ask_in(&hidden, question).and_then(Password::new);
            // What is typed after a failure must not become a command of the shell.
            answers.push(answer.inspect_err(|_| self.discard())?);
        }
        answers.try_into().map_err(|_| Error::Internal("a question was not answered".to_owned()))
    }

    fn ask_in(&self, hidden: &Hidden<'_>, question: &str) -> Result<Zeroizing<Vec<u8>>> {
        self.say(question).map_err(broken)?;
        let typed = Rc::new(RefCell::new(Typed::new(bindings(&hidden.before))));
        let mut keys = self.keys(Some((question, hidden))).map_err(broken)?;
        keys.typed = Some(Rc::clone(&typed));
        let config = rpassword::ConfigBuilder::new().input_reader(keys).output_discard().build();
        let placeholders = rpassword::read_password_with_config(config);
        let _ = self.say("\n");
        let placeholders = placeholders.map_err(reason)?;
        Ok(typed.borrow().line(&placeholders))
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

    /// Reads to the end of input without showing it.
    pub(super) fn read_hidden_to_end(&self) -> Result<Zeroizing<Vec<u8>>> {
        let _section = self.interrupt.defer();
        let hidden = Hidden::begin(&self.device, Line::Cooked).map_err(broken)?;
        let keys = self.keys(Some(("", &hidden))).map_err(broken)?;
        let read = read_limited(keys, reason);
        let _ = self.say("\n");
        read
    }

    fn say(&self, text: &str) -> io::Result<()> {
        (&self.device).write_all(text.as_bytes())
    }

    fn keys(&self, hidden: Option<(&str, &Hidden)>) -> io::Result<Keys> {
        Ok(Keys {
            device: self.device.try_clone()?,
            woken: self.signals.woken.try_clone()?,
            interrupt: self.interrupt.clone(),
            suspend: Arc::clone(&self.signals.suspend),
            hidden: hidden.map(|(question, hidden)| {
                (question.to_owned(), hidden.before.clone(), hidden.during.clone())
            }),
            typed: None,
            pending: Vec::new(),
        })
    }
}

/// Signals that arrive during a prompt, as something that can be waited for.
struct Signals {
    woken: UnixStream,
    suspend: Arc<AtomicBool>,
    ids: Vec<SigId>,
}

impl Signals {
    fn new() -> io::Result<Self> {
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

/// Which lines the terminal makes of what is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// None: the program reads keys. The terminal's own lines end after 4095 bytes.
    Raw,
    /// Its own.
    Cooked,
}

/// A time in which the terminal does not show what is typed.
struct Hidden<'t> {
    device: &'t File,
    before: Termios,
    during: Termios,
}

impl<'t> Hidden<'t> {
    fn begin(device: &'t File, line: Line) -> io::Result<Self> {
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

fn bindings(terminal: &Termios) -> Bindings {
    let key = |key: Key| match terminal.control_chars[key as usize] {
        nix::libc::_POSIX_VDISABLE => 0,
        byte => byte,
    };
    Bindings {
        erase: key(Key::VERASE),
        kill: key(Key::VKILL),
        erase_word: key(Key::VWERASE),
        end: key(Key::VEOF),
        literal: key(Key::VLNEXT),
    }
}

/// Reads the terminal, and notices signals while it waits.
struct Keys {
    device: File,
    woken: UnixStream,
    interrupt: Interrupt,
    suspend: Arc<AtomicBool>,
    /// The question and the settings before and during, if the input is hidden.
    hidden: Option<(String, Termios, Termios)>,
    /// Where hidden characters go; without it they are passed on.
    typed: Option<Rc<RefCell<Typed>>>,
    /// The rest of a placeholder that is longer than what was asked for.
    pending: Vec<u8>,
}

impl Read for Keys {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(typed) = self.typed.clone() else {
            return self.wait_and_read(buffer);
        };
        while self.pending.is_empty() {
            let mut byte = Zeroizing::new([0]);
            if self.wait_and_read(&mut *byte)? == 0 {
                return Err(io::Error::other(ended()));
            }
            let key = typed.borrow_mut().key(byte[0]);
            let key = key.map_err(|_| io::Error::other(Password::too_long()))?;
            self.pending.extend(key.map(String::from).unwrap_or_default().bytes());
        }
        let length = buffer.len().min(self.pending.len());
        buffer[..length].copy_from_slice(&self.pending[..length]);
        self.pending.drain(..length);
        Ok(length)
    }
}

impl Keys {
    fn wait_and_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.interrupt.check().map_err(io::Error::other)?;
            if self.suspend.swap(false, Ordering::SeqCst) {
                self.suspend()?;
            }
            let mut waiting = [
                PollFd::new(self.device.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.woken.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut waiting, PollTimeout::NONE) {
                Ok(_) => {}
                Err(nix::errno::Errno::EINTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            if waiting[1].any().unwrap_or(false) {
                let _ = self.woken.read(&mut [0; 64]);
            } else if waiting[0].any().unwrap_or(false) {
                return match self.device.read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    // A terminal that was hung up has no more to say.
                    Err(error) if error.raw_os_error() == Some(nix::libc::EIO) => Ok(0),
                    read => read,
                };
            }
        }
    }

    /// Stops as Ctrl-Z asks, with the terminal as it was, and goes on where it was.
    fn suspend(&mut self) -> io::Result<()> {
        if let Some((_, before, _)) = &self.hidden {
            tcsetattr(&self.device, SetArg::TCSANOW, before)?;
        }
        self.interrupt.pause_is_due().store(false, Ordering::SeqCst);
        low_level::emulate_default_handler(SIGTSTP)?;
        if let Some((question, _, during)) = &self.hidden {
            tcsetattr(&self.device, SetArg::TCSANOW, during)?;
            self.device.write_all(question.as_bytes())?;
        }
        Ok(())
    }
}

fn ended() -> Error {
    Error::InvalidPassword("the input ended before there was one".to_owned())
}

/// The domain's error that an input/output error carries or stands for.
fn reason(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return ended();
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
