"""The applications of tutorials, which are not published as packages: their tables and the lines of their log-in."""

import sqlite3
from contextlib import closing

from passlib.hash import pbkdf2_sha256
from werkzeug.security import check_password_hash


class Tutorial:
    """A look-up by name, and the function that the log-in calls; the table is there, in a real file."""

    select = ""

    def __init__(self, path):
        self.path = path

    def login(self, name, password):
        with closing(sqlite3.connect(self.path)) as connection:
            row = connection.execute(self.select, [name]).fetchone()
        return row is not None and self.check(password, row[0])

    @staticmethod
    def check(password, stored):
        return check_password_hash(stored, password)


class Microblog(Tutorial):
    """Flask mega-tutorial: `user.check_password(form.password.data)`, and the e-mail address is needed by the profile's page."""

    select = "SELECT password_hash FROM user WHERE username = ?"

    def login(self, name, password):
        with closing(sqlite3.connect(self.path)) as connection:
            (email,) = connection.execute("SELECT email FROM user WHERE username = ?", [name]).fetchone() or [None]
        if email is None:
            return False
        # The avatar of the page that the log-in leads to, which fails without an address.
        email.lower().encode("utf-8")
        return super().login(name, password)


class Flaskr(Tutorial):
    """Flask's own tutorial."""

    select = "SELECT password FROM user WHERE username = ?"


class Teclado(Tutorial):
    """A course's REST API: `pbkdf2_sha256.verify(user_data["password"], user.password)`."""

    select = "SELECT password FROM users WHERE username = ?"

    @staticmethod
    def check(password, stored):
        return pbkdf2_sha256.verify(password, stored)


APPLICATIONS = {"microblog": Microblog, "flaskr": Flaskr, "teclado": Teclado}
