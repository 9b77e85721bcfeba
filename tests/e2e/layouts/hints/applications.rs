//! The ten databases, and what their admins know of them.

use crate::support::Sandbox;

/// An application's database in `tests/field`.
pub(super) struct Application {
    pub(super) title: &'static str,
    pub(super) table: &'static str,
    pub(super) username: &'static str,
    pub(super) hash: &'static str,
    /// What hashes begin with that the application reads.
    pub(super) begins: &'static [&'static str],
    /// The name of its scheme.
    pub(super) scheme: &'static str,
    /// The name of its built-in layout.
    pub(super) layout: Option<&'static str>,
}

/// The key of Flask-Security's file.
pub(super) const PEPPER: &str = "146585145368132386173505678016728509634";

type Scheme = (&'static [&'static str], &'static str);

const SCRYPT: Scheme = (&["scrypt:"], "werkzeug_scrypt");
const PBKDF2: Scheme = (&["$pbkdf2-sha256$"], "pbkdf2_sha256");
const DJANGO: Scheme = (&["pbkdf2_sha256$"], "django_pbkdf2_sha256");
const ARGON2: Scheme = (&["$argon2id$"], "argon2id");
const BCRYPT: Scheme = (&["$2b$"], "bcrypt");
/// Flask-Security takes whatever passlib reads.
const MANY: Scheme = (&["$argon2id$", "$pbkdf2-sha256$", "$6$"], "argon2id");

pub(super) const APPLICATIONS: [Application; 10] = [
    application("calibre", ["user", "name", "password"], SCRYPT, Some("calibre-web")),
    application("django_auth", ["auth_user", "username", "password"], DJANGO, Some("django")),
    application("fab", ["ab_user", "username", "password"], SCRYPT, Some("flask-appbuilder")),
    application("flaskbb", ["users", "username", "password"], SCRYPT, Some("flaskbb")),
    application("flaskr", ["user", "username", "password"], SCRYPT, None),
    application("fsec", ["user", "email", "password"], MANY, Some("flask-security")),
    application("fu", ["user", "email", "hashed_password"], ARGON2, Some("fastapi-users")),
    application("jh", ["users_info", "username", "password"], BCRYPT, Some("jupyterhub-native")),
    application("microblog", ["user", "username", "password_hash"], SCRYPT, None),
    application("teclado", ["users", "username", "password"], PBKDF2, None),
];

const fn application(
    title: &'static str,
    [table, username, hash]: [&'static str; 3],
    (begins, scheme): Scheme,
    layout: Option<&'static str>,
) -> Application {
    Application { title, table, username, hash, begins, scheme, layout }
}

impl Application {
    /// A directory with a copy of the database.
    pub(super) fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::empty();
        std::fs::copy(format!("tests/field/{}.db", self.title), sandbox.database()).unwrap();
        sandbox.write("pepper", PEPPER);
        sandbox
    }

    /// What somebody is called there.
    pub(super) fn name(&self, person: &str) -> String {
        let domain = if self.username == "email" { "@example.org" } else { "" };
        format!("{person}{domain}")
    }

    /// The option that names the key, where there is one.
    pub(super) fn pepper_option(&self) -> &'static str {
        if self.title == "fsec" { "--pepper-file pepper" } else { "" }
    }

    /// What `--layout` says where somebody knows all of it.
    pub(super) fn in_full(&self) -> String {
        let Application { table, username, hash, scheme, .. } = self;
        match self.layout {
            Some(name) => format!("{name},table={table}"),
            None => format!("table={table},username={username},hash={hash},scheme={scheme}"),
        }
    }
}
