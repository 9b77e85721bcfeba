"""Flask-AppBuilder: its security manager's tables and `auth_user_db`."""

import logging

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.utils.legacy import get_sqla_class

logging.disable(logging.WARNING)


class FlaskAppBuilder:
    """An application that is nothing but Flask-AppBuilder."""

    def __init__(self, path):
        self.app = Flask("fab")
        self.app.config.update(
            SECRET_KEY="of no use here",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}",
            WTF_CSRF_ENABLED=False,
            RATELIMIT_ENABLED=False,
            FAB_CREATE_DB=True,
        )
        self.db = get_sqla_class()()
        self.db.init_app(self.app)
        with self.app.app_context():
            self.manager = AppBuilder(self.app, self.db.session).sm

    def make(self, people):
        with self.app.app_context():
            role = self.manager.find_role("Public") or self.manager.add_role("Public")
            for person in people:
                self.manager.add_user(person.name, "First", "Last", person.email, role, person.password)
            self.db.session.remove()
            self.db.engine.dispose()

    def login(self, name, password):
        """By the form of the log-in page, so that the session that it makes is asked for too."""
        with self.app.test_client() as client:
            client.post("/login/", data={"username": name, "password": password})
            with client.session_transaction() as session:
                is_in = "_user_id" in session
        with self.app.app_context():
            by_manager = self.manager.auth_user_db(name, password) is not None
            self.db.session.remove()
            self.db.engine.dispose()
        if is_in != by_manager:
            raise AssertionError(f"the form says {is_in}, auth_user_db says {by_manager}")
        return is_in


APPLICATIONS = {"fab": FlaskAppBuilder}
