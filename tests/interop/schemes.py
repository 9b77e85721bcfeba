#!/usr/bin/env python3
"""Asks the libraries of Python's applications and the built crate about the same hashes, in both directions.

    cargo build --release --example verdicts
    python tests/interop/schemes.py target/release/examples/verdicts --environments DIRECTORY [--match TEXT]

DIRECTORY has two virtual environments, or gets them, as for `field.py`: passlib 1.7.4 needs an old bcrypt. For each
scheme of a library 100 random passwords, the same in every run, are hashed by either side and checked by the other, and
300 damaged strings get a verdict of both: where the crate finds a match, the library must, always. Prints a table and
`N passed, N failed`.
"""

import argparse
import os
import random
import select
import signal
import struct
import subprocess
import sys
from pathlib import Path

PASSWORDS = 100
DAMAGED = 300
VERDICT_SECONDS = 2

# What stands in Python's numbers and texts, and what libraries treat as special.
FOREIGN = ["$", ":", ",", "=", ".", "/", "+", "-", "_", " ", "\n", "\0", "0", "1", "9", "a", "A", "\u0661", "\u00e9", "v=19"]


def passwords(random):
    """Of all lengths, of several scripts, and on both sides of the 72 bytes of bcrypt."""
    scripts = [(0x20, 0x7E), (0xA1, 0x24F), (0x391, 0x3C9), (0x4E00, 0x4FFF), (0x1F600, 0x1F64F)]
    made = ["x" * 71, "x" * 72, "x" * 73, "\u00e9" * 36, "\u00e9" * 36 + "x", "y" * 4096, " edges ", "pa\tss", "a" + "\u0301"]
    while len(made) < PASSWORDS:
        script = random.choice(scripts)
        ranges = random.choice([[scripts[0]], [script], [scripts[0], script]])
        letters = (chr(random.randint(*random.choice(ranges))) for _ in range(random.randint(1, 80)))
        made.append("".join(letters))
    return made


def near_miss(random, password):
    """Another password, with one character changed, added or taken away within what bcrypt looks at."""
    at = random.randrange(min(len(password), 30))
    other = chr(ord(password[at]) ^ 1)
    if other.isprintable() and (len(password) > 4000 or random.random() < 0.7):
        return password[:at] + other + password[at + 1 :]
    return (password[:at] + "!" + password[at:])[:4096]


def damage(random, text):
    """One or two small changes, as a disk, a person or an attacker would make them."""
    for _ in range(random.choice([1, 1, 1, 2])):
        at = random.randrange(len(text))
        changes = [
            lambda: text[:at] + random.choice(FOREIGN) + text[at + 1 :],
            lambda: text[:at] + random.choice(FOREIGN) + text[at:],
            lambda: text[:at] + text[at + 1 :],
            lambda: text[:at],
            lambda: text[at:],
            lambda: text + random.choice(FOREIGN + ["=", "==", "A", text[-1]]),
            lambda: random.choice(FOREIGN) + text,
            lambda: text[:at] + text[at].swapcase() + text[at + 1 :],
            lambda: text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :],
            lambda: text[:-1] + chr(ord(text[-1]) ^ random.choice([1, 2, 3])),
            lambda: text[: at + 1] + text[at:],
            lambda: text.replace("$", "$$", 1),
            lambda: text.replace("=", "", 1),
            lambda: text.replace(".", "+"),
            lambda: text.replace("+", "."),
            lambda: text.replace("$", "$0", random.randint(1, 3)),
            lambda: text.replace("$", "$+", random.randint(1, 3)),
            lambda: text.replace(":", ":0", random.randint(1, 3)),
            lambda: text.replace("2b", random.choice(["2a", "2x", "2y", "2"]), 1),
            lambda: text.upper() if random.random() < 0.5 else text.lower(),
        ]
        text = random.choice(changes)() or "$"
    return text


