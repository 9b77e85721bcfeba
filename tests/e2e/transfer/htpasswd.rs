//! htpasswd lines.

use crate::support::{PASSWORD, Sandbox, hash, lines};

/// Lines of htpasswd and other tools, whose hashes the application cannot verify.
const FOREIGN: [(&str, &str); 9] = [
    ("bcrypt:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC", "bcrypt"),
    ("apr1:$apr1$x6s3cret$T3WqvMKXoOJ6UzSIGcKv01", "apr1"),
    ("sha:{SHA}s3cretPYmaEiEtVyiBa1gVFMT0c=", "ldap_sha1"),
    ("sha512:$6$s3cret$C5uXF3gSC7x", "sha512_crypt"),
    ("crypt:s3cretQ1g4d2E", "unknown"),
    ("plain:s3cretpassword", "unknown"),
    ("werkzeug:pbkdf2:sha256:600000$s3cret$00ff", "werkzeug_pbkdf2_sha256"),
    ("argon:$argon2id$v=19$m=65536,t=3,p=4$s3cret$s3cret", "argon2id"),
    ("django:pbkdf2_sha256$600000$s3cret$s3cret", "django_pbkdf2_sha256"),
];

#[test]
fn takes_names_and_hashes() {
    let (one, two) = (hash(PASSWORD), hash("battery staple"));
    let sandbox = Sandbox::application(&[]);
    let input = format!("# people\n\nalice:{one}\r\n\n#x:y\nBob Smith:{two}");
    let run = sandbox.useradm("import --from htpasswd -").stdin(input);
    run.counts(2, 0, 0).check();
    let users = sandbox.rows("SELECT username, password_hash FROM user ORDER BY username");
    assert_eq!(users, [format!("Bob Smith|{two}"), format!("alice|{one}")]);
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("import --from htpasswd -").counts(0, 0, 0).check_unchanged();
}

#[test]
fn names_the_scheme_of_hashes_that_the_application_cannot_verify() {
    let sandbox = Sandbox::application(&[]);
    let foreign: Vec<&str> = FOREIGN.iter().map(|(line, _)| *line).collect();
    let input = format!("ok:{}\n{}\n", hash(PASSWORD), foreign.join("\n"));
    let said = |(number, (line, scheme)): (usize, &(&str, &str))| {
        let (name, _) = line.split_once(':').unwrap();
        format!("line {}: {name}: [..]{scheme}\n", number + 2)
    };
    let rows = lines(FOREIGN.iter().enumerate(), said);
    let run = sandbox.useradm("import --from htpasswd -").stdin(&input);
    run.status(6).stderr(format!("{rows}error: Invalid input: 9 rows [..]\n")).check_unchanged();

    let run = sandbox.useradm("import --from htpasswd --skip-unsupported -").stdin(&input);
    run.counts(1, 9, 0).check();
    assert_eq!(sandbox.usernames(), ["ok"]);
}

#[test]
fn leaves_out_unsupported_hashes_of_every_format_but_no_names_that_are_wrong() {
    let sandbox = Sandbox::application(&[]);
    let input = format!("username,password_hash\na,$2b$12$s3cret\nb,{}\n", hash(PASSWORD));
    let run = sandbox.useradm("import --from csv --skip-unsupported -").stdin(input);
    run.counts(1, 1, 0).check();
    let input = "{\"username\":\"c\",\"password_hash\":\"$argon2i$s3cret\"}\n";
    let run = sandbox.useradm("import --from jsonl --skip-unsupported -").stdin(input);
    run.counts(0, 1, 0).check_unchanged();
    let run = sandbox.useradm("import --from htpasswd --skip-unsupported -");
    let run = run.stdin("\u{1b}[2J:$2b$12$s3cret\n");
    run.status(6).stderr("line 1: \\u{1b}[2J: [..]\nerror: [..]\n").check_unchanged();
}

#[test]
fn refuses_lines_that_are_none() {
    let sandbox = Sandbox::application(&[]);
    for line in ["alice", "correct horse", ":", "\0", ":$pbkdf2-sha256$x", "\u{feff}x"] {
        let run = sandbox.useradm("import --from htpasswd -");
        let run = run.stdin(format!("ok:{}\n\n{line}\n", hash(PASSWORD)));
        let says = "line 3:[..]\nerror: Invalid input: 1 row [..]\n";
        run.status(6).stderr(says).check_unchanged();
    }
}

#[test]
fn has_no_ids_to_keep() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --keep-ids --from htpasswd -");
    let run = run.stdin(format!("alice:{}\n", hash(PASSWORD)));
    run.status(6).stderr("line 1: alice: [..]id[..]\nerror: [..]\n").check_unchanged();
}
