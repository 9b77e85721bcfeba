//! A temporary directory for each test, and a builder that runs the program in it.
//!
//! A run that names nothing else must exit with 0 and print nothing at all, so that unexpected
//! output always fails. Expected output may hold `[..]` for any text within a line, `[...]` for
//! any text at all, and `[DIR]` for the absolute path of the test's directory.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::Sha256;
use tempfile::TempDir;

/// The SQL of the application's own `create_all()`, to the byte.
pub(crate) const APPLICATION_TABLE: &str = "CREATE TABLE user (\n\tid INTEGER NOT NULL, \n\t\
    username VARCHAR(80) NOT NULL, \n\tpassword_hash VARCHAR(120) NOT NULL, \n\t\
    PRIMARY KEY (id), \n\tUNIQUE (username)\n)";

/// The password of every user that [`Sandbox::insert`] makes.
pub(crate) const PASSWORD: &str = "correct horse";

/// A directory of its own; `users.db` in it is the database that the program takes by default.
pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    /// A directory without a database.
    pub(crate) fn empty() -> Self {
        Sandbox(TempDir::new().unwrap())
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
        let hash = application_hash(PASSWORD.as_bytes(), 1000);
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        self.connection().execute(sql, [name, &hash]).unwrap();
    }

    /// The absolute path of a file in the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The content of the database file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path("users.db")).unwrap()
    }

    /// The names of all files in the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }

    /// The permissions of a file.
    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().mode() & 0o7777
    }

    /// Another process's connection to the database.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.path("users.db")).unwrap();
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

    /// The usernames in the order of their ids.
    pub(crate) fn usernames(&self) -> Vec<String> {
        self.rows("SELECT username FROM user ORDER BY id")
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
        self.run_by("sh", script)
    }

    /// The same by bash, which can do more.
    pub(crate) fn bash(&self, script: &str) -> Useradm {
        self.run_by("bash", script)
    }

    fn run_by(&self, shell: &str, script: &str) -> Useradm {
        let mut useradm = Useradm::new(self, shell);
        useradm.command.args(["-c", script, env!("CARGO_BIN_EXE_useradm")]);
        useradm
    }

    /// A run by a user whom permissions hold back: if these tests run as root, by nobody, who gets
    /// the directory and its files first.
    pub(crate) fn unprivileged(&self, line: &str) -> Useradm {
        const NOBODY: u32 = 65534;
        if fs::metadata(self.0.path()).unwrap().uid() != 0 {
            return self.useradm(line);
        }
        // Nobody may not look into the folder of the built program.
        let program = TempDir::new().unwrap();
        let copy = program.path().join("useradm");
        // Copied by a process of its own, since a program that is open for writing cannot be run,
        // and every child of these tests inherits what is open when it starts.
        let cp = Command::new("cp").arg(env!("CARGO_BIN_EXE_useradm")).arg(&copy).status();
        assert!(cp.unwrap().success());
        chown(program.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        chown(self.0.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        for name in self.files() {
            chown(self.path(&name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut useradm = Useradm::new(self, copy);
        useradm.command.args(line.split_whitespace()).uid(NOBODY).gid(NOBODY);
        useradm.program = Some(program);
        useradm
    }
}

/// A run of the program and what is expected of it.
#[must_use = "nothing runs before `check`"]
pub(crate) struct Useradm {
    command: Command,
    directory: Vec<u8>,
    stdin: Vec<u8>,
    status: i32,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Keeps a copy of the program until it has run.
    program: Option<TempDir>,
}

impl Useradm {
    fn new(sandbox: &Sandbox, program: impl AsRef<OsStr>) -> Self {
        let directory = sandbox.path("");
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.as_bytes().starts_with(b"USERADM_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&directory).env("USERADM_ROUNDS", "1000");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let directory = directory.as_os_str().as_bytes();
        let directory = directory.strip_suffix(b"/").unwrap_or(directory).to_vec();
        let (stdin, stdout, stderr) = (Vec::new(), Vec::new(), Vec::new());
        Useradm { command, directory, stdin, status: 0, stdout, stderr, program: None }
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

    /// The expected exit status.
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

    /// Asks for JSON and expects an error with this status and code, and nothing on standard
    /// output.
    pub(crate) fn error(mut self, status: i32, code: &str) -> Self {
        self.command.env("USERADM_FORMAT", "json");
        self.status(status).stderr(format!(
            "{{\"error\":{{\"code\":\"{code}\",\"message\":\"[..]\",\"exit_code\":{status}[..]}}}}\n"
        ))
    }

    /// Runs the program, compares everything, and returns what it printed.
    #[track_caller]
    pub(crate) fn check(mut self) -> (String, String) {
        let mut child = self.command.spawn().unwrap();
        let writer = child.stdin.take().map(|mut pipe| {
            let input = std::mem::take(&mut self.stdin);
            // The program may stop reading early, which is no failure by itself.
            thread::spawn(move || pipe.write_all(&input).is_ok())
        });
        let output = child.wait_with_output().unwrap();
        if let Some(writer) = writer {
            writer.join().unwrap();
        }
        let is_right = output.status.code() == Some(self.status)
            && matches(&self.fill_in(&self.stdout), &output.stdout)
            && matches(&self.fill_in(&self.stderr), &output.stderr);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(
            is_right,
            "{:?}\n--- expected: {}\nstdout: {:?}\nstderr: {:?}\n--- got: {}\nstdout: {stdout:?}\nstderr: {stderr:?}\n",
            self.command,
            self.status,
            text(&self.stdout),
            text(&self.stderr),
            output.status,
        );
        (stdout, stderr)
    }

    fn fill_in(&self, expected: &[u8]) -> Vec<u8> {
        let mut parts = split(expected, b"[DIR]").into_iter();
        let mut filled = parts.next().unwrap_or_default().to_vec();
        for part in parts {
            filled.extend_from_slice(&self.directory);
            filled.extend_from_slice(part);
        }
        filled
    }
}

/// Whether the text is as expected, in which `[..]` and `[...]` stand for anything.
fn matches(expected: &[u8], text: &[u8]) -> bool {
    let place = |wildcard: &[u8]| expected.windows(wildcard.len()).position(|w| w == wildcard);
    let (at, length, reach) = match (place(b"[..]"), place(b"[...]")) {
        (None, None) => return expected == text,
        (Some(line), any) if any.is_none_or(|any| line < any) => (line, 4, "line"),
        (_, any) => (any.unwrap_or_default(), 5, "text"),
    };
    let Some(text) = text.strip_prefix(&expected[..at]) else { return false };
    let line = text.iter().position(|&byte| byte == b'\n').unwrap_or(text.len());
    let end = if reach == "line" { line } else { text.len() };
    (0..=end).any(|skipped| matches(&expected[at + length..], &text[skipped..]))
}

fn split<'a>(mut text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = text.windows(separator.len()).position(|window| window == separator) {
        parts.push(&text[..at]);
        text = &text[at + separator.len()..];
    }
    parts.push(text);
    parts
}

/// What the application stores for a password, computed without any code of the program.
pub(crate) fn application_hash(password: &[u8], rounds: u32) -> String {
    hash_with_salt(password, rounds, b"0123456789abcdef")
}

/// passlib's `pbkdf2_sha256` with this salt.
pub(crate) fn hash_with_salt(password: &[u8], rounds: u32, salt: &[u8]) -> String {
    let mut checksum = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut checksum);
    let adapted = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes).replace('+', ".");
    format!("$pbkdf2-sha256${rounds}${}${}", adapted(salt), adapted(&checksum))
}

/// Whether a stored hash is exactly what passlib would have made of this password with 16 bytes
/// of salt.
pub(crate) fn is_application_hash(stored: &str, password: &[u8], rounds: u32) -> bool {
    let Some((_, salt)) = stored.split_once(&format!("$pbkdf2-sha256${rounds}$")) else {
        return false;
    };
    let salt = salt.split('$').next().unwrap_or_default().replace('.', "+");
    match STANDARD_NO_PAD.decode(salt) {
        Ok(salt) => salt.len() == 16 && stored == hash_with_salt(password, rounds, &salt),
        Err(_) => false,
    }
}
