//! What to type next after an error of the library. A hint is safe to follow: none leads to a change
//! that could lock a user out or make a second table. How a command line is written out is in `shell.rs`.

use std::path::Path;

use crate::cli::args::listed;
use crate::cli::shell;
use useradm::Error;
use useradm::error::Remedy;
use useradm::hash::{Recipe, Scheme};
use useradm::layout::quoted;

/// What to type next, where that can be said.
pub(super) fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::WeakPassword(_) => WEAK_ALLOWED.to_owned(),
        Error::LookalikeExists { .. } => "--allow-lookalike takes the name all the same".to_owned(),
        Error::IdTaken { .. } => "without --keep-ids the row gets a new id".to_owned(),
        Error::CompanionsNeeded { .. } => {
            "--like USERNAME gives the new user such rows too; --without-companions adds the user without them".to_owned()
        }
        Error::ForeignKey(_) => {
            "rows of other tables refer to the user, or a value refers to a row that is not there; the \
             application itself may know how to change both together"
                .to_owned()
        }
        Error::AlreadyInitialised(_) => "--if-not-exists accepts that".to_owned(),
        Error::DatabaseBusy { .. } => {
            "--timeout waits longer; a transaction left open in the application keeps the lock"
                .to_owned()
        }
        Error::DatabaseMissing { elsewhere: Some(path), .. } => {
            format!("--db {} uses that file", shell::quoted(path.as_os_str()))
        }
        // Only the first application's table can be made.
        Error::DatabaseMissing { .. } if shell::is_given("--layout") => {
            "--db names another file".to_owned()
        }
        Error::DatabaseMissing { .. } => {
            format!("--db names another file; {} makes a new one", shell::command("init"))
        }
        Error::WrongSchema { absent: true, .. } => {
            format!("{} adds the table", shell::command("init"))
        }
        Error::WrongOwner { owner, path, remedy, .. } => wrong_owner_hint(owner, path, remedy),
        Error::OpenToOthers { path, remedy, .. } => wrong_owner_hint("USER", path, remedy),
        Error::FileExists(_) => "name another file, or move that one away first".to_owned(),
        Error::LeftoverJournal(path) => {
            format!("find out whose it is, and `{}`", shell::move_away(path))
        }
        Error::NoRounds { scheme } => {
            format!("leave --rounds out, or say what a hash is to cost with --scheme {scheme}:...")
        }
        Error::UnreadableHash { id, user, replaceable: true, .. } => {
            let command = format!("update {} --password", shell::user(id, user));
            format!("{} gives the user a new one", shell::command(&command))
        }
        Error::HugeValue { path, row, column, bytes, .. }
            if column == "username" && *bytes > CHANGEABLE_BYTES =>
        {
            let path = shell::quoted(path.as_os_str());
            let delete = format!("DELETE FROM {row}");
            format!("sqlite3 {path} {} removes that user", shell::quoted(delete.as_ref()))
        }
        Error::HugeValue { id, column, .. } if column == "username" => {
            format!(
                "{} removes that user",
                shell::command(&format!("delete --id={}", shell::quoted(id.as_ref())))
            )
        }
        Error::HugeValue { column, .. } if column.starts_with("column ") => {
            format!("--fields without the {column} shows the rest")
        }
        Error::HugeValue { id, .. } => {
            let command = format!("update --id={} --password", shell::quoted(id.as_ref()));
            format!("{} gives that user a new one", shell::command(&command))
        }
        Error::LayoutLacks(_) => "--set COLUMN=VALUE in its place sets any column".to_owned(),
        Error::ColumnsNeeded { columns, .. } => {
            format!("{} says what they get", shell::assignments(columns))
        }
        Error::OutcomeUnknown(_) => show_tells(),
        Error::Partly { cause, .. } => return hint(cause),
        error => return layout_hint(error),
    };
    Some(hint)
}

