//! What becomes of a column when a user is made like another one: the one place that says which columns
//! are ordinary. A rule looks at the name, the declared type, whether it is unique, and the value of the
//! model. What is made anew is in `form.rs`.
//!
//! An ordinary column is copied. What belongs to one user alone is not: whatever is unique, secrets and
//! tokens, addresses, log-ins, counters, locks, and the rights of an admin.

use super::{Column, Form, Stored};
use crate::hash;

/// What becomes of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Treatment {
    /// It gets the model's value.
    Copy,
    /// It gets a value of its own, in the form of the model's.
    Renew(Form),
    /// It gets the moment at which the row is made.
    Moment {
        /// Whether it counts milliseconds, not seconds.
        in_milliseconds: bool,
    },
    /// It gets the number 0: it is a counter or a lock that nothing else gives a beginning, or a right
    /// that is not copied. Who makes the user is told.
    Zero,
    /// It gets nothing from the model.
    Leave,
}

/// Parts of names that stand for a second proof of who somebody is: without its secret nobody could
/// log in.
const SECOND_FACTOR: [&str; 6] = ["2fa", "mfa", "two_factor", "twofactor", "otp", "webauthn"];

/// Parts of the names of what nobody else may have or know.
const SECRET: [&str; 18] = [
    "token",
    "secret",
    "uniquif",
    "session",
    "cookie",
    "nonce",
    "salt",
    "recovery",
    "api_key",
    "apikey",
    "activation",
    "verification_code",
    "challenge",
    "private",
    "passw",
    "pwd",
    "encrypted",
    "auth_state",
];

/// Those of them that are made anew even where there could be none: an application needs them.
const NEEDED: [&str; 5] = ["uniquif", "uuid", "guid", "handle", "cookie"];

/// Parts of the names of how somebody is reached.
const REACHED: [&str; 3] = ["mail", "phone", "mobile"];

/// Parts of the names of what somebody tells of themselves.
const TOLD: [&str; 9] =
    ["avatar", "photo", "picture", "image", "about", "bio", "signature", "website", "birth"];

/// Words of the names of what somebody may do.
const RIGHTS: [&str; 14] = [
    "role",
    "roles",
    "type",
    "kind",
    "level",
    "rank",
    "group",
    "groups",
    "permission",
    "permissions",
    "privileges",
    "scopes",
    "access",
    "rights",
];

/// Parts of the names of dates and counters of log-ins, and of locks.
const LOG_IN: [&str; 12] = [
    "login",
    "log_in",
    "logon",
    "signin",
    "sign_in",
    "seen",
    "activity",
    "attempt",
    "fail",
    "visit",
    "lock",
    "last_active",
];

/// Words of which one stands in the name of a counter.
const COUNTER: [&str; 8] =
    ["count", "counter", "total", "score", "points", "karma", "reputation", "num"];

/// Parts of the names of moments at which a row was made or changed.
const MADE: [&str; 9] = [
    "created",
    "create_",
    "joined",
    "registered",
    "updated",
    "update_",
    "changed",
    "modified",
    "confirmed",
];

/// Words that say that somebody is an admin.
const ADMIN: [&str; 9] = [
    "admin",
    "superuser",
    "superadmin",
    "sysadmin",
    "administrator",
    "staff",
    "root",
    "owner",
    "super",
];

