"""The applications that `field.py` goes through: where each keeps its users, who its judge is, and what an admin has to type.

The first ten are the files of `tests/field`, the others are made by their judges. What stands here is what an admin knows of
their own application; everything else is for the program to find out.
"""

from dataclasses import dataclass, field

PEPPER = "146585145368132386173505678016728509634"


@dataclass(frozen=True)
class Application:
    title: str
    # The environment with its libraries, and the module and the name of the judge there.
    environment: str
    module: str
    judge: str
    # The table, and the columns of the name and the hash.
    table: str
    username: str
    password: str
    # What new hashes begin with.
    begins: str
    id: str = "id"
    # The file in tests/field; without one the judge makes the database.
    file: str | None = None
    # Whether names are e-mail addresses.
    by_email: bool = False
    # What `--layout` has to say, for an application that no built-in layout knows.
    layout: str | None = None
    # Whether the columns have such names that they are found without it.
    is_found: bool = True
    # What a new row needs beside name and password, and what it still needs with `--like`; `{}` is the name.
    add: dict = field(default_factory=dict)
    like: dict = field(default_factory=dict)
    # The tables in which `--like` makes a row for the new user, as alice has one.
    copies: tuple = ()
    # Whether every user has a companion row, without which nobody can log in.
    has_companions: bool = False
    # Whether carol cannot be deleted, since rows of another table belong to her.
    keeps_carol: bool = False
    # Further columns that hold the name, and those of other tables.
    also_named: tuple = ()
    named_in: dict = field(default_factory=dict)
    # Whether people log in by nothing but the name, so that a rename is all there is to it.
    can_rename: bool = True
    # The content of the file with the pepper.
    pepper: str | None = None

    def name(self, person):
        return f"{person}@example.org" if self.by_email else person


EMAIL = {"email": "{}@example.org"}
FAB = {"first_name": "First", "last_name": "Last", **EMAIL}

