"""Cases in which the two sides take turns with names and passwords: what one of them writes, the other uses."""

import re
from collections import namedtuple
from functools import partial

from passlib.hash import pbkdf2_sha256

from peers import compact_json, insist, selector_arguments, shorten
from tables import APPLICATION_NAMES, APPLICATION_PASSWORDS, NAMES, PASSWORDS, label, near_misses

# One of each: the file, the two sides, and what was measured; `schema` is what the file's maker left in it.
World = namedtuple("World", "title directory database service tool schema figures")
Case = namedtuple("Case", "title body")

FIRST = "the first password"
SECOND = "the second password"
STORED_HASH = re.compile(r"\$pbkdf2-sha256\$([1-9][0-9]*)\$[A-Za-z0-9./]{22}\$[A-Za-z0-9./]{43}")


def for_each(table, title, body):
    return [Case(f"{title} {label(item)}", partial(body, item=item)) for item in table]


def insist_same_list(world):
    ours, theirs = compact_json(world.tool.list_json()), compact_json(world.service.list_json())
    insist(ours == theirs, f"list differs from GET /users: {shorten(repr(ours))} against {shorten(repr(theirs))}")


def insist_hash(world, name, password):
    """The stored hash is passlib's own, to the character, and of the rounds asked for."""
    stored = world.database.stored_hash(name)
    shape = STORED_HASH.fullmatch(stored)
    insist(shape, f"not a canonical hash: {stored!r}")
    insist(int(shape[1]) == world.tool.rounds, f"{world.tool.rounds} rounds expected: {stored!r}")
    insist(pbkdf2_sha256.from_string(stored).to_string() == stored, f"passlib would write it otherwise: {stored!r}")
    insist(pbkdf2_sha256.verify(password, stored), f"passlib finds no match: {stored!r}")


def argv_can_carry(name):
    return "\0" not in name


# Names


def tool_adds(world, item):
    user_id = world.tool.add(item, FIRST)
    insist_same_list(world)
    insist(world.service.id_of(item) == user_id, "the service lists the user under another id")
    insist_hash(world, item, FIRST)
    world.service.login(item, FIRST)
    world.service.refuses_login(item, SECOND)
    world.service.refuses_name(item)
    world.service.update(user_id, password=SECOND)
    world.tool.login(item, SECOND)
    world.tool.refuses_login(item, FIRST)
    world.service.delete(user_id)
    world.tool.misses(item)
    insist_same_list(world)


def service_registers(world, item):
    world.service.register(item, FIRST)
    user_id = world.service.id_of(item)
    insist_same_list(world)
    world.tool.shows(item, user_id, item)
    world.tool.shows(user_id, user_id, item)
    world.tool.login(item, FIRST)
    world.tool.refuses_login(item, SECOND)
    error = world.tool.fails(4, "user_exists", "add", "--generate-password", *selector_arguments(item))
    insist(error["message"].startswith("User already exists"), f"'User already exists' expected: {error}")
    world.tool.set_password(item, SECOND)
    insist_hash(world, item, SECOND)
    world.service.login(item, SECOND)
    world.service.refuses_login(item, FIRST)
    world.tool.delete(item)
    world.service.refuses_login(item, SECOND)
    world.service.misses(user_id)
    insist_same_list(world)


def tool_renames_to(world, item):
    world.service.add("present name", FIRST)
    user_id = world.service.id_of("present name")
    world.tool.rename("present name", item)
    insist(world.service.id_of(item) == user_id, "the renamed user has another id")
    world.service.login(item, FIRST)
    world.service.refuses_login("present name", FIRST)
    world.service.update(user_id, username="present name")
    world.tool.misses(item)
    world.tool.login("present name", FIRST)
    insist_same_list(world)


def service_renames_to(world, item):
    user_id = world.tool.register("present name", FIRST)
    world.service.update(user_id, username=item)
    world.tool.shows(item, user_id, item)
    world.tool.login(item, FIRST)
    world.tool.misses("present name")
    world.tool.rename(item, "next name")
    world.service.login("next name", FIRST)
    world.tool.delete(user_id)
    world.service.misses(user_id)
    world.service.add(item, SECOND)
    world.tool.login(item, SECOND)
    insist_same_list(world)


def name_cases():
    return [
        *for_each(NAMES, "the tool adds", tool_adds),
        *for_each(NAMES, "the service registers", service_registers),
        *for_each(NAMES, "the tool renames to", tool_renames_to),
        *for_each(NAMES, "the service renames to", service_renames_to),
    ]


# Passwords


