"""Cases about what the tool says and keeps: its lists, hashes, exit codes and the table itself."""

import csv
import io
import json
import re
import stat
import unicodedata
from functools import partial

from passlib.hash import pbkdf2_sha256

from exchange import FIRST, SECOND, Case, for_each, insist_hash, insist_same_list
from peers import DEFAULT_ROUNDS, Tool, compact_json, insist, selector_arguments
from tables import APPLICATION_NAMES, NAMES

UNPRINTABLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


# Lists


def fill_with_everything(world):
    world.database.fill((*NAMES, *APPLICATION_NAMES), pbkdf2_sha256.using(rounds=1).hash(FIRST))
    return json.loads(world.service.list_json())


def list_text(world, form):
    outcome = world.tool.run("list", form=form)
    insist(outcome.code == 0 and not outcome.err, f"exit 0 and empty stderr expected: {outcome}")
    return outcome.out.decode()


def insist_printable(text, allowed):
    found = {char for char in text if unicodedata.category(char) in UNPRINTABLE} - set(allowed)
    insist(not found, f"characters that a terminal must not get: {sorted(map(ascii, found))}")


def list_as_json(world):
    fill_with_everything(world)
    insist_same_list(world)
    insist_printable(list_text(world, "json"), "\n")


def list_as_jsonl(world):
    expected = fill_with_everything(world)
    text = list_text(world, "jsonl")
    insist_printable(text, "\n")
    insist([json.loads(line) for line in text.splitlines()] == expected, "jsonl differs from GET /users")


def list_as_csv(world):
    expected = fill_with_everything(world)
    rows = list(csv.reader(io.StringIO(list_text(world, "csv"), newline="")))
    insist(rows[0] == ["id", "username"], f"a header expected, got {rows[0]}")
    insist(rows[1:] == [[str(user["id"]), user["username"]] for user in expected], "csv differs from GET /users")


def list_as_plain(world):
    expected = fill_with_everything(world)
    text = list_text(world, "plain")
    insist_printable(text, "\t\n")
    lines = [line.split("\t") for line in text.splitlines()]
    insist(all(len(fields) == 2 for fields in lines), "a plain line has not two fields")
    insist([int(user_id) for user_id, _ in lines] == [user["id"] for user in expected], "plain has other ids")
    written = dict(zip((user["username"] for user in expected), (name for _, name in lines), strict=True))
    escaped = written["two\nlines"]
    insist(escaped == "two\\nlines", f"an escaped line feed expected, got {escaped!r}")
    insist(all(written[name] == name for name in NAMES if "\\" not in name), "an ordinary name was changed")


def list_as_table(world):
    expected = fill_with_everything(world)
    text = list_text(world, "table")
    insist_printable(text, "\n")
    insist(all(name in text for name in NAMES if "\\" not in name), "a name is missing in the table")
    insist(all(re.search(rf"\b{user['id']}\b", text) for user in expected), "an id is missing in the table")


def list_cases():
    return [
        Case("list --format json is GET /users", list_as_json),
        Case("list --format jsonl holds what GET /users does", list_as_jsonl),
        Case("list --format csv holds what GET /users does", list_as_csv),
        Case("list --format plain holds what GET /users does", list_as_plain),
        Case("list in a table holds what GET /users does", list_as_table),
    ]


# Hashes


def tool_reads_salt(world, item):
    stored = pbkdf2_sha256.using(rounds=1000, salt_size=item).hash(FIRST)
    world.database.insert("salted", stored)
    world.tool.login("salted", FIRST)
    world.tool.refuses_login("salted", SECOND)
    world.service.login("salted", FIRST)


def tool_reads_rounds(world, item):
    user_id = world.database.insert("counted", pbkdf2_sha256.using(rounds=item).hash(FIRST))
    shown = world.tool.shows("counted", user_id, "counted")
    insist(shown["rounds"] == item, f"{item} rounds expected: {shown}")
    world.tool.login("counted", FIRST)
    world.tool.refuses_login("counted", SECOND)


