//! Other applications' databases: where the users are found, and every odd table, layout, file and
//! value that must be refused with nothing written, and at once.
//!
//! What real applications make of the program's hashes is asked in `tests/interop/field.py`.

mod adopt;
mod config;
mod costs;
mod found;
mod hints;
mod ids;
mod keys;
mod options;
mod recipes;
mod rows;
mod settings_file;
mod values;

use crate::support::{PASSWORD, Run, Sandbox};

/// Hashes of [`PASSWORD`] as the applications' libraries made them, each with the scheme's name.
const HASHES: [(&str, &str); 5] = [
    (
        "werkzeug_scrypt",
        "scrypt:32768:8:1$dBwZXagKMWpoM3rO$52702701bd6a59da3fd493e6746879595f7471e9b142078f9a01b6c0\
         212e1dd812f4400510617415393c2dec3478aa78f0fea60641d290c609915a5578713266",
    ),
    (
        "django_pbkdf2_sha256",
        "pbkdf2_sha256$1000000$P99XYCsVevmQgm7zU4WTLm$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI=",
    ),
    (
        "argon2id",
        "$argon2id$v=19$m=65536,t=3,p=4$ZoHCjUNxtsl8RRUNSjZkHw$\
         r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
    ),
    ("bcrypt", BCRYPT),
    (
        "sha512_crypt",
        "$6$rounds=656000$7ZKGUqPZxhzpYjYG$hkG/pwaqVXIJ1MXN96w.J0oKfE/vxOX4vu.YdpQRtc3al2TuR.NxSc0\
         Dmpw.1IR84yk.DwWs/50ef6cFh8XAo/",
    ),
];

/// The one that most tests take.
const BCRYPT: &str = "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";

/// The layout of the table that [`people`] makes.
const LAYOUT: &str = "--layout=table=people,username=name,hash=pw,scheme=bcrypt:12";

/// A database with users of another application: a table `people` of `name` and `pw`, with these
/// further columns, and two users who have [`BCRYPT`].
fn people(further: &str) -> Sandbox {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, \
         pw TEXT NOT NULL{further})"
    ));
    for name in ["alice", "bob"] {
        sandbox.sql(&format!("INSERT INTO people (name, pw) VALUES ('{name}', '{BCRYPT}')"));
    }
    sandbox
}

/// A run that gives [`PASSWORD`].
fn with_password(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm(line).stdin(PASSWORD)
}

/// What every application's database must be safe from, one of each kind.
const WRITES: [&str; 8] = [
    "add dave --password-stdin",
    "add dave --password-stdin --create",
    "register dave --password-stdin",
    "update alice --password-stdin",
    "update alice --username=alicia",
    "delete alice --yes",
    "import --from=csv - --create",
    "init",
];
