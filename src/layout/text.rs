//! A layout in one line, as an option takes it and a hint shows it: a built-in name, keys, or both, by
//! commas. A value that has a comma, a quote or a blank at its end stands in double quotes, a quote in
//! it twice, as in CSV.

use super::Wanted;

impl Wanted {
    /// Reads a layout, such as `django` or `table=users,username=email,hash=pw,scheme=bcrypt:12`.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow a colon.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut wanted = Wanted::default();
        let mut rest = text;
        loop {
            let end = rest.find(['=', ',']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let key = key.trim();
            if key.is_empty() {
                return Err("a name or a key is missing".to_owned());
            }
            rest = if let Some(after) = after.strip_prefix('=') {
                let (value, after) = value(after)?;
                wanted.set(key, &value)?;
                after
            } else {
                wanted.set_name(key)?;
                after
            };
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => return Ok(wanted),
            }
        }
    }
}

/// The value at the beginning of a text, and what comes after it: nothing, or a comma first.
fn value(text: &str) -> Result<(String, &str), String> {
    let Some(mut rest) = text.trim_start().strip_prefix('"') else {
        let (value, after) = text.split_at(text.find(',').unwrap_or(text.len()));
        return Ok((value.trim().to_owned(), after));
    };
    let mut value = String::new();
    loop {
        let end = rest.find('"').ok_or("a quotation mark is missing at the end")?;
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                rest = after;
            }
            None => break,
        }
    }
    let rest = rest.trim_start();
    if !rest.is_empty() && !rest.starts_with(',') {
        return Err("after a quoted value there must be a comma".to_owned());
    }
    Ok((value, rest))
}

/// A value as [`Wanted::parse`] reads it.
#[must_use]
pub fn quoted(value: &str) -> String {
    let is_plain = !value.is_empty()
        && !value.contains([',', '"'])
        && !value.starts_with(char::is_whitespace)
        && !value.ends_with(char::is_whitespace);
    if is_plain { value.to_owned() } else { format!("\"{}\"", value.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::Scheme;
    use crate::layout::Case;

    #[test]
    fn a_name_and_keys_are_read_in_any_order() {
        let wanted = Wanted::parse("table=users, username=email,hash=pw,scheme=bcrypt:12").unwrap();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(wanted.table, text("users"));
        assert_eq!(wanted.username, text("email"));
        assert_eq!(wanted.hash, text("pw"));
        assert_eq!(wanted.scheme, "bcrypt:12".parse().ok());
        assert_eq!(wanted.name, None);
        let wanted = Wanted::parse("case=fold,django,accepts=bcrypt+argon2id").unwrap();
        assert_eq!((wanted.name, wanted.case), (Some("django"), Some(Case::Fold)));
        assert_eq!(wanted.accepts, Some(vec![Scheme::Bcrypt, Scheme::Argon2id]));
        let odd = Wanted::parse("table=\"my, \"\"users\"\"\" ,hash=pass word").unwrap();
        assert_eq!((odd.table, odd.hash), (text("my, \"users\""), text("pass word")));
    }

    #[test]
    fn what_means_nothing_is_an_error() {
        for (layout, says) in [
            ("", "missing"),
            ("django,", "missing"),
            ("=x", "missing"),
            ("django,flaskbb", "second name, `flaskbb`"),
            ("flask", "no built-in layout `flask`"),
            ("scheme=md5", "pbkdf2_sha256"),
            ("scheme=bcrypt:99", "bcrypt"),
            ("accepts=bcrypt+md5", "no scheme `md5`"),
            ("django,django", "second name"),
            ("tabel=users", "no key `tabel`"),
            ("table=users,table=users", "`table` is there twice"),
            ("admin=a,admin=b", "`admin` is there twice"),
            ("table=", "`table` has no value"),
            ("table=\"\"", "`table` has no value"),
            ("case=upper", "`fold`"),
            ("table=\"users", "quotation mark"),
            ("table=\"users\"x", "comma"),
        ] {
            let reason = Wanted::parse(layout).unwrap_err();
            assert!(reason.contains(says), "{layout}: {reason}");
        }
    }

    proptest! {
        #[test]
        fn any_name_can_be_written(table in "\\PC{1,12}", hash in "[a-z \", =\\\\]{1,8}") {
            let layout = format!("table={},hash={}", quoted(&table), quoted(&hash));
            let wanted = Wanted::parse(&layout).unwrap();
            prop_assert_eq!((wanted.table.unwrap(), wanted.hash.unwrap()), (table, hash));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Wanted::parse(&text);
        }
    }
}