def tool_stores_ready_hash(world, item):
    ready = pbkdf2_sha256.using(rounds=1000, salt_size=item).hash(FIRST)
    world.tool.add("ready", ready, "--hashed")
    insist(world.database.stored_hash("ready") == ready, "a ready hash was changed")
    world.service.login("ready", FIRST)
    world.tool.login("ready", FIRST)


def tool_writes_rounds(world, item):
    world.tool.succeeds(
        "User added successfully", "--rounds", str(item), "add", "--password-stdin", "counted", given=FIRST.encode()
    )
    stored = world.database.stored_hash("counted")
    insist(stored.startswith(f"$pbkdf2-sha256${item}$"), f"{item} rounds expected: {stored!r}")
    world.service.login("counted", FIRST)


def unreadable_hash(world, item):
    world.database.insert("foreign", item)
    arguments = ["login", "--password-stdin", "foreign"]
    error = world.tool.fails(8, "unreadable_hash", *arguments, given=FIRST.encode())
    insist(not item or item not in error["message"], "the message gives the hash away")
    insist_same_list(world)
    world.tool.set_password("foreign", SECOND)
    world.service.login("foreign", SECOND)


def salts_differ(world):
    for number in range(5):
        world.tool.add(f"salted {number}", FIRST)
    salts = {world.database.stored_hash(f"salted {number}").split("$")[3] for number in range(5)}
    insist(len(salts) == 5, f"five salts expected, got {salts}")


def hash_cases():
    foreign = (
        "$2b$12$" + "a" * 53,
        "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$AAAA",
        "$pbkdf2-sha256$1000$c2FsdA",
        "",
    )
    return [
        *for_each((0, 1, 8, 16, 32, 64, 1024), "the tool reads a salt of passlib's, bytes:", tool_reads_salt),
        *for_each((1, 2, 999, 29000), "the tool reads a hash of passlib's, rounds:", tool_reads_rounds),
        *for_each((8, 16, 32, 40), "the tool stores a ready hash, bytes of salt:", tool_stores_ready_hash),
        *for_each((1000, 1001, 29000), "the service reads the tool's hash, rounds:", tool_writes_rounds),
        *for_each(foreign, "the tool tells an unreadable hash from a wrong password:", unreadable_hash),
        Case("no two hashes of the tool have the same salt", salts_differ),
    ]


# Exit codes and answers


def exit_codes_for_the_missing(world):
    world.service.add("leaver", FIRST)
    user_id = world.service.id_of("leaver")
    world.service.delete(user_id)
    for selector in ("leaver", user_id):
        world.tool.misses(selector)
        arguments = selector_arguments(selector)
        world.tool.fails(3, "user_not_found", "delete", "--yes", *arguments)
        world.tool.fails(3, "user_not_found", "update", "--username=other", *arguments)
    world.tool.refuses_login("leaver", FIRST)
    outcome = world.tool.run("delete", "--yes", "--if-exists", "leaver")
    insist(outcome.code == 0, f"exit 0 expected: {outcome}")


def exit_codes_for_the_existing(world):
    world.service.add("holder", FIRST)
    before = world.database.stored_hash("holder")
    for command in ("add", "register"):
        arguments = [command, "--password-stdin", "holder"]
        world.tool.fails(4, "user_exists", *arguments, given=SECOND.encode())
    world.tool.add("other", SECOND)
    world.tool.fails(4, "user_exists", "update", "--username=holder", "other")
    outcome = world.tool.run("add", "--if-not-exists", "--password-stdin", "holder", given=SECOND.encode())
    insist(outcome.code == 0 and outcome.json()["changed"] is False, f"unchanged expected: {outcome}")
    insist(world.database.stored_hash("holder") == before, "the service's user was changed")
    world.service.login("other", SECOND)


