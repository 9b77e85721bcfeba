"""The two sides of the test and the file between them.

Each method does one thing and insists on the answer that the contract gives it, so that a case reads as a story.
Whatever differs is raised as a Mismatch that shows the command or the request and its answer.
"""

import contextlib
import http.client
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

APP = Path(__file__).with_name("app.py")
START_SECONDS = 60
REQUEST_SECONDS = 30
TOOL_SECONDS = 60
DEFAULT_ROUNDS = 600000
# The kernel ends the service after this long even when the driver was killed and cannot.
SERVICE_SECONDS = 1800

Answer = namedtuple("Answer", "status text seconds")


class Mismatch(Exception):
    """One side did not answer as the contract says."""


def insist(condition, complaint):
    if not condition:
        raise Mismatch(complaint)


def shorten(text, limit=400):
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} in all)"


def compact_json(text):
    """The bytes that a JSON text stands for, whatever its white space and escapes."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Mismatch(f"not JSON: {shorten(repr(text))}") from error
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def default_program():
    target = os.environ.get("CARGO_TARGET_DIR") or Path(__file__).resolve().parents[2] / "target"
    return os.environ.get("USERADM") or Path(target) / "debug" / "useradm"


class Outcome(namedtuple("Outcome", "command code out err")):
    """What one run of the tool did."""

    def __str__(self):
        command = shorten(shlex.join(self.command))
        return f"{command}\n    exit {self.code}, stdout {shorten(repr(self.out))}, stderr {shorten(repr(self.err))}"

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise Mismatch(f"stdout is not JSON: {self}") from error


def selector_arguments(selector):
    """An id goes into `--id`; a name that could be taken for an option goes after `--`."""
    if isinstance(selector, int):
        return ["--id", str(selector)]
    return ["--", selector] if selector.startswith("-") else [selector]


def feed(process, content):
    """Gives a started tool all of its standard input; one that has ended by itself needs none."""
    with contextlib.suppress(BrokenPipeError), process.stdin as stream:
        stream.write(content)
    process.stdin = None


def password_input(password):
    """The standard input that gives a password; its own ending `\\r` must not become half of a `\\r\\n`."""
    return password.encode() + (b"" if password.endswith("\r") else b"\n")


class Tool:
    """The built program on one database."""

    def __init__(self, program, options, environment):
        self.program = program
        self.options = options
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("USERADM_")}
        self.environment = inherited | environment
        self.rounds = int(environment.get("USERADM_ROUNDS", DEFAULT_ROUNDS))

    def command(self, *arguments, form="json"):
        return [str(self.program), *self.options, "--format", form, *arguments]

    def start(self, *arguments, form="json", **streams):
        """Starts the tool with pipes that the caller reads and writes."""
        defaults = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.command(*arguments, form=form), env=self.environment, **(defaults | streams))

    def run(self, *arguments, form="json", given=b"", environment=None, **options):
        command = self.command(*arguments, form=form)
        variables = self.environment | (environment or {})
        done = subprocess.run(
            command, input=given, env=variables, capture_output=True, timeout=TOOL_SECONDS, check=False, **options
        )
        return Outcome(command, done.returncode, done.stdout, done.stderr)

    def succeeds(self, message, *arguments, **options):
        """Runs a command that ends with exit 0 and one JSON object; returns the object."""
        outcome = self.run(*arguments, **options)
        insist(outcome.code == 0, f"exit 0 expected: {outcome}")
        answer = outcome.json()
        insist(answer.get("message", "").startswith(message), f"{message!r} expected: {outcome}")
        # A warning is the one thing that may stand on stderr beside a JSON answer.
        insist(not outcome.err or b"warning" in outcome.err.lower(), f"empty stderr expected: {outcome}")
        return answer

    def fails(self, exit_code, codes, *arguments, **options):
        """Runs a command that ends with this exit code, one of these error codes, and nothing on stdout."""
        outcome = self.run(*arguments, **options)
        insist(outcome.code == exit_code, f"exit {exit_code} expected: {outcome}")
        insist(outcome.out == b"", f"empty stdout expected: {outcome}")
        try:
            error = json.loads(outcome.err)["error"]
        except (ValueError, KeyError, TypeError) as problem:
            raise Mismatch(f"one JSON error object on stderr expected: {outcome}") from problem
        insist(error.get("code") in codes.split("|"), f"error code {codes} expected: {outcome}")
        insist(error.get("exit_code") == exit_code, f"exit_code {exit_code} in the error expected: {outcome}")
        return error

    def create(self, command, message, name, password, *options):
        arguments = [command, "--password-stdin", *options, *selector_arguments(name)]
        answer = self.succeeds(message, *arguments, given=password_input(password))
        insist(answer["user"]["username"] == name, f"the new user's name expected: {shorten(repr(answer))}")
        insist(answer["changed"] is True, f"changed: true expected: {shorten(repr(answer))}")
        return answer["user"]["id"]

    def add(self, name, password, *options):
        return self.create("add", "User added successfully", name, password, *options)

    def register(self, name, password, *options):
        return self.create("register", "User created successfully", name, password, *options)

    def login(self, name, password):
        arguments = ["login", "--password-stdin", *selector_arguments(name)]
        self.succeeds("Login successful", *arguments, given=password_input(password))

    def refuses_login(self, name, password):
        arguments = ["login", "--password-stdin", *selector_arguments(name)]
        error = self.fails(5, "invalid_credentials", *arguments, given=password_input(password))
        insist(error["message"].startswith("Invalid credentials"), f"'Invalid credentials' expected: {error}")

    def shows(self, selector, user_id, name):
        outcome = self.run("show", *selector_arguments(selector))
        insist(outcome.code == 0 and not outcome.err, f"exit 0 and empty stderr expected: {outcome}")
        shown = outcome.json()
        expected = {"id": user_id, "username": name, "scheme": "pbkdf2_sha256"}
        insist(expected.items() <= shown.items(), f"{shorten(repr(expected))} expected: {outcome}")
        return shown

    def misses(self, selector):
        error = self.fails(3, "user_not_found", "show", *selector_arguments(selector))
        insist(error["message"].startswith("User not found"), f"'User not found' expected: {error}")

    def set_password(self, selector, password):
        arguments = ["update", "--password-stdin", *selector_arguments(selector)]
        return self.succeeds("User updated successfully", *arguments, given=password_input(password))

    def rename(self, selector, name, *options):
        arguments = ["update", f"--username={name}", *options, *selector_arguments(selector)]
        answer = self.succeeds("User updated successfully", *arguments)
        insist(answer["user"]["username"] == name, f"the new name expected: {shorten(repr(answer))}")

    def delete(self, selector):
        self.succeeds("User deleted successfully", "delete", "--yes", *selector_arguments(selector))

    def list_json(self):
        outcome = self.run("list")
        insist(outcome.code == 0 and not outcome.err, f"exit 0 and empty stderr expected: {outcome}")
        return outcome.out


class Service:
    """The real application in its own process, on a free port of the loopback."""

    def __init__(self, directory, environment, app=APP):
        self.app = app
        self.directory = directory
        inherited = {name: value for name, value in os.environ.items() if name != "SQLALCHEMY_DATABASE_URI"}
        self.environment = inherited | {"PORT": "0"} | environment
        self.log_path = directory / "service.log"

    def __enter__(self):
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.app)],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A pending alarm survives exec, so the service ends by itself.
                preexec_fn=lambda: signal.alarm(SERVICE_SECONDS),
            )
        try:
            self.port = self.wait_for_port()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_for_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            announced = re.search(r"http://127\.0\.0\.1:(\d+)", self.log())
            if announced:
                return int(announced[1])
            time.sleep(0.05)
        raise Mismatch(f"the service did not start: {self.log()[-2000:]}")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
        content = None if body is None else json.dumps(body).encode()
        started = time.monotonic()
        with contextlib.closing(connection):
            connection.request(method, path, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
        return Answer(response.status, text, time.monotonic() - started)

    def expect(self, status, message, method, path, body=None):
        answer = self.request(method, path, body)
        request = f"{method} {path} {shorten(repr(body))}"
        got = f"got {answer.status} {shorten(repr(answer.text))}"
        insist(answer.status == status, f"{request}: {status} expected, {got}{self.reason(answer)}")
        insist(json.loads(answer.text) == {"message": message}, f"{request}: {message!r} expected, {got}")
        return answer

    def reason(self, answer):
        """The end of the service's log, where an answer of 500 is explained."""
        return f"\n{self.log()[-1500:]}" if answer.status == 500 else ""

    def register(self, name, password):
        body = {"username": name, "password": password}
        return self.expect(201, "User created successfully", "POST", "/register", body)

    def add(self, name, password):
        body = {"username": name, "password": password}
        return self.expect(201, "User added successfully", "POST", "/users", body)

    def refuses_name(self, name):
        body = {"username": name, "password": "irrelevant"}
        self.expect(400, "User already exists", "POST", "/register", body)
        self.expect(400, "User already exists", "POST", "/users", body)

    def login(self, name, password):
        self.expect(200, "Login successful", "POST", "/login", {"username": name, "password": password})

    def refuses_login(self, name, password):
        self.expect(401, "Invalid credentials", "POST", "/login", {"username": name, "password": password})

    def update(self, user_id, **changes):
        return self.expect(200, "User updated successfully", "PUT", f"/users/{user_id}", changes)

    def delete(self, user_id):
        return self.expect(200, "User deleted successfully", "DELETE", f"/users/{user_id}")

    def misses(self, user_id):
        self.expect(404, "User not found", "PUT", f"/users/{user_id}", {"username": "nobody"})
        self.expect(404, "User not found", "DELETE", f"/users/{user_id}")

    def list_json(self):
        answer = self.request("GET", "/users")
        insist(answer.status == 200, f"GET /users: 200 expected, got {answer.status}{self.reason(answer)}")
        return answer.text

    def id_of(self, name):
        ids = [user["id"] for user in json.loads(self.list_json()) if user["username"] == name]
        insist(len(ids) == 1, f"GET /users: one {shorten(ascii(name))} expected, got {len(ids)}")
        return ids[0]


