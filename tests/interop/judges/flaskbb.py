"""FlaskBB: its chain of authentication providers, taken from the published package as it is.

The package itself begins with some fifty libraries of 2018, so only the modules of the log-in are loaded from it; the
user's model is reflected from the table.
"""

import importlib.util
import sqlite3
import sys
import types
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path

import werkzeug.security
from sqlalchemy import Column, DateTime, MetaData, NullPool, Table, TypeDecorator, create_engine, or_
from sqlalchemy.orm import registry, scoped_session, sessionmaker

# The table and its groups are made by FlaskBB's own migrations, which need those libraries; this file is what they made.
MADE_BY_FLASKBB = Path(__file__).parents[2] / "field" / "flaskbb.db"


class UTCDateTime(TypeDecorator):
    """As FlaskBB's own type of its dates."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value, _):
        return value and value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value, _):
        return value and value.replace(tzinfo=timezone.utc)


def load_authentication(user, session):
    """FlaskBB's module of authentication, over this model."""
    folder = Path(importlib.util.find_spec("flaskbb").submodule_search_locations[0])

    def module(name, **content):
        made = types.ModuleType(name)
        made.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        made.__dict__.update(content)
        sys.modules[name] = made

    for package in ("flaskbb", "flaskbb.auth", "flaskbb.auth.services", "flaskbb.user", "flaskbb.utils"):
        module(package)
    user.query = session.query_property()
    module("flaskbb.extensions", db=types.SimpleNamespace(or_=or_))
    module("flaskbb.user.models", User=user)
    module("flaskbb.utils.helpers", time_utcnow=lambda: datetime.now(timezone.utc))
    module("flask_babelplus", gettext=str)
    werkzeug.check_password_hash = werkzeug.security.check_password_hash
    return importlib.import_module("flaskbb.auth.services.authentication")


class FlaskBB:
    """A forum's log-in, with accounts that have to be activated."""

    def __init__(self, path):
        self.path = path

    def make(self, people):
        with closing(sqlite3.connect(MADE_BY_FLASKBB)) as template, closing(sqlite3.connect(self.path)) as made:
            template.backup(made)
            with made:
                made.execute("DELETE FROM users")
                (member,) = made.execute("SELECT id FROM groups WHERE name = 'Member'").fetchone()
                now = datetime.now(timezone.utc).replace(tzinfo=None).isoformat(" ")
                for person in people:
                    made.execute(
                        "INSERT INTO users (username, email, password, date_joined, login_attempts, activated, language,"
                        " post_count, primary_group_id) VALUES (?, ?, ?, ?, 0, 1, 'en', 0, ?)",
                        [person.name, person.email, werkzeug.security.generate_password_hash(person.password), now, member],
                    )

    def login(self, name, password):
        bb, session, groups = self.authentication
        try:
            limits = bb.FailedLoginConfiguration(limit=5, lockout_window=timedelta(minutes=15))
            bb.BlockTooManyFailedLogins(limits).authenticate(name, password)
            user = bb.DefaultFlaskBBAuthProvider().authenticate(name, password)
            if user is None:
                return False
            bb.BlockUnactivatedUser().handle_post_auth(user)
            # The pages ask for the group's permissions, the days since joining and the posts.
            group = session.get(groups, user.primary_group_id)
            joined = (datetime.now(timezone.utc) - user.date_joined).days
            return not (group.banned or group.guest) and joined >= 0 and user.post_count + 0 >= 0
        except bb.StopAuthentication:
            return False
        finally:
            session.remove()

    @cached_property
    def authentication(self):
        """FlaskBB's module, a session, and the model of groups."""
        engine = create_engine(f"sqlite:///{self.path}", poolclass=NullPool)
        session = scoped_session(sessionmaker(bind=engine))
        metadata = MetaData()
        dates = [Column(name, UTCDateTime()) for name in ("date_joined", "lastseen", "last_failed_login")]
        users = Table("users", metadata, *dates, autoload_with=engine)

        class User:
            pass

        class Group:
            pass

        mappings = registry(metadata=metadata)
        mappings.map_imperatively(User, users)
        mappings.map_imperatively(Group, metadata.tables["groups"])
        return load_authentication(User, session), session, Group


APPLICATIONS = {"flaskbb": FlaskBB}
