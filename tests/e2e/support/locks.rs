//! Locks of other processes, and changes that take long enough to be caught in the middle.

use std::time::Duration;

use rusqlite::Connection;

use super::{Sandbox, until};

/// Makes every new row take about a millisecond.
pub(crate) const SLOW: &str = "CREATE TRIGGER slow AFTER INSERT ON user BEGIN
    SELECT sum(value) FROM (WITH RECURSIVE counter(value) AS
        (SELECT 1 UNION ALL SELECT value + 1 FROM counter WHERE value < 4000)
        SELECT value FROM counter);
END";

/// Makes every change take seconds, in the middle of its transaction.
pub(crate) fn make_changes_slow(sandbox: &Sandbox) {
    sandbox.sql(
        "CREATE VIEW slow (n) AS WITH RECURSIVE c (x) AS
             (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000000) SELECT count(*) FROM c;
         CREATE TRIGGER slow_insert AFTER INSERT ON user BEGIN SELECT n FROM slow; END;
         CREATE TRIGGER slow_update AFTER UPDATE ON user BEGIN SELECT n FROM slow; END;
         CREATE TRIGGER slow_delete AFTER DELETE ON user BEGIN SELECT n FROM slow; END",
    );
}

/// Whether somebody has the lock for writing.
pub(crate) fn is_locked(sandbox: &Sandbox) -> bool {
    let connection = Connection::open(sandbox.database()).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
}

/// Waits until somebody has it.
#[track_caller]
pub(crate) fn wait_for_lock(sandbox: &Sandbox) {
    until("somebody writes", || is_locked(sandbox));
}

/// Begins to read, and goes on holding the read lock, and what it sees.
pub(crate) fn hold_read_lock(connection: &Connection) {
    connection.execute_batch("BEGIN; SELECT count(*) FROM user;").unwrap();
}
