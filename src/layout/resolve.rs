//! Which layout a database has: the one that was asked for, or that of a well-known application, or the
//! one that can be seen. How the keys of one come together is in `complete.rs`, and what there is to find in
//! `found.rs`.

use super::builtin::Builtin;
use super::complete::complete;
use super::detect::{Candidate, detect, without_hashes};
use super::found::{Found, Place, Said, Source, Unclear};
use super::recognise::recognise;
use super::{Layout, Look, Table, Wanted};
use crate::error::Result;

/// Finds the layout of a database.
///
/// # Errors
/// What `look` fails with.
pub fn find(
    tables: &[Table],
    said: Option<&Said>,
    look: Look<'_>,
) -> Result<std::result::Result<Found, Unclear>> {
    if let Some(Said { wanted, source }) = said {
        let layout = by_words(tables, wanted, look)?;
        return Ok(layout.map(|layout| Found {
            is_confirmed: wanted.is_enough() || layout.name.is_some(),
            layout,
            source: source.clone(),
        }));
    }
    let known = recognise(tables, look)?;
    if let [(builtin, table)] = known.as_slice() {
        let layout = complete(&Wanted::default(), Some(builtin), table, look)?;
        let source = Source::Builtin;
        return Ok(layout.map(|layout| Found { layout, source, is_confirmed: true }));
    }
    if known.len() > 1 {
        let place = |&(builtin, table): &(&'static Builtin, &Table)| Place {
            table: table.name.clone(),
            hash: builtin.hash.to_owned(),
            builtin: Some(builtin.name),
        };
        return Ok(Err(Unclear::Several(known.iter().map(place).collect())));
    }
    let mut candidates = detect(tables, look)?;
    if candidates.is_empty() {
        candidates = without_hashes(tables, look)?;
    }
    let candidate = match the_one(&candidates) {
        Ok(candidate) => candidate,
        Err(unclear) => return Ok(Err(unclear)),
    };
    let layout = complete(&candidate.proposal(), None, candidate.table, look)?;
    let source = Source::Detection;
    Ok(layout.map(|layout| Found { layout, source, is_confirmed: false }))
}

/// The one candidate that can be meant.
///
/// # Errors
/// Why there is none.
pub fn the_one<'c, 't>(
    candidates: &'c [Candidate<'t>],
) -> std::result::Result<&'c Candidate<'t>, Unclear> {
    let mut named = candidates.iter().filter(|candidate| candidate.username.is_some());
    match (named.next(), named.next()) {
        (Some(candidate), None) => Ok(candidate),
        (None, _) => Err(match candidates.first() {
            Some(candidate) => Unclear::NoNames { table: candidate.table.name.clone() },
            None => Unclear::NoUsers,
        }),
        (Some(_), Some(_)) => {
            let named = candidates.iter().filter(|candidate| candidate.username.is_some());
            let place = |candidate: &Candidate<'_>| Place {
                table: candidate.table.name.clone(),
                hash: candidate.hash.clone(),
                builtin: None,
            };
            Err(Unclear::Several(named.map(place).collect()))
        }
    }
}

/// The layout that was asked for.
fn by_words(
    tables: &[Table],
    wanted: &Wanted,
    look: Look<'_>,
) -> Result<std::result::Result<Layout, Unclear>> {
    let mut builtin = wanted.name.and_then(Builtin::named);
    if builtin.is_none()
        && let Some((known, table)) = meant(tables, wanted, look)?
    {
        if wanted.table.is_none() {
            return complete(wanted, Some(known), table, look);
        }
        builtin = Some(known);
    }
    let called = |name: &str| tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
    let absent = |name: &str| {
        let reason = "there is no such table".to_owned();
        Ok(Err(Unclear::Unfit { table: Some(name.to_owned()), reason }))
    };
    let name = wanted.table.as_deref().or_else(|| builtin.and_then(|builtin| builtin.table));
    if let Some(name) = name {
        let Some(table) = called(name) else { return absent(name) };
        return complete(wanted, builtin, table, look);
    }
    if let Some(builtin) = builtin {
        let fitting: Vec<&Table> =
            tables.iter().filter(|table| builtin.fits(table, tables)).collect();
        return match fitting.as_slice() {
            [table] => complete(wanted, Some(builtin), table, look),
            [] => {
                let reason = format!("no table has the columns of the layout `{}`", builtin.name);
                Ok(Err(Unclear::Unfit { table: None, reason }))
            }
            several => Ok(Err(Unclear::Several(
                several
                    .iter()
                    .map(|table| Place {
                        table: table.name.clone(),
                        hash: builtin.hash.to_owned(),
                        builtin: Some(builtin.name),
                    })
                    .collect(),
            ))),
        };
    }
    let candidates = detect(tables, look)?;
    match the_one(&candidates) {
        Ok(candidate) => complete(&candidate.completes(wanted), None, candidate.table, look),
        Err(unclear) => Ok(Err(unclear)),
    }
}

