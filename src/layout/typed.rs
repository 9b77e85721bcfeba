//! What a column stores for what an admin or a file says: the rules of types, no I/O. Which columns a
//! table has is asked of the store.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use super::{Affinity, Column, Stored};

/// What a column is for, as far as its declared type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    Real,
    /// `NUMERIC`, `DECIMAL`.
    Number,
    DateTime,
    Date,
    Time,
    Text,
    Blob,
    /// No declared type, or one that SQLite knows nothing of, such as `JSON`.
    Any,
}

impl Kind {
    /// Reads a declared type: what SQLAlchemy and Django call a truth value or a date, and otherwise
    /// its affinity.
    fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let begins = |word: &str| declared.starts_with(word);
        if begins("BOOL") {
            Kind::Boolean
        } else if begins("DATETIME") || begins("TIMESTAMP") {
            Kind::DateTime
        } else if begins("DATE") {
            Kind::Date
        } else if begins("TIME") {
            Kind::Time
        } else {
            match Affinity::of(&declared) {
                Affinity::Integer => Kind::Integer,
                Affinity::Text => Kind::Text,
                Affinity::Real => Kind::Real,
                Affinity::Blob if !declared.is_empty() => Kind::Blob,
                Affinity::Numeric if begins("NUM") || begins("DEC") => Kind::Number,
                Affinity::Blob | Affinity::Numeric => Kind::Any,
            }
        }
    }
}

impl Column {
    /// What the column stores for a text.
    ///
    /// # Errors
    /// What it would store instead, in words that follow a colon.
    pub fn typed(&self, text: &[u8]) -> Result<Stored<'static>, String> {
        if Kind::of(&self.kind) == Kind::Blob {
            return Ok(Stored::Blob(Cow::Owned(text.to_vec())));
        }
        let Ok(text) = std::str::from_utf8(text) else {
            return Err("it is not valid UTF-8".to_owned());
        };
        if text.contains('\0') {
            return Err("it has a NUL character".to_owned());
        }
        let wrong = |wants: &str| Err(format!("the column has the type {}, {wants}", self.kind));
        let whole = text.parse().ok().filter(|_| is_number(text)).map(Stored::Integer);
        let number = || {
            let number = text.parse().ok().filter(|it: &f64| is_number(text) && it.is_finite());
            whole.clone().or(number.map(Stored::Real))
        };
        match Kind::of(&self.kind) {
            Kind::Boolean => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(Stored::Integer(1)),
                "false" | "0" => Ok(Stored::Integer(0)),
                _ => wrong("which takes true, false, 1 or 0"),
            },
            Kind::Integer => whole.map_or_else(|| wrong("which takes whole numbers"), Ok),
            Kind::Real | Kind::Number => number().map_or_else(|| wrong("which takes numbers"), Ok),
            // An application that keeps seconds has numbers there.
            Kind::DateTime | Kind::Date | Kind::Time if whole.is_some() => {
                Ok(whole.unwrap_or(Stored::Null))
            }
            Kind::DateTime => match date_time(text) {
                Some(text) => Ok(Stored::text(text)),
                None => wrong("which takes 2024-12-31 or 2024-12-31 23:59:59"),
            },
            Kind::Date if is_date(text) => Ok(Stored::text(text)),
            Kind::Date => wrong("which takes 2024-12-31"),
            Kind::Time => match time(text) {
                Some(text) => Ok(Stored::text(text)),
                None => wrong("which takes 23:59:59"),
            },
            Kind::Text => Ok(Stored::text(text)),
            Kind::Blob | Kind::Any if self.kind.is_empty() => Ok(Stored::text(text)),
            // SQLite makes a number of what looks like one.
            Kind::Blob | Kind::Any => Ok(number().unwrap_or_else(|| Stored::text(text))),
        }
    }

    /// What the column stores for a moment: a text in UTC, as SQLAlchemy's and Django's SQLite
    /// backends write it, or the seconds since 1970.
    ///
    /// # Errors
    /// Why it stores no moments, in words that follow a colon.
    pub fn moment(&self, now: SystemTime) -> Result<Stored<'static>, String> {
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let text = utc(since);
        Ok(match Kind::of(&self.kind) {
            Kind::Integer | Kind::Number => {
                Stored::Integer(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
            }
            Kind::Real => Stored::Real(since.as_secs_f64()),
            Kind::Date => Stored::text(&text[..DATE.len()]),
            Kind::Time => Stored::text(&text[DATE.len() + 1..]),
            Kind::DateTime | Kind::Text | Kind::Any => Stored::text(text),
            Kind::Boolean | Kind::Blob => {
                return Err(format!("the column has the type {}, not one of dates", self.kind));
            }
        })
    }
}