def look_alikes(world):
    world.service.add("Ren\u00e9e", FIRST)
    for name in ("ren\u00e9e", "Rene\u0301e", "REN\u00c9E"):
        arguments = ["add", "--password-stdin", name]
        world.tool.fails(4, "lookalike_exists", *arguments, given=SECOND.encode())
        world.tool.add(name, SECOND, "--allow-lookalike")
        world.service.login(name, SECOND)
        world.tool.delete(name)
    world.service.login("Ren\u00e9e", FIRST)
    world.tool.rename("Ren\u00e9e", "ren\u00e9e")
    world.service.login("ren\u00e9e", FIRST)


def names_are_compared_byte_for_byte(world):
    names = ("dora", "Dora", "DORA", "dora ", "dor\u00e1", "dora\u0301")
    for number, name in enumerate(names):
        world.service.register(name, f"password {number}")
    insist_same_list(world)
    for number, name in enumerate(names):
        world.tool.login(name, f"password {number}")
        world.tool.refuses_login(name, f"password {number + 1}")
    world.tool.delete("Dora")
    insist(world.database.usernames()[-5:] == [name for name in names if name != "Dora"], "another user was deleted")


def exit_code_for_the_unconfirmed(world):
    world.service.add("kept", FIRST)
    world.tool.fails(9, "not_confirmed", "delete", "kept")
    world.tool.fails(9, "not_confirmed", "delete", "--no-input", "kept")
    world.service.login("kept", FIRST)


def exit_codes_for_usage(world):
    world.service.add("kept", FIRST)
    schema, names = world.database.schema(), world.database.usernames()
    for arguments in (
        ["update", "kept"],
        ["delete", "--yes"],
        ["add", "kept", "--no-such-option"],
        ["lsit"],
        ["show"],
        ["add", "someone"],
        ["login", "kept"],
        ["list", "--limit", "-1"],
        ["--rounds", "999", "list"],
        ["--timeout", "soon", "list"],
    ):
        world.tool.fails(2, "usage", *arguments)
    insist((world.database.schema(), world.database.usernames()) == (schema, names), "a usage error changed something")


def exit_codes_for_bad_passwords(world):
    world.service.add("kept", FIRST)
    before = world.database.stored_hash("kept")
    for bad in (b"", b"7 chars\n", b"two\nlines long\n", b"nul\0in the middle", b"\xff\xfenot utf-8", b"x" * 4097):
        world.tool.fails(6, "invalid_password", "update", "--password-stdin", "kept", given=bad)
        world.tool.fails(6, "invalid_password", "add", "--password-stdin", "newcomer", given=bad)
    insist(world.database.stored_hash("kept") == before, "a refused password was stored")
    insist("newcomer" not in world.database.usernames(), "a user with a refused password was stored")


def exit_code_for_a_missing_file(world):
    missing = world.directory / "missing.db"
    tool = Tool(world.tool.program, ["--db", str(missing)], {})
    for arguments in (["list"], ["show", "alice"], ["delete", "--yes", "alice"]):
        error = tool.fails(8, "database_missing", *arguments)
        insist(str(missing) in error["message"], f"the absolute path expected: {error}")
    insist(not missing.exists(), "a missing database was made")


def several_are_deleted_or_none(world):
    for name in ("one", "two", "three"):
        world.service.add(name, FIRST)
    world.tool.fails(3, "user_not_found", "delete", "--yes", "one", "missing", "two")
    world.service.login("one", FIRST)
    answer = world.tool.succeeds("User deleted successfully", "delete", "--yes", "one", "two", "three", "one")
    insist([user["username"] for user in answer["users"]] == ["one", "two", "three"], f"three users expected: {answer}")
    world.service.refuses_login("two", FIRST)
    insist_same_list(world)


def name_and_password_change_together(world):
    world.service.add("before", FIRST)
    arguments = ["update", "before", "--username=after", "--password-stdin"]
    world.tool.succeeds("User updated successfully", *arguments, given=SECOND.encode())
    world.service.login("after", SECOND)
    world.service.refuses_login("before", FIRST)
    answer = world.tool.run("update", "after", "--username=after")
    insist(answer.code == 0 and answer.json()["changed"] is False, f"unchanged expected: {answer}")


