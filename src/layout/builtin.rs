//! The layouts of well-known applications: data. An application that is to be recognised gets an entry
//! here, which says what its own code writes for a new user. How a table is recognised is in
//! `recognise.rs`.

use std::borrow::Cow;

use super::family::{DJANGO, FLASK_SECURITY, WERKZEUG};
use super::value::Value::{self, Now, Null, Query, Username, Uuid4Hex};
use super::{Case, PepperFrom};
use crate::hash::Scheme;

/// The layout of a well-known application.
#[derive(Debug)]
#[non_exhaustive]
pub struct Builtin {
    /// The name, as options and answers have it.
    pub name: &'static str,
    /// The applications that have it, for people.
    pub applications: &'static str,
    /// The table; none where each project names its own.
    pub table: Option<&'static str>,
    /// The column of the name.
    pub username: &'static str,
    /// The column of the hash.
    pub hash: &'static str,
    /// The columns by which the table is recognised, beside those.
    pub columns: &'static [&'static str],
    /// A table that must be there too.
    pub beside: Option<&'static str>,
    /// The scheme of new hashes.
    pub scheme: Scheme,
    /// The schemes that the application can read.
    pub accepts: &'static [Scheme],
    /// How the application compares names.
    pub case: Case,
    /// The column of the e-mail address, where the name is another one.
    pub email: Option<&'static str>,
    /// What a new row gets, in those of these columns that are there.
    pub add: &'static [(&'static str, Value)],
    /// What makes a user an admin.
    pub admin: &'static [(&'static str, Value)],
    /// What lets a user log in.
    pub enable: &'static [(&'static str, Value)],
    /// What keeps a user from logging in.
    pub disable: &'static [(&'static str, Value)],
    /// Where the key is that passwords are mixed with.
    pub pepper: Option<&'static PepperFrom>,
}

/// What an entry has where it says nothing else.
const PLAIN: Builtin = Builtin {
    name: "",
    applications: "",
    table: None,
    username: "username",
    hash: "password",
    columns: &[],
    beside: None,
    scheme: Scheme::WerkzeugScrypt,
    accepts: WERKZEUG,
    case: Case::Exact,
    email: None,
    add: &[],
    admin: &[],
    enable: &[],
    disable: &[],
    pepper: None,
};

