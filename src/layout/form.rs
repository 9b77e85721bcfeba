//! The form of something random, such as a token, and others of the same form. Where the random bytes
//! come from is not known here.

use super::{Stored, Uuid, UuidForm};

/// The form of something random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A UUID.
    Uuid(UuidForm),
    /// So many hexadecimal digits.
    Digits(usize),
    /// So many of the letters that URLs and file names take (RFC 4648, section 5).
    Letters(usize),
    /// So many bytes.
    Bytes(usize),
}

impl Form {
    /// The form of a value that looks random: as short as 8 letters may be, but no word.
    #[must_use]
    pub fn of(value: &Stored<'_>) -> Option<Self> {
        const SHORTEST: usize = 8;
        match value {
            Stored::Blob(bytes) if bytes.len() >= SHORTEST => Some(Form::Bytes(bytes.len())),
            Stored::Text(text) => {
                if let Some(form) = UuidForm::of_text(text) {
                    return Some(Form::Uuid(form));
                }
                let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
                let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
                let has_digit = text.iter().any(u8::is_ascii_digit);
                match text.len() {
                    SHORTEST.. if has_digit && text.iter().all(is_digit) => {
                        Some(Form::Digits(text.len()))
                    }
                    16.. if text.iter().all(is_letter) => Some(Form::Letters(text.len())),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// How many random bytes a value of this form is made of.
    #[must_use]
    pub fn random_bytes(self) -> usize {
        match self {
            Form::Uuid(_) => 16,
            Form::Digits(length) | Form::Letters(length) | Form::Bytes(length) => length,
        }
    }

    /// The value of these random bytes, as many as [`Form::random_bytes`] says.
    #[must_use]
    pub fn written(self, random: &[u8]) -> Stored<'static> {
        /// The alphabet of base64url, whose length divides that of a byte's values.
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let of = |alphabet: &[u8]| {
            let letter = |byte: &u8| alphabet[usize::from(*byte) % alphabet.len()];
            Stored::Text(random.iter().map(letter).collect::<Vec<u8>>().into())
        };
        match self {
            Form::Uuid(form) => {
                let mut bytes = [0; 16];
                bytes.iter_mut().zip(random).for_each(|(byte, random)| *byte = *random);
                Stored::Text(Uuid::of(bytes).written(form).into())
            }
            Form::Digits(_) => of(b"0123456789abcdef"),
            Form::Letters(_) => of(LETTERS),
            Form::Bytes(_) => Stored::Blob(random.to_vec().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Stored<'static> {
        Stored::Text(text.as_bytes().to_vec().into())
    }

    #[test]
    fn what_is_made_anew_has_the_form_that_it_had() {
        for model in [
            text("0f8fad5b-d9cb-469f-a165-70867728950e"),
            text("0f8fad5bd9cb469fa16570867728950e"),
            text("0f8fad5b"),
            text("mIqPbR7dXk_0-sJwQyT2nA"),
            Stored::Blob(vec![1; 20].into()),
        ] {
            let form = Form::of(&model).unwrap();
            let random: Vec<u8> = (0..=255).cycle().skip(77).take(form.random_bytes()).collect();
            let made = form.written(&random);
            assert_eq!(Form::of(&made), Some(form));
            assert_ne!(made, model);
        }
        for model in
            [text("alice"), text("deadbeef"), text("+41 79 000 00 00"), Stored::Integer(77)]
        {
            assert_eq!(Form::of(&model), None, "{model:?}");
        }
    }
}
