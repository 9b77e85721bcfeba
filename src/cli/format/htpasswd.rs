//! `NAME:HASH` lines, as Apache's htpasswd writes them; lines that begin with `#` are comments.

use super::escape::escaped_bytes;
use useradm::Error;
use useradm::accounts::{InputRow, Offered, Rejection};
use useradm::store::StoredUser;
use useradm::user::UserId;

/// Reads the row of a line.
pub(super) fn row(line: u64, text: &[u8]) -> Option<Result<InputRow, Rejection>> {
    if text.starts_with(b"#") {
        return None;
    }
    let Some(colon) = text.iter().position(|&byte| byte == b':') else {
        let reason = "it has no colon between name and hash".to_owned();
        return Some(Err(Rejection::new(line, None, reason)));
    };
    let credential = Offered::Hash(text[colon + 1..].to_vec());
    let name = Some(text[..colon].to_vec());
    Some(Ok(InputRow { line, id: UserId::Null, name, credential, further: Vec::new() }))
}

/// Appends the line of a user.
///
/// # Errors
/// [`Error::InvalidInput`] where no line can hold that name or hash.
pub(super) fn push_user(out: &mut Vec<u8>, user: &StoredUser<'_>) -> useradm::Result<()> {
    let (name, hash) = (user.name.unwrap_or_default(), user.hash.unwrap_or_default());
    let unfit = |byte: &u8| b":\r\n\0".contains(byte);
    let is_comment = name.starts_with(b"#");
    if user.name.is_none() || is_comment || name.iter().chain(hash).any(unfit) {
        let user = match user.name {
            Some(name) => escaped_bytes(name),
            None => format!("with id {}, who has no name", user.id),
        };
        return Err(Error::InvalidInput(format!("htpasswd cannot hold the user {user}")));
    }
    out.extend([name, b":", hash, b"\n"].concat());
    Ok(())
}
