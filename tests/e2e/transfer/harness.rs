//! A temporary directory for each test, and a builder that runs the program in it.
//!
//! A run that names nothing else must exit with 0 and print nothing at all, so that unexpected
//! output always fails. Expected output may hold `[..]` for any text within a line, `[...]` for
//! any text at all, and `[DIR]` for the absolute path of the test's directory. No run may leave a
//! temporary file behind, print a password or a hash on standard error, or take a minute.

mod passlib;
mod signals;
mod text;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use text::{matches, split};

pub(crate) use passlib::{hash, hash_with_salt, is_application_hash, ready_rows};
pub(crate) use text::lines;

/// The SQL of the application's own `create_all()`, to the byte.
pub(crate) const APPLICATION_TABLE: &str = "CREATE TABLE user (\n\tid INTEGER NOT NULL, \n\t\
    username VARCHAR(80) NOT NULL, \n\tpassword_hash VARCHAR(120) NOT NULL, \n\t\
    PRIMARY KEY (id), \n\tUNIQUE (username)\n)";

/// The password of every user that [`Sandbox::insert`] makes.
pub(crate) const PASSWORD: &str = "correct horse";

/// What no message may hold: the passwords of these tests, and what every hash begins with.
const SECRETS: [&str; 4] = [PASSWORD, "battery staple", "s3cret", "$pbkdf2-sha256$"];

/// After this long a run hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory of its own; `users.db` in it is the database that the program takes by default.
pub(crate) struct Sandbox {
    directory: TempDir,
    /// Where the program has its temporary files.
    temporary: TempDir,
}

impl Sandbox {
    /// A directory without a database.
    pub(crate) fn empty() -> Self {
        Sandbox { directory: TempDir::new().unwrap(), temporary: TempDir::new().unwrap() }
    }

    /// A database that `useradm init` made.
    pub(crate) fn initialised() -> Self {
        let sandbox = Sandbox::empty();
        sandbox.useradm("init --quiet").check();
        sandbox
    }

    /// A database with this schema.
    pub(crate) fn with_schema(sql: &str) -> Self {
        let sandbox = Sandbox::empty();
        sandbox.sql(sql);
        sandbox
    }

    /// The application's own database with these users, whose ids count from 1.
    pub(crate) fn application(names: &[&str]) -> Self {
        let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
        for name in names {
            sandbox.insert(name);
        }
        sandbox
    }

    /// Adds a user with [`PASSWORD`], as the application does.
    pub(crate) fn insert(&self, name: &str) {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        self.connection().execute(sql, [name, &hash(PASSWORD)]).unwrap();
    }

    /// The absolute path of a file in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The text of a file in the directory.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all files in the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        files(self.directory.path()).into_keys().collect()
    }

    /// The permissions of a file.
    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().mode() & 0o7777
    }

    /// Another process's connection to the database.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.path("users.db")).unwrap();
        // On a busy machine a batch takes longer than the 5 s of the application.
        connection.busy_timeout(PATIENCE).unwrap();
        // No power cut is tested here, and waiting for the disk would take most of the time.
        connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        connection
    }

    /// Runs statements on the database.
    pub(crate) fn sql(&self, sql: &str) {
        self.connection().execute_batch(sql).unwrap();
    }

    /// The rows of a query, each with its values joined by `|`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        let connection = self.connection();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..columns).map(|column| match row.get_ref(column).unwrap() {
                ValueRef::Null => "NULL".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                ValueRef::Blob(bytes) => format!("blob {}", String::from_utf8_lossy(bytes)),
            });
            Ok(values.collect::<Vec<_>>().join("|"))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// The usernames in alphabetical order.
    pub(crate) fn usernames(&self) -> Vec<String> {
        self.rows("SELECT username FROM user ORDER BY username")
    }

    /// How many users there are.
    pub(crate) fn count(&self) -> usize {
        self.rows("SELECT count(*) FROM user")[0].parse().unwrap()
    }

    /// The stored hash of a user.
    pub(crate) fn hash_of(&self, name: &str) -> String {
        let sql = "SELECT password_hash FROM user WHERE username = ?1";
        self.connection().query_row(sql, [name], |row| row.get(0)).unwrap()
    }

    /// A run of the program in this directory; the words of `line` are its arguments. New hashes
    /// have 1000 rounds.
    pub(crate) fn useradm(&self, line: &str) -> Useradm {
        let mut useradm = Useradm::new(self, env!("CARGO_BIN_EXE_useradm"));
        useradm.command.args(line.split_whitespace());
        useradm
    }

    /// A run by a shell, in which `$0` is the program.
    pub(crate) fn shell(&self, script: &str) -> Useradm {
        let mut useradm = Useradm::new(self, "sh");
        useradm.command.args(["-c", script, env!("CARGO_BIN_EXE_useradm")]);
        useradm
    }
}

/// The files of a directory, with their content.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let content = |entry: fs::DirEntry| {
        let is_file = entry.file_type().unwrap().is_file();
        // Reading a FIFO would wait for a writer.
        let content = if is_file { fs::read(entry.path()).unwrap() } else { Vec::new() };
        (entry.file_name().into_string().unwrap(), content)
    };
    fs::read_dir(directory).unwrap().map(|entry| content(entry.unwrap())).collect()
}