def generated_password(world):
    answer = world.tool.succeeds("User added successfully", "add", "--generate-password", "lucky")
    world.service.login("lucky", answer["password"])
    outcome = world.tool.run("update", "--generate-password=32", "lucky", form="plain")
    insist(outcome.code == 0 and outcome.err, f"exit 0 and a message on stderr expected: {outcome}")
    password = outcome.out.decode().removesuffix("\n")
    insist(len(password) == 32 and password.isalnum(), f"32 letters and digits alone expected: {outcome}")
    world.service.login("lucky", password)


def words_for_people(world):
    """In the formats for people the application's words come on stderr and stdout stays empty."""
    secret = FIRST.encode()
    for words, arguments in (
        (b"User created successfully", ["register", "--password-stdin", "person"]),
        (b"Login successful", ["login", "--password-stdin", "person"]),
        (b"User updated successfully", ["update", "--username=human", "person"]),
        (b"User deleted successfully", ["delete", "--yes", "human"]),
        (b"User added successfully", ["add", "--password-stdin", "person"]),
    ):
        outcome = world.tool.run(*arguments, form="table", given=secret)
        insist(outcome.code == 0 and outcome.out == b"", f"exit 0 and empty stdout expected: {outcome}")
        insist(words in outcome.err, f"{words!r} expected: {outcome}")
    for words, arguments in (
        (b"Invalid credentials", ["login", "--password-stdin", "nobody"]),
        (b"User already exists", ["add", "--password-stdin", "person"]),
        (b"User not found", ["show", "nobody"]),
    ):
        outcome = world.tool.run(*arguments, form="table", given=secret)
        insist(outcome.code != 0 and outcome.out == b"", f"failure and empty stdout expected: {outcome}")
        insist(outcome.err.startswith(b"error: ") and words in outcome.err, f"{words!r} expected: {outcome}")


def reading_changes_no_byte(world):
    world.service.add("reader", FIRST)
    before = world.database.path.read_bytes()
    world.tool.list_json()
    world.tool.login("reader", FIRST)
    world.tool.refuses_login("reader", SECOND)
    world.tool.misses("nobody")
    insist(world.database.path.read_bytes() == before, "list, show or login changed the file")


def exit_code_cases():
    return [
        Case("exit codes for a user whom the service deleted", exit_codes_for_the_missing),
        Case("exit codes for a user whom the service has", exit_codes_for_the_existing),
        Case("look-alikes of the service's users are refused or allowed", look_alikes),
        Case("names that differ in case, form and spaces are different users", names_are_compared_byte_for_byte),
        Case("a delete that nobody confirmed", exit_code_for_the_unconfirmed),
        Case("usage errors change nothing", exit_codes_for_usage),
        Case("refused passwords change nothing", exit_codes_for_bad_passwords),
        Case("a missing file is named and not made", exit_code_for_a_missing_file),
        Case("several users are deleted, or none", several_are_deleted_or_none),
        Case("name and password change together", name_and_password_change_together),
        Case("the service takes a generated password", generated_password),
        Case("the application's words in the formats for people", words_for_people),
        Case("reading changes no byte of the file", reading_changes_no_byte),
    ]


# The real numbers of rounds


def tool_hash_at_full_cost(world):
    user_id = world.tool.add("alice", FIRST)
    insist_hash(world, "alice", FIRST)
    insist(world.tool.shows("alice", user_id, "alice")["rounds"] == DEFAULT_ROUNDS, "600000 rounds expected")
    world.service.login("alice", FIRST)
    world.service.refuses_login("alice", SECOND)


def service_hash_at_full_cost(world):
    world.service.register("alice", FIRST)
    shown = world.tool.shows("alice", world.service.id_of("alice"), "alice")
    insist(shown["rounds"] == 29000, f"passlib's own 29000 rounds expected: {shown}")
    world.tool.login("alice", FIRST)
    world.tool.refuses_login("alice", SECOND)


