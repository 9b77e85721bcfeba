"""One hash of each scheme against the library that an application uses, and a batch on two cores against one."""

import hashlib
import subprocess
import time

import argon2.low_level
import bcrypt
from passlib.hash import sha256_crypt, sha512_crypt

PASSWORD = b"correct horse"
SALT = b"0123456789abcdef"

# How many passwords a batch has.
BATCH = 64


def pbkdf2(digest, rounds):
    return lambda: hashlib.pbkdf2_hmac(digest, PASSWORD, SALT, rounds)


def scrypt(n, r, p):
    return lambda: hashlib.scrypt(PASSWORD, salt=SALT, n=n, r=r, p=p, maxmem=1 << 30, dklen=64)


def argon2id(memory, passes, lanes):
    kind = argon2.low_level.Type.ID
    return lambda: argon2.low_level.hash_secret_raw(PASSWORD, SALT, passes, memory, lanes, 32, kind)


def bcrypt_of(cost):
    salt = bcrypt.gensalt(cost)
    return lambda: bcrypt.hashpw(PASSWORD, salt)


def crypt(scheme, rounds):
    return lambda: scheme.using(rounds=rounds).hash(PASSWORD)


# What a new hash costs by default, and who else computes it.
LIBRARIES = {
    "pbkdf2_sha256:600000": ("hashlib", pbkdf2("sha256", 600_000)),
    "pbkdf2_sha512:210000": ("hashlib", pbkdf2("sha512", 210_000)),
    "werkzeug_scrypt:32768:8:1": ("hashlib", scrypt(32768, 8, 1)),
    "django_scrypt:16384:8:5": ("hashlib", scrypt(16384, 8, 5)),
    "bcrypt:12": ("bcrypt", bcrypt_of(12)),
    "argon2id:65536:3:4": ("argon2-cffi", argon2id(65536, 3, 4)),
    "django_argon2:102400:2:8": ("argon2-cffi", argon2id(102400, 2, 8)),
    "sha512_crypt:656000": ("passlib with crypt(3)", crypt(sha512_crypt, 656_000)),
    "sha256_crypt:535000": ("passlib with crypt(3)", crypt(sha256_crypt, 535_000)),
}

# What is cheap enough that a batch takes about two seconds on one core.
BATCHES = [
    "pbkdf2_sha256:600000",
    "django_pbkdf2_sha256:1000000",
    "werkzeug_pbkdf2_sha256:1000000",
    "pbkdf2_sha512:100000",
    "werkzeug_scrypt:16384:8:1",
    "bcrypt:9",
    "argon2id:19456:2:1",
    "argon2id:65536:1:4",
    "sha512_crypt:200000",
]


class Verdicts:
    """The crate, which is asked line by line by tests/interop/verdicts.rs."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, verb, recipe):
        fields = (recipe.partition(":")[0].encode(), recipe.encode(), PASSWORD)
        line = " ".join([verb, *(field.hex() for field in fields)])
        start = time.perf_counter()
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if answer in ("", "refused\n"):
            raise SystemExit(f"no hash of {recipe}")
        return time.perf_counter() - start


def schemes(bench):
    """One hash of each scheme against the application's library."""
    verdicts = Verdicts(bench.verdicts)
    for recipe, (library, function) in LIBRARIES.items():
        ours, theirs = [], []
        for _ in range(bench.runs):
            ours.append(verdicts.seconds("make", recipe))
            start = time.perf_counter()
            function()
            theirs.append(time.perf_counter() - start)
        bench.time_row(f"one hash of `{recipe}` against {library}, wall", ours, theirs, 1.1)


def scheme_batches(bench):
    """A batch of passwords of each scheme on two cores against one."""
    verdicts = Verdicts(bench.verdicts)
    for recipe in BATCHES:
        one, two = [], []
        for _ in range(bench.runs):
            for jobs, times in ((1, one), (2, two)):
                times.append(verdicts.seconds(f"make-{BATCH}-on-{jobs}", recipe) / BATCH)
        what = f"{BATCH} hashes of `{recipe}` on two cores against one, wall"
        bench.rate_row(what, "hashes/s", two, one, 1.8)


GROUPS = {"schemes": schemes, "scheme-batches": scheme_batches}
