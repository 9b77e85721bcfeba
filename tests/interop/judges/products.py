"""The tables of products, as their own models declare them, with the functions by which each checks a password."""

import base64
import hashlib
import json
import secrets
import unicodedata
import uuid
from datetime import datetime, timezone

import bcrypt

from judges.by_sql import BySql


class Product(BySql):
    """A user is found by `select`; `is_right` is the product's own."""

    select = ""

    def check(self, execute, name, password):
        user = execute(self.select, [name]).fetchone()
        return user is not None and self.is_right(user, password)


class Mealie(Product):
    """Mealie: ids without hyphens, a household for everybody, and locks after failed log-ins."""

    schema = """CREATE TABLE groups (id CHAR(32) NOT NULL, name VARCHAR NOT NULL, PRIMARY KEY (id), UNIQUE (name));
        CREATE TABLE households (id CHAR(32) NOT NULL, name VARCHAR NOT NULL, group_id CHAR(32) NOT NULL,
        PRIMARY KEY (id), FOREIGN KEY(group_id) REFERENCES groups (id));
        CREATE TABLE users (created_at DATETIME, update_at DATETIME, id CHAR(32) NOT NULL, full_name VARCHAR,
        username VARCHAR, email VARCHAR, password VARCHAR, auth_method VARCHAR(6) NOT NULL DEFAULT 'MEALIE',
        admin BOOLEAN, advanced BOOLEAN, group_id CHAR(32) NOT NULL, household_id CHAR(32), cache_key VARCHAR,
        login_attemps INTEGER, locked_at DATETIME, can_manage BOOLEAN, can_invite BOOLEAN, can_organize BOOLEAN,
        owned_recipes_id CHAR(32), PRIMARY KEY (id), FOREIGN KEY(group_id) REFERENCES groups (id),
        FOREIGN KEY(household_id) REFERENCES households (id));
        CREATE UNIQUE INDEX ix_users_username ON users (username);
        CREATE UNIQUE INDEX ix_users_email ON users (email);
        CREATE INDEX ix_users_full_name ON users (full_name);
        CREATE TABLE long_live_tokens (id CHAR(32) NOT NULL, name VARCHAR NOT NULL, token VARCHAR NOT NULL,
        user_id CHAR(32), PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id));
        INSERT INTO groups VALUES ('6e0ba7d0c8a34f1c9e0f2d3c4b5a6978', 'home');
        INSERT INTO households VALUES ('0123456789abcdef0123456789abcdef', 'family', '6e0ba7d0c8a34f1c9e0f2d3c4b5a6978');"""
    select = """SELECT users.* FROM users JOIN groups ON groups.id = users.group_id
        JOIN households ON households.id = household_id WHERE username = ?"""

    def add(self, execute, person):
        stored = bcrypt.hashpw(person.password.encode(), bcrypt.gensalt()).decode()
        row = {
            "id": uuid.uuid4().hex,
            "username": person.name,
            "full_name": person.name.title(),
            "email": person.email,
            "password": stored,
            "group_id": "6e0ba7d0c8a34f1c9e0f2d3c4b5a6978",
            "household_id": "0123456789abcdef0123456789abcdef",
            "cache_key": "1234",
            "login_attemps": 2,
            "admin": person.name == "alice",
            "advanced": False,
            "created_at": "2026-01-01 00:00:00.000000",
        }
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        execute(f"INSERT INTO users ({names}) VALUES ({marks})", list(row.values()))

    def is_right(self, user, password):
        is_right = bcrypt.checkpw(password.encode(), user["password"].encode())
        return is_right and user["auth_method"] == "MEALIE" and user["locked_at"] is None and user["login_attemps"] < 5


class LnBits(Product):
    """LNbits: `accounts`, some of whom have neither name nor password, and what else is known of them as JSON."""

    schema = """CREATE TABLE accounts (id TEXT PRIMARY KEY, email TEXT, username TEXT, password_hash TEXT, pubkey TEXT,
        external_id TEXT, extra TEXT, created_at TIMESTAMP NOT NULL DEFAULT (strftime('%s', 'now')),
        updated_at TIMESTAMP NOT NULL DEFAULT (strftime('%s', 'now')));
        CREATE TABLE wallets (id TEXT PRIMARY KEY, name TEXT NOT NULL, "user" TEXT NOT NULL, adminkey TEXT NOT NULL,
        inkey TEXT);
        INSERT INTO accounts (id) VALUES ('b1f6b4a9d0e84f1f8f2cbb0a2a5ec001');"""
    select = "SELECT * FROM accounts WHERE lower(username) = lower(?)"

    def add(self, execute, person):
        stored = bcrypt.hashpw(person.password.encode(), bcrypt.gensalt()).decode()
        extra = json.dumps({"provider": "lnbits", "visible_wallet_count": 10})
        columns = "id, email, username, password_hash, extra"
        row = [uuid.uuid4().hex, person.email, person.name, stored, extra]
        execute(f"INSERT INTO accounts ({columns}) VALUES (?, ?, ?, ?, ?)", row)

    def is_right(self, user, password):
        is_its_id = uuid.UUID(hex=user["id"], version=4).hex == user["id"]
        return is_its_id and bcrypt.checkpw(password.encode(), user["password_hash"].encode())


