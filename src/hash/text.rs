//! What the text forms of several libraries share: numbers, base64 and hex, each read strictly, so that
//! no two texts are one hash unless the library itself takes both.

use base64::alphabet::{self, Alphabet};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// RFC 4648's base64 with its padding, and with unused bits that are zero.
pub(super) static PADDED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

/// The same without padding, as the PHC string format has it.
pub(super) static UNPADDED: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, NO_PADDING);

/// bcrypt's own, with unused bits that are zero.
pub(super) static BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PADDING);

/// passlib's adapted base64: `.` in place of `+`, no padding, and any unused bits.
pub(super) static ADAPTED: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 different characters are an alphabet"),
    },
    NO_PADDING.with_decode_allow_trailing_bits(true),
);

const NO_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(DecodePaddingMode::RequireNone);

/// The letters of crypt(5), in the order of their values.
pub(super) const CRYPT: &[u8; 64] =
    b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Reads a number as all of the libraries write it: no sign, no leading zero, ASCII digits only.
pub(super) fn decimal(text: &[u8]) -> Option<u32> {
    let is_plain =
        text.iter().all(u8::is_ascii_digit) && (text[..] == *b"0" || text.first()? != &b'0');
    std::str::from_utf8(text).ok().filter(|_| is_plain)?.parse().ok()
}

/// Reads lower-case hexadecimal digits.
pub(super) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

/// Writes lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 15)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte)]).collect()
}

/// The fields of a text, if it has exactly so many.
pub(super) fn fields<const N: usize>(text: &[u8], separator: u8) -> Option<[&[u8]; N]> {
    let mut fields = text.split(|&byte| byte == separator);
    let mut found = [&[][..]; N];
    for field in &mut found {
        *field = fields.next()?;
    }
    fields.next().is_none().then_some(found)
}

/// A salt that is stored and used as text.
pub(super) fn text_salt(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    if text.is_empty() || text.len() > super::MAX_SALT_BYTES {
        return Err("its salt does not have 1 to 1024 characters");
    }
    if !text.iter().all(u8::is_ascii_graphic) {
        return Err("its salt is not printable ASCII");
    }
    Ok(text.to_vec())
}

/// A salt of letters and digits, as Werkzeug and Django choose theirs from 62.
///
/// It spends the 128 random bits as one number: 16 characters are 95 bits of it, chosen evenly but for
/// a part in 2^32, and 22 characters all of them.
pub(super) fn alphanumeric(random: [u8; 16], characters: usize) -> Vec<u8> {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut number = u128::from_le_bytes(random);
    let letter = |_| {
        let letter = LETTERS[usize::try_from(number % 62).unwrap_or_default()];
        number /= 62;
        letter
    };
    (0..characters).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        for (text, number) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("", None),
            ("00", None),
            ("07", None),
            ("+7", None),
            ("-7", None),
            (" 7", None),
            ("7\n", None),
            ("1_000", None),
            ("\u{0667}", None),
        ] {
            assert_eq!(decimal(text.as_bytes()), number, "{text:?}");
        }
    }

    #[test]
    fn hexadecimal_digits_are_lower_case_and_paired() {
        assert_eq!(unhex(b"00ff1a"), Some(vec![0, 255, 26]));
        assert_eq!(hex(&[0, 255, 26]), "00ff1a");
        for text in ["0", "FF", "0g", "0x", " 0"] {
            assert_eq!(unhex(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn random_bytes_make_salts_of_letters_and_digits() {
        assert_eq!(alphanumeric([0; 16], 16), [b'a'; 16]);
        // 2^128 - 1 in base 62, its last digit first.
        assert_eq!(alphanumeric([255; 16], 22), b"hMRph3WiXjUVPDfwqnceXh");
        let salts: std::collections::BTreeSet<_> =
            (0..=255).map(|byte| alphanumeric([byte; 16], 16)).collect();
        assert_eq!(salts.len(), 256);
    }
}
