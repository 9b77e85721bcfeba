//! What an admin may mistype, or not know.

use super::applications::Application;
use crate::support::hash;

/// The password that alice has.
pub(super) const OLD: &str = "correct horse alice";

/// The password that is set.
pub(super) const NEW: &str = "battery staple";

/// A command line that may be wrong, on a database that may be prepared.
pub(super) struct Mistake {
    pub(super) setup: &'static str,
    pub(super) line: String,
    /// Standard input, where it is not a password.
    pub(super) input: Option<String>,
}

/// What is done to the database before.
pub(super) const SETUPS: [(&str, &[&str]); 4] = [
    ("as it is", &[]),
    ("with an old copy of the table", &["CREATE TABLE old_users AS SELECT * FROM \"{table}\""]),
    ("with nobody in it", &["DELETE FROM \"{table}\""]),
    (
        "with alice locked out",
        &["UPDATE \"{table}\" SET {hash} = '!' WHERE {username} LIKE 'alice%'"],
    ),
];

/// What is tried on every database.
const EVERYWHERE: [&str; 45] = [
    "list",
    "list --layout passlib",
    "list --layout django",
    "list --layout table=nosuch",
    "list --layout table={table},username=nosuch",
    "list --layout nosuch",
    "list --db user.db",
    "list --fields nosuch",
    "list --config nosuch.toml",
    "show {alice}",
    "show nobody",
    "login {alice} --password-stdin",
    "login {alice}",
    "login nobody --password-stdin",
    "login {alice} --password-stdin --pepper-file nosuch",
    "add {dave} --password-stdin",
    "add {dave}",
    "add {dave} --password-stdin --create",
    "add {dave} --password-stdin --set nosuch=1",
    "add {dave} --password-stdin --like nobody",
    "add {dave} --password-stdin --like {alice}",
    "add {dave} --password-stdin --admin",
    "add {alice} --password-stdin",
    "register {dave} --password-stdin",
    "update {alice}",
    "update {alice} --password",
    "update {alice} --password-stdin",
    "update {alice} --password-stdin --layout passlib",
    "update {alice} --password-stdin --layout table={table}",
    "update {alice} --password-stdin --layout table={table},username={username},hash={hash},scheme=sha512_crypt",
    "update {alice} --password-stdin --scheme sha512_crypt",
    "update {alice} --password-stdin --rounds 5000",
    "update {alice} --disable",
    "update nobody --password-stdin",
    "delete {carol}",
    "delete {carol} --yes",
    "delete nobody --yes",
    "export",
    "export pepper",
    "init",
    "init --if-not-exists",
    "adopt",
    "adopt --yes --verify nobody --password-stdin",
    "adopt --yes --force -q && useradm adopt",
    "config",
];

/// What is tried where two tables may be meant, nobody is there, or somebody has no hash.
const PREPARED: [&str; 9] = [
    "list",
    "login {alice} --password-stdin",
    "add {dave} --password-stdin",
    "add {dave} --password-stdin --create",
    "update {alice} --password-stdin",
    "delete {carol} --yes",
    "init",
    "adopt",
    "adopt --yes --verify {alice} --password-stdin",
];

/// All of them.
pub(super) fn mistakes(application: &Application) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (setup, _) in SETUPS {
        let lines = if setup == SETUPS[0].0 { &EVERYWHERE[..] } else { &PREPARED[..] };
        for line in lines {
            let line = format!("useradm {}", application.typed(line));
            mistakes.push(Mistake { setup, line, input: None });
        }
    }
    let first = hash(NEW);
    let dave = application.name("dave");
    for (file, options) in [
        (format!("username,password\n{dave},{NEW}\n"), ""),
        (format!("username,password\n{dave},{NEW}\n"), " --create"),
        (format!("username,password\n{},{NEW}\n", application.name("alice")), ""),
        (format!("username,password,nosuch\n{dave},{NEW},1\n"), ""),
        (format!("username,password_hash\n{dave},{first}\n"), ""),
        (format!("name,password\n{dave},{NEW}\n"), ""),
        (format!("username,password\n{dave},x\n"), ""),
    ] {
        let line = format!("useradm import --from csv -{options}");
        mistakes.push(Mistake { setup: SETUPS[0].0, line, input: Some(file) });
    }
    let line = format!("useradm update {} --hashed --password-stdin", application.name("alice"));
    mistakes.push(Mistake { setup: SETUPS[0].0, line, input: Some(first) });
    mistakes
}

impl Application {
    /// A line with the names of this database.
    fn typed(&self, line: &str) -> String {
        let mut line = line
            .replace("{table}", self.table)
            .replace("{username}", self.username)
            .replace("{hash}", self.hash);
        for person in ["alice", "carol", "dave"] {
            line = line.replace(&format!("{{{person}}}"), &self.name(person));
        }
        line
    }
}
