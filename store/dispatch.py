"""The relay's side of the outbox: claims what is due, and keeps what became of it, in transactions of its own.

A claim is a lease: what a relay had in hand when it died is due again once the lease is over. The receiver may
then get it a second time, under the same Message-ID (RFC 5321 §4.5.4.1 leaves no better promise).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Engine, bindparam, case, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from store.outbox import OUTGOING, RECIPIENTS, SENDING, SENT, WAITING, purge

LEASE = timedelta(minutes=10)
"""How long a relay may have a recipient in hand before it counts as dead."""
BATCH = 100
"""Recipients of one transaction: every server takes as many (RFC 5321 §4.5.3.1.8)."""
MAX_REPLY = 500
"""Characters that are kept of what a server said."""
_TEXT = RECIPIENTS.c.reply.type


@dataclass(frozen=True, slots=True)
class Recipient:
    """One claimed recipient; `attempts` counts the ones before this."""

    id: int
    email: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One outgoing mail and at most `BATCH` of its recipients, claimed until `claimed_at` + `LEASE`."""

    outgoing_id: int
    message_id: str
    kind: str
    mail_from: str
    content: bytes
    claimed_at: datetime
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt came to for one recipient; `next_attempt_at` where it is to be tried again ("waiting")."""

    state: Literal["sent", "waiting", "failed"]
    reply: str = ""
    next_attempt_at: datetime | None = None


def claim_batches(engine: Engine, now: datetime, *, limit: int = BATCH) -> list[Batch]:
    """Take at most `limit` recipients that are due, the longest due first; nobody else gets them meanwhile."""
    due = (
        select(RECIPIENTS.c.id, RECIPIENTS.c.outgoing_id, RECIPIENTS.c.email, RECIPIENTS.c.attempts)
        .join(OUTGOING, OUTGOING.c.id == RECIPIENTS.c.outgoing_id)
        .where(
            OUTGOING.c.content.is_not(None),
            OUTGOING.c.send_at <= now,
            or_(
                (RECIPIENTS.c.state == WAITING) & (RECIPIENTS.c.next_attempt_at <= now),
                (RECIPIENTS.c.state == SENDING) & (RECIPIENTS.c.claimed_at < now - LEASE),
            ),
        )
        .order_by(RECIPIENTS.c.next_attempt_at, RECIPIENTS.c.id)
        .limit(limit)
        # SQLite has no row locks and needs none: its transaction is the only writer from the start.
        .with_for_update(of=RECIPIENTS, skip_locked=True)
    )
    claimed = (
        update(RECIPIENTS)
        .where(RECIPIENTS.c.id == bindparam("recipient"))
        .values(state=SENDING, claimed_at=now)
    )
    with engine.begin() as connection:
        by_mail: dict[int, list[Recipient]] = {}
        for recipient_id, outgoing_id, email, attempts in connection.execute(due):
            recipients = by_mail.setdefault(outgoing_id, [])
            # What is over the size of a batch stays as it is, and is due at the next claim.
            if len(recipients) < BATCH:
                recipients.append(Recipient(recipient_id, email, attempts))
        if not by_mail:
            return []
        ids = [recipient.id for recipients in by_mail.values() for recipient in recipients]
        connection.execute(claimed, [{"recipient": recipient_id} for recipient_id in ids])
        return _read_batches(connection, by_mail, now)


def record_results(engine: Engine, batch: Batch, results: Mapping[str, Attempt], now: datetime) -> None:
    """Keep what became of each recipient (by address) of a batch; one without a result waits as it did."""
    sent: list[dict[str, object]] = []
    others: list[dict[str, object]] = []
    for recipient in batch.recipients:
        if (attempt := results.get(recipient.email)) is not None:
            row = {"recipient": recipient.id, "reply": _clean_reply(attempt.reply)}
            if attempt.state == SENT:
                sent.append(row)
            else:
                others.append(row | {"state_then": attempt.state, "next_then": attempt.next_attempt_at})
    ours = update(RECIPIENTS).where(RECIPIENTS.c.id == bindparam("recipient"))
    attempted = ours.values(
        attempts=RECIPIENTS.c.attempts + 1, claimed_at=None, reply=bindparam("reply", type_=_TEXT)
    )
    with engine.begin() as connection:
        # The last two batches of a mail, recorded at once, would each leave the purge to the other.
        connection.execute(select(OUTGOING.c.id).where(OUTGOING.c.id == batch.outgoing_id).with_for_update())
        if sent:
            # Whoever holds the lease by now: what is sent is sent.
            connection.execute(attempted.values(state=SENT, sent_at=now), sent)
        if others:
            next_attempt = func.coalesce(
                bindparam("next_then", type_=RECIPIENTS.c.next_attempt_at.type),
                RECIPIENTS.c.next_attempt_at,
            )
            again = attempted.values(state=bindparam("state_then", type_=_TEXT), next_attempt_at=next_attempt)
            connection.execute(again.where(*_still_ours(batch)), others)
        _release(connection, batch, [one.id for one in batch.recipients if one.email not in results])
        purge(connection, OUTGOING.c.id == batch.outgoing_id)


def release_batches(engine: Engine, batches: Sequence[Batch]) -> None:
    """Put claimed recipients back as they were: nothing was tried."""
    with engine.begin() as connection:
        for batch in batches:
            _release(connection, batch, [recipient.id for recipient in batch.recipients])


def find_next_attempt(engine: Engine) -> datetime | None:
    """The instant at which something is due next, past or to come; None where nothing waits."""
    due_at = case(
        (OUTGOING.c.send_at > RECIPIENTS.c.next_attempt_at, OUTGOING.c.send_at),
        else_=RECIPIENTS.c.next_attempt_at,
    )
    waits = RECIPIENTS.c.state == WAITING
    query = (
        select(
            func.min(case((waits, due_at))),
            func.min(case((RECIPIENTS.c.state == SENDING, RECIPIENTS.c.claimed_at))),
        )
        .join(OUTGOING, OUTGOING.c.id == RECIPIENTS.c.outgoing_id)
        .where(OUTGOING.c.content.is_not(None), RECIPIENTS.c.state.in_((WAITING, SENDING)))
    )
    with engine.connect() as connection:
        next_attempt, claimed_at = connection.execute(query).one()
    # A lease is over just after its last instant.
    over = claimed_at + LEASE + timedelta(microseconds=1) if claimed_at else None
    return min((instant for instant in (next_attempt, over) if instant), default=None)


def _read_batches(
    connection: Connection, by_mail: Mapping[int, list[Recipient]], now: datetime
) -> list[Batch]:
    query = select(
        OUTGOING.c.id,
        OUTGOING.c.message_id,
        OUTGOING.c.kind,
        OUTGOING.c.mail_from,
        OUTGOING.c.content,
    ).where(OUTGOING.c.id.in_(by_mail))
    mails = {row[0]: row for row in connection.execute(query)}
    return [Batch(*mails[key], now, tuple(recipients)) for key, recipients in by_mail.items()]


def _still_ours(batch: Batch) -> tuple[ColumnElement[bool], ...]:
    """That no other relay has taken a recipient over since it was claimed."""
    return (RECIPIENTS.c.state == SENDING, RECIPIENTS.c.claimed_at == batch.claimed_at)


def _release(connection: Connection, batch: Batch, ids: Sequence[int]) -> None:
    if ids:
        put_back = update(RECIPIENTS).where(RECIPIENTS.c.id.in_(ids), *_still_ours(batch))
        connection.execute(put_back.values(state=WAITING, claimed_at=None))


def _clean_reply(reply: str) -> str:
    """A reply that any database takes: no lone surrogate, no NUL, one line."""
    text = reply.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return " ".join(text.split())[:MAX_REPLY]
