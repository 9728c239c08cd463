"""Persons, their addresses, subscriptions and wishes, and the tokens that let them decide."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Person(SQLModel, table=True):
    """Somebody, with one or several addresses, and what they want sent.

    `language` is the one they asked to be written to in; `mode` as in `store.readers`, until `mode_until`, where it
    becomes `mode_after`. `budget` is bytes a week, None for no limit; `digest_hour` an hour of the day in `time_zone`,
    the forum's where they name none; `digested_at` is up to when the last digest told what was published.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    language: str | None = None
    mode: str = Field(default="full", index=True)
    mode_until: datetime | None = None
    mode_after: str = "full"
    budget: int | None = None
    time_zone: str | None = None
    digest_hour: int | None = None
    digested_at: datetime | None = None
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


class Postponed(SQLModel, table=True):
    """That a published text was not pushed to somebody, whose budget of the week it does not fit into.

    It is told in one line with others, once (`told_at`).
    """

    __table_args__ = (Index("postponed_untold", "told_at", "person_id"),)

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    revision_id: int = Field(foreign_key="revision.id", primary_key=True)
    language: str = Field(description="of the list that it was for")
    since: datetime
    told_at: datetime | None = None


class Reading(SQLModel, table=True):
    """Which part of which long text an address has had last: what "next" goes on from.

    `command` is the English line that asks for the text, without a part.
    """

    email: str = Field(primary_key=True)
    command: str
    part: int
    parts: int
    read_at: datetime
