//! Texts that tests write, and texts that they expect, with places for what they do not know.

/// Whether the text is as expected, in which `[..]` and `[...]` stand for anything.
pub(super) fn matches(expected: &[u8], text: &[u8]) -> bool {
    let place = |wildcard: &[u8]| expected.windows(wildcard.len()).position(|w| w == wildcard);
    let (at, length, is_line) = match (place(b"[..]"), place(b"[...]")) {
        (None, None) => return expected == text,
        (Some(line), any) if any.is_none_or(|any| line < any) => (line, 4, true),
        (_, any) => (any.unwrap_or_default(), 5, false),
    };
    let Some(text) = text.strip_prefix(&expected[..at]) else { return false };
    let line = text.iter().position(|&byte| byte == b'\n').unwrap_or(text.len());
    let end = if is_line { line } else { text.len() };
    (0..=end).any(|skipped| matches(&expected[at + length..], &text[skipped..]))
}

/// The text with `to` wherever `from` is.
pub(super) fn replace(mut text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::new();
    while let Some(at) = text.windows(from.len()).position(|window| window == from) {
        replaced.extend_from_slice(&[&text[..at], to].concat());
        text = &text[at + from.len()..];
    }
    replaced.extend_from_slice(text);
    replaced
}

/// A text of one line for each item.
pub(crate) fn lines<T>(items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    items.into_iter().map(line).collect()
}
