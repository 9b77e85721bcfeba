"""Cases in which both sides are at work at the same moment.

The service answers 500 when it cannot get a lock within its five seconds, so the status of its answers tells
whether the tool held one for too long; the time of the slowest answer is kept as a figure.
"""

import fcntl
import json
import re
import struct
import subprocess
import termios
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial

from passlib.hash import pbkdf2_sha256

from exchange import FIRST, SECOND, Case, insist_same_list
from peers import feed, insist, shorten
from terminal import Terminal

WRITERS = 4
WRITES = 15
RACES = 12
KILLS = 30
BULK_ROWS = 20000
SLOW_ROUNDS = 10000000
STALL_SECONDS = 20
# Well below the five seconds after which the service gives up, and well above a loaded machine's slowest answer.
PROMPT_SECONDS = 3


def in_parallel(*jobs):
    """Runs the jobs in a thread each, all starting together, and returns their results in order."""
    gate = threading.Barrier(len(jobs))

    def start(job):
        gate.wait(30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(start, job) for job in jobs]]


def note_answer(world, answer, *statuses):
    """Keeps the slowest answer as a figure and insists on its status."""
    world.figures.slowest_answer = max(world.figures.slowest_answer, answer.seconds)
    insist(
        answer.status in statuses,
        f"{statuses} expected from the service, got {answer.status}{world.service.reason(answer)}",
    )
    return answer


def insist_every_name_once(world, acknowledged):
    """No acknowledged user is lost and none is there twice."""
    stored = Counter(world.database.usernames())
    found = [name for name in acknowledged if stored[name]]
    world.figures.acknowledged += len(acknowledged)
    world.figures.found += len(found)
    insist(len(found) == len(acknowledged), f"lost: {sorted(set(acknowledged) - set(found))}")
    insist(max(stored.values()) == 1, f"there twice: {[name for name, count in stored.items() if count > 1]}")
    insist_same_list(world)


# Writing at the same time


def service_adds(world, path, worker):
    names = [f"service {worker} {number}" for number in range(WRITES)]
    for name in names:
        note_answer(world, world.service.request("POST", path, {"username": name, "password": FIRST}), 201)
    return names


def tool_adds(world, command, worker):
    names = [f"tool {worker} {number}" for number in range(WRITES)]
    for name in names:
        outcome = world.tool.run(command, "--password-stdin", name, given=FIRST.encode())
        insist(outcome.code == 0, f"exit 0 expected: {outcome}")
    return names


def both_add(world, path, command):
    acknowledged = in_parallel(
        *(partial(service_adds, world, path, worker) for worker in range(WRITERS)),
        *(partial(tool_adds, world, command, worker) for worker in range(WRITERS)),
    )
    insist_every_name_once(world, sum(acknowledged, []))
    for names in acknowledged:
        world.tool.login(names[-1], FIRST)
        world.service.login(names[-1], FIRST)


def service_changes(world, users):
    """Gives every third user a password, a name, or the way out; returns who should be there, with what password."""
    expected = {}
    for number, (name, user_id) in enumerate(users.items()):
        path = f"/users/{user_id}"
        if number % 3 == 0:
            note_answer(world, world.service.request("PUT", path, {"password": SECOND}), 200)
            expected[name] = SECOND
        elif number % 3 == 1:
            note_answer(world, world.service.request("PUT", path, {"username": f"{name} renamed"}), 200)
            expected[f"{name} renamed"] = FIRST
        else:
            note_answer(world, world.service.request("DELETE", path), 200)
    return expected


def tool_changes(world, users):
    expected = {}
    for number, name in enumerate(users):
        if number % 3 == 0:
            world.tool.set_password(name, SECOND)
            expected[name] = SECOND
        elif number % 3 == 1:
            world.tool.rename(name, f"{name} renamed")
            expected[f"{name} renamed"] = FIRST
        else:
            world.tool.delete(name)
    return expected


def service_reads(world, stopped):
    """Lists and logs in until the others are done; the one who never changes is always there, nobody twice."""
    while not stopped.is_set():
        answer = note_answer(world, world.service.request("GET", "/users"), 200)
        names = [user["username"] for user in json.loads(answer.text)]
        insist("constant" in names and len(set(names)) == len(names), "GET /users lost or doubled somebody")
        body = {"username": "constant", "password": FIRST}
        note_answer(world, world.service.request("POST", "/login", body), 200)