class Verdicts:
    """The crate, asked line by line."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, verb, scheme, what, password, pepper):
        fields = [scheme, what, password] + ([pepper] if pepper else [])
        line = " ".join([verb, *(field.encode().hex() for field in fields)])
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.endswith("\n"):
            raise RuntimeError(f"no answer to {line[:300]}")
        return answer[:-1]


def library_verdicts(verify, pairs):
    """What a library finds: whether it is a match, or nothing if it did not answer in time.

    It is asked in a process of its own, with little memory, since a damaged number may ask for years of work.
    """
    verdicts, limit = [], 2 << 30
    while len(verdicts) < len(pairs):
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            for stored, password in pairs[len(verdicts) :]:
                os.write(theirs, b"1" if is_match(verify, stored, password) else b"0")
            os._exit(0)
        os.close(theirs)
        while len(verdicts) < len(pairs):
            ready, _, _ = select.select([ours], [], [], VERDICT_SECONDS)
            answer = os.read(ours, 1) if ready else b""
            if not answer:
                # Too slow, or it ended the process.
                verdicts.append(None)
                break
            verdicts.append(answer == b"1")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ours)
    return verdicts


def is_match(verify, stored, password):
    try:
        return verify(stored, password) is True
    except Exception:
        return False


class Figures:
    """What came of one scheme of a library."""

    def __init__(self, title):
        self.title, self.failures = title, []
        self.theirs = self.ours = self.stricter = self.damaged = self.matching = self.slow = 0

    def insist(self, condition, reason):
        if not condition:
            self.failures.append(reason)

    def __str__(self):
        return (
            f"{self.title:32} {self.theirs:7} {self.ours:6} {self.damaged:8} {self.matching:9} {self.stricter:9} "
            f"{self.slow:5} {len(self.failures):7}"
        )


TITLES = f"{'library and scheme':32} {'theirs':>7} {'ours':>6} {'damaged':>8} {'matching':>9} {'stricter':>9} {'slow':>5} {'failed':>7}"


def compare(peer, verdicts):
    """Runs one scheme of a library through all comparisons."""
    chance = random.Random(peer.title)
    figures = Figures(peer.title)
    made = []
    for password in passwords(chance):
        too_long = peer.cuts and len(password.encode()) > 72
        other = near_miss(chance, password)
        stored = None
        try:
            stored = peer.make(password)
        except Exception as error:
            figures.insist(too_long, f"the library makes no hash of {password!r}: {error!r}")
        if stored is not None:
            answer = verdicts.ask("check", peer.scheme, stored, password, peer.pepper)
            figures.insist(answer == ("mismatch" if too_long else "match"), f"{answer}: {stored} of {password!r}")
            answer = verdicts.ask("check", peer.scheme, stored, other, peer.pepper)
            figures.insist(answer == "mismatch", f"{answer}: {stored} of {password!r}, checked with {other!r}")
            figures.theirs += 1
            made.append((stored, password))
        if peer.recipe is None:
            continue
        stored = verdicts.ask("make", peer.scheme, peer.recipe, password, peer.pepper)
        if stored == "refused":
            figures.insist(too_long, f"refused {password!r}")
            continue
        figures.insist(not too_long, f"not refused: {password!r}")
        figures.insist(is_match(peer.verify, stored, password), f"no match for the library: {stored} of {password!r}")
        figures.insist(not is_match(peer.verify, stored, other), f"a match for the library: {stored} of {other!r}")
        figures.ours += 1
    compare_damaged(peer, verdicts, chance, made, figures)
    return figures


def compare_damaged(peer, verdicts, chance, made, figures):
    made = [(stored, password) for stored, password in made if not (peer.cuts and len(password.encode()) > 72)]
    pairs = []
    while len(pairs) < DAMAGED:
        stored, password = chance.choice(made)
        damaged = damage(chance, stored)
        if damaged != stored:
            pairs.append((damaged, password))
    for (damaged, password), theirs in zip(pairs, library_verdicts(peer.verify, pairs), strict=True):
        if theirs is None:
            figures.slow += 1
            continue
        answer = verdicts.ask("check", peer.scheme, damaged, password, peer.pepper)
        figures.insist(theirs or answer != "match", f"laxer: {damaged!r} of {password!r}")
        figures.damaged += 1
        figures.matching += theirs
        figures.stricter += theirs and answer != "match"


def in_environment(arguments):
    """Compares all that the libraries of this interpreter have."""
    import schemes_peers

    verdicts = Verdicts(arguments.program)
    peers = schemes_peers.peers(arguments.libraries)
    results = []
    for peer in peers:
        if arguments.match in peer.title:
            results.append(compare(peer, verdicts))
            print(results[-1], flush=True)
    sys.stdout.flush()
    for figures in results:
        for reason in figures.failures[:5]:
            print(f"FAILED {figures.title}: {reason}")
    failed = sum(bool(figures.failures) for figures in results)
    os.write(arguments.result, struct.pack("ii", len(results) - failed, failed))


def parse_arguments():
    parser = argparse.ArgumentParser(description="Hashes of Python's libraries, and what the built crate makes of them.")
    parser.add_argument("program", type=Path, help="the path of the example `verdicts`")
    parser.add_argument("--environments", type=Path, metavar="DIRECTORY", help="where the libraries are installed")
    parser.add_argument("--match", metavar="TEXT", default="", help="only what has TEXT in its title")
    parser.add_argument("--libraries", help=argparse.SUPPRESS)
    parser.add_argument("--result", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.libraries:
        return in_environment(arguments)
    from field import make_environments

    interpreters = make_environments(arguments.environments)
    print(TITLES)
    passed = failed = 0
    for name, interpreter in interpreters.items():
        ours, theirs = os.pipe()
        command = [interpreter, __file__, arguments.program.resolve(), "--match", arguments.match]
        command += ["--libraries", name, "--result", str(theirs)]
        done = subprocess.run(command, pass_fds=[theirs])
        os.close(theirs)
        result = os.read(ours, 8)
        os.close(ours)
        if done.returncode or len(result) < 8:
            failed += 1
            continue
        some_passed, some_failed = struct.unpack("ii", result)
        passed, failed = passed + some_passed, failed + some_failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