/// All of them. Where a table fits several, the first one is meant.
pub const BUILTINS: &[Builtin] = &[
    Builtin {
        name: "passlib",
        applications: "Flask, Flask-SQLAlchemy and passlib in the usual way",
        table: Some("user"),
        hash: "password_hash",
        columns: &["id"],
        scheme: Scheme::Pbkdf2Sha256,
        accepts: &[Scheme::Pbkdf2Sha256],
        ..PLAIN
    },
    // `django.contrib.auth.models.AbstractUser` and `UserManager` of Django 5.2; a project may have a
    // model of its own that has them as a base.
    Builtin {
        name: "django",
        applications: "Django's own users, and a project's model on AbstractUser",
        columns: &["is_superuser", "is_staff", "is_active", "date_joined", "last_login"],
        scheme: Scheme::DjangoPbkdf2Sha256,
        accepts: DJANGO,
        email: Some("email"),
        add: &[
            ("is_active", text("1")),
            ("is_staff", text("0")),
            ("is_superuser", text("0")),
            ("date_joined", Now),
            ("first_name", text("")),
            ("last_name", text("")),
            ("email", text("")),
        ],
        admin: &[("is_staff", text("1")), ("is_superuser", text("1"))],
        enable: &[("is_active", text("1"))],
        disable: &[("is_active", text("0"))],
        ..PLAIN
    },
    // `flask_appbuilder.security.sqla.models.User` and `SecurityManager.add_user` of version 5.3, which
    // ignores case unless AUTH_USERNAME_CI is false.
    Builtin {
        name: "flask-appbuilder",
        applications: "Flask-AppBuilder, Superset, Airflow with the FAB provider",
        table: Some("ab_user"),
        columns: &["first_name", "last_name", "email", "active", "fail_login_count"],
        case: Case::Fold,
        email: Some("email"),
        add: &[("active", text("1")), ("created_on", Now), ("changed_on", Now)],
        enable: &[("active", text("1")), ("fail_login_count", text("0"))],
        disable: &[("active", text("0"))],
        ..PLAIN
    },
    // `pgadmin.model.User` and `pgadmin.tools.user_management._create_new_user`; the key is made at
    // the first start and kept in the database.
    Builtin {
        name: "pgadmin",
        applications: "pgAdmin 4 in server mode",
        table: Some("user"),
        username: "email",
        columns: &["active", "masterpass_check", "fs_uniquifier"],
        beside: Some("keys"),
        scheme: Scheme::Pbkdf2Sha512,
        accepts: FLASK_SECURITY,
        case: Case::Fold,
        add: &[
            ("username", Username),
            ("auth_source", text("internal")),
            ("active", text("1")),
            ("fs_uniquifier", Uuid4Hex),
            ("login_attempts", text("0")),
            ("locked", text("0")),
        ],
        enable: &[("active", text("1")), ("login_attempts", text("0")), ("locked", text("0"))],
        disable: &[("active", text("0"))],
        pepper: Some(&PepperFrom::Query(Cow::Borrowed(
            "SELECT value FROM keys WHERE name = 'SECURITY_PASSWORD_SALT'",
        ))),
        ..PLAIN
    },
    // `flask_security.datastore.UserDatastore.create_user` of version 5.9; users log in by their e-mail
    // address in any case unless SECURITY_USER_IDENTITY_ATTRIBUTES says otherwise.
    Builtin {
        name: "flask-security",
        applications: "Flask-Security (Flask-Security-Too)",
        username: "email",
        columns: &["active", "fs_uniquifier"],
        scheme: Scheme::Argon2id,
        accepts: FLASK_SECURITY,
        case: Case::Fold,
        add: &[
            ("active", text("1")),
            ("fs_uniquifier", Uuid4Hex),
            ("fs_token_uniquifier", Uuid4Hex),
            ("fs_webauthn_user_handle", Uuid4Hex),
        ],
        enable: &[("active", text("1"))],
        disable: &[("active", text("0"))],
        pepper: Some(&PepperFrom::Needed),
        ..PLAIN
    },
    // `fastapi_users_db_sqlalchemy.SQLAlchemyBaseUserTable` of version 7 and `BaseUserManager.create`
    // of fastapi-users 15.
    Builtin {
        name: "fastapi-users",
        applications: "fastapi-users with SQLAlchemy",
        username: "email",
        hash: "hashed_password",
        columns: &["is_active", "is_superuser", "is_verified"],
        scheme: Scheme::Argon2id,
        accepts: &[Scheme::Argon2id, Scheme::Argon2i, Scheme::Argon2d, Scheme::Bcrypt],
        case: Case::Fold,
        add: &[("is_active", text("1")), ("is_superuser", text("0")), ("is_verified", text("0"))],
        admin: &[("is_superuser", text("1"))],
        enable: &[("is_active", text("1"))],
        disable: &[("is_active", text("0"))],
        ..PLAIN
    },
    // `cps.ub.User` of calibre-web 0.6.27, its defaults, and `constants.ADMIN_USER_ROLES`.
    Builtin {
        name: "calibre-web",
        applications: "calibre-web",
        table: Some("user"),
        username: "name",
        columns: &["role", "kindle_mail", "sidebar_view", "default_language"],
        case: Case::Fold,
        email: Some("email"),
        add: &[
            ("role", text("0")),
            ("kindle_mail", text("")),
            ("locale", text("en")),
            ("sidebar_view", text("1")),
            ("default_language", text("all")),
            ("denied_tags", text("")),
            ("allowed_tags", text("")),
            ("denied_column_value", text("")),
            ("allowed_column_value", text("")),
            ("view_settings", text("{}")),
            ("kobo_only_shelves_sync", text("0")),
        ],
        admin: &[("role", text("479")), ("sidebar_view", text("262143"))],
        ..PLAIN
    },
    // `nativeauthenticator.orm.UserInfo` of version 1.3; JupyterHub makes names lower case before it
    // looks for them (`Authenticator.normalize_username`).
    Builtin {
        name: "jupyterhub-native",
        applications: "JupyterHub with NativeAuthenticator",
        table: Some("users_info"),
        columns: &["is_authorized", "login_email_sent", "has_2fa"],
        scheme: Scheme::Bcrypt,
        accepts: &[Scheme::Bcrypt],
        case: Case::Lower,
        email: Some("email"),
        add: &[
            ("is_authorized", text("1")),
            ("login_email_sent", text("0")),
            ("has_2fa", text("0")),
        ],
        enable: &[("is_authorized", text("1"))],
        disable: &[("is_authorized", text("0"))],
        ..PLAIN
    },
    // `flaskbb.user.models.User` and `flaskbb.utils.populate.create_user` of version 2.0.2.
    Builtin {
        name: "flaskbb",
        applications: "FlaskBB",
        table: Some("users"),
        columns: &["email", "date_joined", "login_attempts", "activated", "primary_group_id"],
        beside: Some("groups"),
        email: Some("email"),
        add: &[
            ("date_joined", Now),
            ("lastseen", Now),
            ("login_attempts", text("0")),
            ("activated", text("1")),
            ("language", text("en")),
            ("post_count", text("0")),
            (
                "primary_group_id",
                Query(
                    "SELECT id FROM groups WHERE NOT admin AND NOT super_mod AND NOT mod \
                     AND NOT guest AND NOT banned ORDER BY id LIMIT 1",
                ),
            ),
        ],
        admin: &[(
            "primary_group_id",
            Query("SELECT id FROM groups WHERE admin AND NOT banned ORDER BY id LIMIT 1"),
        )],
        enable: &[
            ("activated", text("1")),
            ("login_attempts", text("0")),
            ("last_failed_login", Null),
        ],
        disable: &[("activated", text("0"))],
        ..PLAIN
    },
    // `CTFd.models.Users` and `CTFd.utils.crypto`.
    Builtin {
        name: "ctfd",
        applications: "CTFd",
        table: Some("users"),
        username: "name",
        columns: &["email", "type", "secret", "hidden", "banned", "verified"],
        scheme: Scheme::BcryptSha256,
        accepts: &[Scheme::BcryptSha256],
        email: Some("email"),
        add: &[
            ("type", text("user")),
            ("hidden", text("0")),
            ("banned", text("0")),
            ("verified", text("0")),
            ("created", Now),
        ],
        admin: &[("type", text("admin"))],
        enable: &[("banned", text("0"))],
        disable: &[("banned", text("1"))],
        ..PLAIN
    },
    // `mlflow.server.auth.db.models.SqlUser`.
    Builtin {
        name: "mlflow",
        applications: "MLflow's basic authentication",
        table: Some("users"),
        hash: "password_hash",
        columns: &["is_admin"],
        beside: Some("experiment_permissions"),
        add: &[("is_admin", text("0"))],
        admin: &[("is_admin", text("1"))],
        ..PLAIN
    },
    // `langflow.services.database.models.user.model.User`.
    Builtin {
        name: "langflow",
        applications: "Langflow",
        table: Some("user"),
        columns: &["is_active", "is_superuser", "create_at", "updated_at", "store_api_key"],
        scheme: Scheme::Bcrypt,
        accepts: &[Scheme::Bcrypt],
        add: &[
            ("is_active", text("1")),
            ("is_superuser", text("0")),
            ("create_at", Now),
            ("updated_at", Now),
        ],
        admin: &[("is_superuser", text("1"))],
        enable: &[("is_active", text("1"))],
        disable: &[("is_active", text("0"))],
        ..PLAIN
    },
];