def both_change(world):
    password_hash = pbkdf2_sha256.using(rounds=1000).hash(FIRST)
    shares = [[f"share {share} user {number}" for number in range(WRITES)] for share in range(4)]
    world.database.fill(["constant", *sum(shares, [])], password_hash)
    ids = {user["username"]: user["id"] for user in json.loads(world.service.list_json())}
    users = [{name: ids[name] for name in share} for share in shares]
    stopped = threading.Event()

    sides = (service_changes, service_changes, tool_changes, tool_changes)

    def change_until_done():
        try:
            return in_parallel(*(partial(side, world, share) for side, share in zip(sides, users, strict=True)))
        finally:
            stopped.set()

    expected, _ = in_parallel(change_until_done, partial(service_reads, world, stopped))
    passwords = {name: password for part in expected for name, password in part.items()}
    names = set(world.database.usernames())
    world.figures.acknowledged += len(passwords)
    world.figures.found += len(passwords.keys() & names)
    insist(passwords.keys() <= names, f"lost: {sorted(passwords.keys() - names)}")
    left = [name for name in names if name.startswith("share ") and name not in passwords]
    insist(not left, f"not changed or not deleted: {left}")
    for name, password in passwords.items():
        insist(pbkdf2_sha256.verify(password, world.database.stored_hash(name)), f"{name} has another password")


def both_claim_one_name(world):
    for race in range(RACES):
        name = f"wanted {race}"
        answer, outcome = in_parallel(
            partial(world.service.request, "POST", "/register", {"username": name, "password": FIRST}),
            partial(world.tool.run, "add", "--password-stdin", name, given=SECOND.encode()),
        )
        # The service looks before it writes, so its own race against anybody ends in 500 by the UNIQUE constraint.
        note_answer(world, answer, 201, 400, 500)
        insist(outcome.code in (0, 4), f"exit 0 or 4 expected: {outcome}")
        winners = (answer.status == 201) + (outcome.code == 0)
        insist(winners == 1, f"one winner expected, got {winners}: {answer.status}, {outcome}")
        insist(world.database.usernames().count(name) == 1, f"one {name} expected")
        (world.service if answer.status == 201 else world.tool).login(name, FIRST if answer.status == 201 else SECOND)


# A tool that waits holds nothing


def service_writes_promptly(world, name):
    """Adds, changes, logs in and deletes through the service while the tool is in the middle of something."""
    answers = [world.service.add(name, FIRST)]
    user_id = world.database.rows("SELECT id FROM user WHERE username = ?", name)[0][0]
    answers.append(world.service.update(user_id, password=SECOND))
    world.service.login(name, SECOND)
    answers.append(world.service.delete(user_id))
    answers.append(world.service.add(name, FIRST))
    slowest = max(answer.seconds for answer in answers)
    world.figures.slowest_answer = max(world.figures.slowest_answer, slowest)
    insist(slowest < PROMPT_SECONDS, f"the service waited {slowest:.1f} s for the tool")


