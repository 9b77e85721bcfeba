"""Measures useradm against its yardsticks; benches/compare.sh calls this with all in place.

The commands of a comparison take turns, so that a change of the machine's pace meets all of them.
A row gives the minima, which noise can only raise, and the ratio of the medians beside theirs.
"""

import argparse
import hashlib
import os
import pathlib
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

from passlib.hash import pbkdf2_sha256

# What the application's create_all() sends to SQLite.
CREATE_TABLE = """CREATE TABLE user (
	id INTEGER NOT NULL,
	username VARCHAR(80) NOT NULL,
	password_hash VARCHAR(120) NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (username)
)"""

PASSWORD = "correct horse"
CHEAP_HASH = pbkdf2_sha256.using(rounds=1000).hash(PASSWORD)
ROUNDS = 600_000
MEMORY_LIMIT_KIB = 32 * 1024

# The same durability and care that useradm takes.
INSERT = (
    "PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON; BEGIN IMMEDIATE; "
    "INSERT INTO user (username, password_hash) VALUES ('{name}', '{hash}'); COMMIT;"
)


class Bench:
    """The program, its yardsticks, the databases, and the rows so far."""

    def __init__(self, program, folder, users, runs):
        self.program = str(program.resolve())
        self.folder = folder.resolve()
        self.users = users
        self.runs = runs
        self.rows = []
        self.null = os.open(os.devnull, os.O_RDWR)
        self.names = random.Random(1)
        self.made = {}
        self.password_file = self.file("password", PASSWORD)
        self.hash_file = self.file("hash", CHEAP_HASH)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n", encoding="utf-8")
        return str(path)

    def database(self, users):
        """The path of a database with so many users, made once a run."""
        if users not in self.made:
            path = self.folder / f"{users}.db"
            path.unlink(missing_ok=True)
            connection = sqlite3.connect(path)
            connection.execute(CREATE_TABLE)
            connection.executemany(
                "INSERT INTO user (username, password_hash) VALUES (?, ?)",
                ((name, CHEAP_HASH) for name in user_names(users)),
            )
            connection.commit()
            connection.close()
            self.made[users] = str(path)
        return self.made[users]

    def new_name(self):
        """A name that nobody has yet, anywhere in the order of the names."""
        return f"{self.names.getrandbits(48):012x}"

    def useradm(self, users, *arguments):
        return [self.program, "--db", self.database(users), *arguments]

    def sqlite(self, users, sql, *options):
        return ["sqlite3", *options, self.database(users), sql]

    def take_turns(self, commands, runs, before=None):
        """Runs commands in turn; gives the wall and CPU times of each in seconds.

        A command is a function that gives the arguments; `before` is run, unmeasured, before each
        round.
        """
        times = [([], []) for _ in commands]
        for turn in range(runs + 1):
            if before:
                before()
            for command, (wall, cpu) in zip(commands, times):
                started, used = self.run(command())
                # The first turn only warms the caches.
                if turn:
                    wall.append(started)
                    cpu.append(used)
        return times

    def run(self, arguments):
        """Runs a command without output; gives its wall and CPU time in seconds."""
        silent = [(os.POSIX_SPAWN_DUP2, self.null, fd) for fd in (0, 1)]
        path = shutil.which(arguments[0])
        start = time.perf_counter()
        child = os.posix_spawn(path, arguments, os.environ, file_actions=silent)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - start
        if status:
            sys.exit(f"failed with status {os.waitstatus_to_exitcode(status)}: {arguments}")
        return wall, usage.ru_utime + usage.ru_stime

    def compare(self, what, measured, yardstick, wanted, runs=None, before=None):
        """Adds the rows of a comparison of two commands: wall time and CPU time."""
        times = self.take_turns([measured, yardstick], runs or self.runs, before)
        for clock, ours, theirs in zip(("wall", "CPU"), *times):
            self.time_row(f"{what}, {clock}", ours, theirs, wanted)

    def time_row(self, what, ours, theirs, wanted):
        ratio = min(ours) / min(theirs)
        medians = statistics.median(ours) / statistics.median(theirs)
        cells = (milliseconds(min(ours)), milliseconds(min(theirs)))
        self.row(what, *cells, f"{ratio:.2f} (medians {medians:.2f})", wanted, ratio > wanted)

    def row(self, what, measured, yardstick, ratio, wanted, missed):
        ratio = f"**{ratio}**" if missed else ratio
        self.rows.append(f"| {what} | {measured} | {yardstick} | {ratio} | ≤ {wanted} |")
        print(".", end="", file=sys.stderr, flush=True)

    def peak_memory(self, arguments):
        """The peak of the resident memory of a command in KiB.

        It is asked of a small parent, since a child begins with the peak of its parent.
        """
        time_program = [shutil.which("time"), "-f", "%M"]
        run = subprocess.run(
            [*time_program, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
            text=True,
        )
        return int(run.stderr.split()[-1])


def user_names(users):
    """So many names; those of a large table in no order, like those of real people."""
    yield from ("alice", "bob", "carol")[:users]
    numbers = list(range(3, users))
    random.Random(users).shuffle(numbers)
    yield from (f"user{number:07}" for number in numbers)


def milliseconds(seconds):
    digits = 2 if seconds < 0.1 else 0
    return f"{seconds * 1000:.{digits}f} ms"


def mebibytes(kibibytes):
    return f"{kibibytes / 1024:.1f} MiB"


# The groups of rows. Each takes a bench and adds its rows.


def start_up(bench):
    """`list` and `show` on a file of three users, against one SELECT."""
    runs = 40 * bench.runs
    bench.compare(
        "`list` of 3 users",
        lambda: bench.useradm(3, "list"),
        lambda: bench.sqlite(3, "SELECT id, username FROM user"),
        1.0,
        runs,
    )
    bench.compare(
        "`show alice` of 3 users",
        lambda: bench.useradm(3, "show", "alice"),
        lambda: bench.sqlite(3, "SELECT * FROM user WHERE username = 'alice'"),
        1.0,
        runs,
    )


# Each format of `list` with the mode of sqlite3 that comes nearest, and the ratio wanted.
FORMATS = {
    "csv": ("-csv", 0.6),
    "json": ("-json", 0.6),
    "jsonl": ("-json", 0.6),
    "plain": ("-tabs", 1.0),
    "table": ("-box", 1.0),
}

# `list` goes by id, so its yardstick must not go by the index of the names.
SELECT_ALL = "SELECT id, username FROM user ORDER BY id"


def listing(bench):
    """`list` of all users in each format, against sqlite3's mode of that kind."""
    for name, (mode, wanted) in FORMATS.items():
        bench.compare(
            f"`list --format {name}` of {bench.users:,} against `sqlite3 {mode}`",
            lambda: bench.useradm(bench.users, "list", "--format", name),
            lambda: bench.sqlite(bench.users, SELECT_ALL, mode),
            wanted,
        )


def memory(bench):
    """The peak memory of `list` in each format."""
    for name, (mode, _) in FORMATS.items():
        ours = bench.peak_memory(bench.useradm(bench.users, "list", "--format", name))
        theirs = bench.peak_memory(bench.sqlite(bench.users, SELECT_ALL, mode))
        bench.row(
            f"`list --format {name}` of {bench.users:,} against `sqlite3 {mode}`, peak memory",
            mebibytes(ours),
            mebibytes(theirs),
            f"{ours / theirs:.2f}",
            mebibytes(MEMORY_LIMIT_KIB),
            ours > MEMORY_LIMIT_KIB,
        )


def add_hashed(bench, users):
    return bench.useradm(
        users, "add", bench.new_name(), "--quiet", "--hashed", "--password-file", bench.hash_file
    )


def add_password(bench, users, rounds):
    source = ["--password-file", bench.password_file, "--rounds", str(rounds)]
    return bench.useradm(users, "add", bench.new_name(), "--quiet", *source)


def adding(bench):
    """`add` to a large table, against one INSERT of the same durability."""

    def insert():
        sql = INSERT.format(name=bench.new_name(), hash=CHEAP_HASH)
        return bench.sqlite(bench.users, sql)

    runs = 10 * bench.runs
    large = f"among {bench.users:,} against one INSERT"
    bench.compare(
        f"`add --hashed` {large}", lambda: add_hashed(bench, bench.users), insert, 1.2, runs
    )
    bench.compare(
        f"`add --rounds 1000` {large}",
        lambda: add_password(bench, bench.users, 1000),
        insert,
        1.2,
        runs,
    )


def hashing(bench):
    """One hash in `add`, start-up taken off, against what the application calls."""
    few = 1000
    ours, hashlib_times, passlib_times = [], [], []

    def timed(times, function):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)

    for _ in range(bench.runs):
        _, with_hash = bench.run(add_password(bench, 3, ROUNDS + few))
        _, without = bench.run(add_password(bench, 3, few))
        ours.append(with_hash - without)
        key = PASSWORD.encode()
        timed(hashlib_times, lambda: hashlib.pbkdf2_hmac("sha256", key, bytes(16), ROUNDS))
        timed(passlib_times, lambda: pbkdf2_sha256.using(rounds=ROUNDS).hash(PASSWORD))
    what = f"one hash of {ROUNDS:,} rounds against"
    bench.time_row(f"{what} Python's `hashlib`, CPU", ours, hashlib_times, 1.0)
    bench.time_row(f"{what} `passlib`, CPU", ours, passlib_times, 1.0)


