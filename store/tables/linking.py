"""What a text was taken for a version of, who translates what, and the vectors that texts are compared by."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Link(SQLModel, table=True):
    """That a text was taken for a version of a contribution, or might be one: a row for each candidate.

    `state` is "linked", "suggested" or "refused" (a moderator decided against it); `signal` how it was known, as in
    `handlers/linking`, or "moderator"; `reasons` are named, as `[name, value, …]`; `choice` is the number that a
    moderator answers with. `moved_from_id` is the contribution that the version belonged to before, where it had one.
    """

    __table_args__ = (UniqueConstraint("revision_id", "contribution_id"),)

    id: int | None = Field(default=None, primary_key=True)
    revision_id: int = Field(foreign_key="revision.id")
    contribution_id: int = Field(foreign_key="contribution.id", index=True)
    state: str
    signal: str
    probability: float | None = None
    reasons: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    covers: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    choice: int = 1
    moved_from_id: int | None = Field(default=None, foreign_key="contribution.id")
    made_by: str = ""
    made_at: datetime
    undone_by: str = ""
    undone_at: datetime | None = None


class Separation(SQLModel, table=True):
    """Two contributions that somebody said are not one; the smaller id first. They are never suggested again."""

    contribution_id: int = Field(foreign_key="contribution.id", primary_key=True)
    other_id: int = Field(foreign_key="contribution.id", primary_key=True)
    made_by: str
    made_at: datetime


class SentenceVectors(SQLModel, table=True):
    """The vectors of a text's sentences in order (float16), so that nothing is encoded twice; of the model named.

    `compared` is the text that they are of: without what recurs at the ends of its author's and its list's posts.
    """

    __tablename__ = "sentence_vectors"

    revision_id: int = Field(foreign_key="revision.id", primary_key=True)
    model: str = Field(index=True)
    compared: str
    vectors: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Claim(SQLModel, table=True):
    """That somebody translates a contribution, or a phase's synthesis, into a language, until an instant."""

    __table_args__ = (Index("claim_open", "contribution_id", "language", "ended_at"),)

    id: int | None = Field(default=None, primary_key=True)
    contribution_id: int | None = Field(default=None, foreign_key="contribution.id")
    phase_id: int | None = Field(default=None, foreign_key="phase.id")
    language: str
    email: str = Field(index=True)
    claimed_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""


class Watch(SQLModel, table=True):
    """Somebody who wants to hear each week what lacks a language."""

    email: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    since: datetime
