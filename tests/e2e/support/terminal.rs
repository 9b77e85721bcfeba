//! A pseudo-terminal, and a person who types on it.

use std::fs::File;
use std::io::{self, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::setsid;

use super::running::STARTING;
use super::{Outcome, PATIENCE, Run, Running, until};

/// What the program asks with.
pub(crate) const ASKS: &str = "Password for ";
pub(crate) const ASKS_AGAIN: &str = "Repeat password: ";

/// What the program writes to its terminal, as it appears.
#[derive(Default)]
struct Screen {
    bytes: Mutex<Vec<u8>>,
    grown: Condvar,
}

/// A terminal: the test has the keyboard and the screen, the program the other end.
pub(crate) struct Terminal {
    keyboard: File,
    line: File,
    screen: Arc<Screen>,
    /// How much of the screen has been waited for.
    seen: usize,
    /// Closing it ends the thread that reads the screen.
    stop: Option<PipeWriter>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    pub(crate) fn open() -> Self {
        let pair = {
            // A process that is just being started must not inherit the other end by chance: a
            // terminal is hung up only when nobody has that.
            let _nobody_starts = STARTING.lock();
            let pair = openpty(None, None).unwrap();
            for end in [&pair.master, &pair.slave] {
                fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).unwrap();
            }
            pair
        };
        let keyboard = File::from(pair.master);
        let screen = Arc::new(Screen::default());
        let (stopped, stop) = io::pipe().unwrap();
        let reader = {
            let (mut master, screen) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                loop {
                    let mut waiting = [
                        PollFd::new(master.as_fd(), PollFlags::POLLIN),
                        PollFd::new(stopped.as_fd(), PollFlags::POLLIN),
                    ];
                    let _ = poll(&mut waiting, PollTimeout::NONE);
                    if waiting[1].any() == Some(true) {
                        return;
                    }
                    let Ok(length @ 1..) = master.read(&mut buffer) else { return };
                    screen.bytes.lock().unwrap().extend_from_slice(&buffer[..length]);
                    screen.grown.notify_all();
                }
            })
        };
        Terminal {
            keyboard,
            line: File::from(pair.slave),
            screen,
            seen: 0,
            stop: Some(stop),
            reader: Some(reader),
        }
    }

    /// The end that a program reads and writes.
    pub(crate) fn line(&self) -> File {
        self.line.try_clone().unwrap()
    }

    pub(crate) fn settings(&self) -> Termios {
        tcgetattr(&self.line).unwrap()
    }

    /// Types these bytes.
    pub(crate) fn type_keys(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    /// Waits until this appears after what has been waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_within(PATIENCE, text);
    }

    #[track_caller]
    fn wait_within(&mut self, patience: Duration, text: &str) {
        let find = |bytes: &[u8]| {
            let after = bytes[self.seen..].windows(text.len()).position(|w| w == text.as_bytes());
            after.map(|at| self.seen + at + text.len())
        };
        let bytes = self.screen.bytes.lock().unwrap();
        let waited =
            self.screen.grown.wait_timeout_while(bytes, patience, |bytes| find(bytes).is_none());
        let (bytes, _) = waited.unwrap();
        let found = find(&bytes);
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        drop(bytes);
        assert!(found.is_some(), "{text:?} does not appear on the screen: {shown:?}");
        self.seen = found.unwrap_or_default();
    }

    /// Whether this has appeared after what has been waited for.
    pub(crate) fn has_shown(&self, text: &str) -> bool {
        let bytes = self.screen.bytes.lock().unwrap();
        bytes[self.seen..].windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// All that has been written to the screen.
    pub(crate) fn shown(&mut self) -> String {
        // What comes out last was written last.
        const MARK: &str = "<the end of the test>";
        self.line.write_all(MARK.as_bytes()).unwrap();
        self.wait_for(MARK);
        let bytes = self.screen.bytes.lock().unwrap();
        String::from_utf8_lossy(&bytes).replace(MARK, "")
    }

    /// Types more than a terminal holds, which takes until somebody reads it.
    pub(crate) fn paste(&self, keys: Vec<u8>) -> JoinHandle<()> {
        let mut keyboard = self.keyboard.try_clone().unwrap();
        thread::spawn(move || keyboard.write_all(&keys).unwrap())
    }

    /// What a shell would get now, as the lines that it would run.
    pub(crate) fn left_for_the_shell(&mut self, pasted: JoinHandle<()>) -> Vec<u8> {
        const MARK: &[u8] = b"<the next command>";
        let mut keyboard = self.keyboard.try_clone().unwrap();
        let typing = thread::spawn(move || {
            pasted.join().unwrap();
            keyboard.write_all(&[b"\r", MARK, b"\r"].concat()).unwrap();
        });
        let mut left = Vec::new();
        while !left.ends_with(&[MARK, b"\n"].concat()) {
            let mut waiting = [PollFd::new(self.line.as_fd(), PollFlags::POLLIN)];
            let ready = poll(&mut waiting, PollTimeout::try_from(PATIENCE).unwrap());
            assert_eq!(ready, Ok(1), "the next command never comes");
            let mut buffer = [0; 4096];
            let length = self.line.read(&mut buffer).unwrap();
            left.extend_from_slice(&buffer[..length]);
        }
        left.truncate(left.len() - MARK.len() - 1);
        typing.join().unwrap();
        left
    }

    /// Ends the connection, as a closed window does.
    pub(crate) fn hang_up(mut self) {
        self.stop = None;
        self.reader.take().unwrap().join().unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// Whether the terminal also controls the session of the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Controls {
    Session,
    Nothing,
}

nix::ioctl_write_int_bad!(take_as_controlling_terminal, nix::libc::TIOCSCTTY);

impl Run {
    /// Gives the program a terminal as its standard input.
    #[expect(unsafe_code, reason = "there is no safe call that takes a controlling terminal")]
    pub(crate) fn on(self, terminal: &Terminal, controls: Controls) -> Self {
        let line = terminal.line();
        self.stdin_from(terminal.line()).prepared(move || {
            setsid()?;
            if controls == Controls::Session {
                // SAFETY: the call takes a number and reads no memory; the descriptor is open.
                unsafe { take_as_controlling_terminal(line.as_raw_fd(), 0) }?;
            }
            Ok(())
        })
    }

    /// Starts the program on a terminal of its own.
    pub(crate) fn dialogue(self) -> Dialogue {
        self.dialogue_on(Terminal::open(), Controls::Session)
    }

    /// Starts it on this terminal.
    pub(crate) fn dialogue_on(self, terminal: Terminal, controls: Controls) -> Dialogue {
        let before = terminal.settings();
        Dialogue { running: self.on(&terminal, controls).start(), terminal, before }
    }
}

/// A program that asks, and a person who answers.
pub(crate) struct Dialogue {
    pub(crate) terminal: Terminal,
    pub(crate) running: Running,
    before: Termios,
}

/// What became of a dialogue.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) outcome: Outcome,
    pub(crate) screen: String,
}

