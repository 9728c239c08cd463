"""Contributions, their versions and revisions, and what was decided about them."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Contribution(SQLModel, table=True):
    """The language-neutral record; numbered at its first publication, a comment where it has a parent.

    `first_parent_id` is what a comment answered, where that was merged into its parent since.
    """

    __table_args__ = (Index("contribution_theme", "theme_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    number: int | None = Field(default=None, unique=True)
    parent_id: int | None = Field(default=None, foreign_key="contribution.id", index=True)
    genre: str = "contribution"
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    phase_id: int | None = Field(default=None, foreign_key="phase.id")
    language: str
    title: str
    author_name: str
    author_email: str = Field(index=True)
    received_at: datetime
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    merged_into_id: int | None = Field(default=None, foreign_key="contribution.id", index=True)
    # No foreign key: SQLite cannot add one to a table that is there.
    first_parent_id: int | None = None


class Version(SQLModel, table=True):
    """A contribution's text in one language: the original or a translation.

    `completeness` is that of its current text: "complete", "partial", or "machine" for a translation by a machine that
    nobody has reread. Only complete ones count.
    """

    __table_args__ = (UniqueConstraint("contribution_id", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    contribution_id: int = Field(foreign_key="contribution.id")
    language: str
    role: str
    received_at: datetime
    # No foreign key: the two tables would refer to each other, and SQLite cannot add one later.
    current_revision_id: int | None = None
    completeness: str = "complete"
    linked_by: str = ""


class Revision(SQLModel, table=True):
    """One text of a version, with its state: holds, decisions and tokens belong to it.

    `sent_by` names who sent it for its author, who is from `place`; `source` is the attachment that it was read from;
    `written_in` the language that it seems to be in, where that is another than its version's; `distributed_on` the
    language of the external list whose readers have had it from there; `machine` says that a machine translated it;
    `covers` which paragraphs of its original it translates, as [first, last, of], where that is not all of them.
    """

    __table_args__ = (
        Index("revision_same_text", "author_email", "text_hash"),
        Index("revision_text_hash", "text_hash"),
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id", index=True)
    message_id: str = Field(default="", index=True)
    source_revision_id: int | None = Field(default=None, foreign_key="revision.id")
    state: str = Field(index=True)
    title: str
    text: str
    cut: str = ""
    text_hash: str
    author_name: str
    author_email: str
    place: str = ""
    sent_by: str = ""
    source: str = ""
    written_in: str = ""
    distributed_on: str = ""
    machine: bool = False
    covers: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    attachments: list[dict[str, str | int]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    hold_reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    received_at: datetime
    published_at: datetime | None = None


class Abstract(SQLModel, table=True):
    """Title and at most 300 characters of a contribution in a language that it is not in; it counts for nothing.

    `state` is "held", "published", "rejected" or "replaced": of each language one is published. `origin` says whose it
    is: "author" (in the first lines of the text), "translator" or "moderator"; `machine` that a machine wrote it.
    """

    __table_args__ = (Index("abstract_of", "contribution_id", "language", "state"),)

    id: int | None = Field(default=None, primary_key=True)
    contribution_id: int = Field(foreign_key="contribution.id")
    language: str
    state: str
    origin: str
    title: str
    text: str
    author_name: str
    author_email: str = Field(index=True)
    machine: bool = False
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    received_at: datetime
    published_at: datetime | None = None


class Decision(SQLModel, table=True):
    """What somebody decided about a revision; a rejection takes effect later, until then it can be undone."""

    id: int | None = Field(default=None, primary_key=True)
    revision_id: int = Field(foreign_key="revision.id", index=True)
    moderator: str
    verdict: str
    reason: str = ""
    how: str
    decided_at: datetime
    takes_effect_at: datetime
    undone_at: datetime | None = None
