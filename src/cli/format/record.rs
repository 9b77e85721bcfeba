//! What is printed of a user, and what a format must be able to do with it. The formats are the files
//! beside this one.

use clap::ValueEnum;

use useradm::hash::{Scheme, scheme};
use useradm::store::StoredUser;
use useradm::user::Id;

/// What can be printed of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Field {
    /// The primary key
    Id,
    /// The name
    Username,
    /// The scheme of the stored hash
    Scheme,
    /// The iteration count of the stored hash
    Rounds,
}

impl Field {
    /// All fields, as `show` prints them.
    pub(crate) const ALL: [Field; 4] = [Field::Id, Field::Username, Field::Scheme, Field::Rounds];

    /// The name in headers and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Username => "username",
            Field::Scheme => "scheme",
            Field::Rounds => "rounds",
        }
    }

    /// Whether the stored hash is needed for it.
    pub(crate) fn needs_hash(self) -> bool {
        matches!(self, Field::Scheme | Field::Rounds)
    }
}

/// A user to be printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) id: Id<'a>,
    pub(crate) name: Option<&'a [u8]>,
    pub(crate) scheme: Scheme,
}

impl<'a> From<StoredUser<'a>> for Record<'a> {
    fn from(user: StoredUser<'a>) -> Self {
        Record { id: user.id, name: user.name, scheme: user.hash.map_or(Scheme::UNKNOWN, scheme) }
    }
}

impl<'a> Record<'a> {
    /// A field's value.
    pub(super) fn value(&self, field: Field) -> Value<'a> {
        let number = |number: i64| Value::Number(number);
        match field {
            Field::Id => match self.id {
                Id::Null => Value::Null,
                Id::Number(id) => number(id),
                Id::Text(id) => Value::Text(id),
            },
            Field::Username => self.name.map_or(Value::Null, Value::Text),
            Field::Scheme => Value::Text(self.scheme.name.as_bytes()),
            Field::Rounds => self.scheme.rounds.map_or(Value::Null, |n| number(i64::from(n))),
        }
    }
}

/// The value of a field.
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Text(&'a [u8]),
}

/// Prints users into memory, one after the other.
pub(crate) trait Printer {
    /// What comes before the first user.
    fn begin(&mut self, _out: &mut Vec<u8>) {}
    /// One user.
    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>);
    /// What comes after the last user.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// Appends a number.
pub(super) fn push_number(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