def growth(bench):
    """Each command among many users against the same among ten."""
    doomed = {}

    def add_doomed():
        for users in (bench.users, 10):
            name = bench.new_name()
            doomed[users] = name
            sql = INSERT.format(name=name, hash=CHEAP_HASH)
            bench.run(bench.sqlite(users, sql))

    commands = {
        "add --hashed": lambda users: add_hashed(bench, users),
        "login": lambda users: bench.useradm(
            users, "login", "alice", "--quiet", "--password-file", bench.password_file
        ),
        "show": lambda users: bench.useradm(users, "show", "alice"),
        "delete": lambda users: bench.useradm(users, "delete", "--quiet", "--yes", doomed[users]),
    }
    for name, command in commands.items():
        bench.compare(
            f"`{name}` among {bench.users:,} against among 10",
            lambda: command(bench.users),
            lambda: command(10),
            1.2,
            10 * bench.runs,
            add_doomed if name == "delete" else None,
        )


GROUPS = {
    "start-up": start_up,
    "list": listing,
    "memory": memory,
    "add": adding,
    "hash": hashing,
    "growth": growth,
}


def machine():
    """The processor, its cores, and whether it has what hashing can use."""
    model, flags = platform.processor() or platform.machine(), None
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                model = value.strip()
            elif key.strip() == "flags":
                flags = value.split()
    except OSError:
        pass

    def has(flag):
        return "unknown" if flags is None else "yes" if flag in flags else "no"

    return (
        f"{model}, {os.cpu_count()} cores, SHA extensions: {has('sha_ni')}, "
        f"AVX-512: {has('avx512f')}; {platform.system()} {platform.release()}, "
        f"sqlite3 {sqlite3_version()}, Python {platform.python_version()}"
    )


def sqlite3_version():
    run = subprocess.run(["sqlite3", "--version"], capture_output=True, check=True, text=True)
    return run.stdout.split()[0]


def groups(text):
    names = text.split(",")
    for name in names:
        if name not in GROUPS:
            raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(GROUPS)}")
    return names


def main():
    summaries = (f"  {name:9} {function.__doc__}" for name, function in GROUPS.items())
    parser = argparse.ArgumentParser(
        prog="benches/compare.sh",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compares useradm with its yardsticks.",
        epilog="groups of rows:\n" + "\n".join(summaries),
    )
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", type=groups, default=list(GROUPS), metavar="GROUP,...")
    parser.add_argument("--users", type=int, default=1_000_000, help="in the large database")
    parser.add_argument("--runs", type=int, default=7, help="of the slowest commands")
    options = parser.parse_args()
    bench = Bench(options.program, options.folder, options.users, options.runs)
    for name in options.only:
        GROUPS[name](bench)
    print(file=sys.stderr)
    print(f"{machine()}\n")
    print("| what | measured | yardstick | ratio | wanted |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print("\n".join(bench.rows))


if __name__ == "__main__":
    main()
