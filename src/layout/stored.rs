//! What a column holds, and the form in which that waits in a temporary file. What a column holds for
//! what somebody says is in `typed.rs`.

use std::borrow::Cow;

/// A value as a column holds it, in one of SQLite's storage classes (SQLite's datatypes, section 2).
#[derive(Clone, Debug)]
pub enum Stored<'a> {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// Text, whatever bytes the application let in.
    Text(Cow<'a, [u8]>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

/// A column of a row, and what it is to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned {
    /// The column, as the table calls it.
    pub column: String,
    /// What it is to hold.
    pub stored: Stored<'static>,
}

impl Stored<'_> {
    /// A text to be kept.
    pub(super) fn text(text: impl Into<String>) -> Stored<'static> {
        Stored::Text(Cow::Owned(text.into().into_bytes()))
    }

    /// The same, to be kept.
    #[must_use]
    pub fn owned(&self) -> Stored<'static> {
        match self {
            Stored::Null => Stored::Null,
            Stored::Integer(number) => Stored::Integer(*number),
            Stored::Real(number) => Stored::Real(*number),
            Stored::Text(text) => Stored::Text(Cow::Owned(text.to_vec())),
            Stored::Blob(bytes) => Stored::Blob(Cow::Owned(bytes.to_vec())),
        }
    }

    /// Appends the value in the form that [`Stored::take`] reads.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let (class, number, bytes) = match self {
            Stored::Null => (0, 0, &[][..]),
            Stored::Integer(number) => (1, number.cast_unsigned(), &[][..]),
            Stored::Real(number) => (2, number.to_bits(), &[][..]),
            Stored::Text(bytes) => (3, bytes.len() as u64, &bytes[..]),
            Stored::Blob(bytes) => (4, bytes.len() as u64, &bytes[..]),
        };
        out.push(class);
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(bytes);
    }
}

impl<'a> Stored<'a> {
    /// Takes a value off the beginning of what was [put](Stored::put) there; none at the end, or where
    /// something else is there.
    pub(crate) fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let (&class, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_first_chunk()?;
        let number = u64::from_le_bytes(*number);
        *bytes = rest;
        let mut text = || {
            let (text, rest) = bytes.split_at_checked(usize::try_from(number).ok()?)?;
            *bytes = rest;
            Some(Cow::Borrowed(text))
        };
        Some(match class {
            0 => Stored::Null,
            1 => Stored::Integer(number.cast_signed()),
            2 => Stored::Real(f64::from_bits(number)),
            3 => Stored::Text(text()?),
            4 => Stored::Blob(text()?),
            _ => return None,
        })
    }
}

/// Numbers are the same whatever class they have: an affinity may store a whole one as the other.
impl PartialEq for Stored<'_> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a number that is stored as the other class has exactly this value"
    )]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Stored::Null, Stored::Null) => true,
            (Stored::Integer(a), Stored::Integer(b)) => a == b,
            (Stored::Real(a), Stored::Real(b)) => a == b,
            (Stored::Integer(a), Stored::Real(b)) | (Stored::Real(b), Stored::Integer(a)) => {
                *a as f64 == *b
            }
            (Stored::Text(a), Stored::Text(b)) | (Stored::Blob(a), Stored::Blob(b)) => a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_were_put() {
        let values = [
            Stored::Null,
            Stored::Integer(i64::MIN),
            Stored::Real(-0.5),
            Stored::text(""),
            Stored::text("a\0b"),
            Stored::Blob(vec![0xff; 300].into()),
        ];
        let mut out = Vec::new();
        for value in &values {
            value.put(&mut out);
        }
        let mut rest = &out[..];
        for value in &values {
            assert_eq!(Stored::take(&mut rest).as_ref(), Some(value));
        }
        assert_eq!(Stored::take(&mut rest), None);
        assert_eq!(Stored::take(&mut &out[..out.len() - 1][out.len() - 309..]), None);
        assert_ne!(Stored::text("1"), Stored::Integer(1));
        assert_eq!(Stored::Real(1.0), Stored::Integer(1));
    }
}
