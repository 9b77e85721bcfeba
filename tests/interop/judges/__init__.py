"""Applications, each asked through its own code: may this user log in with this password?

A module a make of application. Each has `APPLICATIONS`, which maps names to classes; an object of a class stands for the
application on one database file, keeps no connection open between two questions, and has

    make(people)            makes the tables and these users with the application's own code, where that can be had
    login(name, password)   what the application's own log-in says

They know nothing of `useradm`. `judge.py` runs one of them in the virtual environment that has its libraries.
"""

from collections import namedtuple

Person = namedtuple("Person", "name email password")
