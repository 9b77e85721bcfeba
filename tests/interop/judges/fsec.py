"""Flask-Security: its table with its SQLAlchemy 2 models, and its log-in form."""

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore, hash_password
from flask_security.models import fsqla_v3
from flask_sqlalchemy import SQLAlchemy

# The pepper of the field's file.
PEPPER = "146585145368132386173505678016728509634"


class FlaskSecurity:
    """An application that is nothing but Flask-Security."""

    options = {}

    def __init__(self, path):
        self.app = Flask("fsec")
        self.app.config.update(
            SECRET_KEY="of no use here",
            SECURITY_PASSWORD_SALT=PEPPER,
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}",
            WTF_CSRF_ENABLED=False,
            SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
            **self.options,
        )
        self.db = SQLAlchemy(self.app)
        fsqla_v3.FsModels.set_db_info(self.db)

        class Role(self.db.Model, fsqla_v3.FsRoleMixin):
            pass

        class User(self.db.Model, fsqla_v3.FsUserMixin):
            pass

        self.store = SQLAlchemyUserDatastore(self.db, User, Role)
        Security(self.app, self.store)
        # Whoever is in has a page of their own.
        self.app.add_url_rule("/me", view_func=self.me)

    @staticmethod
    def me():
        from flask_security import current_user

        return current_user.email if current_user.is_authenticated else ("", 401)

    def make(self, people):
        with self.app.app_context():
            self.db.create_all()
            for person in people:
                self.store.create_user(email=person.email, password=hash_password(person.password))
            self.db.session.commit()
            self.close()

    def login(self, name, password):
        with self.app.test_client() as client:
            client.post("/login", data={"email": name, "password": password})
            answer = client.get("/me")
        with self.app.app_context():
            self.close()
        return answer.status_code == 200 and answer.text == name

    def close(self):
        self.db.session.remove()
        self.db.engine.dispose()


class FlaskSecurityBcrypt(FlaskSecurity):
    """The same with bcrypt, which many kept from the years when it was the default."""

    options = {"SECURITY_PASSWORD_HASH": "bcrypt", "SECURITY_PASSWORD_SCHEMES": ["bcrypt", "argon2"]}


APPLICATIONS = {"fsec": FlaskSecurity, "fsec-bcrypt": FlaskSecurityBcrypt}