APPLICATIONS = [
    Application("teclado", "passlib", "tutorials", "teclado", "users", "username", "password", "$pbkdf2-sha256$600000$",
                file="teclado.db", layout="table=users,username=username,hash=password,scheme=pbkdf2_sha256"),
    Application("flaskr", "flask", "tutorials", "flaskr", "user", "username", "password", "scrypt:32768:8:1$",
                file="flaskr.db", layout="table=user,hash=password,scheme=werkzeug_scrypt"),
    Application("microblog", "flask", "tutorials", "microblog", "user", "username", "password_hash", "scrypt:32768:8:1$",
                file="microblog.db", layout="table=user,scheme=werkzeug_scrypt:32768:8:1", add=EMAIL, like=EMAIL),
    Application("calibre-web", "flask", "calibre", "calibre", "user", "name", "password", "scrypt:32768:8:1$",
                file="calibre.db", add=EMAIL, like=EMAIL),
    Application("Flask-AppBuilder", "flask", "fab", "fab", "ab_user", "username", "password", "scrypt:32768:8:1$",
                file="fab.db", add=FAB, like=EMAIL, copies=("ab_user_role",)),
    Application("FlaskBB", "flask", "flaskbb", "flaskbb", "users", "username", "password", "scrypt:32768:8:1$",
                file="flaskbb.db", add=EMAIL, like=EMAIL),
    Application("Django", "flask", "django_auth", "django", "auth_user", "username", "password", "pbkdf2_sha256$1000000$",
                file="django_auth.db"),
    Application("fastapi-users", "flask", "fu", "fu", "user", "email", "hashed_password",
                "$argon2id$v=19$m=65536,t=3,p=4$", file="fu.db", by_email=True),
    Application("JupyterHub", "flask", "jh", "jh", "users_info", "username", "password", "$2b$12$", file="jh.db"),
    Application("Flask-Security", "flask", "fsec", "fsec", "user", "email", "password", "$argon2id$v=19$m=65536,t=3,p=4$",
                file="fsec.db", by_email=True, pepper=PEPPER),
    # Made by the libraries themselves, so that their tables of today are recognised too.
    Application("calibre-web, new", "flask", "calibre", "calibre", "user", "name", "password", "scrypt:32768:8:1$",
                add=EMAIL, like=EMAIL),
    Application("Flask-AppBuilder, new", "flask", "fab", "fab", "ab_user", "username", "password", "scrypt:32768:8:1$",
                add=FAB, like=EMAIL, copies=("ab_user_role",)),
    Application("FlaskBB, new", "flask", "flaskbb", "flaskbb", "users", "username", "password", "scrypt:32768:8:1$",
                add=EMAIL, like=EMAIL),
    Application("Django, new", "flask", "django_auth", "django", "auth_user", "username", "password",
                "pbkdf2_sha256$1000000$"),
    Application("fastapi-users, new", "flask", "fu", "fu", "user", "email", "hashed_password",
                "$argon2id$v=19$m=65536,t=3,p=4$", by_email=True),
    Application("JupyterHub, new", "flask", "jh", "jh", "users_info", "username", "password", "$2b$12$"),
    Application("Flask-Security, new", "flask", "fsec", "fsec", "user", "email", "password",
                "$argon2id$v=19$m=65536,t=3,p=4$", by_email=True, pepper=PEPPER),
    # Others of their kinds.
    Application("pgAdmin's table", "flask", "fsec", "pgadmin", "user", "email", "password", "$pbkdf2-sha512$210000$",
                by_email=True, keeps_carol=True, also_named=("username",), copies=("roles_users",)),
    Application("Flask-Security, bcrypt", "flask", "fsec", "fsec-bcrypt", "user", "email", "password", "$2b$12$",
                by_email=True, pepper=PEPPER),
    Application("Django, argon2", "flask", "django_auth", "django-argon2", "auth_user", "username", "password",
                "argon2$argon2id$v=19$m=102400,t=2,p=8$"),
    Application("Django, own model", "flask", "django_auth", "django-accounts", "accounts_user", "email", "password",
                "pbkdf2_sha256$1000000$", by_email=True, has_companions=True, keeps_carol=True, copies=("accounts_profile",),
                layout="table=accounts_user,scheme=django_pbkdf2_sha256"),
    Application("MLflow's table", "flask", "modelled", "mlflow", "users", "username", "password_hash", "scrypt:32768:8:1$",
                layout="table=users,scheme=werkzeug_scrypt", add={"is_admin": "0"}),
    Application("Werkzeug of old", "flask", "modelled", "old-werkzeug", "users", "username", "pw_hash",
                "pbkdf2:sha256:1000000$", id="user_id", layout="table=users,id=user_id,scheme=werkzeug_pbkdf2_sha256",
                add=EMAIL, like=EMAIL),
    Application("FastAPI's template", "flask", "modelled", "fastapi-template", "user", "email", "hashed_password",
                "$argon2id$v=19$m=65536,t=3,p=4$", by_email=True,
                layout="table=user,username=email,hash=hashed_password,scheme=argon2id",
                add={"is_active": "1", "is_superuser": "0", "created_at": "@now"}),
    Application("peewee, Flask-Bcrypt", "flask", "peewee_bcrypt", "peewee", "person", "user_name", "secret", "$2b$12$",
                layout="table=person,username=user_name,hash=secret,scheme=bcrypt:12", add={"karma": "0"}),
    Application("FastAPI's tutorial", "passlib", "passlib_apps", "fastapi-bcrypt", "users", "username", "hashed_password",
                "$2b$12$", layout="table=users,scheme=bcrypt", add={"disabled": "0"}),
    Application("Open WebUI's tables", "passlib", "passlib_apps", "open-webui", "auth", "email", "password", "$2b$12$",
                by_email=True, has_companions=True, named_in={"user": "email"}, copies=("user",),
                layout="table=auth,username=email,scheme=bcrypt"),
    Application("CTFd's table", "passlib", "passlib_apps", "ctf", "users", "name", "password", "$bcrypt-sha256$v=2,t=2b,r=12$",
                add=EMAIL, like=EMAIL),
    Application("pbkdf2_sha512, roles", "passlib", "passlib_apps", "accounts", "accounts_user", "email", "password",
                "$pbkdf2-sha512$210000$", by_email=True, keeps_carol=True, layout="table=accounts_user,scheme=pbkdf2_sha512",
                add={"active": "1"}, copies=("accounts_userrole",)),
    Application("odd names, crypt", "passlib", "passlib_apps", "orders", "order", 'naïve "name"', "пароль к",
                "$6$rounds=656000$", id="select", is_found=False,
                layout='table=order,id=select,username="naïve ""name""",hash=пароль к,scheme=sha512_crypt'),
    Application("Label Studio's model", "flask", "django_auth", "label-studio", "htx_user", "username", "password",
                "pbkdf2_sha256$1000000$", add=EMAIL, like=EMAIL, has_companions=True, keeps_carol=True, can_rename=False,
                copies=("authtoken_token",)),
    Application("Mealie's table", "flask", "products", "mealie", "users", "username", "password", "$2b$12$",
                layout="table=users,scheme=bcrypt", like=EMAIL,
                add=EMAIL | {"login_attemps": "0", "group_id": "6e0ba7d0c8a34f1c9e0f2d3c4b5a6978",
                             "household_id": "0123456789abcdef0123456789abcdef"}),
    Application("LNbits's table", "flask", "products", "lnbits", "accounts", "username", "password_hash", "$2b$12$",
                layout="table=accounts,scheme=bcrypt"),
    Application("Frigate's table", "flask", "products", "frigate", "user", "username", "password_hash",
                "pbkdf2_sha256$1000000$", id="username", layout="table=user,id=username,scheme=django_pbkdf2_sha256",
                add={"role": "viewer", "notification_tokens": "[]"}),
    Application("Synapse's tables", "flask", "products", "synapse", "users", "name", "password_hash", "$2b$12$", id="name",
                layout="table=users,id=name,username=name,scheme=bcrypt:12", has_companions=True, can_rename=False,
                copies=("profiles",)),
    Application("Tortoise ORM", "flask", "products", "tortoise", "users", "username", "password_hash", "$2b$12$",
                layout="table=users,scheme=bcrypt"),
    Application("Mailu's table", "passlib", "passlib_apps", "mailu", "user", "email", "password",
                "$bcrypt-sha256$v=2,t=2b,r=12$", id="email", by_email=True, can_rename=False,
                layout="table=user,id=email,username=email,scheme=bcrypt_sha256", like={"localpart": "{}"},
                add={"localpart": "{}", "domain_name": "example.org", "created_at": "2026-01-01", "quota_bytes": "0",
                     "quota_bytes_used": "0", "global_admin": "0", "enabled": "1", "enable_imap": "1", "enable_pop": "1",
                     "forward_enabled": "0", "forward_keep": "1", "reply_enabled": "0", "displayed_name": "",
                     "reply_startdate": "1900-01-01", "reply_enddate": "2999-12-31", "spam_enabled": "1",
                     "spam_threshold": "80"}, copies=("manager",)),
    Application("Redash's table", "passlib", "passlib_apps", "redash", "users", "email", "password_hash",
                "$6$rounds=656000$", by_email=True, is_found=False,
                layout="table=users,username=email,scheme=sha512_crypt",
                add={"updated_at": "@now", "created_at": "@now", "name": "Sam", "api_key": "key of {}", "org_id": "1",
                     "groups": "[2]"}),
]
