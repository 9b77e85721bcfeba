#!/usr/bin/env python3
"""Runs a real Flask service and the built `useradm` on one SQLite file, each using what the other writes.

    python -m venv venv
    venv/bin/pip install -r tests/interop/requirements.txt
    cargo build
    venv/bin/python tests/interop/run.py [PROGRAM] [--match TEXT]

PROGRAM is the path of `useradm`; without it the variable USERADM is taken, and without that the debug build in
cargo's target directory. `--match` runs only the cases whose title contains TEXT. Needs Python 3.11 and a Unix.

Everything happens in a temporary directory and on the loopback, ends by itself, and ends with the line
`N passed, N failed`; the exit code is 1 if a case failed and 2 if there was nothing to run. The cases:

    exchange.py   the two sides take turns with names, passwords and odd rows
    answers.py    what the tool says and keeps: lists, hashes, exit codes, the table
    live.py       both sides are at work at the same moment
    tables.py     the names and passwords that cases are generated from
    peers.py      the service, the tool and the file, each method insisting on the contract's answer
    terminal.py   a person at a terminal
    app.py        the service
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import answers
import exchange
import live
from exchange import Case, World
from peers import APP, Database, Mismatch, Service, Tool, default_program, insist

# Hashing is not what most cases are about, so they do it with the fewest rounds that the tool agrees to.
FEW_ROUNDS_FOR_THE_TOOL = {"USERADM_ROUNDS": "1000"}
FEW_ROUNDS_FOR_THE_SERVICE = {"PBKDF2_ROUNDS": "1000"}
RUN_SECONDS = 1500


@dataclass
class Figures:
    """What is counted over all cases."""

    passed: int = 0
    acknowledged: int = 0
    found: int = 0
    slowest_answer: float = 0.0
    failed: list = field(default_factory=list)


def run_cases(world, cases, wanted):
    """Runs the cases one after another, each on a table of nobody but the residents."""
    for number in range(3):
        world.service.add(f"resident {number}", "resident password")
    last_resident = world.database.last_id()
    started, before = time.monotonic(), world.figures.passed
    selected = [case for case in cases if wanted in case.title]
    for case in selected:
        run_case(world, case, last_resident)
    passed, seconds = world.figures.passed - before, time.monotonic() - started
    print(f"{world.title}: {passed} of {len(selected)} in {seconds:.0f} s", flush=True)


def run_case(world, case, last_resident):
    try:
        world.database.forget_after(last_resident)
        case.body(world)
    except Mismatch as mismatch:
        report_failure(world, case, mismatch)
    except Exception:
        report_failure(world, case, traceback.format_exc())
    else:
        world.figures.passed += 1


def report_failure(world, case, reason):
    world.figures.failed.append(case.title)
    print(f"FAILED {world.title}: {case.title}\n    {reason}", flush=True)


@contextmanager
def fresh_directory(parent, name):
    directory = parent / name
    directory.mkdir(mode=0o700)
    yield directory
    shutil.rmtree(directory)


def turn_taking_cases():
    return [
        *exchange.name_cases(),
        *exchange.password_cases(),
        *exchange.application_row_cases(),
        *answers.list_cases(),
        *answers.hash_cases(),
        *answers.exit_code_cases(),
    ]


def on_the_application_file(program, parent, figures, wanted):
    """The service makes the table by create_all(), in rollback mode; the tool is given a path."""
    with fresh_directory(parent, "application") as directory:
        database = Database(directory / "users.db")
        environment = FEW_ROUNDS_FOR_THE_SERVICE | {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{database.path}"}
        tool = Tool(program, ["--db", str(database.path)], FEW_ROUNDS_FOR_THE_TOOL)
        with Service(directory, environment) as service:
            title = "create_all(), rollback"
            world = World(title, directory, database, service, tool, database.schema(), figures)
            cases = [*turn_taking_cases(), *live.live_cases("delete"), *answers.last_cases()]
            run_cases(world, cases, wanted)


def on_a_file_of_init(program, parent, figures, wanted):
    """The tool makes the table, in WAL mode; both sides are given the same URI."""
    with fresh_directory(parent, "init") as directory:
        database = Database(directory / "users.db")
        uri = f"sqlite:///{database.path}"
        tool = Tool(program, ["--db", uri], FEW_ROUNDS_FOR_THE_TOOL)
        make_by_init(tool)
        database.set_journal_mode("wal")
        schema = database.schema()
        environment = FEW_ROUNDS_FOR_THE_SERVICE | {"SQLALCHEMY_DATABASE_URI": uri}
        with Service(directory, environment) as service:
            world = World("init, WAL", directory, database, service, tool, schema, figures)
            cases = [
                *answers.init_cases(),
                *turn_taking_cases(),
                *live.live_cases("wal"),
                *answers.last_cases(),
            ]
            run_cases(world, cases, wanted)


def at_full_cost(program, parent, figures, wanted):
    """Both sides hash with their own default rounds; the tool is given the database by its variable."""
    with fresh_directory(parent, "full") as directory:
        database = Database(directory / "users.db")
        tool = Tool(program, [], {"USERADM_DB": str(database.path)})
        make_by_init(tool)
        schema = database.schema()
        environment = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{database.path}"}
        with Service(directory, environment) as service:
            world = World("init, full cost", directory, database, service, tool, schema, figures)
            cases = [*answers.full_cost_cases(), *answers.init_cases(), *answers.last_cases()]
            run_cases(world, cases, wanted)


def where_flask_puts_it(program, parent, figures, wanted):
    """The service runs on its default settings, so its file is instance/users.db beside its module."""
    with fresh_directory(parent, "instance") as directory:
        app = Path(shutil.copy(APP, directory))
        database = Database(directory / "instance" / "users.db")
        tool = Tool(program, [], FEW_ROUNDS_FOR_THE_TOOL)
        with Service(directory, FEW_ROUNDS_FOR_THE_SERVICE, app) as service:
            world = World("instance folder", directory, database, service, tool, database.schema(), figures)
            cases = [
                Case("a missing users.db points to instance/users.db", instance_folder_is_hinted),
                Case("a relative path and a relative URI reach instance/users.db", relative_locations),
            ]
            run_cases(world, cases, wanted)


def instance_folder_is_hinted(world):
    outcome = world.tool.run("list", form="plain", cwd=world.directory)
    insist(outcome.code == 8 and outcome.out == b"", f"exit 8 and empty stdout expected: {outcome}")
    insist(b"instance/users.db" in outcome.err, f"instance/users.db expected: {outcome}")
    insist(not (world.directory / "users.db").exists(), "a missing database was made")


def relative_locations(world):
    world.service.add("alice", exchange.FIRST)
    for location in ("instance/users.db", "sqlite:///instance/users.db"):
        outcome = world.tool.run("--db", location, "show", "alice", cwd=world.directory)
        insist(outcome.code == 0 and outcome.json()["username"] == "alice", f"alice expected: {outcome}")


def make_by_init(tool):
    outcome = tool.run("init")
    insist(outcome.code == 0, f"exit 0 expected: {outcome}")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Runs the real service against the built tool.")
    parser.add_argument("program", nargs="?", type=Path, default=default_program(), help="the path of useradm")
    parser.add_argument("--match", metavar="TEXT", default="", help="only the cases whose title contains TEXT")
    arguments = parser.parse_args()
    arguments.program = Path(arguments.program).resolve()
    if not os.access(arguments.program, os.X_OK):
        parser.error(f"no program at {arguments.program}: run `cargo build` first")
    return arguments


def stop_in_time(*_):
    raise SystemExit(f"not done after {RUN_SECONDS} s")


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGALRM, stop_in_time)
    signal.alarm(RUN_SECONDS)
    figures = Figures()
    stages = (on_the_application_file, on_a_file_of_init, at_full_cost, where_flask_puts_it)
    with tempfile.TemporaryDirectory(prefix="useradm-interop-") as parent:
        for stage in stages:
            run_stage(partial(stage, arguments.program, Path(parent), figures, arguments.match), figures)
    cases = figures.passed + len(figures.failed)
    print(f"cases: {cases}")
    print(f"concurrent writes: {figures.acknowledged} acknowledged, {figures.found} found")
    print(f"slowest answer of the service while the tool was at work: {figures.slowest_answer:.2f} s")
    print(f"{figures.passed} passed, {len(figures.failed)} failed")
    if not cases:
        return 2
    return 1 if figures.failed else 0


def run_stage(stage, figures):
    """A stage that cannot even begin counts as one failed case."""
    try:
        stage()
    except Exception:
        figures.failed.append(stage.func.__name__)
        print(f"FAILED {stage.func.__name__}\n{traceback.format_exc()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
