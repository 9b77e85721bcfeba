"""An application with peewee and Flask-Bcrypt, which gives hashes as bytes, so that they are stored as BLOBs."""

import peewee
from flask import Flask
from flask_bcrypt import Bcrypt

database = peewee.SqliteDatabase(None)
bcrypt = Bcrypt(Flask("people"))


class Person(peewee.Model):
    user_name = peewee.CharField(max_length=40, unique=True)
    secret = peewee.BlobField()
    joined = peewee.DateTimeField(constraints=[peewee.SQL("DEFAULT CURRENT_TIMESTAMP")])
    karma = peewee.IntegerField(default=0)

    class Meta:
        database = database


class People:
    """A table `person`, singular, as peewee names it."""

    def __init__(self, path):
        database.init(path)

    def make(self, people):
        with database:
            database.create_tables([Person])
            for person in people:
                Person.create(user_name=person.name, secret=bcrypt.generate_password_hash(person.password, 12))

    def login(self, name, password):
        with database:
            person = Person.get_or_none(Person.user_name == name)
            return person is not None and bcrypt.check_password_hash(person.secret, password) and person.karma + 1 > 0


APPLICATIONS = {"peewee": People}
