"""The libraries that `schemes.py` asks, each with the cheapest numbers that it agrees to."""

import unicodedata
import warnings
from dataclasses import dataclass
from typing import Callable

warnings.simplefilter("ignore")


@dataclass
class Peer:
    """One scheme of a library."""

    title: str
    # The scheme that the application accepts.
    scheme: str
    # The numbers with which the crate makes the same; nothing for what it only reads.
    numbers: str | None
    make: Callable
    # Called with the stored text and the password.
    verify: Callable
    # Whether only 72 bytes of a password count.
    cuts: bool = False
    pepper: str | None = None

    @property
    def recipe(self):
        return self.numbers and f"{self.scheme}:{self.numbers}"


def peers(libraries):
    return passlib_peers() if libraries == "passlib" else [*libraries_peers(), *django_peers(), *flask_security_peers()]


def passlib_peers():
    from passlib import hash as handlers

    def peer(title, scheme, numbers, handler, **more):
        verify = lambda stored, password: handler.verify(password, stored)
        return Peer(f"passlib {title}", scheme, numbers, handler.hash, verify, **more)

    # It finds its library at the first hash, and then only for one of the handlers that are made of it.
    handlers.argon2.set_backend("argon2_cffi")
    sha256, bcrypt = handlers.bcrypt_sha256, handlers.bcrypt.using(rounds=4)
    argon2 = handlers.argon2.using(time_cost=1, memory_cost=8, parallelism=1)
    return [
        peer("pbkdf2_sha256", "pbkdf2_sha256", "1000", handlers.pbkdf2_sha256.using(rounds=9)),
        peer("pbkdf2_sha512", "pbkdf2_sha512", "1000", handlers.pbkdf2_sha512.using(rounds=9)),
        peer("bcrypt_sha256", "bcrypt_sha256", "4", sha256.using(rounds=4)),
        peer("bcrypt_sha256 version 1", "bcrypt_sha256", None, sha256.using(rounds=4, version=1)),
        peer("sha512_crypt", "sha512_crypt", "1000", handlers.sha512_crypt.using(rounds=1000)),
        peer("sha256_crypt", "sha256_crypt", "1000", handlers.sha256_crypt.using(rounds=1000)),
        peer("apr_md5_crypt", "apr1", None, handlers.apr_md5_crypt),
        peer("bcrypt", "bcrypt", "4", bcrypt, cuts=True),
        peer("bcrypt 2y", "bcrypt", None, bcrypt.using(ident="2y"), cuts=True),
        peer("argon2", "argon2id", "8:1:1", argon2),
        peer("argon2 of type I", "argon2i", None, argon2.using(type="I")),
    ]


def libraries_peers():
    import argon2
    import bcrypt
    from flask_bcrypt import Bcrypt
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher
    from pwdlib.hashers.bcrypt import BcryptHasher
    from werkzeug.security import check_password_hash, generate_password_hash

    def werkzeug(scheme, method, numbers):
        title = f"Werkzeug {method.rpartition(':')[0] if 'pbkdf2' in method else 'scrypt'}"
        return Peer(title, scheme, numbers, lambda password: generate_password_hash(password, method), check_password_hash)

    def argon2_cffi(kind, numbers):
        hasher = argon2.PasswordHasher(time_cost=1, memory_cost=16, parallelism=2, type=kind)
        scheme = f"argon2{kind.name.lower()}"
        return Peer(f"argon2-cffi of type {kind.name}", scheme, numbers, hasher.hash, hasher.verify)

    def pwdlib(title, scheme, numbers, hasher, **more):
        context = PasswordHash((hasher,))
        verify = lambda stored, password: context.verify(password, stored)
        return Peer(f"pwdlib {title}", scheme, numbers, context.hash, verify, **more)

    flask_bcrypt = Bcrypt()
    flask_bcrypt._log_rounds, flask_bcrypt._prefix = 4, "2b"
    return [
        werkzeug("werkzeug_scrypt", "scrypt:128:8:1", "128:8:1"),
        werkzeug("werkzeug_pbkdf2_sha256", "pbkdf2:sha256:9", "1000"),
        werkzeug("werkzeug_pbkdf2_sha512", "pbkdf2:sha512:9", "1000"),
        werkzeug("werkzeug_pbkdf2_sha1", "pbkdf2:sha1:9", None),
        argon2_cffi(argon2.Type.ID, "16:1:2"),
        argon2_cffi(argon2.Type.I, None),
        argon2_cffi(argon2.Type.D, None),
        pwdlib("argon2", "argon2id", "8:1:1", Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)),
        pwdlib("bcrypt", "bcrypt", "4", BcryptHasher(rounds=4), cuts=True),
        Peer(
            "bcrypt",
            "bcrypt",
            "4",
            lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode(),
            lambda stored, password: bcrypt.checkpw(password.encode(), stored.encode()),
            cuts=True,
        ),
        Peer(
            "Flask-Bcrypt",
            "bcrypt",
            "4",
            lambda password: flask_bcrypt.generate_password_hash(password).decode(),
            flask_bcrypt.check_password_hash,
            cuts=True,
        ),
    ]


