"""Measures useradm against its yardsticks; benches/compare.sh calls this with all in place.

The commands of a comparison take turns, so that a change of the machine's pace meets all of them.
A row gives the minima, which noise can only raise, and the ratio of the medians beside theirs.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

import layouts
import schemes
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
IMPORT_MEMORY_LIMIT_KIB = 64 * 1024

# The same durability and care that useradm takes.
INSERT = (
    "PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON; BEGIN IMMEDIATE; "
    "INSERT INTO user (username, password_hash) VALUES ('{name}', '{hash}'); COMMIT;"
)


class Bench:
    """The program, its yardsticks, the databases, and the rows so far."""

    def __init__(self, program, folder, users, runs, sizes):
        self.program = str(program.resolve())
        self.verdicts = str(program.resolve().with_name("verdicts"))
        self.folder = folder.resolve()
        self.users = users
        self.runs = runs
        self.sizes = sizes
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

    def scratch(self, name, users=0):
        """A function that makes a database anew with so many users, and its path.

        It is on the disk when it is made: what measures it must not wait for that.
        """
        path = self.folder / f"{name}.db"

        def make():
            path.unlink(missing_ok=True)
            if users:
                shutil.copyfile(self.database(users), path)
            else:
                self.run([self.program, "--db", str(path), "init", "--quiet"])
            with path.open("rb+") as file:
                os.fsync(file)

        return make, str(path)

    def hashes_file(self, users):
        """A CSV file of so many names and ready hashes, made once a run."""
        return self.rows_file("hashes", "password_hash", users, ready_hashes())

    def passwords_file(self, users):
        """A CSV file of so many names and passwords, made once a run."""
        return self.rows_file("passwords", "password", users, passwords())

    def rows_file(self, name, column, users, values):
        path = self.folder / f"{name}-{users}.csv"
        if path not in self.made:
            with path.open("w", encoding="utf-8") as file:
                file.write(f"username,{column}\n")
                file.writelines(
                    f"{name},{value}\n" for name, value in zip(other_names(users), values)
                )
                file.flush()
                os.fsync(file)
            self.made[path] = str(path)
        return self.made[path]

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

    def rate_row(self, what, unit, ours, theirs, wanted):
        """Adds the row of a comparison of seconds a piece, shown as pieces a second."""
        ratio = min(theirs) / min(ours)
        medians = statistics.median(theirs) / statistics.median(ours)
        cells = (f"{1 / min(times):,.1f} {unit}" for times in (ours, theirs))
        ratio_cell = f"{ratio:.2f} (medians {medians:.2f})"
        self.row(what, *cells, ratio_cell, wanted, ratio < wanted, "≥")

    def row(self, what, measured, yardstick, ratio, wanted, missed, relation="≤"):
        ratio = f"**{ratio}**" if missed else ratio
        self.rows.append(f"| {what} | {measured} | {yardstick} | {ratio} | {relation} {wanted} |")
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


def other_names(users):
    """So many names in no order that none of `user_names` has, each next to one of those."""
    numbers = list(range(users))
    random.Random(users).shuffle(numbers)
    return (f"user{number:07}x" for number in numbers)


def ready_hashes():
    """Hashes of full strength that belong to no password, each another."""
    source = random.Random(1)
    while True:
        salt, key = (
            base64.b64encode(source.randbytes(size), b"./").decode().rstrip("=")
            for size in (16, 32)
        )
        yield f"$pbkdf2-sha256${ROUNDS}${salt}${key}"


def passwords():
    """Passwords, each another."""
    source = random.Random(1)
    while True:
        yield f"{PASSWORD} {source.getrandbits(32):08x}"


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


def sorting(bench):
    """`list --sort username` of a table without an index on the names, which come in random order."""
    path = bench.folder / "unindexed.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute(CREATE_TABLE.replace(",\n\tUNIQUE (username)", ""))
    insert = "INSERT INTO user (username, password_hash) VALUES (?, ?)"
    connection.executemany(insert, ((name, CHEAP_HASH) for name in other_names(bench.users)))
    connection.commit()
    connection.close()
    for order, direction in (("", "ASC"), ("--reverse", "DESC")):
        by_name = f"ORDER BY username {direction}, id {direction}"
        arguments = ["--sort", "username", *order.split(), "--format", "csv"]
        bench.compare(
            f"`list {' '.join(arguments)}` of {bench.users:,} without an index against `sqlite3 -csv`",
            lambda: [bench.program, "--db", str(path), "list", *arguments],
            lambda: ["sqlite3", "-csv", str(path), f"SELECT id, username FROM user {by_name}"],
            1.5,
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
        f"`add --hashed` {large}", lambda: add_hashed(bench, bench.users), insert, 1.1, runs
    )
    bench.compare(
        f"`add --rounds 1000` {large}",
        lambda: add_password(bench, bench.users, 1000),
        insert,
        1.1,
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


def import_hashes(bench, database, users, *options):
    return [bench.program, "--db", database, "import", bench.hashes_file(users), "-q", *options]


def sqlite_import(bench, database, users):
    """The same with sqlite3, with the same durability."""
    return [
        "sqlite3",
        "-bail",
        database,
        "PRAGMA synchronous=EXTRA; CREATE TEMP TABLE incoming (username TEXT, password_hash TEXT);",
        f".import --csv --skip 1 --schema temp {bench.hashes_file(users)} incoming",
        "BEGIN IMMEDIATE; INSERT INTO user (username, password_hash) "
        "SELECT username, password_hash FROM incoming; COMMIT;",
    ]


# How an import looks for look-alikes, and the ratio wanted.
IMPORTS = ((("--allow-lookalike",), 0.8), ((), 0.8))


def importing(bench):
    """`import` of ready hashes into a small and a large table, against sqlite3's `.import`."""
    for present in (0, bench.users):
        (make_ours, ours), (make_theirs, theirs) = (
            bench.scratch(name, present) for name in ("ours", "theirs")
        )

        def make_both():
            make_ours()
            make_theirs()

        for options, wanted in IMPORTS:
            bench.compare(
                f"{import_title(bench, present, options)} against `sqlite3 .import`",
                lambda: import_hashes(bench, ours, bench.users, *options),
                lambda: sqlite_import(bench, theirs, bench.users),
                wanted,
                before=make_both,
            )


