//! The fields of one object. One that comes twice is an error, and so is any that is neither one of
//! these nor a column of the table. What they say of a user is for `jsonl.rs`.

use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::cli::format::known::{Becomes, Known};
use useradm::accounts::Given;
use useradm::user::UserId;

/// The fields of a row; the inner ones are none for `null`.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) id: Option<UserId>,
    /// The bytes of an id that is not UTF-8, in hexadecimal, as `export` writes them.
    pub(super) id_hex: Option<String>,
    pub(super) username: Option<Nullable<String>>,
    /// The bytes of a name that is not UTF-8, likewise.
    pub(super) username_hex: Option<String>,
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) password_hash: Option<String>,
    /// The bytes of a hash that is not UTF-8, likewise.
    pub(super) password_hash_hex: Option<String>,
    pub(super) further: Vec<Given>,
}

/// Text or `null`, which is not the same as no field at all.
#[derive(Deserialize, Serialize)]
pub(super) struct Nullable<T>(pub(super) Option<T>);

/// The name of a field.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Id,
    IdHex,
    Username,
    UsernameHex,
    Password,
    PasswordHash,
    PasswordHashHex,
    Other(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Name::Id => "id",
            Name::IdHex => "id_hex",
            Name::Username => "username",
            Name::UsernameHex => "username_hex",
            Name::Password => "password",
            Name::PasswordHash => "password_hash",
            Name::PasswordHashHex => "password_hash_hex",
            Name::Other(name) => name,
        }
    }
}

impl Name {
    /// A bit of its own for each that is no column.
    fn bit(&self) -> u8 {
        match self {
            Name::Id => 1,
            Name::IdHex => 2,
            Name::Username => 4,
            Name::UsernameHex => 8,
            Name::Password => 16,
            Name::PasswordHash => 32,
            Name::PasswordHashHex => 64,
            Name::Other(_) => 0,
        }
    }
}

/// Reads the fields of a file that may have these columns.
pub(super) struct Reading<'k>(pub(super) &'k Known);

impl<'d> DeserializeSeed<'d> for Reading<'_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'d>>(self, object: D) -> Result<Fields, D::Error> {
        object.deserialize_map(self)
    }
}

impl<'d> Visitor<'d> for Reading<'_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        let mut seen = 0_u8;
        while let Some(name) = map.next_key::<Name>()? {
            if self.0.ignores(name.text()) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let bit = name.bit();
            let is_other = |given: &Given| *given.column == *name.text();
            if seen & bit != 0 || bit == 0 && fields.further.iter().any(is_other) {
                let name = name.text();
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            seen |= bit;
            match &name {
                Name::Id => fields.id = map.next_value::<Option<WantedId>>()?.map(UserId::from),
                Name::IdHex => fields.id_hex = map.next_value()?,
                Name::Username => fields.username = Some(map.next_value()?),
                Name::UsernameHex => fields.username_hex = map.next_value()?,
                Name::Password => fields.password = map.next_value()?,
                Name::PasswordHash => fields.password_hash = map.next_value()?,
                Name::PasswordHashHex => fields.password_hash_hex = map.next_value()?,
                Name::Other(other) => match self.0.becomes(other) {
                    Some(Becomes::Stored(column)) => {
                        let value = map.next_value::<Scalar>()?.0;
                        fields.further.push(Given { column, value });
                    }
                    _ => return Err(de::Error::custom(format_args!("unknown field `{other}`"))),
                },
            }
        }
        Ok(fields)
    }
}

/// An id: a whole number of 64 bits, or a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum WantedId {
    Number(i64),
    Text(String),
}

impl From<WantedId> for UserId {
    fn from(id: WantedId) -> Self {
        match id {
            WantedId::Number(number) => UserId::Number(number),
            WantedId::Text(text) => UserId::Text(text.into()),
        }
    }
}

/// What a column gets, as text; none for `null`.
struct Scalar(Option<Vec<u8>>);

impl<'d> Deserialize<'d> for Scalar {
    fn deserialize<D: Deserializer<'d>>(field: D) -> Result<Self, D::Error> {
        field.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false or null")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(None))
    }

    fn visit_bool<E: de::Error>(self, is_true: bool) -> Result<Scalar, E> {
        // As it is in a column.
        Ok(Scalar(Some(if is_true { b"1" } else { b"0" }.to_vec())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
        self.visit_string(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
        self.visit_string(number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
        self.visit_string(number.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(Some(text.as_bytes().to_vec())))
    }
}
