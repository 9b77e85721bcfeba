//! A process that has begun, and always ends.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Run;
use super::run::Expected;

/// How long anything that must happen may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Held while a process is being started.
pub(super) static STARTING: Mutex<()> = Mutex::new(());

/// A process that is killed if the test ends before it does.
pub(crate) struct Running {
    child: Child,
    pub(crate) pid: Pid,
    /// The pipe of a process whose input comes later.
    pub(crate) stdin: Option<ChildStdin>,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    command: String,
    expected: Expected,
}

/// What became of a process.
#[derive(Debug)]
pub(crate) struct Outcome {
    #[expect(dead_code, reason = "it is shown where a test fails")]
    command: String,
    /// The exit status; 128 and its number if a signal ended it.
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    pub(super) fn start(run: Run) -> Self {
        // The command keeps the test's copy of a pipe, whose reader would never see an end, so it
        // goes when the process has begun.
        let Run { mut command, stdin: input, expected } = run;
        let starting = STARTING.lock();
        let mut child = command.spawn().unwrap();
        drop(starting);
        let mut stdin = child.stdin.take();
        if let Some((mut pipe, input)) = input.and_then(|input| Some((stdin.take()?, input))) {
            // The program may stop reading early, which is no failure by itself.
            thread::spawn(move || pipe.write_all(&input).is_ok());
        }
        Running {
            pid: Pid::from_raw(child.id().cast_signed()),
            stdin,
            stdout: collected(child.stdout.take()),
            stderr: collected(child.stderr.take()),
            child,
            command: format!("{command:?}"),
            expected,
        }
    }

    /// Changes what is expected of it.
    pub(crate) fn expect(&mut self, status: i32, stderr: &str) {
        self.expected.change(status, stderr);
    }

    /// Writes to its standard input, and ends that.
    pub(crate) fn write(&mut self, input: impl AsRef<[u8]>) {
        self.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // The child has not been waited for, so its number cannot be another process's.
        kill(self.pid, signal).unwrap();
    }

    /// Waits until the program itself says what a signal does.
    #[track_caller]
    pub(crate) fn wait_until_it_catches(&mut self, signal: Signal) {
        let status = format!("/proc/{}/status", self.pid);
        if !Path::new(&status).exists() {
            // Nothing tells of it on this system.
            return thread::sleep(Duration::from_millis(400));
        }
        until("the program catches signals", || {
            let status = fs::read_to_string(&status).unwrap_or_default();
            let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
            let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
            mask >> (signal as i32 - 1) & 1 == 1 || !self.is_running()
        });
        assert!(self.is_running(), "no signal is caught");
    }

    /// The paths of what it has open; none where this user may not see them.
    pub(crate) fn open_files(&self) -> Option<Vec<PathBuf>> {
        let open = fs::read_dir(format!("/proc/{}/fd", self.pid)).ok()?;
        Some(open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).collect())
    }

    /// Waits until it has a file open that has no name yet.
    #[track_caller]
    pub(crate) fn wait_for_unnamed_file(&mut self) {
        let directory = self.expected.directory().to_owned();
        let is_unnamed = |path: PathBuf| {
            path.parent() == Some(&directory) && path.to_string_lossy().ends_with(" (deleted)")
        };
        until("a file is made", || {
            let Some(open) = self.open_files() else {
                // Only root sees what a process has open that gives nothing away.
                thread::sleep(Duration::from_millis(200));
                return true;
            };
            assert!(self.is_running(), "no file is made");
            open.into_iter().any(is_unnamed)
        });
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Closes its standard input, waits for its end and compares everything.
    #[track_caller]
    pub(crate) fn finish(self) -> (String, String) {
        let Outcome { stdout, stderr, .. } = self.compared();
        (stdout, stderr)
    }

    #[track_caller]
    pub(super) fn compared(mut self) -> Outcome {
        let (status, stdout, stderr) = self.wait();
        self.expected.compare(&self.command, status, &stdout, &stderr);
        Outcome::new(&self.command, status, &stdout, &stderr)
    }

    /// Closes its standard input and waits for its end.
    #[track_caller]
    pub(crate) fn outcome(mut self) -> Outcome {
        let (status, stdout, stderr) = self.wait();
        Outcome::new(&self.command, status, &stdout, &stderr)
    }

    #[track_caller]
    fn wait(&mut self) -> (i32, Vec<u8>, Vec<u8>) {
        drop(self.stdin.take());
        // A process closes its pipes when it ends, which is an event to wait for.
        let stderr = self.stderr.recv_timeout(PATIENCE).expect("it is still running");
        let stdout = self.stdout.recv_timeout(PATIENCE).expect("it is still running");
        let status = self.child.wait().unwrap();
        let status = status.code().or(status.signal().map(|number| 128 + number));
        (status.unwrap(), stdout, stderr)
    }

    /// Kills it with the signal that nothing can catch.
    #[track_caller]
    pub(crate) fn kill(mut self) -> Outcome {
        self.child.kill().unwrap();
        self.outcome()
    }
}

impl Outcome {
    fn new(command: &str, status: i32, stdout: &[u8], stderr: &[u8]) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome { command: command.to_owned(), status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// Fails unless it is this error in JSON, with nothing on standard output.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: i32, code: &str) {
        let begin = format!("{{\"error\":{{\"code\":\"{code}\",");
        let is_so = self.status == status && self.stderr.starts_with(&begin);
        assert!(is_so && self.stdout.is_empty(), "{self:#?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails where the process has ended, which is what this is for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a pipe to its end on a thread of its own.
fn collected(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

/// Waits for something that no event tells of.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "it never happened: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
