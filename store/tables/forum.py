"""The forum's calendar as the database knows it, and what belongs to a phase."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Theme(SQLModel, table=True):
    """A theme, kept in step with `forum.toml`; texts by language."""

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(unique=True)
    title: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Question(SQLModel, table=True):
    """A numbered question of a theme."""

    __table_args__ = (UniqueConstraint("theme_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    theme_id: int = Field(foreign_key="theme.id")
    number: int
    text: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Phase(SQLModel, table=True):
    """A phase [opens_at, closes_at). What an organizer changes stands until the file's own value changes.

    One that is no longer in the file keeps its row, for what was written in it, and is not part of the calendar.
    """

    __table_args__ = (UniqueConstraint("theme_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    theme_id: int = Field(foreign_key="theme.id")
    number: int
    questions: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    looks_at: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reminders: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    opens_at: datetime
    closes_at: datetime
    file_opens_at: datetime
    file_closes_at: datetime
    changes: int = 0
    removed_at: datetime | None = None


class Synthesis(SQLModel, table=True):
    """What the organizers wrote at the end of a phase, in one language; of the confirmed ones the last received wins."""

    id: int | None = Field(default=None, primary_key=True)
    phase_id: int = Field(foreign_key="phase.id", index=True)
    language: str
    delivery_id: int = Field(foreign_key="delivery.id")
    title: str
    text: str
    where_we_are: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    link: str | None = None
    author_email: str
    received_at: datetime
    confirmed_at: datetime | None = None


class Snapshot(SQLModel, table=True):
    """The count of a phase's opening or closing, taken once: every mail and page shows this one."""

    __table_args__ = (UniqueConstraint("phase_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    phase_id: int = Field(foreign_key="phase.id")
    kind: str
    taken_at: datetime
    counts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
