//! A run of the program: what it is given, and what is expected of it.
//!
//! A run that names nothing else must exit with 0 and print nothing at all. Expected output may
//! hold `[..]` for any text within a line, `[...]` for any text at all, and `[DIR]` for the
//! absolute path of the test's directory. No run may leave a temporary file behind, print a
//! password or a hash on standard error, or take a minute.

use std::ffi::OsStr;
use std::io::Result;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::resource::{Resource, setrlimit};

use super::sandbox::{contents, files};
use super::text::{matches, replace};
use super::{Outcome, PASSWORD, Running, Sandbox};

/// What no message may hold: the passwords of these tests, and what every hash begins with.
const SECRETS: [&str; 5] =
    [PASSWORD, "battery staple", "blue elephant", "s3cret", "$pbkdf2-sha256$"];

/// A run of the program and what is expected of it.
#[must_use = "nothing runs before `check`"]
pub(crate) struct Run {
    pub(super) command: Command,
    pub(super) stdin: Option<Vec<u8>>,
    pub(super) expected: Expected,
}

/// What is expected of a run.
pub(crate) struct Expected {
    directory: PathBuf,
    temporary: PathBuf,
    status: i32,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Run {
    pub(super) fn new(sandbox: &Sandbox, program: impl AsRef<OsStr>) -> Self {
        let directory = sandbox.directory().canonicalize().unwrap();
        let temporary = sandbox.temporary().to_owned();
        let mut command = Command::new(program);
        // Nothing of the tester's own environment.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("TMPDIR", &temporary);
        command.env("USERADM_ROUNDS", "1000").current_dir(&directory);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (stdout, stderr) = Default::default();
        let expected = Expected { directory, temporary, status: 0, stdout, stderr };
        Run { command, stdin: None, expected }
    }

    /// Adds an argument that holds spaces or is not UTF-8.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds an argument that is not UTF-8.
    pub(crate) fn arg_bytes(self, argument: &[u8]) -> Self {
        self.arg(OsStr::from_bytes(argument))
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable that would be set.
    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs it in another directory.
    pub(crate) fn within(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Runs it as this user, in this group and no other.
    pub(crate) fn by(mut self, user: u32, group: u32) -> Self {
        self.command.uid(user).gid(group);
        self
    }

    /// Does this in the new process, just before it becomes the program. It may be nothing but
    /// system calls.
    #[expect(unsafe_code, reason = "only between fork and exec can a child set its own limits")]
    pub(crate) fn prepared(
        mut self,
        prepare: impl FnMut() -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        // SAFETY: system calls may be made between fork and exec, and no caller does anything else.
        unsafe { self.command.pre_exec(prepare) };
        self
    }

    /// Lets no file of the program become larger than this.
    pub(crate) fn with_files_up_to(self, bytes: u64) -> Self {
        self.prepared(move || Ok(setrlimit(Resource::RLIMIT_FSIZE, bytes, bytes)?))
    }

    /// What the program can read on standard input, nothing by default.
    pub(crate) fn stdin(mut self, input: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(input.as_ref().to_vec());
        self
    }

    /// Connects standard input to a file.
    pub(crate) fn stdin_from(mut self, file: impl Into<Stdio>) -> Self {
        self.command.stdin(file);
        self
    }

    /// Connects standard output to a file.
    pub(crate) fn stdout_to(mut self, file: impl Into<Stdio>) -> Self {
        self.command.stdout(file);
        self
    }

    /// Connects standard error to a file.
    pub(crate) fn stderr_to(mut self, file: impl Into<Stdio>) -> Self {
        self.command.stderr(file);
        self
    }

    /// The expected exit status; 128 and its number if a signal ends the program.
    pub(crate) fn status(mut self, status: i32) -> Self {
        self.expected.status = status;
        self
    }

    /// The expected standard output.
    pub(crate) fn stdout(mut self, expected: impl AsRef<[u8]>) -> Self {
        self.expected.stdout = expected.as_ref().to_vec();
        self
    }

    /// The expected standard error.
    pub(crate) fn stderr(mut self, expected: impl AsRef<[u8]>) -> Self {
        self.expected.stderr = expected.as_ref().to_vec();
        self
    }

    /// Asks for JSON and expects an error with this status and code, and nothing on standard
    /// output.
    pub(crate) fn error(mut self, status: i32, code: &str) -> Self {
        self.command.env("USERADM_FORMAT", "json");
        self.status(status).stderr(format!(
            "{{\"error\":{{\"code\":\"{code}\",\"message\":\"[..]\"[..]\"exit_code\":{status}[..]}}}}\n"
        ))
    }

    /// Expects an import that ends well with these counts, and says how long the database was
    /// locked.
    pub(crate) fn counts(self, imported: u64, skipped: u64, updated: u64) -> Self {
        // Which rows were skipped is told before.
        let skips = if skipped > 0 { "[...]" } else { "" };
        self.stderr(format!(
            "{skips}Database locked for [..] s\n\
             imported {imported}, skipped {skipped}, updated {updated}\n"
        ))
    }

    /// Starts the program. Input that was not named before is still to be written.
    pub(crate) fn start(self) -> Running {
        Running::start(self)
    }

    /// Runs the program, compares everything, and returns what it printed.
    #[track_caller]
    pub(crate) fn check(self) -> (String, String) {
        self.start().finish()
    }

    /// As [`Run::check`]; every file in the directory must stay as it is, and be the only one.
    #[track_caller]
    pub(crate) fn check_unchanged(self) -> (String, String) {
        let directory = self.expected.directory.clone();
        let before = contents(&directory);
        let printed = self.check();
        assert!(contents(&directory) == before, "files were written: {:?}", files(&directory));
        printed
    }

    /// Runs the program where more than one end is right, which the test has to compare.
    pub(crate) fn outcome(self) -> Outcome {
        self.start().outcome()
    }
}

impl Expected {
    /// Changes what is expected.
    pub(super) fn change(&mut self, status: i32, stderr: &str) {
        self.status = status;
        self.stderr = stderr.as_bytes().to_vec();
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Compares everything.
    #[track_caller]
    pub(super) fn compare(&self, command: &str, status: i32, stdout: &[u8], stderr: &[u8]) {
        let directory = self.directory.as_os_str().as_bytes();
        let is =
            |expected: &[u8], got: &[u8]| matches(&replace(expected, b"[DIR]", directory), got);
        let is_right =
            status == self.status && is(&self.stdout, stdout) && is(&self.stderr, stderr);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let [stdout, stderr] = [text(stdout), text(stderr)];
        assert!(
            is_right,
            "{command}\n--- expected: {}\nstdout: {:?}\nstderr: {:?}\n--- got: {status}\nstdout: {stdout:?}\nstderr: {stderr:?}\n",
            self.status,
            text(&self.stdout),
            text(&self.stderr),
        );
        let tells = SECRETS.iter().any(|secret| stderr.contains(secret));
        assert!(!tells, "a message holds a secret: {stderr}");
        let left = files(&self.temporary);
        assert!(left.is_empty(), "temporary files are left: {left:?}");
    }
}
