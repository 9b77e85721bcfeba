//! What is typed at a hidden prompt, prepared for rpassword to edit.
//!
//! rpassword edits a line: erase, kill, erase a word, end of input. Of what it is given it drops
//! control characters and replaces bytes that are not UTF-8, and its buffers are not wiped when
//! they grow. So it is given a placeholder for each typed character. What it returns says which
//! of them are left, and the characters themselves never leave the wiped buffer here.

use std::ops::Range;

use zeroize::Zeroizing;

/// The most characters that can be typed at one prompt, corrections included: as many as there
/// are placeholders in Unicode's private plane 15.
const MAX_TYPED: usize = 65_000;

/// The first placeholder.
const FIRST: u32 = 0xF_0000;

/// The control characters that rpassword acts on.
const ERASE: u8 = 0x7F;
const KILL: u8 = 0x15;
const ERASE_WORD: u8 = 0x17;
const END: u8 = 0x04;

/// The keys that edit a line, as the terminal is set up; 0 is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bindings {
    pub(super) erase: u8,
    pub(super) kill: u8,
    pub(super) erase_word: u8,
    pub(super) end: u8,
    pub(super) literal: u8,
}

/// The characters typed so far.
pub(super) struct Typed {
    bindings: Bindings,
    bytes: Zeroizing<Vec<u8>>,
    characters: Vec<Range<usize>>,
    next_is_literal: bool,
    /// Whether the last key was a character, which the next byte may continue.
    is_open: bool,
}

/// More was typed than any password has.
#[derive(Debug)]
pub(super) struct TooMuch;

impl Typed {
    pub(super) fn new(bindings: Bindings) -> Self {
        Typed {
            bindings,
            // Four bytes a character at most, so that it never grows and leaves a copy behind.
            bytes: Zeroizing::new(Vec::with_capacity(4 * MAX_TYPED)),
            characters: Vec::with_capacity(MAX_TYPED),
            next_is_literal: false,
            is_open: false,
        }
    }

    /// Takes a byte from the terminal and gives what rpassword is to read for it, if anything.
    pub(super) fn key(&mut self, byte: u8) -> Result<Option<char>, TooMuch> {
        let is = |key: u8| key != 0 && byte == key;
        if !std::mem::take(&mut self.next_is_literal) {
            let Bindings { erase, kill, erase_word, end, literal } = self.bindings;
            if is(literal) {
                self.next_is_literal = true;
                return Ok(None);
            }
            let edit = match byte {
                b'\n' | b'\r' => Some(b'\n'),
                b' ' => Some(b' '),
                byte if is(erase) || byte == 0x7F || byte == 0x08 => Some(ERASE),
                _ if is(kill) => Some(KILL),
                _ if is(erase_word) => Some(ERASE_WORD),
                _ if is(end) => Some(END),
                _ => None,
            };
            if let Some(edit) = edit {
                self.is_open = false;
                return Ok(Some(char::from(edit)));
            }
        }
        self.character(byte)
    }

    fn character(&mut self, byte: u8) -> Result<Option<char>, TooMuch> {
        if std::mem::replace(&mut self.is_open, true)
            && byte & 0xC0 == 0x80
            && let Some(last) = self.characters.last_mut()
            && lacks_bytes(&self.bytes[last.clone()])
        {
            // It continues the character whose placeholder was given for its first byte.
            last.end += 1;
            self.bytes.push(byte);
            return Ok(None);
        }
        let index = self.characters.len();
        if index == MAX_TYPED {
            return Err(TooMuch);
        }
        self.characters.push(self.bytes.len()..self.bytes.len() + 1);
        self.bytes.push(byte);
        Ok(u32::try_from(index).ok().and_then(|index| char::from_u32(FIRST + index)))
    }

    /// The bytes of the placeholders that are left of the line.
    pub(super) fn line(&self, placeholders: &str) -> Zeroizing<Vec<u8>> {
        let mut line = Zeroizing::new(Vec::with_capacity(self.bytes.len() + placeholders.len()));
        for c in placeholders.chars() {
            let index =
                u32::from(c).checked_sub(FIRST).and_then(|index| usize::try_from(index).ok());
            match index.and_then(|index| self.characters.get(index)) {
                Some(range) => line.extend_from_slice(&self.bytes[range.clone()]),
                None => line.push(b' '),
            }
        }
        line
    }
}

/// Whether these bytes are the beginning of a UTF-8 character.
fn lacks_bytes(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;

    const BINDINGS: Bindings =
        Bindings { erase: 0x7F, kill: 0x15, erase_word: 0x17, end: 0x04, literal: 0x16 };

    /// Types the bytes and lets rpassword edit them, as the terminal does.
    fn type_at_prompt(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut typed = Typed::new(BINDINGS);
        let keys: String = bytes.iter().filter_map(|&byte| typed.key(byte).unwrap()).collect();
        let config = rpassword::ConfigBuilder::new().input_data(keys).output_discard().build();
        Ok(typed.line(&rpassword::read_password_with_config(config)?).to_vec())
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
            assert_eq!(type_at_prompt(&[line, b"\n"].concat()).unwrap(), line, "{line:?}");
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
        assert_eq!(type_at_prompt(b"\x04").unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn endless_typing_is_refused() {
        let mut typed = Typed::new(BINDINGS);
        assert!((0..=MAX_TYPED).any(|_| typed.key(b'x').is_err()));
    }

    proptest! {
        #[test]
        fn any_line_without_editing_keys_is_taken_as_it_is(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let line: Vec<u8> = line
                .into_iter()
                .filter(|byte| !b"\n\r\x7f\x08\x15\x17\x04\x16".contains(byte))
                .collect();
            prop_assert_eq!(type_at_prompt(&[&line[..], b"\n"].concat()).unwrap(), line);
        }
    }
}