class Database:
    """The file itself, looked at through SQLite only and with no connection kept."""

    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def connect(self):
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        with contextlib.closing(connection):
            yield connection

    def rows(self, sql, *values):
        with self.connect() as connection:
            return connection.execute(sql, values).fetchall()

    def schema(self):
        """All that a tool beside the application must leave alone."""
        objects = self.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        pragmas = ("journal_mode", "user_version", "application_id", "page_size", "auto_vacuum", "encoding")
        return objects, [self.rows(f"PRAGMA {pragma}") for pragma in pragmas]

    def set_journal_mode(self, mode):
        answer = self.rows(f"PRAGMA journal_mode={mode}")
        insist(answer == [(mode,)], f"journal mode {mode} expected, got {answer}")

    def usernames(self):
        return [name for (name,) in self.rows("SELECT username FROM user ORDER BY id")]

    def stored_hash(self, name):
        rows = self.rows("SELECT password_hash FROM user WHERE username = ?", name)
        insist(len(rows) == 1, f"one row of {shorten(ascii(name))} expected, got {len(rows)}")
        return rows[0][0]

    def insert(self, name, password_hash):
        with self.connect() as connection:
            row = connection.execute("INSERT INTO user (username, password_hash) VALUES (?, ?)", (name, password_hash))
            return row.lastrowid

    def fill(self, names, password_hash):
        with self.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = ((name, password_hash) for name in names)
            connection.executemany("INSERT INTO user (username, password_hash) VALUES (?, ?)", rows)
            connection.execute("COMMIT")

    def last_id(self):
        return self.rows("SELECT coalesce(max(id), 0) FROM user")[0][0]

    def forget_after(self, user_id):
        self.rows("DELETE FROM user WHERE id > ?", user_id)

    def files_containing(self, text):
        """The files of the database, journals included, in which these bytes are to be seen."""
        candidates = [self.path, *self.path.parent.glob(self.path.name + "-*")]
        return [path.name for path in candidates if text.encode() in path.read_bytes()]