/// A run of the program and what is expected of it.
#[must_use = "nothing runs before `check`"]
pub(crate) struct Useradm {
    command: Command,
    directory: PathBuf,
    temporary: PathBuf,
    stdin: Vec<u8>,
    status: i32,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Useradm {
    fn new(sandbox: &Sandbox, program: impl AsRef<OsStr>) -> Self {
        let directory = sandbox.directory.path().canonicalize().unwrap();
        let temporary = sandbox.temporary.path().to_owned();
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.as_bytes().starts_with(b"USERADM_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&directory).env("USERADM_ROUNDS", "1000").env("TMPDIR", &temporary);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (stdin, stdout, stderr) = Default::default();
        Useradm { command, directory, temporary, stdin, status: 0, stdout, stderr }
    }

    /// Adds an argument that holds spaces.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// What the program can read on standard input, nothing by default.
    pub(crate) fn stdin(mut self, input: impl AsRef<[u8]>) -> Self {
        self.stdin = input.as_ref().to_vec();
        self
    }

    /// Connects standard input to a file.
    pub(crate) fn stdin_from(mut self, file: File) -> Self {
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
        self.status = status;
        self
    }

    /// The expected standard output.
    pub(crate) fn stdout(mut self, expected: impl AsRef<[u8]>) -> Self {
        self.stdout = expected.as_ref().to_vec();
        self
    }

    /// The expected standard error.
    pub(crate) fn stderr(mut self, expected: impl AsRef<[u8]>) -> Self {
        self.stderr = expected.as_ref().to_vec();
        self
    }

    /// Asks for JSON and expects an error with this status and code.
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

    /// Starts the program, whose input is still to be written.
    pub(crate) fn start(mut self) -> Running {
        signals::restore();
        let child = self.command.spawn().unwrap();
        let pid = Pid::from_raw(child.id().cast_signed());
        let (done, is_done) = mpsc::channel::<()>();
        thread::spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                // It was not waited for yet, so the number is still its own.
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        Running { expected: self, child, pid, _done: done }
    }

    /// Runs the program, compares everything, and returns what it printed.
    #[track_caller]
    pub(crate) fn check(mut self) -> (String, String) {
        let input = std::mem::take(&mut self.stdin);
        let mut running = self.start();
        let writer = running.child.stdin.take().map(|mut pipe| {
            // The program may stop reading early, which is no failure by itself.
            thread::spawn(move || pipe.write_all(&input).is_ok())
        });
        let printed = running.finish();
        if let Some(writer) = writer {
            writer.join().unwrap();
        }
        printed
    }

    /// As [`Useradm::check`]; every file in the directory must stay as it is, and be the only one.
    #[track_caller]
    pub(crate) fn check_unchanged(self) -> (String, String) {
        let directory = self.directory.clone();
        let before = files(&directory);
        let printed = self.check();
        assert!(files(&directory) == before, "files were written: {:?}", files(&directory).keys());
        printed
    }

    fn fill_in(&self, expected: &[u8]) -> Vec<u8> {
        let mut parts = split(expected, b"[DIR]").into_iter();
        let mut filled = parts.next().unwrap_or_default().to_vec();
        for part in parts {
            filled.extend_from_slice(self.directory.as_os_str().as_bytes());
            filled.extend_from_slice(part);
        }
        filled
    }
}

/// A run that has begun.
pub(crate) struct Running {
    expected: Useradm,
    pub(crate) child: Child,
    pub(crate) pid: Pid,
    /// Dropped when the program has ended.
    _done: mpsc::Sender<()>,
}

impl Running {
    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid, signal).unwrap();
    }

    /// Waits until the program itself says what a signal does.
    pub(crate) fn wait_until_it_catches(&mut self, signal: Signal) {
        let status = format!("/proc/{}/status", self.pid);
        let since = Instant::now();
        while let Ok(status) = fs::read_to_string(&status) {
            let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
            if u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal as i32 - 1) & 1 == 1 {
                return;
            }
            assert!(since.elapsed() < PATIENCE && !self.has_ended(), "no signal is caught");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until it has a file open that has no name yet.
    pub(crate) fn wait_for_unnamed_file(&mut self) {
        let directory = self.expected.directory.clone();
        let since = Instant::now();
        loop {
            let Ok(open) = fs::read_dir(format!("/proc/{}/fd", self.pid)) else {
                // Only root sees what a process has open that gives nothing away.
                return thread::sleep(Duration::from_millis(200));
            };
            let mut paths = open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
            let is_unnamed = |path: PathBuf| {
                path.parent() == Some(&directory) && path.to_string_lossy().ends_with(" (deleted)")
            };
            if paths.any(is_unnamed) {
                return;
            }
            assert!(since.elapsed() < PATIENCE && !self.has_ended(), "no file is made");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Changes what is expected of it.
    pub(crate) fn expect(&mut self, status: i32, stderr: &str) {
        self.expected.status = status;
        self.expected.stderr = stderr.as_bytes().to_vec();
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Closes its standard input, waits for its end and compares everything.
    #[track_caller]
    pub(crate) fn finish(self) -> (String, String) {
        let Running { expected, child, _done, .. } = self;
        let output = child.wait_with_output().unwrap();
        let status = output.status.code().or(output.status.signal().map(|number| 128 + number));
        let is_right = status == Some(expected.status)
            && matches(&expected.fill_in(&expected.stdout), &output.stdout)
            && matches(&expected.fill_in(&expected.stderr), &output.stderr);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let [stdout, stderr] = [text(&output.stdout), text(&output.stderr)];
        assert!(
            is_right,
            "{:?}\n--- expected: {}\nstdout: {:?}\nstderr: {:?}\n--- got: {}\nstdout: {stdout:?}\nstderr: {stderr:?}\n",
            expected.command,
            expected.status,
            text(&expected.stdout),
            text(&expected.stderr),
            output.status,
        );
        let tells = SECRETS.iter().any(|secret| stderr.contains(secret));
        assert!(!tells, "a message holds a secret: {stderr}");
        let left = files(&expected.temporary);
        assert!(left.is_empty(), "temporary files are left: {:?}", left.keys());
        (stdout, stderr)
    }
}
