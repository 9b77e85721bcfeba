//! `useradm export`

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::answer::Answer;
use super::exit::Failure;
use super::input::UserFormat;
use super::output::escape::escaped_bytes;
use super::output::{csv, json};
use super::{Session, files};
use useradm::accounts;
use useradm::store::Row;
use useradm::{Error, Interrupt};

/// How much is collected before it is written, in bytes.
const BUFFER_BYTES: usize = 256 * 1024;

/// How often all users are read page by page, in the hope that nobody commits meanwhile.
const UNDISTURBED_ATTEMPTS: u32 = 3;

/// Write all users with their hashes to a file that import takes back
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm export users.csv
  useradm export --to jsonl - | gzip > users.jsonl.gz

The users are those of one moment, though the application goes on writing. A file has mode 0600 and
gets its name only when it is complete. It holds every password hash: keep it as safe as the
database itself.")]
pub(crate) struct ExportArgs {
    /// The file; - is standard output
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: PathBuf,
    /// The format of the file [default: by its ending, or csv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<UserFormat>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

impl ExportArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let format = self.to.or_else(|| UserFormat::of(&self.file)).unwrap_or(UserFormat::Csv);
        if self.file == Path::new("-") {
            refuse_database(is_standard_output(session.path()))?;
            let mut spool = tempfile::tempfile().map_err(Failure::Output)?;
            write_users(session, format, &mut spool)?;
            return copy(&mut spool, &mut io::stdout().lock())
                .map_err(|e| Failure::Output(e).into());
        }
        self.to_file(session, format)
    }

    fn to_file(&self, session: &Session, format: UserFormat) -> Result<()> {
        session.check_present()?;
        let path = self.target(session)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        // A file of hashes must not be left behind; what follows looks for a request to stop.
        let _section = session.interrupt().defer();
        let mut file = tempfile::Builder::new()
            .prefix(".useradm-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(Failure::Output)?;
        files::make_private(file.as_file()).map_err(Failure::Output)?;
        let count = write_users(session, format, file.as_file_mut())?;
        file.as_file().sync_all().map_err(Failure::Output)?;
        session.interrupt().check()?;
        if self.force {
            file.persist(&path).map_err(|error| Failure::Output(error.error))?;
        } else {
            file.persist_noclobber(&path).map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => exists(&path),
                _ => Failure::Output(error.error).into(),
            })?;
        }
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(Failure::Output)?;
        let message = format!("exported {count}");
        Answer::new(session, &message)
            .detail(path.to_string_lossy())
            .exported(count, &path)
            .print(session)
    }

    /// The absolute path of the file to make; the one behind a link, if it may be replaced.
    fn target(&self, session: &Session) -> Result<PathBuf> {
        let path = std::path::absolute(&self.file).map_err(Failure::Output)?;
        refuse_database(files::is_of_database(&path, session.path()))?;
        if !self.force {
            return if path.symlink_metadata().is_ok() { Err(exists(&path)) } else { Ok(path) };
        }
        match path.metadata() {
            // A device would become a file.
            Ok(there) if !there.is_file() => {
                let reason = format!("{} is not a regular file", path.display());
                Err(Failure::Output(io::Error::other(reason)).into())
            }
            Ok(_) => Ok(path.canonicalize().map_err(Failure::Output)?),
            Err(_) => Ok(path),
        }
    }
}

fn exists(path: &Path) -> anyhow::Error {
    let message = format!("{} exists", path.display());
    Failure::Exists { message, hint: "--force replaces it".to_owned() }.into()
}

fn refuse_database(is_database: bool) -> Result<(), Error> {
    if is_database {
        return Err(Error::InvalidInput("the file is the database itself".to_owned()));
    }
    Ok(())
}

/// Whether standard output was opened on this file, as by `>>`.
fn is_standard_output(path: &Path) -> bool {
    let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let output = file.and_then(|file| file.metadata());
    matches!((output, path.metadata()), (Ok(a), Ok(b)) if files::is_same(&a, &b))
}