def django_peers():
    import django
    from django.conf import settings
    from django.contrib.auth import hashers

    class Pbkdf2(hashers.PBKDF2PasswordHasher):
        iterations = 9

    class Pbkdf2Sha1(hashers.PBKDF2SHA1PasswordHasher):
        iterations = 9

    class Argon2(hashers.Argon2PasswordHasher):
        time_cost, memory_cost, parallelism = 1, 64, 8

    class BcryptSha256(hashers.BCryptSHA256PasswordHasher):
        rounds = 4

    class Bcrypt(hashers.BCryptPasswordHasher):
        rounds = 4

    class Scrypt(hashers.ScryptPasswordHasher):
        work_factor, parallelism = 128, 2

    classes = [Pbkdf2, Pbkdf2Sha1, Argon2, BcryptSha256, Bcrypt, Scrypt]
    # Django imports them by name.
    globals().update({it.__name__: it for it in classes})
    settings.configure(PASSWORD_HASHERS=[f"{__name__}.{it.__name__}" for it in classes])
    django.setup()

    def peer(hasher, numbers, **more):
        make = lambda password: hashers.make_password(password, hasher=hasher)
        verify = lambda stored, password: hashers.check_password(password, stored)
        return Peer(f"Django {hasher}", f"django_{hasher}", numbers, make, verify, **more)

    return [
        peer("pbkdf2_sha256", "1000"),
        peer("pbkdf2_sha1", None),
        peer("argon2", "64:1:8"),
        peer("bcrypt_sha256", "4"),
        peer("bcrypt", "4", cuts=True),
        peer("scrypt", "128:8:2"),
    ]


PEPPER = "146585145368132386173505678016728509634"


def flask_security_peers():
    cheap = {
        "bcrypt__rounds": 4,
        "argon2__time_cost": 1,
        "argon2__memory_cost": 8,
        "argon2__parallelism": 1,
        "pbkdf2_sha512__rounds": 9,
    }
    return [
        flask_security("argon2", "argon2id", "8:1:1", cheap),
        flask_security("bcrypt", "bcrypt", "4", cheap),
        flask_security("pbkdf2_sha512", "pbkdf2_sha512", "1000", cheap),
    ]


def flask_security(method, scheme, numbers, cheap):
    from flask import Flask
    from flask_security import Security, utils

    class Datastore:
        class user_model:
            fs_uniquifier = id = email = active = password = roles = None

        role_model = None

        def __getattr__(self, name):
            return None

    application = Flask(method)
    application.config.update(
        SECRET_KEY="not secret",
        SECURITY_PASSWORD_SALT=PEPPER,
        SECURITY_PASSWORD_HASH=method,
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=cheap,
        SECURITY_EMAIL_VALIDATOR_ARGS={},
    )
    Security(application, Datastore(), register_blueprint=False)

    def make(password):
        with application.app_context():
            return utils.hash_password(normal(password))

    def verify(stored, password):
        with application.app_context():
            return utils.verify_password(normal(password), stored)

    return Peer(f"Flask-Security {method}", scheme, numbers, make, verify, pepper=PEPPER)


def normal(password):
    """What its forms make of what a person types: `SECURITY_PASSWORD_NORMALIZE_FORM` is NFKD by default."""
    return unicodedata.normalize("NFKD", password)