def insist_service_checks(world, name, password):
    world.service.login(name, password)
    for other in near_misses(password):
        world.service.refuses_login(name, other)


def tool_sets_password(world, item):
    world.tool.add("owner", item)
    insist_hash(world, "owner", item)
    insist_service_checks(world, "owner", item)
    world.tool.login("owner", item)
    for other in near_misses(item):
        world.tool.refuses_login("owner", other)


def tool_changes_password(world, item):
    world.service.register("owner", FIRST)
    secret = world.directory / "secret"
    secret.write_bytes(item.encode())
    arguments = ["update", "owner", "--password-file", str(secret)]
    world.tool.succeeds("User updated successfully", *arguments)
    insist_hash(world, "owner", item)
    insist_service_checks(world, "owner", item)
    world.service.refuses_login("owner", FIRST)


def service_sets_password(world, item):
    world.service.register("owner", item)
    world.tool.succeeds("Login successful", "login", "owner", "--password-env", "SECRET", environment={"SECRET": item})
    world.tool.succeeds("Login successful", "login", "owner", "--password-stdin", given=item.encode() + b"\r\n")
    world.tool.succeeds("Login successful", "login", "owner", "--password-stdin", given=item.encode())
    for other in near_misses(item):
        world.tool.refuses_login("owner", other)


def application_password(world, item):
    world.service.register("owner", item)
    world.tool.login("owner", item)
    for other in near_misses(item):
        world.tool.refuses_login("owner", other)
    world.tool.set_password("owner", SECOND)
    world.service.login("owner", SECOND)
    world.service.refuses_login("owner", item)


def password_cases():
    return [
        *for_each(PASSWORDS, "the tool sets the password", tool_sets_password),
        *for_each(PASSWORDS, "the tool changes to the password", tool_changes_password),
        *for_each(PASSWORDS, "the service sets the password", service_sets_password),
        *for_each(APPLICATION_PASSWORDS, "the service alone sets the password", application_password),
    ]


# Rows that only the application makes


def with_application_row(body):
    """Makes the row and hands the case its id and the way the tool can name it."""

    def case(world, item):
        world.service.add(item, FIRST)
        user_id = world.service.id_of(item)
        body(world, item, user_id, item if argv_can_carry(item) else user_id)

    return case


@with_application_row
def is_listed_and_shown(world, name, user_id, selector):
    insist_same_list(world)
    world.tool.shows(selector, user_id, name)
    world.tool.shows(user_id, user_id, name)


@with_application_row
def logs_in(world, name, _user_id, _selector):
    world.tool.login(name, FIRST)
    world.tool.refuses_login(name, SECOND)


@with_application_row
def gets_a_password(world, name, _user_id, selector):
    answer = world.tool.set_password(selector, SECOND)
    insist(answer["user"]["username"] == name, f"the name expected in {shorten(repr(answer))}")
    insist_hash(world, name, SECOND)
    world.service.login(name, SECOND)
    world.service.refuses_login(name, FIRST)


@with_application_row
def gets_a_name(world, name, user_id, selector):
    world.tool.rename(selector, "a better name")
    insist(world.service.id_of("a better name") == user_id, "the renamed user has another id")
    world.service.login("a better name", FIRST)
    world.service.refuses_login(name, FIRST)


@with_application_row
def is_deleted(world, name, user_id, selector):
    world.tool.delete(selector)
    world.service.misses(user_id)
    world.service.refuses_login(name, FIRST)
    insist_same_list(world)


def is_not_made_by_the_tool(world, item):
    before = world.database.usernames()
    options = ["--password-stdin", *selector_arguments(item)]
    world.tool.fails(6, "invalid_username", "add", *options, given=FIRST.encode())
    world.tool.fails(6, "invalid_username", "register", *options, given=FIRST.encode())
    user_id = world.tool.add("good name", FIRST)
    world.tool.fails(6, "invalid_username", "update", f"--username={item}", "--id", str(user_id))
    insist(world.database.usernames() == [*before, "good name"], "a refused name changed the table")


def application_row_cases():
    named = [name for name in APPLICATION_NAMES if argv_can_carry(name)]
    return [
        *for_each(APPLICATION_NAMES, "the tool lists and shows", is_listed_and_shown),
        *for_each(named, "the tool logs in", logs_in),
        *for_each(APPLICATION_NAMES, "the tool gives a password to", gets_a_password),
        *for_each(APPLICATION_NAMES, "the tool gives a name to", gets_a_name),
        *for_each(APPLICATION_NAMES, "the tool deletes", is_deleted),
        *for_each(named, "the tool does not make", is_not_made_by_the_tool),
    ]