impl Column {
    /// What becomes of the column in a row that is made like one in which it has this value.
    #[must_use]
    pub fn treatment(&self, is_unique: bool, model: &Stored<'_>) -> Treatment {
        let name = self.name.to_ascii_lowercase();
        let words = words(&self.name);
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let is_needed = self.not_null && !self.has_default;
        let is_flag = self.kind.to_ascii_uppercase().starts_with("BOOL");
        let is_number = matches!(model, Stored::Integer(_) | Stored::Real(_));
        let (is_text, is_empty) = match model {
            Stored::Text(bytes) | Stored::Blob(bytes) => (true, is_empty(bytes)),
            Stored::Null | Stored::Integer(_) | Stored::Real(_) => (false, false),
        };
        let renewed = |is_wanted: bool| match Form::of(model) {
            Some(form) if is_wanted => Treatment::Renew(form),
            _ => Treatment::Leave,
        };
        let is_hash =
            matches!(model, Stored::Text(it) | Stored::Blob(it) if hash::looks_like_one(it));
        if self.is_generated || *model == Stored::Null || is_hash {
            return Treatment::Leave;
        }
        if is_unique {
            return renewed(is_needed || has(&NEEDED));
        }
        if is_flag || is_number {
            let is_yes_or_no = is_flag || matches!(model, Stored::Integer(0 | 1));
            if is_yes_or_no && (has(&SECOND_FACTOR) || says(&ADMIN)) {
                return Treatment::Zero;
            }
            let is_mark = has(&LOG_IN) && !self.says_who_may(&words) || says(&COUNTER);
            if is_mark && !self.is_moment(model) {
                // The table itself may say with what it begins.
                return if self.has_default { Treatment::Leave } else { Treatment::Zero };
            }
        } else if is_empty {
            return Treatment::Copy;
        } else if has(&SECOND_FACTOR) || has(&SECRET) || has(&NEEDED) {
            return renewed(is_needed || has(&NEEDED));
        } else if has(&REACHED) || has(&TOLD) && !is_needed || says(&RIGHTS) && is_admins(model) {
            return Treatment::Leave;
        }
        if self.is_moment(model) {
            if words.iter().any(|word| word == "by") || has(&SECRET) {
                return Treatment::Leave;
            }
            // A moment of a log-in is the user's own; where there has to be one, it is the first.
            let is_of_use = has(&LOG_IN) || has(&["last"]);
            if has(&MADE) || is_of_use && is_needed {
                let in_milliseconds = matches!(model, Stored::Integer(it) if *it > 100_000_000_000);
                return Treatment::Moment { in_milliseconds };
            }
            if is_of_use {
                return Treatment::Leave;
            }
        }
        if has(&LOG_IN) && is_text { Treatment::Leave } else { Treatment::Copy }
    }

    /// Whether it says what somebody may do, as `can_login` does.
    fn says_who_may(&self, words: &[String]) -> bool {
        let may = ["can", "may", "allow", "allowed", "enabled", "is", "has"];
        self.kind.to_ascii_uppercase().starts_with("BOOL")
            && !self.name.to_ascii_lowercase().contains("lock")
            && words.iter().any(|word| may.contains(&word.as_str()))
    }

    /// Whether it holds moments: by its type, or as seconds since 1970.
    fn is_moment(&self, model: &Stored<'_>) -> bool {
        /// The beginning of the year 2000, before which no row of today's applications was made.
        const LEAST_SECONDS: i64 = 946_684_800;
        let kind = self.kind.to_ascii_uppercase();
        let is_declared = ["DATE", "TIME"].iter().any(|word| kind.contains(word));
        match model {
            Stored::Integer(number) => is_declared || *number > LEAST_SECONDS,
            Stored::Text(text) => is_declared || text.get(..10).is_some_and(super::is_day),
            _ => is_declared,
        }
    }
}

/// Whether nothing is in a text, or in the JSON that it is.
fn is_empty(text: &[u8]) -> bool {
    text.is_empty() || [&b"[]"[..], b"{}", b"null"].contains(&text)
}

/// Whether a text is what applications call an admin.
fn is_admins(model: &Stored<'_>) -> bool {
    let Stored::Text(text) = model else { return false };
    words(&String::from_utf8_lossy(text)).iter().any(|word| ADMIN.contains(&word.as_str()))
}

