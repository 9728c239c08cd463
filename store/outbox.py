"""Mail to be sent, as handlers see it: enqueued, found again and cancelled in their unit of work.

The relay's side is `store.dispatch`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, String, case, func, insert, literal, select, update
from sqlalchemy import cast as cast_to
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, SQLModel, col

from store.digests import insert_postponed
from store.readers import EVERYBODY, Readers, select_postponed, select_readers
from store.sql import insert_into
from store.tables import Address, Outgoing, OutgoingRecipient, Subscription

WAITING = "waiting"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
CANCELLED = "cancelled"

FIRST, ORDINARY, BULK = 0, 1, 2
"""Priorities where the smarthost takes only so many an hour: announcements, notices to one person, what is passed on."""

LAST = "forgotten"
"""Kind of the last mail to a person, whose address is deleted once it is sent."""
NOBODY = "@forgotten.invalid"

MAX_NAMED = 200
"""Message-IDs that are looked up for one mail."""

OUTGOING = SQLModel.metadata.tables[str(Outgoing.__tablename__)]
RECIPIENTS = SQLModel.metadata.tables[str(OutgoingRecipient.__tablename__)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail rendered to bytes, ready to be kept; it is not sent before `send_at`."""

    message_id: str
    kind: str
    language: str
    subject: str
    content: bytes
    mail_from: str
    send_at: datetime
    personal: bool = False
    priority: int = ORDINARY
    purge_when_sent: bool = False
    wording: str = ""
    contribution_id: int | None = None
    revision_id: int | None = None
    phase_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A mail that is not with all its readers; `next_attempt_at` is None where only failures are left."""

    outgoing_id: int
    kind: str
    subject: str
    waiting: int
    failed: int
    next_attempt_at: datetime | None
    reply: str


class Outbox:
    """Outgoing mail, as a handler sees it; it writes in the transaction of its unit of work and never commits."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def enqueue(self, draft: Draft, recipients: Sequence[str]) -> int | None:
        """Keep a mail for some addresses; its id, or None where that Message-ID is there already."""
        outgoing_id = self._keep(draft)
        if outgoing_id is None or not recipients:
            return outgoing_id
        rows = [
            {
                "outgoing_id": outgoing_id,
                "email": email,
                "state": WAITING,
                "priority": draft.priority,
                "attempts": 0,
                "next_attempt_at": draft.send_at,
                "reply": "",
            }
            for email in dict.fromkeys(recipients)
        ]
        self._session.connection().execute(insert(RECIPIENTS), rows)
        return outgoing_id

    def enqueue_to_list(self, draft: Draft, language: str, readers: Readers = EVERYBODY) -> int | None:
        """Keep a mail for readers of a list, in one statement however many they are; as `enqueue`.

        Whose budget has no room for a text is told of it later.
        """
        outgoing_id = self._keep(draft)
        if outgoing_id is None:
            return None
        postponed = select_postponed(language, readers)
        if postponed is not None and draft.revision_id is not None:
            # First: what is enqueued for them counts from then on.
            insert_postponed(
                self._session, postponed.subquery("postponed_to"), draft.revision_id, language, self._now
            )
        chosen = select_readers(language, readers).subquery("chosen")
        subscribers = (
            select(
                literal(outgoing_id),
                col(Address.email),
                literal(WAITING),
                literal(draft.priority),
                literal(0),
                literal(draft.send_at, RECIPIENTS.c.next_attempt_at.type),
                literal(""),
            )
            .join(Subscription, col(Subscription.address_id) == col(Address.id))
            .join(chosen, chosen.c.subscription_id == col(Subscription.id))
            .order_by(col(Address.id))
        )
        columns = ["outgoing_id", "email", "state", "priority", "attempts", "next_attempt_at", "reply"]
        self._session.connection().execute(insert(RECIPIENTS).from_select(columns, subscribers))
        return outgoing_id

    def has_readers(self, language: str, readers: Readers) -> bool:
        """Whether anybody on a list is one of these readers: a mail for nobody need not be written."""
        return self._session.execute(select_readers(language, readers).limit(1)).first() is not None

    def find(self, message_ids: Sequence[str]) -> Outgoing | None:
        """The first of our own mails that these Message-IDs name, in the order given."""
        named = list(dict.fromkeys(message_ids))[:MAX_NAMED]
        query = select(Outgoing).where(col(Outgoing.message_id).in_(named))
        found = {mail.message_id: mail for mail in self._session.execute(query).scalars()}
        return next((found[message_id] for message_id in named if message_id in found), None)

    def is_only_for(self, outgoing: Outgoing, email: str) -> bool:
        """Whether an address is the one recipient of a mail."""
        query = select(col(OutgoingRecipient.email)).where(col(OutgoingRecipient.outgoing_id) == outgoing.id)
        return list(self._session.execute(query.limit(2)).scalars()) == [email]

    def cancel(self, revision_id: int, kinds: Sequence[str], email: str | None = None) -> int:
        """Let nobody who still waits, or not one address, have these mails about a revision; the number of recipients spared."""
        readers = () if email is None else (RECIPIENTS.c.email == email,)
        return self._cancel((OUTGOING.c.revision_id == revision_id) & OUTGOING.c.kind.in_(kinds), *readers)

    def cancel_about(self, contribution_id: int, kind: str, language: str) -> int:
        """The same with the mails of a kind about a contribution that are in a language."""
        return self._cancel(
            (OUTGOING.c.contribution_id == contribution_id)
            & (OUTGOING.c.kind == kind)
            & (OUTGOING.c.language == language)
        )

    def cancel_for(self, email: str, kind: str) -> int:
        """Let an address have no more of the mails of a kind that still wait for it."""
        return self._cancel(OUTGOING.c.kind == kind, RECIPIENTS.c.email == email)

    def list_waiting(self, limit: int = 100) -> list[Unsent]:
        """Mails that wait for a reader or failed to reach one, the next to be tried first."""
        state = RECIPIENTS.c.state
        waits = state.in_((WAITING, SENDING))
        next_attempt = func.min(case((waits, RECIPIENTS.c.next_attempt_at)))
        query = (
            select(
                OUTGOING.c.id,
                OUTGOING.c.kind,
                OUTGOING.c.subject,
                func.sum(case((waits, 1), else_=0)),
                func.sum(case((state == FAILED, 1), else_=0)),
                next_attempt,
                func.max(RECIPIENTS.c.reply),
            )
            .join(RECIPIENTS, RECIPIENTS.c.outgoing_id == OUTGOING.c.id)
            .where(state.in_((WAITING, SENDING, FAILED)))
            .group_by(OUTGOING.c.id, OUTGOING.c.kind, OUTGOING.c.subject)
            .order_by(next_attempt.is_(None), next_attempt, OUTGOING.c.id)
            .limit(limit)
        )
        return [Unsent(*row) for row in self._session.connection().execute(query)]

    def _cancel(self, mails: ColumnElement[bool], *readers: ColumnElement[bool]) -> int:
        about = select(OUTGOING.c.id).where(mails)
        cancelled = (
            update(RECIPIENTS)
            .where(RECIPIENTS.c.state == WAITING, RECIPIENTS.c.outgoing_id.in_(about), *readers)
            .values(state=CANCELLED)
        )
        connection = self._session.connection()
        changed = connection.execute(cancelled).rowcount
        purge(connection, OUTGOING.c.id.in_(about))
        return changed

    def _keep(self, draft: Draft) -> int | None:
        row = {name: getattr(draft, name) for name in Draft.__dataclass_fields__} | {"created_at": self._now}
        kept = (
            insert_into(self._session, OUTGOING)
            .values(row)
            .on_conflict_do_nothing(index_elements=[OUTGOING.c.message_id])
            .returning(OUTGOING.c.id)
        )
        return cast("int | None", self._session.connection().execute(kept).scalar_one_or_none())


def purge(connection: Connection, which: ColumnElement[bool]) -> None:
    """Forget the content of mails with a secret once nobody is to get them any more."""
    somebody = (
        select(literal(1))
        .where(RECIPIENTS.c.outgoing_id == OUTGOING.c.id, RECIPIENTS.c.state.in_((WAITING, SENDING)))
        .exists()
    )
    purged = update(OUTGOING).where(which, OUTGOING.c.purge_when_sent, ~somebody).values(content=None)
    connection.execute(purged)


def blank_last(connection: Connection, outgoing_id: int) -> None:
    """Whoever got the last mail of all is nobody, once it need not be tried again."""
    done = RECIPIENTS.c.state.not_in((WAITING, SENDING)), RECIPIENTS.c.outgoing_id == outgoing_id
    connection.execute(update(RECIPIENTS).where(*done).values(email=make_nobody(), reply=""))


def make_nobody() -> ColumnElement[str]:
    """What stands in the place of the address of a recipient who is forgotten: one of its own for each row."""
    return literal("forgotten-") + cast_to(RECIPIENTS.c.id, String) + literal(NOBODY)
