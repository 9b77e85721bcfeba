"""calibre-web: its models, and its log-in page's look-up and check."""

import os
import sys
from contextlib import contextmanager

import calibreweb

sys.path.insert(0, os.path.dirname(calibreweb.__file__))

from cps import constants, ub  # noqa: E402
from sqlalchemy import create_engine, func  # noqa: E402
from sqlalchemy.orm import sessionmaker  # noqa: E402
from werkzeug.security import check_password_hash, generate_password_hash  # noqa: E402


class CalibreWeb:
    """The users' database, and what `cps.web.login_post` does with it."""

    def __init__(self, path):
        self.path = path

    def make(self, people):
        with self.session() as session:
            ub.Base.metadata.create_all(session.get_bind())
            ub.create_admin_user(session)
            ub.create_anonymous_user(session)
            for person in people:
                user = ub.User(name=person.name, email=person.email, role=constants.ROLE_DOWNLOAD)
                user.password = generate_password_hash(person.password)
                session.add(user)
            session.commit()

    def login(self, name, password):
        """As `login_post` does: the name as typed, in lower case, against lower(name), and Guest never."""
        with self.session() as session:
            user = session.query(ub.User).filter(func.lower(ub.User.name) == name.strip().lower()).first()
            if not (user and check_password_hash(str(user.password), password) and user.name != "Guest"):
                return False
            # What the first page asks of whoever is in: each fails on a column that was left out.
            user.check_visibility(constants.SIDEBAR_RANDOM)
            user.list_denied_tags(), user.list_allowed_tags(), user.list_denied_column_values()
            user.get_view_property("list", "dir")
            return user.is_active and not user.role_admin() and user.locale is not None

    @contextmanager
    def session(self):
        engine = create_engine(f"sqlite:///{self.path}")
        session = sessionmaker(bind=engine)()
        try:
            yield session
        finally:
            session.close()
            engine.dispose()


APPLICATIONS = {"calibre": CalibreWeb}
