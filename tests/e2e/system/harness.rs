//! A database of one's own, and processes that always end.

#[path = "../transfer/harness/signals.rs"]
mod signals;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rusqlite::Connection;
use tempfile::TempDir;

/// The password of every user that a sandbox begins with.
pub(crate) const PASSWORD: &str = "correct horse";

/// The hash of [`PASSWORD`], as passlib makes it.
pub(crate) const HASH: &str =
    "$pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$yRTMTwbMbo9G0VfjobWqerzuuxe7BETNTErBbKKumGQ";

/// How long anything that must happen may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Held while a process is being started.
pub(crate) static STARTING: Mutex<()> = Mutex::new(());

/// The statement by which the application makes its table.
const APPLICATION_TABLE: &str = "CREATE TABLE user (
	id INTEGER NOT NULL, 
	username VARCHAR(80) NOT NULL, 
	password_hash VARCHAR(120) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (username)
)";

/// A directory with the application's database in it.
pub(crate) struct Sandbox {
    directory: TempDir,
}

impl Sandbox {
    /// A directory in which there is no database yet.
    pub(crate) fn empty() -> Self {
        signals::restore();
        Sandbox { directory: tempfile::tempdir().unwrap() }
    }

    /// A database with these users.
    pub(crate) fn with_users(names: &[&str]) -> Self {
        let sandbox = Sandbox::empty();
        let connection = sandbox.connection();
        connection.execute_batch(APPLICATION_TABLE).unwrap();
        for name in names {
            let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
            connection.execute(sql, [name, HASH]).unwrap();
        }
        sandbox
    }

    /// The same in WAL mode.
    pub(crate) fn in_wal_mode(names: &[&str]) -> Self {
        let sandbox = Sandbox::with_users(names);
        sandbox.sql("PRAGMA journal_mode = WAL");
        sandbox
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.directory().join("users.db")
    }

    /// A file that SQLite keeps beside the database: `-journal`, `-wal` or `-shm`.
    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        self.directory().join(format!("users.db{suffix}"))
    }

    /// A connection such as the application has: it waits 5 s for a lock.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.database()).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection
    }

    /// Runs SQL in a connection of its own.
    pub(crate) fn sql(&self, sql: &str) {
        self.connection().execute_batch(sql).unwrap();
    }

    /// All rows, in id order, a line each.
    pub(crate) fn rows(&self) -> String {
        rows(&self.connection())
    }

    /// All names, in id order.
    pub(crate) fn names(&self) -> Vec<String> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT username FROM user ORDER BY id").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    /// The names of all files, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory()).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(name).map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Fails unless the database is sound as a whole.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        let connection = self.connection();
        let check: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }

    /// The program on this database, with few rounds, and nothing of the tester's environment.
    pub(crate) fn useradm(&self, arguments: &[&str]) -> Command {
        self.run_program(Path::new(env!("CARGO_BIN_EXE_useradm")), arguments)
    }

    /// The program on another database.
    pub(crate) fn useradm_on(&self, database: &Path, arguments: &[&str]) -> Command {
        self.run_program_on(Path::new(env!("CARGO_BIN_EXE_useradm")), database, arguments)
    }

    /// Another copy of the program.
    pub(crate) fn run_program(&self, program: &Path, arguments: &[&str]) -> Command {
        self.run_program_on(program, &self.database(), arguments)
    }

    /// Another copy of the program on another database.
    pub(crate) fn run_program_on(
        &self,
        program: &Path,
        database: &Path,
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("USERADM_ROUNDS", "1000");
        command.current_dir(self.directory()).stdin(Stdio::null());
        command.arg("--db").arg(database).args(arguments);
        command
    }

    /// Runs the program without input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        Running::start(self.useradm(arguments)).finish()
    }

    /// Runs the program with a password on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], password: &str) -> Outcome {
        self.start_with(arguments, password).finish()
    }

    /// Starts the program with a password on standard input.
    pub(crate) fn start_with(&self, arguments: &[&str], password: &str) -> Running {
        let mut command = self.useradm(arguments);
        command.arg("--password-stdin");
        Running::start_with(command, password)
    }
}

