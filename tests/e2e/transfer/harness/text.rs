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

pub(super) fn split<'a>(mut text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = text.windows(separator.len()).position(|window| window == separator) {
        parts.push(&text[..at]);
        text = &text[at + separator.len()..];
    }
    parts.push(text);
    parts
}

/// A text of one line for each item.
pub(crate) fn lines<T>(items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    items.into_iter().map(line).collect()
}
