"""Applications with passlib 1.7.4, each with the scheme and the table that such applications have."""

import time
import uuid
from datetime import datetime

from passlib.context import CryptContext
from passlib.hash import sha256_crypt

from judges.by_sql import BySql


class WithContext(BySql):
    """Passlib's context makes the hashes that `insert` stores, and verifies those that `knows` finds."""

    schemes = []
    options = {}

    def __init__(self, path):
        super().__init__(path)
        self.context = CryptContext(schemes=self.schemes, deprecated="auto", **self.options)

    def add(self, execute, person):
        self.insert(execute, person, self.context.hash(person.password))

    def check(self, execute, name, password):
        return self.knows(execute, name, lambda stored: self.context.verify(password, stored))


class FastApi(WithContext):
    """FastAPI's tutorial in SQL: `users`, bcrypt, `disabled`."""

    schemes = ["bcrypt"]
    schema = """CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR NOT NULL, email VARCHAR, full_name VARCHAR,
        hashed_password VARCHAR NOT NULL, disabled BOOLEAN NOT NULL, PRIMARY KEY (id));
        CREATE UNIQUE INDEX ix_users_username ON users (username);
        CREATE TABLE items (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR, owner_id INTEGER REFERENCES users (id));"""

    def insert(self, execute, person, stored):
        columns = "username, email, hashed_password, disabled"
        execute(f"INSERT INTO users ({columns}) VALUES (?, ?, ?, 0)", [person.name, person.email, stored])

    def knows(self, execute, name, verify):
        user = execute("SELECT * FROM users WHERE username = ?", [name]).fetchone()
        return user is not None and verify(user["hashed_password"]) and user["disabled"] == 0


class OpenWebUi(WithContext):
    """As Open WebUI has it: the hash in `auth`, the rest in `user` under the same id, and no key between them."""

    schemes = ["bcrypt"]
    schema = """CREATE TABLE auth (id VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL, password TEXT NOT NULL,
        active INTEGER NOT NULL);
        CREATE UNIQUE INDEX auth_id ON auth (id);
        CREATE TABLE "user" (id VARCHAR(255) NOT NULL, name VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL,
        role VARCHAR(255) NOT NULL, profile_image_url TEXT NOT NULL, api_key VARCHAR(255), created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, last_active_at INTEGER NOT NULL, settings TEXT, info TEXT, oauth_sub TEXT);
        CREATE UNIQUE INDEX user_id ON "user" (id);
        CREATE UNIQUE INDEX user_api_key ON "user" (api_key);"""

    def insert(self, execute, person, stored):
        key, now = str(uuid.uuid4()), int(time.time())
        execute("INSERT INTO auth VALUES (?, ?, ?, 1)", [key, person.email, stored])
        columns = "id, name, email, role, profile_image_url, created_at, updated_at, last_active_at"
        row = [key, person.name, person.email, "user", "/user.png", now, now, now]
        execute(f'INSERT INTO "user" ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)', row)

    def knows(self, execute, name, verify):
        user = execute('SELECT * FROM "user" WHERE email = ?', [name]).fetchone()
        auth = user and execute("SELECT * FROM auth WHERE id = ? AND active = 1", [user["id"]]).fetchone()
        return auth is not None and verify(auth["password"]) and user["role"] in ("user", "admin")


class Ctf(WithContext):
    """As CTFd has it: `users` by `name`, bcrypt_sha256, and a `type` without which no user can be loaded."""

    schemes = ["bcrypt_sha256"]
    options = {"bcrypt_sha256__rounds": 12}
    schema = """CREATE TABLE teams (id INTEGER NOT NULL, name VARCHAR(128), email VARCHAR(128), password VARCHAR(128),
        PRIMARY KEY (id), UNIQUE (email));
        CREATE TABLE users (id INTEGER NOT NULL, oauth_id INTEGER, name VARCHAR(128), password VARCHAR(128),
        email VARCHAR(128), type VARCHAR(80), secret VARCHAR(128), website VARCHAR(128), hidden BOOLEAN, banned BOOLEAN,
        verified BOOLEAN, team_id INTEGER, created DATETIME, PRIMARY KEY (id), UNIQUE (email), UNIQUE (oauth_id),
        FOREIGN KEY(team_id) REFERENCES teams (id));"""

    def insert(self, execute, person, stored):
        columns = "name, password, email, type, hidden, banned, verified, created"
        row = [person.name, stored, person.email, "user", datetime.now().isoformat(" ")]
        execute(f"INSERT INTO users ({columns}) VALUES (?, ?, ?, ?, 0, 0, 0, ?)", row)

    def knows(self, execute, name, verify):
        user = execute("SELECT * FROM users WHERE name = ?", [name]).fetchone()
        return user is not None and verify(user["password"]) and user["type"] in ("user", "admin") and not user["banned"]


