"""What an admin does with an application's users, a function a step; each insists that the application agrees.

A step gets a sandbox with the application's database as the application made it, and returns `ok`, or `-` where it makes
no sense for that application.
"""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

from peers import insist, shorten

PEOPLE = [[name, f"{name}@example.org", f"correct horse {name}"] for name in ("alice", "bob", "carol")]
NEW_PASSWORD = "battery staple é"
JUDGE_SECONDS = 60


class Judge:
    """The application itself, in a process of its own, on the database at work."""

    def __init__(self, interpreter, script, application, path):
        self.path = path
        path.parent.mkdir()
        command = [interpreter, script, application.module, application.judge, path]
        self.command = [str(part) for part in command]
        self.process = None

    def __enter__(self):
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(self.command, text=True, env=quiet, **(pipes | {"stderr": subprocess.DEVNULL}))
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(JUDGE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        insist(answer, "the application's process ended: run judge.py by hand")
        answer = json.loads(answer)
        insist(not isinstance(answer, dict), f"the application itself fails: {answer}")
        return answer

    def make(self, path, people):
        self.ask("make", people)
        shutil.move(self.path, path)

    def lets_in(self, name, password):
        insist(self.ask("login", name, password), f"the application does not let {name} in with {password!r}")
        insist(not self.ask("login", name, password + "!"), f"the application lets {name} in with a wrong password")

    def keeps_out(self, name, password):
        insist(not self.ask("login", name, password), f"the application still lets {name} in with {password!r}")


class Sandbox:
    """A copy of the database, the tool on it, and what changed in it."""

    def __init__(self, application, judge, original, tool):
        self.application, self.judge, self.tool = application, judge, tool
        self.path = judge.path
        for left in self.path.parent.iterdir():
            left.unlink()
        shutil.copyfile(original, self.path)
        self.path.chmod(0o600)
        tool.options = ["--db", str(self.path)]
        if application.pepper:
            pepper = self.path.with_name("pepper")
            pepper.write_text(application.pepper)
            pepper.chmod(0o600)
            tool.options += ["--pepper-file", str(pepper)]

    def name(self, person):
        return self.application.name(person)

    def adopting(self):
        """The arguments of `adopt`, which takes a password."""
        layout = [] if self.application.is_found else ["--layout", self.application.layout]
        return [*layout, "adopt", "--yes", "--verify", self.name("alice"), "--password-stdin"]

    def seen(self):
        """Lets the tool adopt the database, where it cannot even find the users."""
        return self if self.application.is_found else self.adopted()

    def adopted(self):
        """Lets the tool adopt the database, where it has to."""
        settings = self.path.with_name("useradm.toml")
        if self.application.layout and not settings.exists():
            outcome = self.tool.run(*self.adopting(), given=b"correct horse alice\n")
            insist(outcome.code == 0, f"adopt: exit 0 expected: {outcome}")
            insist(settings.exists(), "adopt wrote no useradm.toml beside the database")
        return self

    def rows(self):
        """All rows of all tables, by table and row id."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            select = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"
            names = [name for (name,) in connection.execute(select)]
            quoted = [(name, '"' + name.replace('"', '""') + '"') for name in names]
            selected = [(name, connection.execute(f"SELECT rowid AS 'the key', * FROM {it}")) for name, it in quoted]
            return {name: {row["the key"]: dict(row) for row in rows} for name, rows in selected}

    def schema(self):
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute("SELECT * FROM sqlite_master").fetchall()

    def users(self):
        """The users' rows by name."""
        rows = self.rows()[self.application.table].values()
        return {row[self.application.username]: row for row in rows}

    def changes(self, change):
        """Runs a change; returns what it returned, and by table the rows before and after where they differ."""
        schema, before = self.schema(), self.rows()
        returned = change()
        insist(self.schema() == schema, "the schema was changed")
        after, different = self.rows(), {}
        for table in before:
            keys = before[table].keys() | after[table].keys()
            pairs = {key: (before[table].get(key), after[table].get(key)) for key in keys}
            pairs = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
            if pairs:
                different[table] = pairs
        return returned, different

    def succeeds(self, *arguments, **options):
        outcome = self.tool.run(*arguments, **options)
        insist(outcome.code == 0, f"exit 0 expected: {outcome}")
        return outcome

    def insist_new_hash(self, row, old):
        """The hash is of the scheme, and in the storage class, that the application has."""
        stored = row[self.application.password]
        insist(isinstance(stored, type(old[self.application.password])), f"stored as {type(stored)}: {stored!r}")
        text = stored.decode() if isinstance(stored, bytes) else stored
        insist(text.startswith(self.application.begins), f"a hash of another kind: {text!r}")

    def reset(self, *options):
        """Resets alice's password: nothing but her hash changes, and the application takes the new one only."""
        alice, old = self.name("alice"), self.users()[self.name("alice")]
        arguments = [*options, "update", alice, "--password-stdin"]
        _, changed = self.changes(lambda: self.succeeds(*arguments, given=NEW_PASSWORD.encode()))
        ((_, new),) = changed.pop(self.application.table, {0: (None, old)}).values()
        insist(new != old and not changed, f"other rows were changed: {shorten(repr(changed))}")
        self.insist_new_hash(new, old)
        password = self.application.password
        same = {key: value for key, value in new.items() if key != password and value == old[key]}
        insist(len(same) == len(new) - 1, f"other columns were changed: {shorten(repr((old, new)))}")
        self.judge.lets_in(alice, NEW_PASSWORD)
        self.judge.keeps_out(alice, "correct horse alice")
        self.succeeds(*options, "login", alice, "--password-stdin", given=NEW_PASSWORD.encode())

    def insist_added(self, changed, people, copies=()):
        """These users and nobody else are new, with ids and hashes like the others', and can log in."""
        table = changed.pop(self.application.table, {})
        old = self.users()[self.name("bob")]
        for was, row in table.values():
            insist(was is None and row is not None, f"another user's row was changed: {shorten(repr((was, row)))}")
            insist(isinstance(row[self.application.id], type(old[self.application.id])), f"an id of another kind: {row}")
            if isinstance(row[self.application.id], str) and self.application.id != self.application.username:
                shapes = [shape(user[self.application.id]) for user in (row, old)]
                insist(shapes[0] == shapes[1], f"an id of another form: {shorten(repr(row))}")
            self.insist_new_hash(row, old)
        names = sorted(row[self.application.username] for _, row in table.values())
        insist(names == sorted(map(self.name, people)), f"added were {names}")
        others = [pair for rows in changed.values() for pair in rows.values()]
        insist(all(was is None for was, _ in others), f"rows of other tables were changed: {shorten(repr(others))}")
        insist(sorted(changed) == sorted(copies), f"rows were added to {sorted(changed)}, not to {sorted(copies)}")
        insist(len(others) == len(copies) * len(people), f"one row each expected: {shorten(repr(others))}")
        for person in people:
            self.judge.lets_in(self.name(person), NEW_PASSWORD)

    def row_options(self, columns, person):
        filled = {column: value.format(person) for column, value in columns.items()}
        email = ["--email", filled.pop("email")] if "email" in filled else []
        return email + [part for column, value in filled.items() for part in ("--set", f"{column}={value}")]


def shape(text):
    """A text id with its digits and letters made alike: where the hyphens are, and in which case it is."""
    return len(text), [index for index, character in enumerate(text) if character == "-"], text == text.lower()


def sees_its_users(sandbox):
    """list, before anything is adopted."""
    listed = sandbox.seen().succeeds("list").json()
    expected = list(sandbox.users())
    insist([user["username"] for user in listed] == expected, f"{expected} expected, {shorten(repr(listed))} listed")
    ids = [user[sandbox.application.id] for user in sandbox.users().values()]
    insist([user["id"] for user in listed] == ids, f"ids {ids} expected, {shorten(repr(listed))} listed")
    return "ok"


def shows_one(sandbox):
    alice = sandbox.name("alice")
    shown = sandbox.seen().succeeds("show", alice).json()
    insist(shown["username"] == alice and shown["scheme"], f"{shown}")
    by_id = sandbox.succeeds("show", "--id", str(shown["id"])).json()
    insist(by_id == shown, f"by id {by_id}, by name {shown}")
    own = {"the key", "id", "username", sandbox.application.password}
    columns = [column for column in sandbox.users()[alice] if column not in own and column.isidentifier()]
    fields = ["id", "username", "scheme", "parameters", *columns]
    (listed,) = (row for row in sandbox.succeeds("list", "--fields", ",".join(fields)).json() if row["username"] == alice)
    insist(list(listed) == fields, f"fields {fields} expected: {shorten(repr(listed))}")
    stored = {column: sandbox.users()[alice][column] for column in columns}
    different = {column: value for column, value in stored.items() if listed[column] != value}
    insist(not different, f"{different} are stored, {shorten(repr(listed))} listed")
    return "ok"


def checks_passwords(sandbox):
    """login, before anything is adopted, as the application would answer."""
    name, password = sandbox.seen().name("carol"), "correct horse carol"
    sandbox.judge.lets_in(name, password)
    before = sandbox.path.read_bytes()
    sandbox.succeeds("login", name, "--password-stdin", given=password.encode())
    for other, wrong in ((name, password + "!"), (sandbox.name("nobody"), password)):
        sandbox.tool.fails(5, "invalid_credentials", "login", other, "--password-stdin", given=wrong.encode())
    insist(sandbox.path.read_bytes() == before, "a login changed the database")
    return "ok"


def asks_before_it_writes(sandbox):
    """Without a layout that is built in or confirmed nothing is written, and the way out is named."""
    if not sandbox.application.layout:
        return "-"
    before = sandbox.path.read_bytes()
    alice = sandbox.name("alice")
    attempts = [
        ["update", alice, "--password-stdin"],
        ["add", sandbox.name("dave"), "--password-stdin"],
        ["add", sandbox.name("dave"), "--password-stdin", "--create"],
        ["update", alice, "--username", sandbox.name("alicia")],
        ["delete", alice, "--yes"],
    ]
    for attempt in attempts:
        given = NEW_PASSWORD.encode() if "--password-stdin" in attempt else b""
        code = "layout_unconfirmed" if sandbox.application.is_found else "wrong_schema|layout_unconfirmed"
        if not sandbox.application.is_found and "--create" in attempt:
            outcome = sandbox.tool.run(*attempt, given=given)
            insist(outcome.code in (4, 8), f"exit 4 or 8 expected: {outcome}")
            continue
        error = sandbox.tool.fails(8, code, *attempt, given=given)
        word = "adopt" if error["code"] == "layout_unconfirmed" else "--layout"
        insist(word in error.get("hint", ""), f"a hint with {word} expected: {error}")
    sandbox.tool.fails(4, "users_elsewhere|already_initialised", "init")
    insist(sandbox.path.read_bytes() == before, "the database was changed")
    return "ok"


def checks_before_it_adopts(sandbox):
    """A wrong password leaves no file, a right one leaves the database as it was."""
    if not sandbox.application.layout:
        return "-"
    before, files = sandbox.path.read_bytes(), sorted(sandbox.path.parent.iterdir())
    sandbox.tool.fails(5, "invalid_credentials", *sandbox.adopting(), given=b"wrong")
    insist(sorted(sandbox.path.parent.iterdir()) == files, "a file was left")
    sandbox.adopted()
    insist(sandbox.path.read_bytes() == before, "the database was changed")
    return "ok"


def resets_a_password(sandbox):
    sandbox.adopted().reset()
    return "ok"


def resets_by_an_option(sandbox):
    if not sandbox.application.layout:
        return "-"
    sandbox.reset("--layout", sandbox.application.layout)
    insist(not sandbox.path.with_name("useradm.toml").exists(), "a file was written")
    return "ok"


def adds_a_user(sandbox):
    sandbox.adopted()
    dave = sandbox.name("dave")
    options = sandbox.row_options(sandbox.application.add, "dave")
    arguments = ["add", dave, "--password-stdin", *options]
    if sandbox.application.has_companions:
        before = sandbox.rows()
        sandbox.tool.fails(8, "constraint_failed", *arguments, given=NEW_PASSWORD.encode())
        insist(sandbox.rows() == before, "something was changed")
        return "ok"
    _, changed = sandbox.changes(lambda: sandbox.succeeds(*arguments, given=NEW_PASSWORD.encode()))
    sandbox.insist_added(changed, ["dave"])
    return "ok"


def adds_a_user_like_another(sandbox):
    """`--like` copies memberships and companions too, but nothing that is alice's alone."""
    sandbox.adopted()
    dave, alice = sandbox.name("dave"), sandbox.users()[sandbox.name("alice")]
    options = sandbox.row_options(sandbox.application.like, "dave")
    arguments = ["add", dave, "--password-stdin", "--like", sandbox.name("alice"), *options]
    _, changed = sandbox.changes(lambda: sandbox.succeeds(*arguments, given=NEW_PASSWORD.encode()))
    sandbox.insist_added(changed, ["dave"], sandbox.application.copies)
    row = sandbox.users()[dave]
    alone = [column for column in row if any(word in column for word in ("token", "secret", "uniquifier", "handle"))]
    for column in alone:
        if column != sandbox.application.password:
            insist(row[column] in (None, "[]") or row[column] != alice[column], f"{column} was copied")
    return "ok"


def imports_two(sandbox):
    sandbox.adopted()
    is_like = sandbox.application.has_companions
    columns = sandbox.application.like if is_like else sandbox.application.add
    written = io.StringIO()
    # What is empty and quoted is the empty text.
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow(["username", "password", *columns])
    for person in ("erin", "frank"):
        # What stands in a file is stored as it is, so a moment has to be one.
        values = [value.format(person).replace("@now", "2026-01-01 00:00:00") for value in columns.values()]
        rows.writerow([sandbox.name(person), NEW_PASSWORD, *values])
    options = ["--like", sandbox.name("alice")] if is_like else []
    arguments = ["import", "--from", "csv", "-", *options]
    _, changed = sandbox.changes(lambda: sandbox.succeeds(*arguments, given=written.getvalue().encode()))
    sandbox.insist_added(changed, ["erin", "frank"], sandbox.application.copies if is_like else ())
    return "ok"


def renames_one(sandbox):
    if not sandbox.application.can_rename:
        return "-"
    sandbox.adopted()
    old, new = sandbox.name("bob"), sandbox.name("robert")
    _, changed = sandbox.changes(lambda: sandbox.succeeds("update", old, "--username", new))
    ((was, row),) = changed.pop(sandbox.application.table).values()
    named = dict.fromkeys((sandbox.application.username, *sandbox.application.also_named), new)
    insist(row == was | named, f"{shorten(repr((was, row)))}")
    for table, column in sandbox.application.named_in.items():
        ((was, row),) = changed.pop(table).values()
        insist(row == was | {column: new}, f"{shorten(repr((was, row)))}")
    insist(not changed, f"other tables were changed: {shorten(repr(changed))}")
    sandbox.judge.lets_in(new, "correct horse bob")
    sandbox.judge.keeps_out(old, "correct horse bob")
    return "ok"


def deletes_one(sandbox):
    sandbox.adopted()
    carol = sandbox.name("carol")
    if sandbox.application.keeps_carol:
        before = sandbox.rows()
        sandbox.tool.fails(8, "constraint_failed", "delete", carol, "--yes")
        insist(sandbox.rows() == before, "something was changed")
        sandbox.judge.lets_in(carol, "correct horse carol")
        return "kept"
    _, changed = sandbox.changes(lambda: sandbox.succeeds("delete", carol, "--yes"))
    pairs = changed.pop(sandbox.application.table)
    insist([row for _, row in pairs.values()] == [None], f"{shorten(repr(pairs))}")
    insist(carol not in sandbox.users(), "carol is still there")
    gone = [pair for rows in changed.values() for pair in rows.values()]
    insist(all(row is None for _, row in gone), f"rows of other tables were changed: {shorten(repr(gone))}")
    sandbox.judge.keeps_out(carol, "correct horse carol")
    sandbox.judge.lets_in(sandbox.name("alice"), "correct horse alice")
    return "ok"


def exports_all(sandbox):
    """What is exported is what is stored, and its import changes nothing."""
    outcome = sandbox.seen().succeeds("export", "-", "--to", "jsonl")
    exported = [json.loads(line) for line in outcome.out.splitlines()]
    # A row without a name is nobody's, and comes from nowhere.
    named = b"".join(line for line in outcome.out.splitlines(True) if json.loads(line)["username"] is not None)
    stored = [(name, row[sandbox.application.password]) for name, row in sandbox.users().items()]
    text = [(name, value.decode() if isinstance(value, bytes) else value) for name, value in stored]
    pairs = [(row["username"], row["password_hash"]) for row in exported]
    insist(pairs == text, f"exported {shorten(repr(pairs))}")
    sandbox.adopted()
    back = ["import", "--from", "jsonl", "-", "--on-conflict", "update", "--skip-unsupported"]
    _, changed = sandbox.changes(lambda: sandbox.succeeds(*back, given=named))
    insist(not changed, f"an import of the export changed {shorten(repr(changed))}")
    return "ok"


STEPS = {
    "list": sees_its_users,
    "show": shows_one,
    "login": checks_passwords,
    "guard": asks_before_it_writes,
    "adopt": checks_before_it_adopts,
    "reset": resets_a_password,
    "option": resets_by_an_option,
    "add": adds_a_user,
    "like": adds_a_user_like_another,
    "import": imports_two,
    "rename": renames_one,
    "delete": deletes_one,
    "export": exports_all,
}