impl Builtin {
    /// The layout of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Builtin> {
        BUILTINS.iter().find(|builtin| builtin.name == name)
    }
}

/// These characters.
const fn text(text: &'static str) -> Value {
    Value::Text(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::hash::Recipe;

    #[test]
    fn every_entry_makes_sense() {
        let names: BTreeSet<&str> = BUILTINS.iter().map(|builtin| builtin.name).collect();
        assert_eq!(names.len(), BUILTINS.len());
        for builtin in BUILTINS {
            let Builtin { name, scheme, accepts, .. } = builtin;
            assert!(Recipe::new(*scheme).is_some() && accepts.contains(scheme), "{name}");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(!name.is_empty() && name.chars().all(plain), "{name}");
            assert!(!builtin.applications.is_empty(), "{name}");
            let all = [builtin.add, builtin.admin, builtin.enable, builtin.disable];
            for (column, _) in all.into_iter().flatten() {
                assert!(
                    ![builtin.username, builtin.hash, "id"].contains(column),
                    "{name} {column}"
                );
            }
            for (column, _) in builtin.disable {
                let enables = |(other, _): &(&str, Value)| other == column;
                assert!(builtin.enable.iter().any(enables), "{name} {column}");
                assert!(builtin.add.iter().any(enables), "{name} {column}");
            }
        }
    }
}
