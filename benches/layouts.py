"""Groups of rows about other applications' tables: finding the users, and ids that are text."""

import random
import shutil
import sqlite3
import uuid
from pathlib import Path

BCRYPT = "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S"
FIELD = Path(__file__).resolve().parents[1] / "tests" / "field"
DETECTION_LIMIT_S = 0.050


def made(bench, name, make):
    """The path of a database that `make` makes with a connection, once a run."""
    path = bench.folder / f"{name}.db"
    if path not in bench.made:
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        make(connection)
        connection.commit()
        connection.close()
        bench.made[path] = str(path)
    return bench.made[path]


def recognition(bench):
    """`list` of 3 users of applications that are known by their tables, against one SELECT."""
    for name, sql in (
        ("django_auth", "SELECT id, username FROM auth_user"),
        ("fab", "SELECT id, username FROM ab_user"),
        ("fu", "SELECT id, email FROM user"),
    ):
        path = shutil.copy(FIELD / f"{name}.db", bench.folder)
        bench.compare(
            f"`list` of 3 users of `{name}.db`",
            lambda: [bench.program, "--db", path, "list"],
            lambda: ["sqlite3", path, sql],
            1.0,
            40 * bench.runs,
        )


def many_tables(connection):
    """500 tables of 1,000 rows, of which one has hashes, and the others much that only looks so."""
    source = random.Random(3)
    columns = "id INTEGER PRIMARY KEY, name TEXT, note TEXT, password_token TEXT, made DATETIME"
    for number in range(499):
        connection.execute(f"CREATE TABLE t{number:03} ({columns})")
        rows = [
            (f"name {row}", "x" * 60, f"{source.getrandbits(256):064x}", "2026-01-01 00:00:00")
            for row in range(1000)
        ]
        insert = f"INSERT INTO t{number:03} (name, note, password_token, made) VALUES (?, ?, ?, ?)"
        connection.executemany(insert, rows)
    connection.execute("CREATE TABLE members (id INTEGER PRIMARY KEY, login TEXT, secret TEXT)")
    rows = ((f"user{row}", BCRYPT) for row in range(1000))
    connection.executemany("INSERT INTO members (login, secret) VALUES (?, ?)", rows)


def detection(bench):
    """`list --count` of a file of 500 tables of 1,000 rows, whose users have to be found first."""
    path = made(bench, "tables", many_tables)
    command = [bench.program, "--db", path, "list", "--count"]
    layout = "table=members,id=id,username=login,hash=secret,scheme=bcrypt"
    found, told = bench.take_turns(
        [lambda: command, lambda: [*command, "--layout", layout]], 5 * bench.runs
    )
    for clock, ours, theirs in zip(("wall", "CPU"), found, told):
        bench.row(
            f"detection among 500 tables of 1,000 rows, against `--layout`, {clock}",
            f"{min(ours) * 1000:.1f} ms",
            f"{min(theirs) * 1000:.1f} ms",
            f"{min(ours) / min(theirs):.2f}",
            f"{DETECTION_LIMIT_S * 1000:.0f} ms",
            min(ours) > DETECTION_LIMIT_S,
        )


def text_ids(bench):
    """`list` of all users with UUIDs as ids, against the same with numbers."""

    def table(connection, kind, ids):
        connection.execute(
            f"CREATE TABLE people (id {kind}, email VARCHAR(320) NOT NULL UNIQUE, "
            "hashed_password VARCHAR(1024) NOT NULL, PRIMARY KEY (id))"
        )
        rows = ((key, f"user{row:07}@example.org", BCRYPT) for row, key in enumerate(ids))
        connection.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)

    source = random.Random(4)
    uuids = (str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(bench.users))
    text = made(bench, "text-ids", lambda connection: table(connection, "CHAR(36)", uuids))
    numbers = range(1, bench.users + 1)
    plain = made(bench, "number-ids", lambda connection: table(connection, "INTEGER", numbers))
    for form in ("csv", "json", "table"):
        bench.compare(
            f"`list --format {form}` of {bench.users:,} with text ids against numbers",
            lambda: [bench.program, "--db", text, "list", "--format", form],
            lambda: [bench.program, "--db", plain, "list", "--format", form],
            1.2,
        )


GROUPS = {"recognition": recognition, "detection": detection, "text-ids": text_ids}