/// The words of a name, in lower case: `isAdmin` and `is_admin` have the same two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut()
            && c.is_alphanumeric()
        {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::Treatment::{Copy, Leave, Zero};
    use super::*;
    use crate::layout::UuidForm;

    fn treated(name: &str, kind: &str, is_unique: bool, model: &Stored<'_>) -> Treatment {
        let (kind, not_null) = match kind.strip_suffix(" NOT NULL") {
            Some(kind) => (kind.to_owned(), true),
            None => (kind.to_owned(), false),
        };
        let name = name.to_owned();
        let column =
            Column { name, kind, not_null, has_default: false, key: 0, is_generated: false };
        column.treatment(is_unique, model)
    }

    fn text(text: &str) -> Stored<'static> {
        Stored::Text(text.as_bytes().to_vec().into())
    }

    const HEX: &str = "0f8fad5bd9cb469fa16570867728950e";

    #[test]
    fn what_applications_keep_of_users_is_copied_made_anew_or_left() {
        let (one, some, date) =
            (Stored::Integer(1), Stored::Integer(7), text("2024-05-01 10:20:30"));
        let digits = Treatment::Renew(Form::Uuid(UuidForm::DIGITS));
        let now = Treatment::Moment { in_milliseconds: false };
        for (column, kind, model, expected) in [
            // Flask-AppBuilder.
            ("first_name", "VARCHAR(64) NOT NULL", text("Alice"), Copy),
            ("last_name", "VARCHAR(64) NOT NULL", text("Root"), Copy),
            ("active", "BOOLEAN", one.clone(), Copy),
            ("email", "VARCHAR(320) NOT NULL", text("alice@example.org"), Leave),
            ("last_login", "DATETIME", date.clone(), Leave),
            ("login_count", "INTEGER", some.clone(), Zero),
            ("fail_login_count", "INTEGER", some.clone(), Zero),
            ("created_on", "DATETIME", date.clone(), now.clone()),
            ("created_by_fk", "INTEGER", some.clone(), Copy),
            // FlaskBB.
            ("date_joined", "DATETIME NOT NULL", date.clone(), now.clone()),
            ("lastseen", "DATETIME", date.clone(), Leave),
            ("login_attempts", "INTEGER NOT NULL", some.clone(), Zero),
            ("activated", "BOOLEAN NOT NULL", one.clone(), Copy),
            ("post_count", "INTEGER NOT NULL", some.clone(), Zero),
            ("primary_group_id", "INTEGER NOT NULL", some.clone(), Copy),
            ("language", "VARCHAR(15)", text("en"), Copy),
            ("signature", "TEXT", text("yours"), Leave),
            // Django.
            ("is_superuser", "bool NOT NULL", one.clone(), Zero),
            ("is_staff", "bool NOT NULL", one.clone(), Zero),
            ("is_active", "bool NOT NULL", one.clone(), Copy),
            // Flask-Security.
            ("fs_uniquifier", "VARCHAR(64) NOT NULL", text(HEX), digits.clone()),
            ("tf_totp_secret", "VARCHAR(255)", text(HEX), Leave),
            ("us_phone_number", "VARCHAR(128)", text("+41"), Leave),
            ("current_login_ip", "VARCHAR(64)", text("127.0.0.1"), Leave),
            ("confirmed_at", "DATETIME", date.clone(), now.clone()),
            // JupyterHub.
            ("is_authorized", "BOOLEAN", one.clone(), Copy),
            ("has_2fa", "BOOLEAN", one.clone(), Zero),
            ("otp_secret", "VARCHAR(16)", text("JBSWY3DPEHPK3PXP"), Leave),
            ("cookie_id", "VARCHAR(255) NOT NULL", text(HEX), digits.clone()),
            // Open WebUI.
            ("role", "VARCHAR(255) NOT NULL", text("user"), Copy),
            ("role", "VARCHAR(255) NOT NULL", text("admin"), Leave),
            ("created_at", "BIGINT", Stored::Integer(1_714_558_830), now.clone()),
            (
                "updated_at",
                "BIGINT",
                Stored::Integer(1_714_558_830_000),
                Treatment::Moment { in_milliseconds: true },
            ),
            ("last_active_at", "BIGINT", Stored::Integer(1_714_558_830), Leave),
            ("last_active_at", "BIGINT NOT NULL", Stored::Integer(1_714_558_830), now.clone()),
            ("last_login", "DATETIME NOT NULL", date.clone(), now.clone()),
            ("api_key", "VARCHAR", text("sk-0f8fad5bd9cb469f"), Leave),
            // Others.
            ("isAdmin", "INTEGER", one.clone(), Zero),
            ("can_login", "BOOLEAN", one.clone(), Copy),
            ("locked", "BOOLEAN NOT NULL", one.clone(), Zero),
            ("account_id", "INTEGER", some.clone(), Copy),
            (
                "old_hash",
                "TEXT",
                text("$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S"),
                Leave,
            ),
            ("kindle_mail", "VARCHAR NOT NULL", text(""), Copy),
            ("notification_tokens", "JSON NOT NULL", text("[]"), Copy),
            ("created", "TEXT", date, now),
            ("reset_token", "VARCHAR(64) NOT NULL", text("s3cret"), Leave),
            ("reset_token", "VARCHAR(64) NOT NULL", text(HEX), digits),
            ("theme", "TEXT", Stored::Null, Leave),
        ] {
            let treated = treated(column, kind, false, &model);
            assert_eq!(treated, expected, "{column} {kind} {model:?}");
        }
    }

    #[test]
    fn what_is_unique_is_never_copied() {
        let treated = |name, kind, model: &Stored<'_>| treated(name, kind, true, model);
        assert_eq!(treated("nickname", "TEXT", &text("al")), Treatment::Leave);
        assert_eq!(treated("nickname", "TEXT NOT NULL", &text("al")), Treatment::Leave);
        assert_eq!(treated("number", "INTEGER NOT NULL", &Stored::Integer(7)), Treatment::Leave);
        let renewed = treated("code", "TEXT NOT NULL", &text(HEX));
        assert_eq!(renewed, Treatment::Renew(Form::Uuid(UuidForm::DIGITS)));
        assert_eq!(treated("code", "TEXT", &text(HEX)), Treatment::Leave);
    }
}
