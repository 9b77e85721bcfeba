//! JSON lines: one object a line with `username`, one of `password` and `password_hash`, and
//! perhaps `id`; any other field is a column of the table.

mod fields;

use serde::Serialize;
use serde::de::DeserializeSeed;
use serde_json::error::Category;
use zeroize::Zeroizing;

use super::escape::short;
use super::json;
use super::known::Known;
use fields::{Fields, Nullable, Reading};
use useradm::accounts::{InputRow, Offered, Rejection};
use useradm::store::StoredUser;
use useradm::user::{Id, UserId};

/// Reads the row of a line.
pub(super) fn row(line: u64, text: &[u8], known: &Known) -> Result<InputRow, Rejection> {
    let row = parse(text, known).and_then(|fields| row_of(line, fields));
    row.map_err(|(name, reason)| Rejection::new(line, name, reason))
}

/// A name, if it could be read, and what is wrong.
type Wrong = (Option<Vec<u8>>, String);

fn parse(text: &[u8], known: &Known) -> Result<Fields, Wrong> {
    let text = std::str::from_utf8(text).map_err(|_| (None, "it is not valid UTF-8".to_owned()))?;
    // serde would take an array as the fields in their order, which nobody promised.
    if text.trim_start().starts_with('[') {
        return Err((None, "it is not a JSON object".to_owned()));
    }
    let mut object = serde_json::Deserializer::from_str(text);
    let fields = Reading(known).deserialize(&mut object);
    fields.and_then(|fields| object.end().map(|()| fields)).map_err(|error| {
        let reason = match error.classify() {
            Category::Eof => "its JSON is cut off".to_owned(),
            Category::Syntax | Category::Io => {
                format!("it is not a JSON object (at column {})", error.column())
            }
            Category::Data => data_error(&error.to_string()),
        };
        (None, reason)
    })
}

/// What serde found wrong with the fields, without their values: one may be a password.
fn data_error(words: &str) -> String {
    let named = ["unknown field `", "duplicate field `"].into_iter().find_map(|beginning| {
        let name = words.strip_prefix(beginning)?.split('`').next()?;
        Some(format!("{beginning}{}`", short(name)))
    });
    named.unwrap_or_else(|| "a field has the wrong type or is out of range".to_owned())
}

