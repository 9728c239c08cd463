"""What came in and what goes out: messages, deliveries, outgoing mail and its recipients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
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


class ImapFolder(SQLModel, table=True):
    """How far a mailbox is read; a folder that is made anew has another UIDVALIDITY (RFC 3501 §2.3.1.1)."""

    __tablename__ = "imap_folder"

    url: str = Field(primary_key=True)
    uid_validity: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_uid: int = Field(sa_column=Column(BigInteger, nullable=False))
    since: datetime = Field(description="what the mailbox got before this is never read")
    seen_at: datetime


class Attachment(SQLModel, table=True):
    """What came along with a text, kept once by the SHA-256 of its content; that hash is its only name here."""

    hash: str = Field(primary_key=True, max_length=64)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
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

    `wording` is then what is left to compare an answer with: the text without its secrets. One that is `personal`
    leaves with a return path (and unsubscribe headers) of its own for each recipient.
    """

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    kind: str
    language: str
    subject: str
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    wording: str = ""
    mail_from: str
    personal: bool = False
    priority: int = 1
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
        Index("outgoing_recipient_due", "state", "priority", "next_attempt_at"),
        Index("outgoing_recipient_sent", "sent_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    outgoing_id: int = Field(foreign_key="outgoing.id")
    email: str
    state: str = "waiting"
    priority: int = 1
    attempts: int = 0
    next_attempt_at: datetime
    claimed_at: datetime | None = None
    reply: str = ""
    sent_at: datetime | None = None


class Bounce(SQLModel, table=True):
    """One report at a return path of ours that a mail did not arrive; the score of an address is counted from these."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(index=True, description="empty where the report does not say whom it is about")
    at: datetime = Field(index=True)
    weight: float = Field(description="1.0 for good, 0.5 for now")
    status: str = Field(default="", description="enhanced status code of RFC 3463, or nothing")
    probe: bool = False
    outgoing_id: int | None = Field(default=None, foreign_key="outgoing.id")
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")


class DomainPolicy(SQLModel, table=True):
    """What a domain asks of mail in its name (DMARC, RFC 7489 §6.3), as it was when last looked up."""

    __tablename__ = "domain_policy"

    domain: str = Field(primary_key=True)
    policy: str
    checked_at: datetime


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
