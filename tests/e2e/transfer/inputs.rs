//! What an input can be that is no ordinary file, or does not stay as it was.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::stat::Mode;

use crate::support::{PASSWORD, Sandbox, hash, lines, ready_rows};

const FORMATS: [&str; 3] = ["csv", "jsonl", "htpasswd"];

#[test]
fn refuses_the_database_itself_by_whatever_way() {
    let sandbox = Sandbox::application(&["alice"]);
    symlink("users.db", sandbox.path("link.csv")).unwrap();
    fs::hard_link(sandbox.path("users.db"), sandbox.path("hard.csv")).unwrap();
    symlink(".", sandbox.path("here")).unwrap();
    let says = "error: Invalid input: [..]database itself[..]\n";
    for path in ["users.db", "./users.db", "link.csv", "hard.csv", "here/users.db"] {
        for format in FORMATS {
            let run = sandbox.useradm(&format!("import --from {format} {path}"));
            run.status(6).stderr(says).check_unchanged();
        }
    }
    for path in ["-", "/dev/stdin", "/proc/self/fd/0"] {
        let run = sandbox.useradm(&format!("import --from csv {path}"));
        let run = run.stdin_from(File::open(sandbox.path("users.db")).unwrap());
        run.error(6, "invalid_input").check_unchanged();
    }
    let run = sandbox.useradm("import --create --from csv users.db");
    run.error(6, "invalid_input").check_unchanged();
}

#[test]
fn refuses_a_database_as_input_even_if_it_is_another_one() {
    let (sandbox, other) = (Sandbox::application(&["alice"]), Sandbox::application(&["bob"]));
    for format in FORMATS {
        let run = sandbox.useradm(&format!("import --from {format}")).arg(other.path("users.db"));
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn refuses_a_directory_and_what_is_not_there() {
    let sandbox = Sandbox::application(&[]);
    fs::create_dir(sandbox.path("people.csv")).unwrap();
    for path in ["people.csv", "missing.csv", "people.csv/x.csv"] {
        sandbox.useradm("import").arg(path).error(6, "invalid_input").check_unchanged();
    }
    let run = sandbox.useradm("import missing.csv");
    run.status(6).stderr("error: Invalid input: [..]missing.csv[..]\n").check_unchanged();
    let run = sandbox.useradm("import --from csv -");
    let run = run.stdin_from(File::open(sandbox.path("")).unwrap());
    run.error(6, "invalid_input").check_unchanged();
    let run = sandbox.shell("\"$0\" import --from csv - <&-").status(6);
    run.stderr("error: Invalid input: [..]\n").check_unchanged();
}

#[test]
fn reads_a_fifo_to_its_end() {
    let sandbox = Sandbox::application(&[]);
    let fifo = sandbox.path("people.csv");
    nix::unistd::mkfifo(&fifo, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    let writer = thread::spawn(move || {
        let mut pipe = OpenOptions::new().write(true).open(fifo).unwrap();
        for part in ["user", "name,password\nbo", "b,correct horse\na,", "battery staple\n"] {
            pipe.write_all(part.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
    });
    sandbox.useradm("import people.csv").counts(2, 0, 0).check();
    writer.join().unwrap();
    assert_eq!(sandbox.usernames(), ["bob", "a"]);
}

#[test]
fn reads_a_mark_and_a_line_break_that_come_in_pieces() {
    let sandbox = Sandbox::application(&[]);
    let mut running = sandbox.useradm("import --from csv -").counts(2, 0, 0).start();
    let mut stdin = running.stdin.take().unwrap();
    let input = "\u{feff}username,password\r\n\"a\",correct horse\r\nb,battery staple";
    for byte in input.as_bytes() {
        stdin.write_all(&[*byte]).unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    drop(stdin);
    running.finish();
    assert_eq!(sandbox.usernames(), ["a", "b"]);
}

/// Writes `first` and then `rest` until the program has had enough; tells how many bytes it took.
fn pour(first: &str, rest: &str, mut pipe: impl Write) -> usize {
    const ENOUGH: usize = 1 << 30;
    let rest = rest.repeat(65_536 / rest.len());
    let mut written = 0;
    let mut part = first;
    while written < ENOUGH && pipe.write_all(part.as_bytes()).is_ok() {
        written += part.len();
        part = &rest;
    }
    written
}

#[test]
fn refuses_a_line_of_a_gigabyte_long_before_its_end() {
    for (format, first, rest, line) in [
        ("csv", "", "x", 1),
        ("csv", "username,password\nok,correct horse\nbob,", "x", 3),
        ("csv", "username,password\n\"", "xy\n", 2),
        ("csv", "username,password\nbob,\"", "\"\"", 2),
        ("jsonl", "\n{\"username\":\"", "x", 2),
        ("jsonl", "", "[", 1),
        ("htpasswd", "#\n#\nbob:", "x", 3),
    ] {
        let sandbox = Sandbox::application(&["alice"]);
        let run = sandbox.useradm(&format!("import --from {format} -")).status(6);
        let run = run.stderr(format!("error: Invalid input: [..]line {line} [..]\n"));
        let mut running = run.start();
        let taken = pour(first, rest, running.stdin.take().unwrap());
        running.finish();
        assert!(taken < 16 << 20, "{format}: {taken} bytes were read");
        assert_eq!(sandbox.usernames(), ["alice"]);
    }
}

#[test]
fn refuses_a_device_without_end() {
    let sandbox = Sandbox::application(&[]);
    for format in FORMATS {
        let run = sandbox.useradm(&format!("import --from {format} /dev/zero"));
        run.error(6, "invalid_input").check_unchanged();
    }
    let run = sandbox.useradm("import --from csv /dev/null");
    run.error(6, "invalid_input").check_unchanged();
}

#[test]
fn refuses_a_file_that_changes_while_it_is_read() {
    let ready = hash(PASSWORD);
    let json = format!("{{\"username\":\"NAME\",\"password_hash\":\"{ready}\"}}\n");
    for (format, row) in [("csv", format!("NAME,{ready}\n")), ("jsonl", json)] {
        let sandbox = Sandbox::application(&[]);
        let name = format!("people.{format}");
        let header = if format == "csv" { "username,password_hash\n" } else { "" };
        let number = |number: usize| row.replace("NAME", &format!("user{number}"));
        let rows = lines(0..30_000, number);
        sandbox.write(&name, format!("{header}{rows}"));
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let grow = || {
                let mut file = OpenOptions::new().append(true).open(sandbox.path(&name)).unwrap();
                for number in 30_000.. {
                    file.write_all(row.replace("NAME", &format!("user{number}")).as_bytes())
                        .unwrap();
                    thread::sleep(Duration::from_micros(100));
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                }
            };
            scope.spawn(grow);
            let run = sandbox.useradm("import").arg(&name).status(6);
            let says = "error: Invalid input: [..]changed[..]\n";
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                run.stderr(says).check();
            }));
            ended.store(true, Ordering::Relaxed);
            if let Err(panic) = checked {
                std::panic::resume_unwind(panic);
            }
        });
        assert_eq!(sandbox.count(), 0);
    }
}

#[test]
fn reads_rows_across_the_parts_in_which_they_are_read() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("people.csv", ready_rows(5000));
    sandbox.useradm("import people.csv").counts(5000, 0, 0).check();
    assert_eq!(sandbox.count(), 5000);
    let hashes = sandbox.rows("SELECT DISTINCT password_hash FROM user");
    assert_eq!(hashes, [hash(PASSWORD)]);
}
