"""fastapi-users: its SQLAlchemy base, and `UserManager.authenticate`."""

import asyncio
import contextlib
import uuid

from fastapi.security import OAuth2PasswordRequestForm
from fastapi_users import BaseUserManager, UUIDIDMixin, schemas
from fastapi_users.db import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    pass


class FastApiUsers:
    """An application that is nothing but fastapi-users."""

    def __init__(self, path):
        self.uri = f"sqlite+aiosqlite:///{path}"

    def make(self, people):
        asyncio.run(self.make_all(people))

    def login(self, name, password):
        return asyncio.run(self.authenticate(name, password))

    async def make_all(self, people):
        async with self.manager() as (manager, engine):
            async with engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            for person in people:
                await manager.create(schemas.BaseUserCreate(email=person.email, password=person.password))

    async def authenticate(self, name, password):
        async with self.manager() as (manager, _):
            form = OAuth2PasswordRequestForm(username=name, password=password)
            user = await manager.authenticate(form)
            if user is None or not user.is_active:
                return False
            # The token holds the id as text, and every later request looks the user up by it.
            return (await manager.get(manager.parse_id(str(user.id)))).email == user.email

    @contextlib.asynccontextmanager
    async def manager(self):
        engine = create_async_engine(self.uri)
        try:
            async with async_sessionmaker(engine, expire_on_commit=False)() as session:
                yield Manager(SQLAlchemyUserDatabase(session, User)), engine
        finally:
            await engine.dispose()


APPLICATIONS = {"fu": FastApiUsers}
