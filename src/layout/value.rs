//! What is stored in a further column of a row: a text that is typed by the column, or something that
//! is made for each row. The store types and makes it.

use std::borrow::Cow;

/// What is to be stored in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The column.
    pub column: String,
    /// What it gets.
    pub value: Value,
}

/// What a column gets. Which type it has there is for the column to say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing at all: NULL.
    Null,
    /// The moment of the change.
    Now,
    /// A random UUID (RFC 9562, version 4) with hyphens.
    Uuid4,
    /// The same in 32 digits.
    Uuid4Hex,
    /// The name of the user, once more.
    Username,
    /// What a query finds: one value of one row. Only a built-in layout has this, so that nobody's
    /// text is ever run as SQL.
    Query(&'static str),
    /// What these characters stand for.
    Text(Cow<'static, str>),
}

impl Value {
    /// Reads a value as options and files write it: `@null`, `@now`, `@uuid4`, `@uuid4hex` and
    /// `@username`, or anything else for itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "@null" => Value::Null,
            "@now" => Value::Now,
            "@uuid4" => Value::Uuid4,
            "@uuid4hex" => Value::Uuid4Hex,
            "@username" => Value::Username,
            text => Value::Text(Cow::Owned(text.to_owned())),
        }
    }

    /// The value as it is written: [`Value::parse`] reads it back, unless it is a query.
    #[must_use]
    pub fn as_written(&self) -> &str {
        match self {
            Value::Null => "@null",
            Value::Now => "@now",
            Value::Uuid4 => "@uuid4",
            Value::Uuid4Hex => "@uuid4hex",
            Value::Username => "@username",
            Value::Query(sql) => sql,
            Value::Text(text) => text,
        }
    }
}

impl Assignment {
    /// A column and what it gets, as [`Value::parse`] reads it.
    #[must_use]
    pub fn new(column: &str, value: &str) -> Self {
        Assignment { column: column.to_owned(), value: Value::parse(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_as_it_is_read() {
        for text in [
            "@null",
            "@now",
            "@uuid4",
            "@uuid4hex",
            "@username",
            "",
            "1",
            "@alice",
            "@NOW",
            " @now",
        ] {
            assert_eq!(Value::parse(text).as_written(), text);
        }
        let plain = |text: &str| Value::Text(text.to_owned().into());
        assert_eq!(["@alice", "@NOW", ""].map(Value::parse), ["@alice", "@NOW", ""].map(plain));
    }
}