class Accounts(WithContext):
    """A service with pbkdf2_sha512, in a table with a prefix."""

    schemes = ["pbkdf2_sha512"]
    schema = """CREATE TABLE accounts_user (id INTEGER NOT NULL, email VARCHAR(255), password VARCHAR(255),
        active BOOLEAN, confirmed_at DATETIME, PRIMARY KEY (id), UNIQUE (email));
        CREATE TABLE accounts_role (id INTEGER NOT NULL, name VARCHAR(80), PRIMARY KEY (id), UNIQUE (name));
        CREATE TABLE accounts_userrole (user_id INTEGER, role_id INTEGER,
        FOREIGN KEY(user_id) REFERENCES accounts_user (id), FOREIGN KEY(role_id) REFERENCES accounts_role (id));
        INSERT INTO accounts_role (name) VALUES ('curator');"""

    def insert(self, execute, person, stored):
        columns = "email, password, active, confirmed_at"
        made = execute(f"INSERT INTO accounts_user ({columns}) VALUES (?, ?, 1, '2026-01-01 00:00:00')", [person.email, stored])
        execute("INSERT INTO accounts_userrole VALUES (?, 1)", [made.lastrowid])

    def knows(self, execute, name, verify):
        user = execute("SELECT * FROM accounts_user WHERE email = ?", [name]).fetchone()
        return user is not None and verify(user["password"]) and user["active"] == 1


class Orders(WithContext):
    """Names that have to be quoted, in several scripts, and sha512_crypt."""

    schemes = ["sha512_crypt"]
    schema = '''CREATE TABLE "order" ("select" INTEGER PRIMARY KEY, "naïve ""name""" TEXT NOT NULL, "пароль к" TEXT NOT NULL,
        "group" TEXT DEFAULT 'none');
        CREATE UNIQUE INDEX "index" ON "order" ("naïve ""name""");'''

    def insert(self, execute, person, stored):
        execute('INSERT INTO "order" ("naïve ""name""", "пароль к") VALUES (?, ?)', [person.name, stored])

    def knows(self, execute, name, verify):
        user = execute('SELECT "пароль к" FROM "order" WHERE "naïve ""name""" = ?', [name]).fetchone()
        return user is not None and verify(user[0])


