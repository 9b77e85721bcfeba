"""JupyterHub with NativeAuthenticator: its ORM, and `authenticate`."""

import asyncio
from contextlib import contextmanager

from jupyterhub import orm
from nativeauthenticator import NativeAuthenticator


class JupyterHub:
    """The authenticator on the hub's database, without a hub."""

    def __init__(self, path):
        self.url = f"sqlite:///{path}"

    def make(self, people):
        with self.authenticator() as authenticator:
            authenticator.open_signup = True
            for person in people:
                authenticator.create_user(person.name, person.password)

    def login(self, name, password):
        with self.authenticator() as authenticator:
            return asyncio.run(authenticator.authenticate(None, {"username": name, "password": password})) is not None

    @contextmanager
    def authenticator(self):
        engine_of = orm.new_session_factory(self.url)
        session = engine_of()
        try:
            yield NativeAuthenticator(db=session)
        finally:
            session.close()
            engine_of.kw["bind"].dispose()


APPLICATIONS = {"jh": JupyterHub}
