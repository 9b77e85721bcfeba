"""Flask-Security: its table with its SQLAlchemy 2 models, and its log-in form."""

from flask import Flask
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore, UserMixin, hash_password
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
        self.store = SQLAlchemyUserDatastore(self.db, *self.models(self.db))
        Security(self.app, self.store)
        # Whoever is in has a page of their own.
        self.app.add_url_rule("/me", view_func=self.me)

    @staticmethod
    def models(db):
        fsqla_v3.FsModels.set_db_info(db)

        class Role(db.Model, fsqla_v3.FsRoleMixin):
            pass

        class User(db.Model, fsqla_v3.FsUserMixin):
            pass

        return User, Role

    @staticmethod
    def me():
        from flask_security import current_user

        return current_user.email if current_user.is_authenticated else ("", 401)

    def make(self, people):
        with self.app.app_context():
            self.db.create_all()
            for person in people:
                self.create(person.email, hash_password(person.password))
            self.db.session.commit()
            self.close()

    def create(self, email, stored):
        self.store.create_user(email=email, password=stored)

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


class PgAdmin(FlaskSecurity):
    """As pgAdmin 4 has it: pbkdf2_sha512, and the key is in the database itself, where its start puts it."""

    options = {"SECURITY_PASSWORD_HASH": "pbkdf2_sha512", "SECURITY_PASSWORD_SCHEMES": ["pbkdf2_sha512"]}

    @staticmethod
    def models(db):
        roles_users = db.Table(
            "roles_users",
            db.Column("user_id", db.Integer, db.ForeignKey("user.id")),
            db.Column("role_id", db.Integer, db.ForeignKey("role.id")),
        )

        class Role(db.Model, RoleMixin):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(128), unique=True, nullable=False)
            description = db.Column(db.String(256), nullable=False)

        class User(db.Model, UserMixin):
            id = db.Column(db.Integer, primary_key=True)
            email = db.Column(db.String(256), nullable=True)
            password = db.Column(db.String(256))
            active = db.Column(db.Boolean, nullable=False)
            confirmed_at = db.Column(db.DateTime)
            masterpass_check = db.Column(db.String(256))
            roles = db.relationship("Role", secondary=roles_users)
            auth_source = db.Column(db.String(16), unique=False, nullable=False, default="internal")
            username = db.Column(db.String(64), unique=False, nullable=False)
            fs_uniquifier = db.Column(db.String(255), unique=True, nullable=False)
            login_attempts = db.Column(db.Integer, default=0)
            locked = db.Column(db.Boolean, default=False)

        class Keys(db.Model):
            name = db.Column(db.String, nullable=False, primary_key=True)
            value = db.Column(db.String, nullable=False)

        PgAdmin.user, PgAdmin.role, PgAdmin.keys = User, Role, Keys
        return User, Role

    def create(self, email, stored):
        role = self.store.find_role("User")
        if role is None:
            role = self.store.create_role(name="User", description="pgAdmin User Role")
            self.db.session.add(self.keys(name="SECURITY_PASSWORD_SALT", value=PEPPER))
            self.db.session.add(self.keys(name="SECRET_KEY", value="of no use here"))
        user = self.store.create_user(email=email, username=email, password=stored)
        self.store.add_role_to_user(user, role)

    def login(self, name, password):
        with self.app.app_context():
            user = self.user.query.filter_by(username=name, auth_source="internal").first()
            is_open = user is not None and not user.locked and user.login_attempts < 3
            self.close()
        return is_open and super().login(name, password)


APPLICATIONS = {"fsec": FlaskSecurity, "fsec-bcrypt": FlaskSecurityBcrypt, "pgadmin": PgAdmin}