class Mailu(WithContext):
    """As Mailu has it: the address is the key, and stands in two further columns in its parts."""

    schemes = ["bcrypt_sha256", "bcrypt", "sha512_crypt", "sha256_crypt"]
    options = {"bcrypt_sha256__rounds": 12}
    schema = """CREATE TABLE domain (created_at DATE NOT NULL, updated_at DATE, comment VARCHAR(255),
        name VARCHAR(80) NOT NULL, max_users INTEGER NOT NULL, CONSTRAINT domain_pkey PRIMARY KEY (name));
        CREATE TABLE user (created_at DATE NOT NULL, updated_at DATE, comment VARCHAR(255), localpart VARCHAR(80) NOT NULL,
        password VARCHAR(255) NOT NULL, quota_bytes BIGINT NOT NULL, quota_bytes_used BIGINT NOT NULL,
        global_admin BOOLEAN NOT NULL, enabled BOOLEAN NOT NULL, enable_imap BOOLEAN NOT NULL, enable_pop BOOLEAN NOT NULL,
        forward_enabled BOOLEAN NOT NULL, forward_destination VARCHAR(255), forward_keep BOOLEAN NOT NULL,
        reply_enabled BOOLEAN NOT NULL, reply_subject VARCHAR(255), reply_body TEXT, reply_startdate DATE NOT NULL,
        reply_enddate DATE NOT NULL, displayed_name VARCHAR(160) NOT NULL, spam_enabled BOOLEAN NOT NULL,
        spam_threshold INTEGER NOT NULL, domain_name VARCHAR(80) NOT NULL, email VARCHAR(255) NOT NULL,
        CONSTRAINT user_pkey PRIMARY KEY (email),
        CONSTRAINT user_domain_name_fkey FOREIGN KEY(domain_name) REFERENCES domain (name));
        CREATE TABLE manager (domain_name VARCHAR(80), user_email VARCHAR(255),
        FOREIGN KEY(domain_name) REFERENCES domain (name), FOREIGN KEY(user_email) REFERENCES user (email));
        CREATE TABLE token (created_at DATE NOT NULL, updated_at DATE, comment VARCHAR(255), id INTEGER NOT NULL,
        user_email VARCHAR(255) NOT NULL, password VARCHAR(255) NOT NULL, ip VARCHAR(255), PRIMARY KEY (id),
        FOREIGN KEY(user_email) REFERENCES user (email));
        INSERT INTO domain VALUES ('2026-01-01', NULL, NULL, 'example.org', -1);"""

    def insert(self, execute, person, stored):
        local = person.email.split("@")[0]
        row = ["2026-01-01", local, stored, 10**9, 4096, local == "alice", 1, 1, 1, 0, "", 1, 0, "1900-01-01",
               "2999-12-31", "", 1, 80, "example.org", person.email]
        columns = """created_at, localpart, password, quota_bytes, quota_bytes_used, global_admin, enabled, enable_imap,
            enable_pop, forward_enabled, forward_destination, forward_keep, reply_enabled, reply_startdate, reply_enddate,
            displayed_name, spam_enabled, spam_threshold, domain_name, email"""
        execute(f"INSERT INTO user ({columns}) VALUES ({', '.join('?' * len(row))})", row)
        if local == "alice":
            execute("INSERT INTO manager VALUES ('example.org', ?)", [person.email])
            row = ["2026-01-01", person.email, sha256_crypt.using(rounds=1000).hash("of an application")]
            execute("INSERT INTO token (created_at, user_email, password) VALUES (?, ?, ?)", row)

    def knows(self, execute, name, verify):
        user = execute("SELECT * FROM user JOIN domain ON domain.name = domain_name WHERE email = ?", [name]).fetchone()
        is_open = user is not None and user["enabled"] == 1
        return is_open and f"{user['localpart']}@{user['domain_name']}" == name and verify(user["password"])


class Redash(WithContext):
    """As Redash has it: people have a `name`, which may be anybody's, and log in by their address in one organisation."""

    schemes = ["sha512_crypt", "sha256_crypt"]
    schema = """CREATE TABLE organizations (id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, slug VARCHAR(255), PRIMARY KEY (id),
        UNIQUE (slug));
        CREATE TABLE users (updated_at DATETIME NOT NULL, created_at DATETIME NOT NULL, id INTEGER NOT NULL, org_id INTEGER,
        name VARCHAR(320) NOT NULL, email VARCHAR(255) NOT NULL, profile_image_url VARCHAR(320), password_hash VARCHAR(128),
        "groups" TEXT, api_key VARCHAR(40) NOT NULL, disabled_at DATETIME, details JSON DEFAULT '{}', PRIMARY KEY (id),
        FOREIGN KEY(org_id) REFERENCES organizations (id), UNIQUE (api_key));
        CREATE UNIQUE INDEX users_org_id_email ON users (org_id, email);
        INSERT INTO organizations VALUES (1, 'Default', 'default');"""

    def insert(self, execute, person, stored):
        columns = 'updated_at, created_at, org_id, name, email, password_hash, "groups", api_key'
        key = uuid.uuid4().hex[:32] + "Zz0Yy1Xx"
        row = ["2026-01-01 00:00:00"] * 2 + [1, "Sam Jones", person.email, stored, "[2]", key]
        execute(f"INSERT INTO users ({columns}) VALUES ({', '.join('?' * len(row))})", row)

    def knows(self, execute, name, verify):
        user = execute("SELECT * FROM users WHERE org_id = 1 AND email = ?", [name]).fetchone()
        return user is not None and user["disabled_at"] is None and user["groups"] == "[2]" and verify(user["password_hash"])


APPLICATIONS = {
    "mailu": Mailu,
    "redash": Redash,
    "fastapi-bcrypt": FastApi,
    "open-webui": OpenWebUi,
    "ctf": Ctf,
    "accounts": Accounts,
    "orders": Orders,
}
