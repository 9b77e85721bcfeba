//! What is printed of a user, and what a format must be able to do with it. The formats are the files
//! beside this one.

use crate::cli::failure::Failure;
use useradm::hash::{Seen, scheme};
use useradm::layout::Stored;
use useradm::store::StoredUser;
use useradm::user::Id;

/// What is printed of each user, in this order.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    fields: Vec<Field>,
    /// The columns of the table that some of them are.
    pub(crate) columns: Vec<String>,
}

/// One of these.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name in headers and JSON: as it was asked for.
    pub(super) name: String,
    what: What,
}

/// What can be printed of a user.
#[derive(Clone, Copy, Debug)]
enum What {
    /// What the application knows the user by.
    Id,
    /// The name.
    Username,
    /// The scheme of the stored hash.
    Scheme,
    /// The cost of the stored hash, where its scheme has one number for it.
    Rounds,
    /// All numbers that set the cost of the stored hash, as they stand in a recipe.
    Parameters,
    /// What this one of the further columns holds.
    Column(usize),
}

/// The names that are no columns, or columns whatever the table calls them.
const NAMES: [(&str, What); 5] = [
    ("id", What::Id),
    ("username", What::Username),
    ("scheme", What::Scheme),
    ("rounds", What::Rounds),
    ("parameters", What::Parameters),
];

impl Fields {
    /// What `show` prints: the fields that are no further columns, the numbers of the hash only where
    /// the rounds do not say them all.
    pub(crate) fn all(record: &Record<'_>) -> Self {
        let seen = record.seen();
        let has_more = seen.rounds().is_none() && seen.parameters().is_some();
        let names = if has_more { &NAMES[..] } else { &NAMES[..NAMES.len() - 1] };
        let field = |&(name, what): &(&str, What)| Field { name: name.to_owned(), what };
        Fields { fields: names.iter().map(field).collect(), columns: Vec::new() }
    }

    /// Fields of these names; the table may turn out not to have such columns.
    pub(crate) fn new(names: &[String]) -> Result<Self, Failure> {
        let mut columns = Vec::new();
        let mut fields: Vec<Field> = Vec::with_capacity(names.len());
        for name in names {
            if fields.iter().any(|field| field.name == *name) {
                let hint = "--fields takes each field once";
                return Err(Failure::usage(format!("the field {name} is named twice"), hint));
            }
            let known = NAMES.iter().find(|(known, _)| known == name).map(|(_, what)| *what);
            let what = known.unwrap_or_else(|| {
                columns.push(name.clone());
                What::Column(columns.len() - 1)
            });
            fields.push(Field { name: name.clone(), what });
        }
        Ok(Fields { fields, columns })
    }

    /// Whether the stored hash is needed for them.
    pub(crate) fn need_hash(&self) -> bool {
        self.fields
            .iter()
            .any(|field| matches!(field.what, What::Scheme | What::Rounds | What::Parameters))
    }
}

impl std::ops::Deref for Fields {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        &self.fields
    }
}

/// A user to be printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) id: Id<'a>,
    pub(crate) name: Option<&'a [u8]>,
    /// What the hash seems to be, if there is one.
    pub(crate) seen: Option<Seen>,
    /// What the further columns hold.
    pub(crate) further: &'a [Stored<'a>],
}

impl<'a> From<StoredUser<'a>> for Record<'a> {
    fn from(user: StoredUser<'a>) -> Self {
        let StoredUser { id, name, hash, further, .. } = user;
        Record { id, name, seen: hash.map(scheme), further }
    }
}

impl Record<'_> {
    fn seen(&self) -> Seen {
        self.seen.unwrap_or(Seen::UNKNOWN)
    }

    /// Gives a field's value.
    pub(super) fn with<T>(&self, field: &Field, print: impl FnOnce(Value<'_>) -> T) -> T {
        let mut parameters = String::new();
        print(match field.what {
            What::Id => match self.id {
                Id::Null => Value::Null,
                Id::Number(id) => Value::Number(id),
                Id::Text(id) => Value::Text(id),
            },
            What::Username => self.name.map_or(Value::Null, Value::Text),
            what => self.other(what, &mut parameters),
        })
    }

    /// What most listings do without: apart, so that they pay nothing for it.
    #[inline(never)]
    fn other<'v>(&'v self, what: What, parameters: &'v mut String) -> Value<'v> {
        match what {
            What::Id | What::Username => Value::Null,
            What::Scheme => Value::Text(self.seen().name.as_bytes()),
            What::Rounds => self.seen().rounds().map_or(Value::Null, |it| Value::Number(it.into())),
            What::Parameters => match self.seen().parameters() {
                Some(found) => {
                    *parameters = found;
                    Value::Text(parameters.as_bytes())
                }
                None => Value::Null,
            },
            What::Column(number) => match self.further.get(number) {
                None | Some(Stored::Null) => Value::Null,
                Some(Stored::Integer(number)) => Value::Number(*number),
                Some(Stored::Real(number)) => Value::Real(*number),
                Some(Stored::Text(bytes) | Stored::Blob(bytes)) => Value::Text(bytes),
            },
        }
    }
}

/// The value of a field. A BLOB is shown as the text that its bytes are.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Real(f64),
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

/// Appends a number in the fewest digits that read back as it is. What is not finite, which SQLite
/// holds too, becomes a number that is too large, as in SQLite's own JSON.
pub(super) fn push_real(out: &mut Vec<u8>, number: f64) {
    let text = match number {
        f64::INFINITY => "9e999".to_owned(),
        f64::NEG_INFINITY => "-9e999".to_owned(),
        number => format!("{number:?}"),
    };
    out.extend_from_slice(text.as_bytes());
}
