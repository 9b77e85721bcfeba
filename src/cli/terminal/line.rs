//! A line that does not show, edited by rpassword.
//!
//! Of what it is given, rpassword drops control characters and replaces bytes that are not UTF-8, and
//! its buffers are not wiped when they grow. So it is given a placeholder for each typed character, and
//! says which of them are left; the characters themselves stay in a wiped buffer here.

use std::io::{self, ErrorKind, Read};

use nix::libc::_POSIX_VDISABLE;
use nix::sys::termios::{SpecialCharacterIndices as Key, Termios};
use zeroize::Zeroizing;

use useradm::password::Password;

/// The most keys that can be typed at one prompt, corrections included: no more than there are
/// placeholders in Unicode's private plane 15.
const MAX_KEYS: usize = 65_000;

/// The first placeholder.
const FIRST: u32 = 0xF_0000;

/// The key after which any other is a character; rpassword never reads it.
const LITERAL: u8 = 0x16;

/// The keys that edit, as a terminal is set up, and what rpassword reads for them.
const EDITS: [(Key, u8); 5] = [
    (Key::VLNEXT, LITERAL),
    (Key::VERASE, 0x7F),
    (Key::VKILL, 0x15),
    (Key::VWERASE, 0x17),
    (Key::VEOF, END),
];

/// The end of input; rpassword takes it for that on an empty line.
const END: u8 = 0x04;

/// Reads a line from a terminal with these settings, without its line break.
///
/// # Errors
/// [`ErrorKind::UnexpectedEof`] where the input ends on an empty line; what reading fails with.
pub(super) fn read(mut keys: impl Read, settings: &Termios) -> io::Result<Zeroizing<Vec<u8>>> {
    // It never grows, so it leaves no copies behind.
    let mut typed = Zeroizing::new(Vec::with_capacity(MAX_KEYS));
    let mut is_literal = false;
    while typed.len() < MAX_KEYS {
        let mut key = Zeroizing::new([0]);
        if keys.read(&mut *key)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        typed.push(key[0]);
        let edit = if is_literal { None } else { edit(key[0], settings) };
        is_literal = edit == Some(LITERAL);
        match edit {
            Some(b'\n') => return edited(&typed, settings),
            Some(END) => drop(edited(&typed, settings)?),
            _ => {}
        }
    }
    Err(io::Error::other(Password::too_long()))
}

/// What rpassword is to read for a key that edits.
fn edit(key: u8, settings: &Termios) -> Option<u8> {
    let is = |index: Key| settings.control_chars[index as usize] == key && key != _POSIX_VDISABLE;
    match key {
        b'\n' | b'\r' => Some(b'\n'),
        b' ' => Some(b' '),
        key => match EDITS.iter().find(|(index, _)| is(*index)) {
            Some((_, edit)) => Some(*edit),
            None => (key == 0x7F || key == 0x08).then_some(0x7F),
        },
    }
}

/// The line that is left of the keys so far.
fn edited(typed: &[u8], settings: &Termios) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut placeholders = String::new();
    let mut characters = Vec::new();
    let mut rest = typed;
    while let Some((&key, after)) = rest.split_first() {
        match edit(key, settings) {
            Some(LITERAL) => rest = after,
            Some(edit) => {
                placeholders.push(char::from(edit));
                rest = after;
                continue;
            }
            None => {}
        }
        let (character, after) = rest.split_at(length_of_first(rest));
        placeholders.extend(
            u32::try_from(characters.len()).ok().and_then(|index| char::from_u32(FIRST + index)),
        );
        characters.push(character);
        rest = after;
    }
    let config = rpassword::ConfigBuilder::new().input_data(placeholders).output_discard().build();
    let left = rpassword::read_password_with_config(config)?;
    let mut line = Zeroizing::new(Vec::with_capacity(typed.len()));
    for c in left.chars() {
        let index = u32::from(c).checked_sub(FIRST).and_then(|index| usize::try_from(index).ok());
        let character = index.and_then(|index| characters.get(index).copied());
        // Only spaces stand for themselves.
        line.extend_from_slice(character.unwrap_or(b" "));
    }
    Ok(line)
}

/// How many bytes the first character has, or what is no character.
fn length_of_first(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().next().map_or(0, |chunk| {
        chunk.valid().chars().next().map_or(chunk.invalid().len(), char::len_utf8)
    })
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;
    use nix::sys::termios::tcgetattr;
    use proptest::prelude::*;

    use super::*;

    /// Types the bytes at a terminal as it is set by default.
    fn type_at_prompt(bytes: impl Read) -> io::Result<Vec<u8>> {
        let terminal = openpty(None, None).unwrap();
        let settings = tcgetattr(&terminal.slave).unwrap();
        read(bytes, &settings).map(|line| line.to_vec())
    }

    #[test]
    fn every_byte_but_the_editing_keys_is_taken_as_it_is() {
        for line in [
            &b"plain"[..],
            b" two  spaces ",
            b"tab\there",
            b"esc\x1b[A\x1bOP",
            b"nul\0nul",
            b"caf\xe9",
            b"\xff\xfe",
            "é山🦀e\u{301}".as_bytes(),
            b"\x01\x1f",
            b"\xc3",
            "\u{f0000}\u{f0001}".as_bytes(),
            b"\xf0\x9f\xa6",
            b"\x80\x80",
        ] {
            assert_eq!(type_at_prompt(&*[line, b"\n"].concat()).unwrap(), line, "{line:?}");
        }
    }

    #[test]
    fn the_line_can_be_edited_by_characters() {
        for (keys, line) in [
            (&b"abx\x7fc\n"[..], &b"abc"[..]),
            ("aé\x7fb\n".as_bytes(), b"ab"),
            (b"abc\x15de\n", b"de"),
            (b"one two\x17three\n", b"one three"),
            (b"a\x16\x7fb\n", b"a\x7fb"),
            (b"a\x16\x04b\x16\x16\n", b"a\x04b\x16"),
            (b"ab\x04c\r", b"abc"),
        ] {
            assert_eq!(type_at_prompt(keys).unwrap(), line, "{keys:?}");
        }
    }

    #[test]
    fn end_of_input_on_an_empty_line_is_no_password() {
        assert_eq!(
            type_at_prompt(&b"a\x7f\x04"[..]).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
    }

    #[test]
    fn endless_typing_is_refused() {
        assert!(type_at_prompt(io::repeat(b'x')).is_err());
    }

    proptest! {
        #[test]
        fn any_line_without_editing_keys_is_taken_as_it_is(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let line: Vec<u8> = line
                .into_iter()
                .filter(|byte| !b"\n\r\x7f\x08\x15\x17\x04\x16".contains(byte))
                .collect();
            prop_assert_eq!(type_at_prompt(&*[&line[..], b"\n"].concat()).unwrap(), line);
        }
    }
}