@contextmanager
def running(process):
    """Ends the tool's process, this one alone, whatever happens to the case."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_stalled(process):
    """Waits until the pipe that nobody reads is full and the tool stands still."""
    deadline = time.monotonic() + STALL_SECONDS
    waiting = -1
    while time.monotonic() < deadline:
        time.sleep(0.3)
        before, waiting = waiting, struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, b"\0" * 4))[0]
        if waiting > 0 and waiting == before:
            insist(process.poll() is None, "the list fits into the pipe")
            return
    insist(False, "the tool wrote nothing")


def list_nobody_reads(world, form):
    names = [f"bulk-{number:06d}-{'x' * 40}" for number in range(BULK_ROWS)]
    world.database.fill(names, pbkdf2_sha256.using(rounds=1).hash(FIRST))
    with running(world.tool.start("list", form=form)) as process:
        wait_until_stalled(process)
        service_writes_promptly(world, "latecomer")
        out, err = process.communicate(timeout=60)
        insist(process.returncode == 0 and not err, f"exit {process.returncode}, stderr {shorten(repr(err))}")
    listed = re.findall(rb"bulk-\d{6}", out)
    expected = [name[:11].encode() for name in names]
    insist(listed == expected, f"{len(expected)} users in order expected, got {len(listed)}")


def waits_for_password(world, arguments):
    world.service.add("present", FIRST)
    process = world.tool.start(*arguments, "--password-stdin", stdin=subprocess.PIPE)
    with running(process):
        time.sleep(0.3)
        insist(process.poll() is None, f"it did not wait for standard input: {arguments}")
        service_writes_promptly(world, "latecomer")
        out, err = process.communicate(FIRST.encode(), timeout=60)
        insist(process.returncode == 0, f"{arguments}: exit {process.returncode}, {out!r}, {err!r}")
    world.service.login(arguments[-1], FIRST)


def hashes_for_long(world, arguments):
    """The tool is killed in the middle of its hash, so that the case does not take as long as the hash."""
    checksum = "A" * 43
    world.database.insert("present", f"$pbkdf2-sha256${SLOW_ROUNDS}$AAAAAAAAAAAAAAAAAAAAAA${checksum}")
    before = world.database.stored_hash("present")
    process = world.tool.start("--rounds", str(SLOW_ROUNDS), *arguments, "--password-stdin", stdin=subprocess.PIPE)
    with running(process):
        feed(process, SECOND.encode())
        time.sleep(0.3)
        service_writes_promptly(world, "latecomer")
        insist(process.poll() is None, f"the hash ended too early to tell anything: {arguments}")
    insist("newcomer" not in world.database.usernames(), "a user whose hash was never made is there")
    insist(world.database.stored_hash("present") == before, "a hash that was never made was stored")
    insist_same_list(world)


def person_deletes(world, answer, exit_code):
    world.service.add("condemned", FIRST)
    terminal = Terminal(world.tool.command("delete", "condemned", form="table"), world.tool.environment)
    terminal.wait_for_prompt()
    service_writes_promptly(world, "latecomer")
    terminal.type(answer)
    code = terminal.finish()
    insist(code == exit_code, f"exit {exit_code} expected, got {code}: {terminal.shown!r}")
    insist(b"condemned" in terminal.shown, f"the name of whom it deletes expected: {terminal.shown!r}")
    insist(("condemned" in world.database.usernames()) == (exit_code != 0), "the answer was not heeded")


def person_types_password(world, arguments, prompts):
    """The service writes at every prompt, and takes what was typed."""
    world.service.add("present", FIRST)
    password = "\txyzzy and a tab "
    if arguments[0] == "login":
        world.service.update(world.service.id_of("present"), password=password)
    terminal = Terminal(world.tool.command(*arguments, form="table"), world.tool.environment)
    for number in range(prompts):
        terminal.wait_for_prompt()
        service_writes_promptly(world, f"latecomer {number}")
        terminal.type(password)
    code = terminal.finish()
    insist(code == 0, f"exit 0 expected, got {code}: {terminal.shown!r}")
    insist(b"xyzzy" not in terminal.shown, f"the password was shown: {terminal.shown!r}")
    world.service.login(arguments[-1], password)


# Locks of somebody else


@contextmanager
def locked(world, kind):
    """Holds a lock until its connection is closed or its empty transaction ends."""
    with world.database.connect() as connection:
        connection.execute(f"BEGIN {kind}")
        yield connection


def lock_outlasts_the_timeout(world, arguments):
    world.service.add("present", FIRST)
    before = world.database.rows("SELECT * FROM user ORDER BY id")
    with locked(world, "IMMEDIATE"):
        for seconds in (0, 1):
            started = time.monotonic()
            world.tool.fails(7, "database_busy", "--timeout", str(seconds), *arguments, given=SECOND.encode())
            took = time.monotonic() - started
            insist(seconds * 0.8 <= took < seconds + PROMPT_SECONDS, f"--timeout {seconds} took {took:.1f} s")
        # Only a commit shuts readers out, so a writer in the middle of its work does not disturb them.
        world.tool.login("present", FIRST)
        insist(b"present" in world.tool.list_json(), "list does not work beside a writer")
    insist(world.database.rows("SELECT * FROM user ORDER BY id") == before, "a busy database was changed")


def lock_ends_in_time(world, arguments):
    world.service.add("present", FIRST)
    with ExitStack() as stack:
        lock = stack.enter_context(locked(world, "IMMEDIATE"))
        process = stack.enter_context(running(world.tool.start(*arguments, stdin=subprocess.PIPE)))
        feed(process, SECOND.encode())
        time.sleep(1)
        still_waiting = process.poll() is None
        lock.execute("COMMIT")
        out, err = process.communicate(timeout=60)
    insist(still_waiting, f"it did not wait for the lock: {arguments}")
    insist(process.returncode == 0, f"{arguments}: exit {process.returncode}, {out!r}, {err!r}")
    insist_same_list(world)


def reader_is_shut_out(world):
    """In rollback mode an exclusive lock keeps readers out too, and the tool says so instead of failing oddly."""
    with locked(world, "EXCLUSIVE"):
        world.tool.fails(7, "database_busy", "--timeout", "1", "list")
        world.tool.fails(7, "database_busy", "--timeout", "1", "show", "anybody")


# What is left over


def killed_tools(world):
    """A tool that is killed at any moment leaves a file that the service reads and writes at once."""
    acknowledged = []
    for number in range(KILLS):
        process = world.tool.start("add", "--password-stdin", f"killed {number}", stdin=subprocess.PIPE)
        with running(process):
            feed(process, FIRST.encode())
            time.sleep(number * 0.0005)
            process.kill()
            out, _ = process.communicate(timeout=60)
        if out:
            acknowledged.append(f"killed {number}")
        note_answer(world, world.service.request("GET", "/users"), 200)
        name = f"after {number}"
        note_answer(world, world.service.request("POST", "/users", {"username": name, "password": FIRST}), 201)
        acknowledged.append(name)
    insist_every_name_once(world, acknowledged)
    insist(world.database.rows("PRAGMA integrity_check") == [("ok",)], "the integrity check does not say ok")


def no_trace_of_an_old_hash(world, arguments):
    world.tool.add("forgetful", FIRST)
    checksum = world.database.stored_hash("forgetful").rpartition("$")[2]
    insist(world.database.files_containing(checksum), "the hash is not where it should be")
    outcome = world.tool.run(*arguments, "forgetful", given=SECOND.encode())
    insist(outcome.code == 0, f"exit 0 expected: {outcome}")
    left = world.database.files_containing(checksum)
    insist(not left, f"the old hash is still in {left}")


def log_that_somebody_holds(world):
    """A reader that stays keeps old pages in the log: the tool does its work and says what it could not do."""
    world.tool.add("forgetful", FIRST)
    with world.database.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM user").fetchall()
        outcome = world.tool.run(
            "--timeout", "1", "update", "--password-stdin", "forgetful", form="table", given=SECOND.encode()
        )
    insist(outcome.code == 0 and b"warning" in outcome.err.lower(), f"exit 0 and a warning expected: {outcome}")
    world.service.login("forgetful", SECOND)


def service_met_no_lock(world):
    """Over all that was done, the service never once failed to get a lock or to read a row."""
    trouble = [line for line in world.service.log().splitlines() if "OperationalError" in line]
    insist(not trouble, f"{len(trouble)} in the service's log: {trouble[:3]}")


def live_cases(mode):
    sources = (["add", "newcomer"], ["register", "newcomer"], ["update", "present"], ["login", "present"])
    hashing = (["add", "newcomer"], ["update", "present"], ["login", "present"])
    writes = (
        ["add", "--password-stdin", "newcomer"],
        ["update", "--password-stdin", "present"],
        ["update", "--username=renamed", "present"],
        ["delete", "--yes", "present"],
    )
    forgetting = (["update", "--password-stdin"], ["delete", "--yes"])
    in_one_mode = {
        "delete": [Case("list and show say that they are shut out", reader_is_shut_out)],
        "wal": [Case("a log that somebody holds is reported", log_that_somebody_holds)],
    }
    return [
        Case("both sides add at once: POST /users and add", partial(both_add, path="/users", command="add")),
        Case(
            "both sides add at once: POST /register and register",
            partial(both_add, path="/register", command="register"),
        ),
        Case("both sides change and delete at once while the service reads", both_change),
        Case("both sides claim one name at once", both_claim_one_name),
        *(
            Case(f"list --format {form} that nobody reads", partial(list_nobody_reads, form=form))
            for form in ("table", "plain", "csv", "json", "jsonl")
        ),
        *(
            Case(f"{arguments[0]} waits for standard input", partial(waits_for_password, arguments=arguments))
            for arguments in sources
        ),
        *(
            Case(f"{arguments[0]} hashes for long", partial(hashes_for_long, arguments=arguments))
            for arguments in hashing
        ),
        Case("a person agrees to a delete", partial(person_deletes, answer="yes", exit_code=0)),
        Case("a person refuses a delete", partial(person_deletes, answer="no", exit_code=9)),
        Case("a person registers", partial(person_types_password, arguments=["register", "newcomer"], prompts=2)),
        Case("a person logs in", partial(person_types_password, arguments=["login", "present"], prompts=1)),
        *(
            Case(f"a lock outlasts {' '.join(arguments[:2])}", partial(lock_outlasts_the_timeout, arguments=arguments))
            for arguments in writes
        ),
        *(
            Case(f"a lock ends in time for {' '.join(arguments[:2])}", partial(lock_ends_in_time, arguments=arguments))
            for arguments in writes
        ),
        Case("tools killed at any moment", killed_tools),
        *(
            Case(f"no trace of an old hash after {arguments[0]}", partial(no_trace_of_an_old_hash, arguments=arguments))
            for arguments in forgetting
        ),
        *in_one_mode[mode],
        Case("the service never failed to get a lock", service_met_no_lock),
    ]
