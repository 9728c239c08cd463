"""What came in and what goes out: messages, deliveries, outgoing mail and its recipients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class Message(SQLModel, table=True):
    """One mail as it came, kept once however many lists it was sent to."""

    id: str = Field(
        primary_key=True, max_length=64, description="SHA-256 of the content without trace headers"
    )
    message_id: str = Field(
        index=True, description="Message-ID header, with its angle brackets; empty where none"
    )
    raw: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int
    first_seen_at: datetime


class Delivery(SQLModel, table=True):
    """A message at one list or address: the spool's row, and the thing that has an outcome."""

    __table_args__ = (Index("delivery_waiting", "outcome", "received_at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)
    message: str = Field(foreign_key="message.id", index=True)
    recipient: str
    mail_from: str
    edge: str
    received_at: datetime
    live: bool = True
    copies: int = 1
    outcome: str | None = None
    kind: str = ""
    reason: str = ""
    traceback: str = ""
    handled_at: datetime | None = None
    # What it became; no foreign keys, because a revision names its delivery and tables may not refer in a circle.
    contribution_id: int | None = None
    revision_id: int | None = None


class Outgoing(SQLModel, table=True):
    """A mail that we wrote, rendered to bytes when it was enqueued; `content` is None once it is purged.

    `wording` is then what is left to compare an answer with: the text without its secrets.
    """

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    kind: str
    language: str
    subject: str
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    wording: str = ""
    mail_from: str
    created_at: datetime
    send_at: datetime
    purge_when_sent: bool = False
    contribution_id: int | None = Field(default=None, foreign_key="contribution.id")
    revision_id: int | None = Field(default=None, foreign_key="revision.id")
    phase_id: int | None = Field(default=None, foreign_key="phase.id")
    token_id: int | None = Field(default=None, foreign_key="token.id")


class OutgoingRecipient(SQLModel, table=True):
    """One recipient of an outgoing mail: waiting, sending, sent, failed or cancelled."""

    __tablename__ = "outgoing_recipient"
    __table_args__ = (
        UniqueConstraint("outgoing_id", "email"),
        Index("outgoing_recipient_due", "state", "next_attempt_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    outgoing_id: int = Field(foreign_key="outgoing.id")
    email: str
    state: str = "waiting"
    attempts: int = 0
    next_attempt_at: datetime
    claimed_at: datetime | None = None
    reply: str = ""
    sent_at: datetime | None = None


class Notice(SQLModel, table=True):
    """That a notice was enqueued or skipped: a second one of the same kind and occasion cannot be written."""

    __table_args__ = (UniqueConstraint("kind", "subject", "occasion", "language"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    occasion: str
    language: str
    state: str
    due_at: datetime
    enqueued_at: datetime


class Allowance(SQLModel, table=True):
    """How many answers of a kind an address has had on a day."""

    email: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    used: int = 0


class Counter(SQLModel, table=True):
    """A number that only grows: contribution numbers, accepted deliveries."""

    name: str = Field(primary_key=True)
    value: int = 0


class AuditEvent(SQLModel, table=True):
    """Who did what, when."""

    __tablename__ = "audit_event"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    event: str
    actor: str
    subject: str
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