def import_title(bench, present, options):
    command = " ".join(("import", *options))
    among = f"among {present:,}" if present else "into an empty table"
    return f"`{command}` of {bench.users:,} hashes {among}"


def import_memory(bench):
    """The peak memory of these, and of `export`."""
    for present in (0, bench.users):
        make, database = bench.scratch("ours", present)
        for options, _ in IMPORTS:
            make()
            ours = bench.peak_memory(import_hashes(bench, database, bench.users, *options))
            make()
            theirs = bench.peak_memory(sqlite_import(bench, database, bench.users))
            what = f"{import_title(bench, present, options)} against `sqlite3 .import`"
            bulk_memory_row(bench, what, ours, theirs)
    database = bench.database(bench.users)
    ours = bench.peak_memory(export(bench, database, "ours"))
    theirs = bench.peak_memory(sqlite_export(bench, database))
    bulk_memory_row(bench, f"`export` of {bench.users:,} against `sqlite3 -csv`", ours, theirs)


def bulk_memory_row(bench, what, ours, theirs):
    bench.row(
        f"{what}, peak memory",
        mebibytes(ours),
        mebibytes(theirs),
        f"{ours / theirs:.2f}",
        mebibytes(IMPORT_MEMORY_LIMIT_KIB),
        ours > IMPORT_MEMORY_LIMIT_KIB,
    )


def export(bench, database, name):
    target = str(bench.folder / f"{name}.csv")
    return [bench.program, "--db", database, "export", target, "--force", "-q"]


def sqlite_export(bench, database):
    sql = "SELECT id, username, password_hash FROM user ORDER BY id"
    target = bench.folder / "theirs.csv"
    return ["sqlite3", "-csv", "-header", database, f".output {target}", sql]


def exporting(bench):
    """`export` to a file, against sqlite3 writing the same columns to one."""
    database = bench.database(bench.users)
    bench.compare(
        f"`export` of {bench.users:,} against `sqlite3 -csv`",
        lambda: export(bench, database, "ours"),
        lambda: sqlite_export(bench, database),
        0.6,
    )


# Rounds, and how many passwords are hashed in one turn by the program on one core, by passlib, and
# to compare two cores with one. These last are more, since wall time includes waits that do not
# grow with the passwords.
BATCHES = ((29_000, 640, 20, 3840), (600_000, 128, 2, 256))


def import_passwords(bench, database, users, rounds, jobs):
    options = ["--rounds", str(rounds), "--jobs", str(jobs), "-q"]
    return [bench.program, "--db", database, "import", bench.passwords_file(users), *options]


def batch_hashing(bench):
    """`import` of passwords on one core against passlib, and on two cores against one."""
    make, database = bench.scratch("ours")
    for rounds, users, few, many in BATCHES:
        ours, theirs, one_core, two_cores = [], [], [], []
        for _ in range(bench.runs):
            make()
            _, cpu = bench.run(import_passwords(bench, database, users, rounds, 1))
            ours.append(cpu / users)
            start = time.process_time()
            for _ in range(few):
                pbkdf2_sha256.using(rounds=rounds).hash(PASSWORD)
            theirs.append((time.process_time() - start) / few)
            for jobs, times in ((1, one_core), (2, two_cores)):
                make()
                wall, _ = bench.run(import_passwords(bench, database, many, rounds, jobs))
                times.append(wall / many)
        bench.rate_row(
            f"`import` of {users} passwords at {rounds:,} rounds against `passlib`, per CPU second",
            "hashes/s",
            ours,
            theirs,
            13,
        )
        bench.rate_row(
            f"`import --jobs 2` of {many} passwords at {rounds:,} rounds against `--jobs 1`, wall",
            "hashes/s",
            two_cores,
            one_core,
            1.9,
        )