/// Whether this is a number in the digits that people write: no `inf`, no `nan`, no `+`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
}

/// The forms of dates and times; `0` is any digit.
const DATE: &str = "0000-00-00";
const MINUTES: &str = "00:00";
const SECONDS: &str = "00:00:00";

fn is_like(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && (text.bytes().zip(form.bytes()))
            .all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form })
}

/// Whether this is a day of the calendar: an application could not read another one.
fn is_date(text: &str) -> bool {
    let part = |at: std::ops::Range<usize>| text.get(at).and_then(|part| part.parse().ok());
    let is_leap = |year: u16| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let days = match (part(0..4), part(5..7)) {
        (Some(year), Some(2)) => 28 + u16::from(is_leap(year)),
        (_, Some(4 | 6 | 9 | 11)) => 30,
        (_, Some(1..=12)) => 31,
        _ => 0,
    };
    is_like(text, DATE) && part(8..10).is_some_and(|day| (1..=days).contains(&day))
}

/// Whether bytes are a day of the calendar, as `2024-12-31`.
pub(super) fn is_day(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(is_date)
}

/// A time of day with its microseconds.
fn time(text: &str) -> Option<String> {
    if is_like(text, MINUTES) {
        return time(&format!("{text}:00"));
    }
    let is_below = |at, end| text.get(at..at + 2).is_some_and(|part| part < end);
    if !is_below(0, "24") || !is_below(3, "60") || !is_below(6, "60") {
        return None;
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction =
        (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    (is_like(seconds, SECONDS) && is_fraction).then(|| format!("{seconds}.{fraction:0<6}"))
}

/// A date, and the time of day or midnight.
fn date_time(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(DATE.len())?;
    let rest = match rest.strip_prefix([' ', 'T']) {
        Some(rest) => time(rest.strip_suffix('Z').unwrap_or(rest))?,
        None if rest.is_empty() => time("00:00")?,
        None => return None,
    };
    is_date(date).then(|| format!("{date} {rest}"))
}

/// `YYYY-MM-DD HH:MM:SS.ffffff`, so long after 1970. The days are counted in years that begin in
/// March, so that a leap day ends one (Hinnant, chrono-compatible low-level date algorithms).
fn utc(since: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    let (days, seconds) = (since.as_secs() / DAY + 719_468, since.as_secs() % DAY);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = 400 * era + year + u64::from(month <= 2);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}.{micros:06}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &str) -> Column {
        let (name, kind) = ("x".to_owned(), kind.to_owned());
        Column { name, kind, not_null: false, has_default: false, key: 0, is_generated: false }
    }

    fn text(text: &str) -> Stored<'static> {
        Stored::text(text)
    }

    #[test]
    fn a_text_becomes_what_the_column_stores() {
        let blob = |text: &str| Stored::Blob(text.as_bytes().to_vec().into());
        for (kind, given, stored) in [
            ("INTEGER", "-7", Stored::Integer(-7)),
            ("BIGINT", "007", Stored::Integer(7)),
            ("BOOLEAN", "True", Stored::Integer(1)),
            ("BOOLEAN", "0", Stored::Integer(0)),
            ("VARCHAR(80)", "007", text("007")),
            ("VARCHAR(80)", "", text("")),
            ("TEXT", "'); DROP TABLE user; --", text("'); DROP TABLE user; --")),
            ("FLOAT", "1.5", Stored::Real(1.5)),
            ("NUMERIC(10, 2)", "12", Stored::Integer(12)),
            ("NUMERIC(10, 2)", "1e2", Stored::Real(100.0)),
            ("DATETIME", "2024-05-01", text("2024-05-01 00:00:00.000000")),
            ("DATETIME", "2024-05-01T10:20Z", text("2024-05-01 10:20:00.000000")),
            ("TIMESTAMP", "2024-05-01 10:20:30.25", text("2024-05-01 10:20:30.250000")),
            ("TIMESTAMP", "1714558830", Stored::Integer(1_714_558_830)),
            ("DATE", "2024-05-01", text("2024-05-01")),
            ("TIME", "10:20", text("10:20:00.000000")),
            ("BLOB", "1", blob("1")),
            ("", "1", text("1")),
            ("JSON", "{\"a\":1}", text("{\"a\":1}")),
            ("JSON", "1", Stored::Integer(1)),
        ] {
            assert_eq!(column(kind).typed(given.as_bytes()), Ok(stored), "{kind} {given}");
        }
    }

    #[test]
    fn a_text_of_another_type_is_refused() {
        for (kind, given) in [
            ("INTEGER", ""),
            ("INTEGER", "1.5"),
            ("INTEGER", "+1"),
            ("INTEGER", " 1"),
            ("INTEGER", "0 OR 1"),
            ("INTEGER", "9223372036854775808"),
            ("BOOLEAN", "2"),
            ("BOOLEAN", "yes"),
            ("REAL", "inf"),
            ("REAL", "nan"),
            ("REAL", "1e999"),
            ("DECIMAL", "1,5"),
            ("DATETIME", "yesterday"),
            ("DATETIME", "2024-05-01 10"),
            ("DATETIME", "2024-05-01 10:20:30.1234567"),
            ("DATETIME", "1er janvier é"),
            ("DATE", "01.05.2024"),
            ("TIME", "ten"),
            ("TIME", "24:00:00"),
            ("DATE", "2024-13-01"),
            ("DATE", "2023-02-29"),
            ("DATETIME", "2024-00-00"),
            ("TEXT", "a\0b"),
        ] {
            assert!(column(kind).typed(given.as_bytes()).is_err(), "{kind} {given}");
        }
        assert!(column("TEXT").typed(b"\xff").is_err());
    }

    #[test]
    fn a_moment_is_written_as_applications_write_it() {
        for (seconds, shown) in [
            (0, "1970-01-01 00:00:00.250000"),
            (951_782_399, "2000-02-28 23:59:59.250000"),
            (951_782_400, "2000-02-29 00:00:00.250000"),
            (1_709_251_199, "2024-02-29 23:59:59.250000"),
            (1_735_689_599, "2024-12-31 23:59:59.250000"),
            (4_107_542_400, "2100-03-01 00:00:00.250000"),
        ] {
            let now = SystemTime::UNIX_EPOCH + Duration::new(seconds, 250_000_000);
            let stored = |kind| column(kind).moment(now).unwrap();
            assert_eq!(stored("DATETIME"), text(shown));
            assert_eq!(stored("VARCHAR(40)"), text(shown));
            assert_eq!(stored("DATE"), text(&shown[..10]));
            assert_eq!(stored("TIME"), text(&shown[11..]));
            assert_eq!(stored("INTEGER"), Stored::Integer(i64::try_from(seconds).unwrap()));
            assert!(matches!(stored("REAL"), Stored::Real(it) if it.fract() > 0.2));
        }
        assert!(column("BOOLEAN").moment(SystemTime::UNIX_EPOCH).is_err());
    }
}
