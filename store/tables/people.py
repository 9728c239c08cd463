"""Persons, their addresses and subscriptions, and the tokens that let them decide."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    """Somebody, with one or several addresses."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str | None = None
    created_at: datetime


class Address(SQLModel, table=True):
    """An e-mail address in small letters; it may be shared by several people."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    confirmed_at: datetime | None = None
    probed_at: datetime | None = None


class Subscription(SQLModel, table=True):
    """An address on the list of a language."""

    __table_args__ = (UniqueConstraint("address_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id")
    language: str = Field(index=True)
    state: str = "active"
    joined_at: datetime
    left_at: datetime | None = None


class Token(SQLModel, table=True):
    """The hash of a secret that is good for one decision; dead once anybody decided."""

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=64)
    purpose: str
    email: str
    about: str = ""
    language: str
    revision_id: int | None = Field(default=None, foreign_key="revision.id", index=True)
    synthesis_id: int | None = Field(default=None, foreign_key="synthesis.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    dead_at: datetime | None = None