def doubling(bench):
    """`import` and `export` of twice the rows, for each of `--sizes`."""
    for users in bench.sizes:
        (make_double, double), (make_single, single) = (
            bench.scratch(name) for name in ("double", "single")
        )

        def make_both():
            make_double()
            make_single()

        bench.compare(
            f"`import` of {2 * users:,} hashes against of {users:,}",
            lambda: import_hashes(bench, double, 2 * users),
            lambda: import_hashes(bench, single, users),
            2.2,
            before=make_both,
        )
        bench.compare(
            f"`export` of {2 * users:,} against of {users:,}",
            lambda: export(bench, double, "double"),
            lambda: export(bench, single, "single"),
            2.2,
        )


# Letters of several scripts, in most of which a letter has many spellings.
SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyz",
    "éèêëàâäôöûüçñøåæßýþ",
    "ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệ",
    "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώς",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "가각간갇갈갉갊감갑값갓갔강갖갗같갚갛개객",
    "日本語漢字山田太郎花子",
)
LOCKED_ROWS = 2000
LOCK_LIMIT_S = 0.5


def locking(bench):
    """How long `import` locks a table of names of many scripts, while another process commits."""
    source = random.Random(2)

    def name():
        letters = source.choice(SCRIPTS)
        return "".join(source.choice(letters) for _ in range(source.randint(4, 14)))

    names = set()
    while len(names) < bench.users:
        names.add(name())
    names = sorted(names)
    source.shuffle(names)
    rows = bench.folder / "locked.csv"
    lines = (f"{name}{number}x,{CHEAP_HASH}\n" for number, name in enumerate(names[:LOCKED_ROWS]))
    rows.write_text("username,password_hash\n" + "".join(lines), encoding="utf-8")
    for collation in ("BINARY", "NOCASE"):
        path = bench.folder / "locked.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        table = CREATE_TABLE.replace("username VARCHAR(80)", f"username TEXT COLLATE {collation}")
        connection.execute(table)
        insert = "INSERT OR IGNORE INTO user (username, password_hash) VALUES (?, ?)"
        connection.executemany(insert, ((name, CHEAP_HASH) for name in names))
        connection.commit()
        connection.close()
        pristine = path.read_bytes()
        held = []
        for _ in range(bench.runs):
            path.write_bytes(pristine)
            os.sync()
            held.append(locked_seconds(bench, path, rows))
        most = max(held)
        bench.row(
            f"`import` of {LOCKED_ROWS} rows of any script among {bench.users:,}, names {collation}, "
            "somebody else commits all the time: the lock",
            milliseconds(min(held)),
            "",
            f"{most:.2f} s at most",
            f"{LOCK_LIMIT_S} s",
            most > LOCK_LIMIT_S,
        )


def locked_seconds(bench, path, rows):
    """The time for which an import has the lock, which it gets between commits of somebody else."""
    ended = threading.Event()

    def commit():
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        while not ended.wait(0.002):
            connection.execute(
                "UPDATE user SET password_hash = substr(password_hash, 1, 90) || random() "
                "WHERE id = (SELECT min(id) FROM user)"
            )
        connection.close()

    committer = threading.Thread(target=commit)
    committer.start()
    try:
        command = [bench.program, "--db", str(path), "import", str(rows), "--format", "json"]
        run = subprocess.run(command, capture_output=True, check=True, text=True)
    finally:
        ended.set()
        committer.join()
    return json.loads(run.stdout)["locked_seconds"]


GROUPS = {
    "start-up": start_up,
    "list": listing,
    "sort": sorting,
    "memory": memory,
    "add": adding,
    "hash": hashing,
    "growth": growth,
    "import": importing,
    "import-lock": locking,
    "import-memory": import_memory,
    "export": exporting,
    "import-hash": batch_hashing,
    "doubling": doubling,
    **layouts.GROUPS,
    **schemes.GROUPS,
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


def sizes(text):
    numbers = [int(number) for number in text.split(",")]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("a size is at least 1")
    return numbers


def main():
    summaries = (f"  {name:13} {function.__doc__}" for name, function in GROUPS.items())
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
    parser.add_argument(
        "--sizes",
        type=sizes,
        default=[100_000, 200_000, 500_000, 1_000_000, 2_000_000],
        metavar="N,...",
        help="the numbers of rows that `doubling` compares with twice as many",
    )
    options = parser.parse_args()
    bench = Bench(options.program, options.folder, options.users, options.runs, options.sizes)
    for name in options.only:
        GROUPS[name](bench)
    print(file=sys.stderr)
    print(f"{machine()}\n")
    print("| what | measured | yardstick | ratio | wanted |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print("\n".join(bench.rows))


if __name__ == "__main__":
    main()