/// The table of a well-known application that is meant by words that leave the scheme out, and so the most
/// of what is to be known: a key that passwords are mixed with would be, too.
fn meant<'t>(
    tables: &'t [Table],
    wanted: &Wanted,
    look: Look<'_>,
) -> Result<Option<(&'static Builtin, &'t Table)>> {
    if wanted.scheme.is_some() || wanted.accepts.is_some() {
        return Ok(None);
    }
    let is = |said: &Option<String>, name: &str| {
        said.as_ref().is_none_or(|said| said.eq_ignore_ascii_case(name))
    };
    let mut known = recognise(tables, look)?;
    known.retain(|(builtin, table)| {
        is(&wanted.table, &table.name) && is(&wanted.hash, builtin.hash)
    });
    Ok(if let [one] = known.as_slice() { Some(*one) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Scheme;
    use crate::layout::examples::{ARGON2, BCRYPT, DJANGO, PASSLIB, Rows, WERKZEUG, found, table};
    use crate::layout::{Assignment, Case, PepperFrom};

    fn said(text: &str) -> Said {
        Said { wanted: Wanted::parse(text).unwrap(), source: Source::Option }
    }

    fn user(columns: &str, rows: &[&str]) -> Rows {
        table("user", columns, rows)
    }

    fn told(found: &Result<Found, Unclear>) -> String {
        match found {
            Ok(Found { layout, source, is_confirmed }) => {
                format!("{layout} {source:?} {is_confirmed}")
            }
            Err(unclear) => format!("{unclear:?}"),
        }
    }

    #[test]
    fn a_well_known_table_is_known_by_its_columns_and_hashes() {
        let django = "id* password! last_login is_superuser! username! is_staff! is_active! \
                      date_joined! email! first_name! last_name!";
        let row = format!("1 {DJANGO} - 0 alice 0 1 now - - -");
        for rows in [&[][..], &[row.as_str()]] {
            for name in ["auth_user", "accounts_person"] {
                let found = found(&[table(name, django, rows)], None).unwrap();
                assert_eq!((found.layout.name, &found.source), (Some("django"), &Source::Builtin));
                assert!(found.is_confirmed && found.layout.table == name);
                assert_eq!(found.layout.recipe.unwrap().scheme(), Scheme::DjangoPbkdf2Sha256);
                assert!(found.layout.add.contains(&Assignment::new("date_joined", "@now")));
                assert_eq!(found.layout.email.as_deref(), Some("email"));
            }
        }
        // The same columns with hashes that Django does not read were made by somebody else.
        let row = format!("1 {WERKZEUG} - 0 alice 0 1 now - - -");
        let found = found(&[table("auth_user", django, &[&row])], None);
        assert_eq!(found.unwrap().source, Source::Detection);
    }

    #[test]
    fn only_columns_that_are_there_are_filled() {
        let security = "email! active! fs_uniquifier! password id*";
        let row = format!("a@b.c 1 x {ARGON2} 1");
        let layout = found(&[user(security, &[&row])], None).unwrap().layout;
        assert_eq!((layout.name, layout.case), (Some("flask-security"), Case::Fold));
        let columns: Vec<&str> = layout.add.iter().map(|it| it.column.as_str()).collect();
        assert_eq!(columns, ["active", "fs_uniquifier"]);
        assert_eq!(layout.pepper, Some(PepperFrom::Needed));
        // The one with its key in the database is a special case of it.
        let pgadmin = format!("{security} masterpass_check username! auth_source!");
        let tables = [user(&pgadmin, &[]), table("keys", "name* value!", &[])];
        let layout = found(&tables, None).unwrap().layout;
        assert_eq!(layout.name, Some("pgadmin"));
        assert!(matches!(layout.pepper, Some(PepperFrom::Query(_))));
        assert!(layout.add.contains(&Assignment::new("username", "@username")));
    }

    #[test]
    fn an_unknown_table_is_seen_but_not_confirmed() {
        let row = format!("1 alice a@b.c {WERKZEUG} token");
        let found = found(&[user("id* username email! password_hash token", &[&row])], None);
        let Found { layout, source, is_confirmed } = found.unwrap();
        assert_eq!((source, is_confirmed), (Source::Detection, false));
        assert_eq!((layout.username.as_str(), layout.hash.as_str()), ("username", "password_hash"));
        assert_eq!((layout.name, layout.email.as_deref()), (None, Some("email")));
        assert_eq!(layout.accepts[0], Scheme::WerkzeugScrypt);
        assert_eq!(layout.recipe.unwrap().scheme(), Scheme::WerkzeugScrypt);
    }

    #[test]
    fn the_name_is_the_first_usual_column_that_has_values() {
        for (columns, row, name) in [
            ("id* username email pw", "1 - a@b.c", "email"),
            ("id* email Name pw", "1 a@b.c alice", "Name"),
            ("id* user login pw", "1 alice al", "login"),
        ] {
            let row = format!("{row} {BCRYPT}");
            let layout = found(&[user(columns, &[&row])], None).unwrap().layout;
            assert_eq!(layout.username, name);
        }
        let row = format!("1 alice {BCRYPT}");
        let found = found(&[user("id* mail pw", &[&row])], None);
        assert_eq!(found, Err(Unclear::NoNames { table: "user".to_owned() }));
    }

    #[test]
    fn the_key_of_the_table_is_the_id() {
        for (columns, id) in [
            ("uid* username pw", "uid"),
            ("id username pw", "id"),
            ("id* tenant* username pw", "id"),
            ("a b username pw", "username"),
        ] {
            let blanks = "1 ".repeat(columns.split(' ').count() - 2);
            let row = format!("{blanks}alice {BCRYPT}");
            assert_eq!(found(&[user(columns, &[&row])], None).unwrap().layout.id, id, "{columns}");
        }
    }

    #[test]
    fn several_tables_or_columns_are_ambiguous_and_all_named() {
        let row = format!("1 alice {BCRYPT} {WERKZEUG}");
        let users = || table("users", "id* name password other_hash", &[&row]);
        let [one, other] = ["password", "other_hash"].map(|hash| Place {
            table: "users".to_owned(),
            hash: hash.to_owned(),
            builtin: None,
        });
        assert_eq!(found(&[users()], None), Err(Unclear::Several(vec![one, other])));
        let words = said("table=users,hash=password,scheme=bcrypt");
        assert!(found(&[users()], Some(&words)).unwrap().is_confirmed);
        let row = format!("1 alice {BCRYPT}");
        let tables = ["users", "admins"].map(|name| table(name, "id* name password", &[&row]));
        let unclear = found(&tables, None).unwrap_err();
        assert!(matches!(&unclear, Unclear::Several(places) if places.len() == 2), "{unclear:?}");
        // A history of passwords has no names, and codes for recovery are in no likely column.
        let row = format!("1 7 {BCRYPT}");
        let history = table("old_password", "id* user_id password", &[&row]);
        let row = format!("1 alice {BCRYPT} {BCRYPT}");
        let user = user("id* name password recovery", &[&row]);
        assert_eq!(found(&[history, user], None).unwrap().layout.hash, "password");
    }

    #[test]
    fn tokens_empty_values_and_marks_are_no_hashes() {
        for value in ["5f4dcc3b5aa765d61d8327deb882cf99", "secret"] {
            let row = format!("1 alice {value}");
            assert_eq!(found(&[user("id* name password", &[&row])], None), Err(Unclear::NoUsers));
        }
        for value in ["!", "!abcdefgh", "-", "*"] {
            let row = format!("1 alice {value}");
            let Found { layout, is_confirmed, .. } =
                found(&[user("id* name password", &[&row])], None).unwrap();
            assert!(layout.recipe.is_none() && layout.accepts.is_empty() && !is_confirmed);
            // The names and passwords of servers are not those of users.
            let servers = table("server", "id* name password", &[&row]);
            assert_eq!(found(&[servers], None), Err(Unclear::NoUsers));
        }
        let rows = [format!("1 a {BCRYPT}"), "2 b note".to_owned(), "3 c note".to_owned()];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(found(&[user("id* name text", &rows)], None), Err(Unclear::NoUsers));
        // The newest users may have no password: a likely column is looked at again.
        let mut rows = vec![format!("1 alice {BCRYPT}")];
        rows.extend((2..100).map(|id| format!("{id} name{id} !")));
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert!(found(&[user("id* name password", &rows)], None).is_ok());
    }

    #[test]
    fn the_first_application_is_known_with_further_columns_too() {
        let alice = format!("1 alice {PASSLIB} x");
        for rows in [&[][..], &[alice.as_str()]] {
            let layout = found(&[user("id* username password_hash more", rows)], None).unwrap();
            assert_eq!(
                layout.layout,
                Layout { accepts: vec![Scheme::Pbkdf2Sha256], ..Layout::passlib() }
            );
        }
        let bob = format!("2 bob {BCRYPT} x");
        let found =
            found(&[user("id* username password_hash more", &[&alice, &bob])], None).unwrap();
        assert_eq!((found.layout.name, found.is_confirmed), (None, false));
        assert_eq!(found.layout.accepts, [Scheme::Bcrypt, Scheme::Pbkdf2Sha256]);
    }

    #[test]
    fn what_is_said_holds_and_the_rest_is_found() {
        let row = format!("1 alice {WERKZEUG} 1 en");
        let tables = || [table("order", "id* name pw ok lang", &[&row])];
        let tell = |text: &str| told(&found(&tables(), Some(&said(text))));
        assert_eq!(
            tell("table=order,scheme=werkzeug_scrypt:32768:8:1"),
            "table=order,id=id,username=name,hash=pw,scheme=werkzeug_scrypt Option true"
        );
        // A scheme alone says where nothing is.
        assert!(tell("scheme=werkzeug_scrypt").ends_with(" Option false"));
        assert!(tell("table=order").ends_with(" Option false"));
        let layout =
            found(&tables(), Some(&said("table=order,scheme=bcrypt,active=ok"))).unwrap().layout;
        assert_eq!(layout.accepts, [Scheme::Bcrypt]);
        assert_eq!(layout.enable, [Assignment::new("ok", "1")]);
        assert_eq!(layout.disable, [Assignment::new("ok", "0")]);
        assert_eq!(layout.add, [Assignment::new("ok", "1")]);
        for (text, says) in [
            ("table=orders,scheme=bcrypt", "no such table"),
            ("table=order,hash=pass,scheme=bcrypt", "no column `pass`"),
            ("table=order,username=lan,scheme=bcrypt", "no column `lan`"),
            ("table=order,active=x,scheme=bcrypt", "no column `x`"),
            ("table=order,admin=pw,scheme=bcrypt", "never filled"),
            ("table=order,username=pw,scheme=bcrypt", "something else"),
            ("table=order,id=pw,scheme=bcrypt", "something else"),
            ("django", "columns of the layout `django`"),
            ("flaskbb", "no such table"),
            ("table=order,django", "no column `username`"),
        ] {
            assert!(tell(text).contains(says), "{text}: {}", tell(text));
        }
    }

    #[test]
    fn words_that_leave_the_scheme_out_may_mean_a_well_known_table() {
        let security = "email! active! fs_uniquifier! password id* login";
        let row = format!("a@b.c 1 x {ARGON2} 1 al");
        let rows = [user(security, &[&row])];
        for words in ["table=user", "username=login", "table=USER,hash=password"] {
            let found = found(&rows, Some(&said(words))).unwrap();
            assert!(found.is_confirmed && found.source == Source::Option, "{words}");
            assert_eq!(found.layout.pepper, Some(PepperFrom::Needed), "{words}");
            let name = if words == "username=login" { "login" } else { "email" };
            assert_eq!(found.layout.username, name, "{words}");
        }
        for words in ["table=user,scheme=argon2id", "table=user,accepts=argon2id"] {
            let found = found(&rows, Some(&said(words))).unwrap();
            assert_eq!((found.layout.name, found.layout.pepper), (None, None), "{words}");
        }
    }

    #[test]
    fn an_empty_table_needs_to_be_named() {
        let empty = || [table("users", "id* email hashed_password", &[])];
        assert!(!found(&empty(), None).unwrap().is_confirmed);
        let words = said("table=users,scheme=bcrypt");
        let Found { layout, is_confirmed, .. } = found(&empty(), Some(&words)).unwrap();
        assert!(is_confirmed && layout.hash == "hashed_password" && layout.username == "email");
        assert!(found(&empty(), Some(&said("table=users"))).is_err());
    }
}