/// What to type next after an error about where the users are, and how passwords are hashed there.
fn layout_hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::UsersElsewhere { .. } => {
            format!("{} tells what is there; --db names another file", shell::command("list"))
        }
        Error::NoNames { table, .. } => {
            let layout = format!("table={},username=COLUMN", quoted(table));
            format!("--layout {} says which column has the names", shell::quoted(layout.as_ref()))
        }
        Error::LayoutAmbiguous { layouts, .. } => {
            let layouts: Vec<String> = layouts.iter().map(|it| layout_option(it)).collect();
            format!("{} says which one is meant", listed(&layouts))
        }
        Error::NoHashes { layout, .. }
        | Error::LayoutUnconfirmed { is_writable: false, layout, .. } => {
            let layout = layout_option(&format!("{layout},scheme=SCHEME"));
            format!("{layout} says how the application hashes passwords, where you know it")
        }
        Error::LayoutUnconfirmed { layout, .. } => format!(
            "{} looks at it, proves it by a log-in and writes useradm.toml; {} says the same once",
            shell::command("adopt"),
            layout_option(layout)
        ),
        Error::PepperMissing { .. } => {
            "--pepper-file <PATH> names a file with the key, which Flask-Security calls \
             SECURITY_PASSWORD_SALT"
                .to_owned()
        }
        Error::InvalidSettings { .. } => {
            "mend that file, or name another one with --config".to_owned()
        }
        Error::SchemeMismatch { .. } if shell::is_given("--scheme") => {
            "without --scheme a new hash is one that the application reads".to_owned()
        }
        Error::SchemeMismatch { scheme, .. }
        | Error::UnreadableHash { scheme, replaceable: false, .. }
            if is_writable(scheme) =>
        {
            let adopt = shell::without_layout("adopt");
            format!("{adopt} finds out which hashes the application has")
        }
        Error::SchemeMismatch { .. } => "set the password in the application itself".to_owned(),
        _ => return None,
    })
}

/// The option that says this layout.
fn layout_option(layout: &str) -> String {
    format!("--layout {}", shell::quoted(layout.as_ref()))
}

/// Whether new hashes can be of the scheme of this name.
fn is_writable(scheme: &str) -> bool {
    Scheme::named(scheme).and_then(Recipe::new).is_some()
}

pub(super) fn show_tells() -> String {
    format!("{} tells whether it is stored", shell::command("show"))
}

/// The longest value that can be taken out of an index within the memory that SQLite may use here:
/// it needs room for some copies.
const CHANGEABLE_BYTES: u64 = 32_000_000;

/// What helps against a weak password.
pub(crate) const WEAK_ALLOWED: &str = "--allow-weak-password takes a weak password all the same";

const TRUST: &str =
    "; --trust-directory lets root go on as root, if you trust all who may write there";

fn wrong_owner_hint(owner: &str, path: &Path, remedy: &Remedy) -> String {
    let quoted = |path: &Path| shell::quoted(path.as_os_str());
    match remedy {
        Remedy::ActAsOwner { database } => shell::as_owner(owner, database),
        Remedy::StartAsOwner { or_trust } => {
            let id = owner.trim_start_matches('#');
            let trust = if *or_trust { TRUST } else { "" };
            format!("run the container's command as that user (docker exec --user {id} ...){trust}")
        }
        Remedy::MakeElsewhere { file } => format!(
            "name a file in another directory with --db, or make it as the user of the application: \
             `{}`{TRUST}",
            shell::as_owner("USER", file)
        ),
        Remedy::NameTheFile => {
            format!("`ls -l {}` tells where it leads; --db names the file itself", quoted(path))
        }
        Remedy::Give(to) => format!("`chown {} {}`", shell::quoted(to.as_ref()), quoted(path)),
        Remedy::GiveOrTrust { file } => format!(
            "`chown USER {}` gives it to the user of the application, and root then acts as that user{TRUST}",
            quoted(file)
        ),
        Remedy::MoveAway => {
            format!("stop the application, look at it, and `{}`", shell::move_away(path))
        }
        Remedy::SetAside => {
            format!("find out whose it is, and `{}`", shell::move_away(path))
        }
        Remedy::LetIn => format!("`namei -l {}` shows what keeps them out", quoted(path)),
    }
}
