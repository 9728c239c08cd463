"""Every table of the database. Times are aware UTC; sizes are bytes."""

from store.tables.contributions import Abstract, Contribution, Decision, Revision, Version
from store.tables.forum import Phase, Question, Snapshot, Synthesis, Theme
from store.tables.linking import Claim, Link, SentenceVectors, Separation, Watch
from store.tables.mail import (
    Allowance,
    Attachment,
    AuditEvent,
    Bounce,
    Counter,
    Delivery,
    DomainPolicy,
    ImapFolder,
    Message,
    Notice,
    Outgoing,
    OutgoingRecipient,
)
from store.tables.people import Address, Person, Postponed, Reading, Subscription, Token

__all__ = [
    "Abstract",
    "Address",
    "Allowance",
    "Attachment",
    "AuditEvent",
    "Bounce",
    "Claim",
    "Contribution",
    "Counter",
    "Decision",
    "Delivery",
    "DomainPolicy",
    "ImapFolder",
    "Link",
    "Message",
    "Notice",
    "Outgoing",
    "OutgoingRecipient",
    "Person",
    "Phase",
    "Postponed",
    "Question",
    "Reading",
    "Revision",
    "SentenceVectors",
    "Separation",
    "Snapshot",
    "Subscription",
    "Synthesis",
    "Theme",
    "Token",
    "Version",
    "Watch",
]
