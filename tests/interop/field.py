#!/usr/bin/env python3
"""Goes through real applications' databases with the built `useradm`, and asks the applications whether it worked.

    python tests/interop/field.py [PROGRAM] --environments DIRECTORY [--match TEXT] [--steps STEP,...]

DIRECTORY gets two virtual environments, made here from `field-requirements.txt` and `passlib-requirements.txt`, which
cannot be installed together. Each application and each step gets a copy of its database of its own; the steps are the
functions at the end of `steps.py`. Prints a table, the reasons of what failed, and `N passed, N failed`.
"""

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import closing
from pathlib import Path

from applications import APPLICATIONS
from peers import Mismatch, Tool, default_program, insist
from steps import PEOPLE, STEPS, Judge, Sandbox

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = {"flask": "field-requirements.txt", "passlib": "passlib-requirements.txt"}


def make_environments(directory):
    """The interpreters with the applications' libraries, whose versions are all pinned, dependencies included."""
    interpreters = {}
    for name, requirements in ENVIRONMENTS.items():
        home = directory / name
        interpreters[name] = home / "bin" / "python"
        wanted = (HERE / requirements).read_text()
        done = home / "installed.txt"
        if done.exists() and done.read_text() == wanted:
            continue
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [interpreters[name], "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", HERE / requirements]
        subprocess.run(pip, check=True)
        done.write_text(wanted)
    return interpreters


def pristine(application, judge, path):
    """The application's own database with alice, bob and carol."""
    if application.file:
        path.write_bytes((HERE.parent / "field" / application.file).read_bytes())
    else:
        insist(judge.make(path, PEOPLE) is None, "the application could not make its own tables")
    with closing(sqlite3.connect(path)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    insist(mode == "delete", f"a copy of one file is not enough in mode {mode}")
    path.chmod(0o600)


def go_through(application, interpreter, program, parent, wanted):
    """What came of each step: nothing if it went well, else the reason."""
    outcomes = {}
    directory = parent / application.title.replace(" ", "-").replace(",", "")
    directory.mkdir()
    original = directory / "original.db"
    with Judge(interpreter, HERE / "judge.py", application, directory / "at work" / "users.db") as judge:
        pristine(application, judge, original)
        for name, step in STEPS.items():
            if wanted and name not in wanted:
                continue
            try:
                sandbox = Sandbox(application, judge, original, Tool(program, [], {}))
                outcomes[name] = step(sandbox)
            except Mismatch as mismatch:
                outcomes[name] = mismatch
            except Exception:
                outcomes[name] = Mismatch(traceback.format_exc())
    return outcomes


def parse_arguments():
    parser = argparse.ArgumentParser(description="Real applications' databases, and what the built tool makes of them.")
    parser.add_argument("program", nargs="?", type=Path, default=default_program(), help="the path of useradm")
    parser.add_argument("--environments", type=Path, required=True, help="where the virtual environments are made")
    parser.add_argument("--match", default="", help="only the applications whose title contains this")
    parser.add_argument("--steps", default="", help="only these steps, by commas")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    interpreters = make_environments(arguments.environments)
    wanted = arguments.steps.split(",") if arguments.steps else []
    steps = [name for name in STEPS if not wanted or name in wanted]
    reasons, passed, started = [], 0, time.monotonic()
    print(" ".join([f"{'':24}", *(f"{name:>7}" for name in steps)]), flush=True)
    with tempfile.TemporaryDirectory(prefix="useradm-field-") as parent:
        for application in APPLICATIONS:
            if arguments.match not in application.title:
                continue
            interpreter = interpreters[application.environment]
            try:
                outcomes = go_through(application, interpreter, arguments.program.resolve(), Path(parent), wanted)
            except Mismatch as mismatch:
                outcomes = dict.fromkeys(steps, mismatch)
            words = {name: outcome if isinstance(outcome, str) else "FAILED" for name, outcome in outcomes.items()}
            print(" ".join([f"{application.title:24}", *(f"{words[name]:>7}" for name in steps)]), flush=True)
            failed = [(name, outcome) for name, outcome in outcomes.items() if isinstance(outcome, Mismatch)]
            reasons += [f"FAILED {application.title}: {name}\n    {outcome}" for name, outcome in failed]
            passed += sum(word != "-" for word in words.values()) - len(failed)
    print("\n".join(reasons))
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {len(reasons)} failed")
    if not passed and not reasons:
        return 2
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
