//! `NAME:HASH` lines, as Apache's htpasswd writes them; lines that begin with `#` are comments.

use super::lines::Lines;
use super::{Input, Item};
use useradm::accounts::{InputRow, Offered, Rejection};

pub(super) struct Rows {
    lines: Lines,
}

impl Rows {
    pub(super) fn new(input: Input) -> Self {
        Rows { lines: Lines::new(input) }
    }
}

impl Iterator for Rows {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            let (line, text) = match self.lines.next() {
                Ok(line) => line?,
                Err(error) => return Some(Err(error)),
            };
            if text.starts_with(b"#") {
                continue;
            }
            let Some(colon) = text.iter().position(|&byte| byte == b':') else {
                let reason = "it has no colon between name and hash".to_owned();
                return Some(Ok(Err(Rejection::new(line, None, reason))));
            };
            let credential = Offered::Hash(text[colon + 1..].to_vec());
            let name = Some(text[..colon].to_vec());
            return Some(Ok(Ok(InputRow { line, id: None, name, credential })));
        }
    }
}
