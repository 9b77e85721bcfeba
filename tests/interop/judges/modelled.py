"""Applications of one file, as people write them with SQLAlchemy: a model, and a function that checks a password."""

import uuid
from contextlib import contextmanager
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy import Boolean, DateTime, NullPool, String, Uuid, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from werkzeug.security import check_password_hash, generate_password_hash


class Modelled:
    """A model `User` of `Base`, by whose `name_column` people log in."""

    Base = User = None

    def __init__(self, path):
        self.engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @contextmanager
    def session(self):
        with sessionmaker(self.engine)() as session:
            yield session

    def make(self, people):
        self.Base.metadata.create_all(self.engine)
        with self.session() as session:
            for person in people:
                session.add(self.user(person))
            session.commit()

    def login(self, name, password):
        with self.session() as session:
            user = self.find(session, name)
            return user is not None and self.check(user, password)


class MlflowBase(DeclarativeBase):
    pass


class MlflowUser(MlflowBase):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    is_admin: Mapped[bool | None] = mapped_column(Boolean, default=False)


class Mlflow(Modelled):
    """As MLflow's basic authentication keeps its users."""

    Base = MlflowBase

    def user(self, person):
        return MlflowUser(username=person.name, password_hash=generate_password_hash(person.password))

    def find(self, session, name):
        return session.query(MlflowUser).filter(MlflowUser.username == name).one_or_none()

    def check(self, user, password):
        # Its answers hold this as a JSON boolean.
        return check_password_hash(user.password_hash, password) and user.is_admin is False


class OldBase(DeclarativeBase):
    pass


class OldUser(OldBase):
    __tablename__ = "users"
    user_id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50))
    email: Mapped[str] = mapped_column(String(120))
    pw_hash: Mapped[str] = mapped_column(String(200))
    reset_token: Mapped[str | None] = mapped_column(String(64))


class OldWerkzeug(Modelled):
    """A site of the years of Werkzeug 1: PBKDF2 of 150000 rounds with 8 characters of salt, and no index on the name."""

    Base = OldBase

    def user(self, person):
        old = generate_password_hash(person.password, "pbkdf2:sha256:150000", salt_length=8)
        token = f"{uuid.uuid4().hex}{uuid.uuid4().hex}"
        return OldUser(username=person.name, email=person.email, pw_hash=old, reset_token=token)

    def find(self, session, name):
        return session.query(OldUser).filter(OldUser.username == name).first()

    def check(self, user, password):
        return check_password_hash(user.pw_hash, password) and "@" in user.email


class TemplateBase(DeclarativeBase):
    pass


class TemplateUser(TemplateBase):
    __tablename__ = "user"
    email: Mapped[str] = mapped_column(String(255), unique=True, index=True)
    is_active: Mapped[bool]
    is_superuser: Mapped[bool]
    full_name: Mapped[str | None] = mapped_column(String(255))
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    hashed_password: Mapped[str]
    created_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=datetime.utcnow)


class FastApiTemplate(Modelled):
    """As the full-stack template of FastAPI has it: UUIDs without hyphens, pwdlib with argon2 before bcrypt."""

    Base = TemplateBase
    password_hash = PasswordHash((Argon2Hasher(), BcryptHasher()))

    def user(self, person):
        hashed = self.password_hash.hash(person.password)
        return TemplateUser(email=person.email, is_active=True, is_superuser=False, hashed_password=hashed)

    def find(self, session, name):
        return session.query(TemplateUser).filter(TemplateUser.email == name).first()

    def check(self, user, password):
        verified, _ = self.password_hash.verify_and_update(password, user.hashed_password)
        # The token holds the id as text, by which every later request finds the user.
        return verified and user.is_active and uuid.UUID(str(user.id)) == user.id and user.created_at is not None


APPLICATIONS = {"mlflow": Mlflow, "old-werkzeug": OldWerkzeug, "fastapi-template": FastApiTemplate}
