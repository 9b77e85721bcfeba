//! Text in a form that cannot move the cursor, change colours or reverse the line.

use std::ops::BitAnd;

use useradm::user::is_unprintable;

/// Whether this is printable ASCII, as most names are: then it needs no closer look.
pub(super) fn shows_as_itself(bytes: &[u8]) -> bool {
    all(bytes, |byte| [byte >= b' ', byte <= b'~'])
}

/// Whether all that is asked of each byte holds.
///
/// The compiler looks at a whole block at once where no answer ends the loop, nor one question the
/// next.
#[inline]
pub(super) fn all<const N: usize>(bytes: &[u8], asked: impl Fn(u8) -> [bool; N]) -> bool {
    let is_such = |byte: &u8| asked(*byte).into_iter().fold(true, BitAnd::bitand);
    let (blocks, rest) = bytes.as_chunks::<16>();
    let (halves, rest) = rest.as_chunks::<8>();
    blocks.iter().all(|block| block.iter().map(is_such).fold(true, BitAnd::bitand))
        && halves.iter().all(|half| half.iter().map(is_such).fold(true, BitAnd::bitand))
        && rest.iter().all(is_such)
}

/// Appends text with every character that does not show as itself escaped: `\n`, `\r`, `\t`,
/// `\u{202e}`, and `\xff` for bytes that are not UTF-8.
pub(crate) fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    if shows_as_itself(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                c if is_unprintable(c) => out.extend(c.escape_unicode().map(|c| c as u8)),
                c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        for byte in chunk.invalid() {
            out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
}

/// The text of [`push_escaped`].
pub(crate) fn escaped(text: &str) -> String {
    escaped_bytes(text.as_bytes())
}

/// The beginning of a text that may be longer than anybody would read in a message.
pub(crate) fn short(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text of [`push_escaped`], of any bytes.
pub(crate) fn escaped_bytes(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    push_escaped(&mut out, bytes);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_show_as_itself_is_escaped() {
        for (name, shown) in [
            (&b"alice"[..], "alice"),
            (b"a\tb\nc\r", "a\\tb\\nc\\r"),
            (b"\x1b[31m\0\x7f", "\\u{1b}[31m\\u{0}\\u{7f}"),
            ("\u{202e}é山\u{200b}\u{9b}".as_bytes(), "\\u{202e}é山\\u{200b}\\u{9b}"),
            (b"caf\xe9!", "caf\\xe9!"),
            (b"back\\slash", "back\\slash"),
        ] {
            assert_eq!(escaped_bytes(name), shown);
        }
    }

    proptest! {
        #[test]
        fn nothing_unprintable_comes_through(bytes in proptest::collection::vec(any::<u8>(), 0..40), text in "\\PC*\\p{C}*") {
            for shown in [escaped_bytes(&bytes), escaped(&text)] {
                prop_assert!(!shown.chars().any(is_unprintable));
            }
        }
    }
}
