//! What a failed `login` costs, whoever was asked for: all of these are to be within 10 % of each
//! other, so that nobody learns who exists by a clock.
#![expect(missing_docs, reason = "criterion makes public functions")]

use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use rusqlite::Connection;

/// Users with hashes of so many rounds, and one who does not exist.
const ROUNDS: [u32; 5] = [1, 1000, 29_000, 260_000, 600_000];

fn failed_logins(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("users.db");
    let password = folder.path().join("password");
    std::fs::write(&password, "wrong horse").expect("a password file");
    let connection = Connection::open(&database).expect("a database");
    connection
        .execute_batch(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE NOT NULL,
                 password_hash TEXT NOT NULL)",
        )
        .expect("a table");
    for rounds in ROUNDS {
        let hash = format!("$pbkdf2-sha256${rounds}${}${}", "A".repeat(22), "A".repeat(43));
        let sql = "INSERT INTO user (username, password_hash) VALUES ('rounds-' || ?1, ?2)";
        connection.execute(sql, (rounds, hash)).expect("a user");
    }
    let mut group = criterion.benchmark_group("failed login");
    group.sample_size(30).measurement_time(Duration::from_secs(20));
    let names = ROUNDS.map(|rounds| format!("rounds-{rounds}"));
    for name in names.iter().map(String::as_str).chain(["nobody"]) {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let status = Command::new(env!("CARGO_BIN_EXE_useradm"))
                    .arg("--db")
                    .arg(&database)
                    .args(["login", name, "--password-file"])
                    .arg(&password)
                    .stderr(Stdio::null())
                    .status();
                assert_eq!(status.expect("it runs").code(), Some(5));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, failed_logins);
criterion_main!(benches);