def both_change_at_full_cost(world):
    world.service.register("alice", FIRST)
    world.tool.set_password("alice", SECOND)
    insist_hash(world, "alice", SECOND)
    world.service.login("alice", SECOND)
    world.service.update(world.service.id_of("alice"), password=FIRST)
    world.tool.login("alice", FIRST)
    world.tool.refuses_login("alice", SECOND)


def full_cost_cases():
    return [
        Case("the tool's 600000 rounds log in to the service", tool_hash_at_full_cost),
        Case("the service's 29000 rounds log in to the tool", service_hash_at_full_cost),
        Case("both sides change a password at full cost", both_change_at_full_cost),
    ]


# The table


def insist_schema(world):
    insist(world.database.schema() == world.schema, f"{world.schema} expected, got {world.database.schema()}")
    insist(world.database.rows("PRAGMA integrity_check") == [("ok",)], "the integrity check does not say ok")


def schema_is_untouched(world):
    world.tool.add("one", FIRST)
    user_id = world.tool.register("two", FIRST)
    world.tool.login("one", FIRST)
    world.tool.shows("two", user_id, "two")
    world.tool.set_password("one", SECOND)
    world.tool.rename("one", "renamed")
    world.tool.delete("two")
    insist_same_list(world)
    insist_schema(world)


def init_finds_the_table(world):
    world.tool.fails(4, "already_initialised", "init")
    outcome = world.tool.run("init", "--if-not-exists")
    insist(outcome.code == 0, f"exit 0 expected: {outcome}")
    insist_schema(world)


def init_makes_the_application_table(world):
    columns = world.database.rows("SELECT name, type, pk FROM pragma_table_info('user')")
    expected = [("id", "INTEGER", 1), ("username", "VARCHAR(80)", 0), ("password_hash", "VARCHAR(120)", 0)]
    insist(columns == expected, f"{expected} expected, got {columns}")
    required = world.database.rows("SELECT name FROM pragma_table_info('user') WHERE \"notnull\" AND NOT pk")
    insist(required == [("username",), ("password_hash",)], f"two NOT NULL columns expected, got {required}")
    unique = world.database.rows("SELECT count(*) FROM pragma_index_list('user') WHERE \"unique\" AND NOT partial")
    insist(unique == [(1,)], f"one UNIQUE index expected, got {unique}")
    mode = stat.S_IMODE(world.database.path.stat().st_mode)
    insist(mode == 0o600, f"mode 0600 expected, got {mode:o}")


def add_by(world, side, name):
    (world.tool if side == "tool" else world.service).add(name, FIRST)
    return world.service.id_of(name)


def delete_by(world, side, user_id):
    (world.tool if side == "tool" else world.service).delete(user_id)


def ids_are_not_given_twice(world, first, deleter, second):
    gone = add_by(world, first, "gone")
    delete_by(world, deleter, gone)
    new = add_by(world, second, "new")
    insist(new > gone, f"id {gone} was given to somebody else: {new}")
    world.tool.misses("gone")


def list_of_nobody(world):
    world.database.forget_after(0)
    insist(compact_json(world.tool.list_json()) == b"[]", "[] expected for an empty table")
    insist_same_list(world)


def last_cases():
    """What is to be seen of the table when everything else was done; the residents go with the last case."""
    return [
        Case("init finds the table that is there", init_finds_the_table),
        Case("the schema is what its maker left", schema_is_untouched),
        Case("list of an empty table is GET /users", list_of_nobody),
    ]


def init_cases():
    sides = ("tool", "service")
    return [
        Case("init makes the application's table, mode 0600", init_makes_the_application_table),
        *(
            Case(
                f"an id is not given twice: {first} adds, {deleter} deletes, {second} adds",
                partial(ids_are_not_given_twice, first=first, deleter=deleter, second=second),
            )
            for first in sides
            for deleter in sides
            for second in sides
        ),
    ]