/// Writes all users of one moment to an empty file, and tells how many they are.
fn write_users(session: &Session, format: UserFormat, file: &mut File) -> Result<u64> {
    for _ in 0..UNDISTURBED_ATTEMPTS {
        file.set_len(0).and_then(|()| file.rewind()).map_err(Failure::Output)?;
        let sheet = RefCell::new(Sheet::new(format, session));
        let visit = |row: Row<'_>| {
            let mut sheet = sheet.borrow_mut();
            sheet.push(&row)?;
            Ok(if sheet.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        };
        let write = || sheet.borrow_mut().write(file);
        if accounts::export(session.database()?, visit, write)? {
            return Ok(sheet.into_inner().count);
        }
    }
    // The application commits all the time, so they are read at once, into a temporary file: the
    // one that is wanted may be on a file system that makes us wait.
    let mut spool = tempfile::tempfile().map_err(Failure::Output)?;
    let mut sheet = Sheet::new(format, session);
    accounts::export_at_once(session.database()?, |row| {
        sheet.push(&row)?;
        if sheet.is_full() { sheet.write(&mut spool) } else { Ok(()) }
    })?;
    sheet.write(&mut spool)?;
    file.set_len(0).and_then(|()| file.rewind()).map_err(Failure::Output)?;
    copy(&mut spool, file).map_err(Failure::Output)?;
    Ok(sheet.count)
}

/// The text of users that is still to be written out.
struct Sheet<'s> {
    format: UserFormat,
    interrupt: &'s Interrupt,
    out: Vec<u8>,
    count: u64,
}

impl<'s> Sheet<'s> {
    fn new(format: UserFormat, session: &'s Session) -> Self {
        let mut out = Vec::with_capacity(BUFFER_BYTES + 1024);
        if format == UserFormat::Csv {
            csv::push_line(&mut out, [&b"id"[..], b"username", b"password_hash"].into_iter());
        }
        Sheet { format, interrupt: session.interrupt(), out, count: 0 }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<()> {
        self.count += 1;
        push_user(&mut self.out, self.format, row)
    }

    fn is_full(&self) -> bool {
        self.out.len() >= BUFFER_BYTES
    }

    fn write(&mut self, file: &mut File) -> Result<()> {
        self.interrupt.check()?;
        file.write_all(&self.out).map_err(Failure::Output)?;
        self.out.clear();
        Ok(())
    }
}

fn push_user(out: &mut Vec<u8>, format: UserFormat, row: &Row<'_>) -> Result<()> {
    let (name, hash) = (row.name.unwrap_or_default(), row.hash.unwrap_or_default());
    match format {
        UserFormat::Csv => {
            let mut id = itoa::Buffer::new();
            csv::push_line(out, [id.format(row.id).as_bytes(), name, hash].into_iter());
        }
        UserFormat::Jsonl => {
            let text = std::str::from_utf8(name).ok();
            let hex = text.is_none().then(|| hexadecimal(name));
            let password_hash = String::from_utf8_lossy(hash);
            let user = User {
                id: row.id,
                username: text,
                username_hex: hex,
                password_hash: &password_hash,
            };
            json::line(out, &user);
        }
        UserFormat::Htpasswd => {
            let unfit = |byte: &u8| b":\r\n\0".contains(byte);
            if name.iter().any(unfit) || name.starts_with(b"#") || hash.iter().any(unfit) {
                let reason = format!("htpasswd cannot hold the user {}", escaped_bytes(name));
                return Err(Error::InvalidInput(reason).into());
            }
            out.extend_from_slice(name);
            out.push(b':');
            out.extend_from_slice(hash);
            out.push(b'\n');
        }
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// A user as JSON lines hold them.
#[derive(Serialize)]
struct User<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username_hex: Option<String>,
    password_hash: &'a str,
}

fn copy(spool: &mut File, out: &mut impl Write) -> io::Result<()> {
    spool.seek(SeekFrom::Start(0))?;
    io::copy(spool, out)?;
    out.flush()
}
