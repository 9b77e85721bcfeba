//! No plaintext password is in memory while an import waits for the lock.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use crate::support::{Sandbox, lines, skip};

/// What every password of this test begins with.
const MARK: &str = "Quetzalcoatl-";

/// How often the mark is in the memory of a process, as it is or as HMAC pads a key with it; none
/// if that may not be read.
fn marks_in_memory(pid: Pid) -> Option<usize> {
    let marks = [0, 0x36, 0x5c].map(|pad| MARK.bytes().map(|byte| byte ^ pad).collect::<Vec<_>>());
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut found = 0;
    for line in maps.lines().filter(|line| line.split(' ').nth(1) == Some("rw-p")) {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let mut bytes = vec![0; usize::try_from(number(to)? - number(from)?).ok()?];
        // What was unmapped meanwhile is not there.
        if memory.read_exact_at(&mut bytes, number(from)?).is_ok() {
            let is_mark = |window: &&[u8]| marks.iter().any(|mark| mark == window);
            found += bytes.windows(MARK.len()).filter(is_mark).count();
        }
    }
    Some(found)
}

#[test]
fn passwords_are_wiped_before_the_lock_is_waited_for() {
    let csv = lines(0..300, |number| format!("user{number},{MARK}{number}\n"));
    let jsonl = lines(0..300, |number| {
        format!("{{\"username\":\"user{number}\",\"password\":\"{MARK}{number}\"}}\n")
    });
    for (format, rows) in [("csv", format!("username,password\n{csv}")), ("jsonl", jsonl)] {
        let sandbox = Sandbox::application(&["user7"]);
        let lock = sandbox.locked("IMMEDIATE");
        let run = sandbox.useradm(&format!("import --on-conflict update --from {format} -"));
        let mut running = run.counts(299, 0, 1).arg("--timeout=300").start();
        running.write(rows);
        // It reads and hashes, and has them all in memory for a while; then it waits, without them.
        let since = Instant::now();
        while let Some(marks) = marks_in_memory(running.pid) {
            assert!(running.is_running());
            if marks == 0 && since.elapsed() > Duration::from_secs(1) {
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(50), "{format}: {marks} are still there");
            thread::sleep(Duration::from_millis(50));
        }
        if marks_in_memory(running.pid).is_none() {
            skip("the memory of another process cannot be read");
        }
        lock.execute_batch("COMMIT").unwrap();
        running.finish();
    }
}
