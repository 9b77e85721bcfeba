//! UUIDs of random bytes, in the forms in which applications store them. Where the bytes come from is
//! for the caller to say.

/// A UUID of version 4 (RFC 9562, section 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uuid([u8; 16]);

/// How a UUID is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UuidForm {
    /// As text.
    Text {
        /// In five groups with hyphens between them (RFC 9562, section 4), or as 32 digits.
        has_hyphens: bool,
        /// Whether the digits above 9 are capitals.
        is_upper: bool,
    },
    /// As its 16 bytes.
    Bytes,
}

impl Uuid {
    /// Makes one of random bytes, of which it keeps 122 bits.
    #[must_use]
    pub fn of(mut random: [u8; 16]) -> Self {
        random[6] = random[6] & 0x0f | 0x40;
        random[8] = random[8] & 0x3f | 0x80;
        Uuid(random)
    }

    /// What is stored.
    #[must_use]
    pub fn written(self, form: UuidForm) -> Vec<u8> {
        let UuidForm::Text { has_hyphens, is_upper } = form else { return self.0.to_vec() };
        let mut text = String::with_capacity(36);
        for (at, byte) in self.0.into_iter().enumerate() {
            if has_hyphens && matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            let digits = if is_upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
            text.extend([byte >> 4, byte & 15].map(|digit| char::from(digits[usize::from(digit)])));
        }
        text.into_bytes()
    }
}

impl UuidForm {
    /// The form that SQLAlchemy, Django and most others use for a text with hyphens.
    pub const HYPHENS: UuidForm = UuidForm::Text { has_hyphens: true, is_upper: false };

    /// The same without hyphens.
    pub const DIGITS: UuidForm = UuidForm::Text { has_hyphens: false, is_upper: false };

    /// The form that a text has, if it is a UUID of any version.
    #[must_use]
    pub fn of_text(text: &[u8]) -> Option<Self> {
        let has_hyphens = match text.len() {
            32 => false,
            36 => true,
            _ => return None,
        };
        let is_right = |(at, byte): (usize, &u8)| match at {
            8 | 13 | 18 | 23 if has_hyphens => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        let is_upper = text.iter().any(u8::is_ascii_uppercase);
        let is_mixed = is_upper && text.iter().any(u8::is_ascii_lowercase);
        (text.iter().enumerate().all(is_right) && !is_mixed)
            .then_some(UuidForm::Text { has_hyphens, is_upper })
    }

    /// The form for a column of this declared type, where no row shows another: SQLAlchemy and Django
    /// declare `CHAR(32)` for 32 digits.
    #[must_use]
    pub fn of_column(kind: &str) -> Self {
        if super::length(kind) == Some(32) { UuidForm::DIGITS } else { UuidForm::HYPHENS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_written_in_the_form_that_others_have() {
        let uuid = Uuid::of([0xff; 16]);
        for text in [
            "ffffffff-ffff-4fff-bfff-ffffffffffff",
            "ffffffffffff4fffbfffffffffffffff",
            "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
        ] {
            let form = UuidForm::of_text(text.as_bytes()).unwrap();
            assert_eq!(uuid.written(form), text.as_bytes());
        }
        assert_eq!(Uuid::of([0; 16]).written(UuidForm::Bytes)[6..9], [0x40, 0, 0x80]);
        for text in [
            "",
            "007",
            "ffffffff-ffff-4fff-bfff-fffffffffffg",
            "fffffffffffff-4fff-bfff-ffffffffffff",
            "Ffffffffffff4fffbfffffffffffffff",
        ] {
            assert_eq!(UuidForm::of_text(text.as_bytes()), None, "{text}");
        }
        for (kind, form) in [
            ("CHAR(32)", UuidForm::DIGITS),
            ("char(36)", UuidForm::HYPHENS),
            ("", UuidForm::HYPHENS),
        ] {
            assert_eq!(UuidForm::of_column(kind), form);
        }
    }
}
