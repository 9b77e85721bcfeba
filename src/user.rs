//! Who a user is: ids, names and the rules for new names. No SQL and no I/O.
//!
//! Which names are the same but for case or normal form is in `user/fold.rs`.

pub mod fold;

use std::borrow::Cow;
use std::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::error::{Error, Result};

/// The longest name in Unicode scalar values that the first application takes: its `VARCHAR(80)`, which
/// SQLite itself does not enforce.
pub const MAX_USERNAME_CHARS: usize = 80;

/// The row of a user, by which the store pages, changes and deletes: SQLite's row id. It is nobody
/// else's business; in many tables it is the same number as the [`UserId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub i64);

/// What the application and the admin know a user by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserId {
    /// None: nobody can select such a user by an id.
    Null,
    /// A number.
    Number(i64),
    /// A text, such as a UUID, whatever bytes the application let in.
    Text(Vec<u8>),
}

/// A [`UserId`] that is borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Id<'a> {
    /// [`UserId::Null`].
    #[default]
    Null,
    /// [`UserId::Number`].
    Number(i64),
    /// [`UserId::Text`].
    Text(&'a [u8]),
}

impl UserId {
    /// Reads an id as an admin types it: a number as a database shows it, in decimal without `+`,
    /// blanks or leading zeros, or else a text.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<i64>().ok());
        match number.filter(|number| number.to_string().as_bytes() == text) {
            Some(number) => UserId::Number(number),
            None => UserId::Text(text.to_vec()),
        }
    }

    /// The same id, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Id<'_> {
        match self {
            UserId::Null => Id::Null,
            UserId::Number(number) => Id::Number(*number),
            UserId::Text(text) => Id::Text(text),
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrowed().fmt(f)
    }
}

impl Id<'_> {
    /// The same id, to be kept.
    #[must_use]
    pub fn owned(self) -> UserId {
        match self {
            Id::Null => UserId::Null,
            Id::Number(number) => UserId::Number(number),
            Id::Text(text) => UserId::Text(text.to_vec()),
        }
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Null => f.write_str("NULL"),
            Id::Number(number) => number.fmt(f),
            Id::Text(text) => String::from_utf8_lossy(text).fmt(f),
        }
    }
}

/// A name that a new user may have, exactly as it will be stored, unless it is too long for the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Takes `name` if a new user may have it; it is never rewritten.
    ///
    /// # Errors
    /// [`Error::InvalidUsername`] unless it is UTF-8 of at least one character without leading or trailing white space and without any character that [`is_unprintable`].
    pub fn new(name: &[u8]) -> Result<Self> {
        let refuse = |reason: &str| Err(Error::InvalidUsername(reason.to_owned()));
        let Ok(name) = std::str::from_utf8(name) else {
            return refuse("it is not valid UTF-8");
        };
        if name.is_empty() {
            return refuse("it is empty");
        }
        if let Some(c) = name.chars().find(|&c| is_unprintable(c)) {
            let code = u32::from(c);
            return refuse(&format!(
                "it holds the control, invisible or unassigned character U+{code:04X}"
            ));
        }
        if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
            return refuse("it begins or ends with white space");
        }
        Ok(Username(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name as it is in the database: whatever bytes the application let in, or NULL.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StoredName(pub Option<Vec<u8>>);

impl StoredName {
    /// The name as text, with U+FFFD for what is not UTF-8; empty for NULL.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// The name in a sentence.
    #[must_use]
    pub fn described(&self) -> String {
        self.0.as_ref().map_or_else(|| "a user without a name".into(), |_| self.to_text().into())
    }

    /// The bytes of the name; none for NULL.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// A user as the database has it, without the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The row.
    pub key: Key,
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: StoredName,
}

/// Whom a command means: a name is never taken for an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The user whose name has exactly these bytes.
    Name(Vec<u8>),
    /// The user with this id.
    Id(UserId),
}

impl From<&Username> for Selector {
    fn from(name: &Username) -> Self {
        Selector::Name(name.as_str().as_bytes().to_vec())
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::Name(name) => f.write_str(&String::from_utf8_lossy(name)),
            Selector::Id(id) => write!(f, "id {id}"),
        }
    }
}

/// Whether a character does not show as itself: controls, formatting and bidirectional
/// overrides, line and paragraph separators, private and unassigned code points (Unicode general
/// categories Cc, Cf, Zl, Zp, Co, Cn), variation selectors and the Hangul fillers.
///
/// Such characters are refused in new names and escaped wherever a stored name is shown.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    if matches!(c, ' '..='~') {
        return false;
    }
    matches!(
        c,
        // Variation selectors (Unicode property Variation_Selector).
        '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
        // Hangul fillers, which are letters that show as nothing.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}'
    ) || matches!(
        c.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_only_as_the_database_shows_it() {
        for id in [0, 7, -5, 10, i64::MIN, i64::MAX] {
            assert_eq!(UserId::parse(id.to_string().as_bytes()), UserId::Number(id));
        }
        for text in [
            "",
            "+1",
            "-0",
            "007",
            "-05",
            " 1",
            "1 ",
            "1\n",
            "٣",
            "0x1",
            "1.0",
            "1e3",
            "--1",
            "-",
            "9223372036854775808",
        ] {
            assert_eq!(UserId::parse(text.as_bytes()), UserId::Text(text.into()), "{text:?}");
        }
        assert_eq!(UserId::parse(b"\xff").to_string(), "\u{fffd}");
    }

    #[test]
    fn ordinary_names_are_taken_as_they_are() {
        for name in [
            "a",
            "alice",
            "Bob Smith",
            "123",
            ".",
            "-x",
            "o'neil",
            "René",
            "Rene\u{301}",
            "山田",
            "🦀",
        ] {
            assert_eq!(Username::new(name.as_bytes()).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_that_would_mislead_are_refused() {
        for name in [
            "",
            " a",
            "a ",
            "\u{3000}a",
            "a\u{a0}",
            "a\tb",
            "a\n",
            "\0",
            "\u{1b}[31m",
            "\u{7f}",
            "a\u{85}b",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{feff}b",
            "a\u{fe0f}",
            "a\u{e000}",
            "a\u{378}",
            "a\u{3164}b",
            "a\u{115f}",
            "a\u{e0101}",
            "a\u{180b}",
            "a\u{ad}b",
            "a\u{ffff}",
        ] {
            let refused = Username::new(name.as_bytes());
            assert!(matches!(refused, Err(Error::InvalidUsername(_))), "{name:?} was taken");
        }
        assert!(Username::new(&[0xff]).is_err());
    }
}
