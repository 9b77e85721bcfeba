//! A directory for each test, with a database in it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tempfile::TempDir;

use super::{NOBODY, PATIENCE, Run, hash, is_root, of_nobody, set_mode, signals};

/// The SQL of the application's own `create_all()`, to the byte.
pub(crate) const APPLICATION_TABLE: &str = "CREATE TABLE user (\n\tid INTEGER NOT NULL, \n\t\
    username VARCHAR(80) NOT NULL, \n\tpassword_hash VARCHAR(120) NOT NULL, \n\t\
    PRIMARY KEY (id), \n\tUNIQUE (username)\n)";

/// The password of every user that [`Sandbox::insert`] makes.
pub(crate) const PASSWORD: &str = "correct horse";

/// A directory of its own; `users.db` in it is the database that the program takes by default.
pub(crate) struct Sandbox {
    directory: TempDir,
    /// Where the program has its temporary files.
    temporary: TempDir,
    /// A copy of the program, where one was needed.
    program: OnceLock<TempDir>,
}

impl Sandbox {
    /// A directory without a database.
    pub(crate) fn empty() -> Self {
        signals::restore();
        let temporary = TempDir::new().unwrap();
        set_mode(temporary.path(), 0o1777);
        Sandbox { directory: TempDir::new().unwrap(), temporary, program: OnceLock::new() }
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

    /// The same with this journal mode, "delete" or "wal".
    pub(crate) fn journaled(mode: &str, names: &[&str]) -> Self {
        let sandbox = Sandbox::application(names);
        sandbox.sql(&format!("PRAGMA journal_mode = {mode}"));
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

    pub(super) fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// Writes a file into the directory.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The text of a file in the directory.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The content of the database file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(self.path("users.db")).unwrap()
    }

    /// The names of all files in the directory, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        files(self.directory())
    }

    /// The permissions of a file.
    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().mode() & 0o7777
    }

    /// Another process's connection to the database.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.database()).unwrap();
        // On a busy machine a batch takes longer than the 5 s of the application.
        connection.busy_timeout(PATIENCE).unwrap();
        // No power cut is tested here, and waiting for the disk would take most of the time.
        connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        connection
    }

    /// A connection that has a lock, "IMMEDIATE" or "EXCLUSIVE", until it ends its transaction.
    pub(crate) fn locked(&self, kind: &str) -> Connection {
        let connection = self.connection();
        connection.execute_batch(&format!("BEGIN {kind}")).unwrap();
        connection
    }

    /// Runs statements on the database.
    pub(crate) fn sql(&self, sql: &str) {
        self.connection().execute_batch(sql).unwrap();
    }

    /// The rows of a query, each with its values joined by `|`.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.connection(), sql)
    }

    /// All that is stored of every user, in id order.
    pub(crate) fn users(&self) -> Vec<String> {
        users(&self.connection())
    }

    /// The usernames in the order of their ids.
    pub(crate) fn usernames(&self) -> Vec<String> {
        self.rows("SELECT username FROM user ORDER BY id")
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

    /// Fails unless the database is sound as a whole.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.rows("PRAGMA integrity_check"), ["ok"]);
    }

    /// A run of the program in this directory; the words of `line` are its arguments. New hashes
    /// have 1000 rounds.
    pub(crate) fn useradm(&self, line: &str) -> Run {
        Run::new(self, env!("CARGO_BIN_EXE_useradm")).args(line.split_whitespace())
    }

    /// A run by a shell, in which `$0` is the program.
    pub(crate) fn shell(&self, script: &str) -> Run {
        Run::new(self, "sh").args(["-c", script, env!("CARGO_BIN_EXE_useradm")])
    }

    /// The same by bash, which can do more.
    pub(crate) fn bash(&self, script: &str) -> Run {
        Run::new(self, "bash").args(["-c", script, env!("CARGO_BIN_EXE_useradm")])
    }

    /// A run by somebody, of a copy of the program in a place that everybody can reach.
    pub(crate) fn useradm_by(&self, (user, group): (u32, u32), line: &str) -> Run {
        let folder = self.program.get_or_init(|| {
            let folder = TempDir::new().unwrap();
            set_mode(folder.path(), 0o755);
            // Copied by a process of its own, since a program that is open for writing cannot be
            // run, and every child of these tests inherits what is open when it starts.
            let program = env!("CARGO_BIN_EXE_useradm");
            let cp = Command::new("cp").arg(program).arg(folder.path()).status();
            assert!(cp.unwrap().success());
            folder
        });
        let run = Run::new(self, folder.path().join("useradm"));
        run.args(line.split_whitespace()).by(user, group)
    }

    /// A run by a user whom permissions hold back: if these tests run as root, by nobody, who gets
    /// the directory and its files first.
    pub(crate) fn unprivileged(&self, line: &str) -> Run {
        if !is_root() {
            return self.useradm(line);
        }
        of_nobody(self);
        self.useradm_by((NOBODY, NOBODY), line)
    }
}

/// All that a connection sees of every user, in id order.
pub(crate) fn users(connection: &Connection) -> Vec<String> {
    rows(connection, "SELECT id, username, password_hash FROM user ORDER BY id")
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
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

/// The names of all files in a directory, sorted. None is opened: to close a database here would
/// cancel the locks of a connection that a test holds for the application.
pub(super) fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The content of all files in a directory, in the order of their names.
pub(super) fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let content = |name: String| {
        let path = directory.join(&name);
        // Reading a FIFO would wait for a writer.
        let is_file = fs::symlink_metadata(&path).unwrap().is_file();
        let content = if is_file { fs::read(path).unwrap() } else { Vec::new() };
        (name, content)
    };
    files(directory).into_iter().map(content).collect()
}