impl Dialogue {
    /// Waits for a question and types an answer.
    #[track_caller]
    pub(crate) fn answer(&mut self, question: &str, keys: impl AsRef<[u8]>) -> &mut Self {
        self.terminal.wait_for(question);
        self.terminal.type_keys(keys.as_ref());
        self
    }

    /// Types the same new password twice, with Enter.
    #[track_caller]
    pub(crate) fn answer_twice(&mut self, password: impl AsRef<[u8]>) -> &mut Self {
        let keys = [password.as_ref(), b"\r"].concat();
        self.answer(ASKS, &keys).answer(ASKS_AGAIN, &keys)
    }

    /// Types this when the terminal hides it, where there is no question to wait for.
    #[track_caller]
    pub(crate) fn type_hidden(&mut self, keys: impl AsRef<[u8]>) {
        until("the terminal hides what is typed", || self.terminal.settings() != self.before);
        self.terminal.type_keys(keys.as_ref());
    }

    /// Fails unless the terminal is as it was at the beginning.
    #[track_caller]
    pub(crate) fn assert_settings(&self) {
        assert_eq!(self.terminal.settings(), self.before, "the terminal is not as it was");
    }

    /// Waits for the end and compares everything. The terminal must be as it was.
    #[track_caller]
    pub(crate) fn end(self) -> Said {
        self.end_on_terminal().0
    }

    /// The same, for a test that goes on with the terminal.
    #[track_caller]
    pub(crate) fn end_on_terminal(self) -> (Said, Terminal) {
        let Dialogue { mut terminal, running, before } = self;
        let outcome = running.compared();
        assert_eq!(terminal.settings(), before, "the terminal is not as it was");
        (Said { outcome, screen: terminal.shown() }, terminal)
    }
}

impl Said {
    /// Fails if this has appeared anywhere.
    #[track_caller]
    pub(crate) fn assert_never_shows(&self, secret: &str) -> &Self {
        let Said { outcome, screen } = self;
        for text in [screen, &outcome.stdout, &outcome.stderr] {
            assert!(!text.contains(secret), "{secret:?} is shown: {self:#?}");
        }
        self
    }
}
