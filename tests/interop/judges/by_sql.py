"""What applications have in common whose tables are made and asked by SQL."""

import sqlite3
from contextlib import closing


class BySql:
    """A table; `add` stores somebody in it, and `check` is what the log-in does."""

    schema = ""

    def __init__(self, path):
        self.path = path

    def make(self, people):
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(self.schema)
            for person in people:
                self.add(connection.execute, person)

    def login(self, name, password):
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return self.check(connection.execute, name, password)