fn row_of(line: u64, mut fields: Fields) -> Result<InputRow, Wrong> {
    let name = match (fields.username.take(), fields.username_hex.take()) {
        (Some(Nullable(name)), None) => name.map(String::into_bytes),
        (None, Some(hex)) => {
            let bytes = unhex(&hex);
            Some(bytes.ok_or_else(|| (None, "its username_hex is not hexadecimal".to_owned()))?)
        }
        (None, None) => return Err((None, "it has no username".to_owned())),
        (Some(Nullable(name)), Some(_)) => {
            let reason = "it has both a username and a username_hex".to_owned();
            return Err((name.map(String::into_bytes), reason));
        }
    };
    let hash = match (fields.password_hash.take(), fields.password_hash_hex.take()) {
        (Some(_), Some(_)) => {
            return Err((name, "it has both a password_hash and a password_hash_hex".to_owned()));
        }
        (None, Some(hex)) => match unhex(&hex) {
            None => return Err((name, "its password_hash_hex is not hexadecimal".to_owned())),
            bytes => bytes,
        },
        (text, None) => text.map(String::into_bytes),
    };
    let credential = match (fields.password.take(), hash) {
        (None, None) => Offered::Nothing,
        (Some(mut password), None) => {
            Offered::Password(Zeroizing::new(std::mem::take(&mut *password).into_bytes()))
        }
        (None, Some(hash)) => Offered::Hash(hash),
        (Some(_), Some(_)) => {
            return Err((name, "it has both a password and a password_hash".to_owned()));
        }
    };
    let id = match (fields.id, fields.id_hex) {
        (None, None) => UserId::Null,
        (Some(id), None) => id,
        (None, Some(hex)) => match unhex(&hex) {
            Some(bytes) => UserId::Text(bytes),
            None => return Err((name, "its id_hex is not hexadecimal".to_owned())),
        },
        (Some(_), Some(_)) => return Err((name, "it has both an id and an id_hex".to_owned())),
    };
    Ok(InputRow { line, id, name, credential, further: fields.further })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(16 * digit(high)? + digit(low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

/// Appends the line of a user.
pub(super) fn push_user(out: &mut Vec<u8>, user: &StoredUser<'_>) {
    let (username, username_hex) = text_or_hexadecimal(user.name);
    let (password_hash, password_hash_hex) = text_or_hexadecimal(user.hash);
    let (id, id_hex) = match user.id {
        Id::Null => (Some(StoredId::Null), None),
        Id::Number(number) => (Some(StoredId::Number(number)), None),
        Id::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => (Some(StoredId::Text(text)), None),
            Err(_) => (None, Some(hexadecimal(bytes))),
        },
    };
    json::line(out, &User { id, id_hex, username, username_hex, password_hash, password_hash_hex });
}

/// A value as text, or where it is not UTF-8 the digits of its bytes; one of them is given.
fn text_or_hexadecimal(bytes: Option<&[u8]>) -> (Option<Nullable<&str>>, Option<String>) {
    match bytes.map(|bytes| std::str::from_utf8(bytes).map_err(|_| hexadecimal(bytes))) {
        None => (Some(Nullable(None)), None),
        Some(Ok(text)) => (Some(Nullable(Some(text))), None),
        Some(Err(digits)) => (None, Some(digits)),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// An id as JSON lines hold it.
#[derive(Serialize)]
#[serde(untagged)]
enum StoredId<'a> {
    Null,
    Number(i64),
    Text(&'a str),
}

/// A user as JSON lines hold them.
#[derive(Serialize)]
struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<StoredId<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<Nullable<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<Nullable<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash_hex: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        let result = parse(text.as_bytes(), &Known::default()).and_then(|fields| row_of(1, fields));
        result.map_or_else(|(_, reason)| reason, |_| String::new())
    }

    #[test]
    fn errors_name_fields_but_never_values() {
        for (text, says) in [
            (r#"{"username":"a","password":12345678}"#, "wrong type"),
            (r#"{"username":"a","password":["s3cret"]}"#, "wrong type"),
            (r#"{"username":"a","id":["s3cret"]}"#, "wrong type"),
            (r#"{"username":"a","id":9223372036854775808}"#, "out of range"),
            (r#"{"username":"a","id":1.0}"#, "wrong type"),
            (r#"{"username":"a","id":01}"#, "not a JSON object"),
            (r#"{"username":"a","id":+1}"#, "not a JSON object"),
            (r#"{"username":"a","id":-0}"#, "wrong type"),
            (r#"{"username":"a","colour":1}"#, "unknown field `colour`"),
            (r#"{"username":"a","username":"b"}"#, "duplicate field `username`"),
            (r#"{"username":"a","password":"s3cret"#, "cut off"),
            (r#"{"password":"s3cret99"}"#, "no username"),
            (r#"{"username":"a","password":"s3cret99","password_hash":"x"}"#, "both"),
            (r#"["a"]"#, "not a JSON object"),
            (r#" [null,"a",null,"s3cret99",null]"#, "not a JSON object"),
            ("nonsense", "not a JSON object"),
        ] {
            let reason = reason(text);
            assert!(reason.contains(says), "{text}: {reason}");
            assert!(!reason.contains("s3cret") && !reason.contains("1234"), "{reason}");
        }
        let deep = format!("{{\"username\":{}", "[".repeat(10_000));
        assert!(!reason(&deep).is_empty());
        assert_eq!(reason(r#"{"username":"a","password":null,"password_hash":"x"}"#), "");
    }
}