/// All rows that a connection sees, in id order, a line each.
pub(crate) fn rows(connection: &Connection) -> String {
    let sql = "SELECT id, username, password_hash FROM user ORDER BY id";
    let mut statement = connection.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut text = String::new();
    while let Some(row) = rows.next().unwrap() {
        let (id, name, hash): (i64, String, String) = row.try_into().unwrap();
        writeln!(text, "{id} {name} {hash}").unwrap();
    }
    text
}

/// A process that is killed if the test ends before it does.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
}

/// What became of a process.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    /// Starts a process and collects what it writes to pipes. Where the command says nothing
    /// else of its standard output, that is one.
    pub(crate) fn start(mut command: Command) -> Self {
        let starting = STARTING.lock();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(starting);
        Running {
            stdout: collected(child.stdout.take()),
            stderr: collected(child.stderr.take()),
            child,
        }
    }

    /// Starts a process whose standard output the test looks after itself.
    pub(crate) fn start_writing_to(mut command: Command, stdout: impl Into<Stdio>) -> Self {
        let starting = STARTING.lock();
        let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().expect("it starts");
        drop(starting);
        // The command keeps the test's copy of the pipe, whose reader would never see an end.
        drop(command);
        Running {
            stdout: collected(None::<io::Empty>),
            stderr: collected(child.stderr.take()),
            child,
        }
    }

    /// Starts a process that gets all of its input at once.
    pub(crate) fn start_with(mut command: Command, input: &str) -> Self {
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        let mut stdin = running.child.stdin.take().unwrap();
        // A process that refuses its input early closes the pipe.
        let _ = stdin.write_all(input.as_bytes());
        running
    }

    /// The pipe of a process whose input comes later.
    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // The child has not been waited for, so its number cannot be another process's.
        kill(self.pid(), signal).unwrap();
    }

    /// Waits until the program itself says what a signal does.
    pub(crate) fn wait_until_it_catches(&mut self, signal: Signal) {
        let status = format!("/proc/{}/status", self.pid());
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
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn finish(self) -> Outcome {
        self.finish_within(PATIENCE)
    }

    /// Waits for the end, which must come within this time.
    #[track_caller]
    pub(crate) fn finish_within(mut self, patience: Duration) -> Outcome {
        // A process closes its pipes when it ends, which is an event to wait for.
        let late = format!("still running after {patience:?}");
        let stderr = self.stderr.recv_timeout(patience).expect(&late);
        let stdout = self.stdout.recv_timeout(patience).expect(&late);
        let status = self.child.wait().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Outcome { status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// Kills it with the signal that nothing can catch.
    pub(crate) fn kill(mut self) -> Outcome {
        self.child.kill().unwrap();
        self.finish()
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

impl Outcome {
    /// Fails unless it exited with this status.
    #[track_caller]
    pub(crate) fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    /// Fails unless standard error holds this.
    #[track_caller]
    pub(crate) fn assert_says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "{text:?} is not in {self:#?}");
        self
    }

    /// Fails unless it is the error with this status and, in JSON, this code; with nothing on
    /// standard output.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: i32, code: &str) -> &Self {
        self.assert_code(status).assert_says(&format!(r#""code":"{code}""#));
        assert_eq!(self.stdout, "", "{self:#?}");
        self
    }
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

/// Says why a test shows nothing here, which is a failure where everything must be shown. It is
/// written past the test runner, which would keep it to itself.
pub(crate) fn skip(reason: &str) {
    let test = thread::current().name().unwrap_or_default().to_owned();
    assert!(std::env::var_os("CI").is_none(), "{test} shows nothing here: {reason}");
    let _ = writeln!(io::stderr(), "{test} shows nothing here: {reason}");
}