class Frigate(Product):
    """Frigate: the name is the key, and the hash has Django's form, made by its own few lines."""

    schema = """CREATE TABLE "user" ("username" VARCHAR(30) NOT NULL PRIMARY KEY, "role" VARCHAR(20) NOT NULL,
        "password_hash" VARCHAR(120) NOT NULL, "notification_tokens" JSON NOT NULL);"""
    select = 'SELECT * FROM "user" WHERE username = ?'

    @staticmethod
    def hashed(password, salt, rounds):
        raw = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), rounds)
        return f"pbkdf2_sha256${rounds}${salt}${base64.b64encode(raw).decode('ascii')}"

    def add(self, execute, person):
        stored = self.hashed(person.password, secrets.token_hex(16), 600000)
        execute('INSERT INTO "user" VALUES (?, ?, ?, ?)', [person.name, "viewer", stored, "[]"])

    def is_right(self, user, password):
        algorithm, rounds, salt, _ = user["password_hash"].split("$", 3)
        if algorithm != "pbkdf2_sha256" or user["role"] not in ("admin", "viewer"):
            raise ValueError(f"no such role or algorithm: {dict(user)}")
        is_list = isinstance(json.loads(user["notification_tokens"]), list)
        return is_list and secrets.compare_digest(user["password_hash"], self.hashed(password, salt, int(rounds)))


class Synapse(Product):
    """Synapse: no id at all, and a profile for each under the same name, without a key between them."""

    schema = """CREATE TABLE users (name TEXT, password_hash TEXT, creation_ts BIGINT, admin SMALLINT DEFAULT 0 NOT NULL,
        upgrade_ts BIGINT, is_guest SMALLINT DEFAULT 0 NOT NULL, appservice_id TEXT, consent_version TEXT,
        consent_server_notice_sent TEXT, user_type TEXT DEFAULT NULL, deactivated SMALLINT DEFAULT 0 NOT NULL,
        shadow_banned BOOLEAN, consent_ts BIGINT, approved BOOLEAN, locked BOOLEAN NOT NULL DEFAULT 0, UNIQUE (name));
        CREATE TABLE access_tokens (id BIGINT PRIMARY KEY, user_id TEXT NOT NULL, device_id TEXT, token TEXT NOT NULL,
        UNIQUE (token));
        CREATE TABLE profiles (full_user_id TEXT NOT NULL, user_id TEXT, displayname TEXT, avatar_url TEXT, UNIQUE (user_id));"""
    select = "SELECT * FROM users JOIN profiles ON full_user_id = name WHERE name = ?"

    @staticmethod
    def prepared(password):
        return unicodedata.normalize("NFKC", password).encode()

    def add(self, execute, person):
        stored = bcrypt.hashpw(self.prepared(person.password), bcrypt.gensalt(12)).decode()
        row = [person.name, stored, int(datetime.now(timezone.utc).timestamp())]
        execute("INSERT INTO users (name, password_hash, creation_ts) VALUES (?, ?, ?)", row)
        execute("INSERT INTO profiles VALUES (?, ?, 'Somebody', NULL)", [person.name, person.name])

    def is_right(self, user, password):
        is_open = not (user["deactivated"] or user["locked"])
        return is_open and bcrypt.checkpw(self.prepared(password), user["password_hash"].encode())


class Tortoise(Product):
    """FastAPI with Tortoise ORM, whose schemas quote every name."""

    schema = """CREATE TABLE "users" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "username" VARCHAR(20) NOT NULL UNIQUE
        /* This is a username */, "name" VARCHAR(50), "family_name" VARCHAR(50), "category" VARCHAR(30) NOT NULL  DEFAULT 'misc',
        "password_hash" VARCHAR(128), "created_at" TIMESTAMP NOT NULL  DEFAULT CURRENT_TIMESTAMP,
        "modified_at" TIMESTAMP NOT NULL  DEFAULT CURRENT_TIMESTAMP) /* The User model */;"""
    select = 'SELECT * FROM "users" WHERE username = ?'

    def add(self, execute, person):
        stored = bcrypt.hashpw(person.password.encode(), bcrypt.gensalt()).decode()
        execute('INSERT INTO "users" (username, name, password_hash) VALUES (?, ?, ?)', [person.name, "Somebody", stored])

    def is_right(self, user, password):
        return bcrypt.checkpw(password.encode(), user["password_hash"].encode()) and user["created_at"] > "2026"


APPLICATIONS = {
    "mealie": Mealie,
    "lnbits": LnBits,
    "frigate": Frigate,
    "synapse": Synapse,
    "tortoise": Tortoise,
}
