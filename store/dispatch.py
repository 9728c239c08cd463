"""The relay's side of the outbox: claims what is due, and keeps what became of it, in transactions of its own.

A claim is a lease: what a relay had in hand when it died is due again once the lease is over. The receiver may
then get it a second time, under the same Message-ID (RFC 5321 §4.5.4.1 leaves no better promise).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, Select, case, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from store.outbox import (
    BULK,
    FIRST,
    LAST,
    ORDINARY,
    OUTGOING,
    RECIPIENTS,
    SENDING,
    SENT,
    WAITING,
    blank_last,
    purge,
)

LEASE = timedelta(minutes=10)
"""How long a relay may have a recipient in hand before it counts as dead."""
BATCH = 100
"""Recipients of one transaction: every server takes as many (RFC 5321 §4.5.3.1.8)."""
MAX_REPLY = 500
"""Characters that are kept of what a server said."""
HOUR = timedelta(hours=1)
"""The window that `rate` counts in; it slides."""
HANDICAP = {ORDINARY: timedelta(0), BULK: timedelta(hours=1)}
"""Notices overtake what is passed on, but not what has waited an hour longer: so neither waits for ever."""
_RATE_LOCK = 6237002
_JUST_AFTER = timedelta(microseconds=1)
"""A lease is over just after its last instant."""


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
    personal: bool = False
    """Whether each recipient gets a copy of their own."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt came to for one recipient; `next_attempt_at` where it is to be tried again ("waiting")."""

    state: Literal["sent", "waiting", "failed"]
    reply: str = ""
    next_attempt_at: datetime | None = None


def claim_batches(
    engine: Engine, now: datetime, *, limit: int = BATCH, rate: int | None = None
) -> list[Batch]:
    """Take at most `limit` recipients that are due; nobody else gets them meanwhile.

    Announcements first, then the longest due (see `HANDICAP`). With a `rate`, no more than are left of so many
    recipients an hour, counted over every relay of this database and from what was sent before a restart.
    """
    with engine.begin() as connection:
        if rate is not None:
            limit = min(limit, _count_room(connection, now, rate))
        chosen = _choose(connection, now, limit) if limit > 0 else []
        by_mail: dict[int, list[Recipient]] = {}
        for row in chosen:
            recipients = by_mail.setdefault(row.outgoing_id, [])
            # What is over the size of a batch stays as it is, and is due at the next claim.
            if len(recipients) < BATCH:
                recipients.append(Recipient(row.id, row.email, row.attempts))
        if not by_mail:
            return []
        ids = [recipient.id for recipients in by_mail.values() for recipient in recipients]
        claimed = update(RECIPIENTS).where(RECIPIENTS.c.id.in_(ids)).values(state=SENDING, claimed_at=now)
        connection.execute(claimed)
        return _read_batches(connection, by_mail, now)


def record_results(engine: Engine, batch: Batch, results: Mapping[str, Attempt], now: datetime) -> None:
    """Keep what became of each recipient (by address) of a batch; one without a result waits as it did.

    One statement for all who had the same answer.
    """
    alike: dict[Attempt, list[int]] = {}
    for recipient in batch.recipients:
        if (attempt := results.get(recipient.email)) is not None:
            alike.setdefault(attempt, []).append(recipient.id)
    with engine.begin() as connection:
        # The last two batches of a mail, recorded at once, would each leave the purge to the other.
        connection.execute(select(OUTGOING.c.id).where(OUTGOING.c.id == batch.outgoing_id).with_for_update())
        for attempt, ids in alike.items():
            _record(connection, batch, attempt, ids, now)
        unanswered = [one.id for one in batch.recipients if one.email not in results]
        _release(connection, batch.claimed_at, unanswered)
        purge(connection, OUTGOING.c.id == batch.outgoing_id)
        if batch.kind == LAST:
            blank_last(connection, batch.outgoing_id)


def release_batches(engine: Engine, batches: Sequence[Batch]) -> None:
    """Put claimed recipients back as they were: nothing was tried."""
    claimed: dict[datetime, list[int]] = {}
    for batch in batches:
        claimed.setdefault(batch.claimed_at, []).extend(recipient.id for recipient in batch.recipients)
    with engine.begin() as connection:
        for claimed_at, ids in claimed.items():
            _release(connection, claimed_at, ids)


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
    over = claimed_at + LEASE + _JUST_AFTER if claimed_at else None
    return min((instant for instant in (next_attempt, over) if instant), default=None)


def find_room(engine: Engine, now: datetime, rate: int) -> datetime | None:
    """When the hour has room for another recipient (see `claim_batches`); None where it has room now."""
    sent_at, claimed_at = RECIPIENTS.c.sent_at, RECIPIENTS.c.claimed_at
    with engine.connect() as connection:
        in_hand = connection.execute(_in_hand(func.count(), now)).scalar_one()
        if in_hand >= rate:
            oldest: datetime = connection.execute(_in_hand(func.min(claimed_at), now)).scalar_one()
            return oldest + LEASE + _JUST_AFTER
        newest = select(sent_at).where(sent_at > now - HOUR).order_by(sent_at.desc())
        in_the_way: datetime | None = connection.execute(newest.offset(rate - in_hand - 1).limit(1)).scalar()
    return in_the_way + HOUR if in_the_way else None


def _count_room(connection: Connection, now: datetime, rate: int) -> int:
    """How many may still be claimed; what any relay has in hand counts as sent."""
    if connection.dialect.name == "postgresql":
        # Two relays that count at once would each take what is left. SQLite has one writer at a time.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_RATE_LOCK})")
    sent = connection.execute(select(func.count()).where(RECIPIENTS.c.sent_at > now - HOUR)).scalar_one()
    in_hand = connection.execute(_in_hand(func.count(), now)).scalar_one()
    return rate - int(sent) - int(in_hand)


def _in_hand(what: ColumnElement[Any], now: datetime) -> Select[Any]:
    """Of the recipients that a living relay has claimed."""
    return select(what).where(RECIPIENTS.c.state == SENDING, RECIPIENTS.c.claimed_at >= now - LEASE)


def _choose(connection: Connection, now: datetime, limit: int) -> list[Row[Any]]:
    """Due recipients in the order in which they are to be sent; each query reads an index as far as its limit."""
    state, priority, due_at = RECIPIENTS.c.state, RECIPIENTS.c.priority, RECIPIENTS.c.next_attempt_at

    def find(number: int, *which: ColumnElement[bool]) -> list[Row[Any]]:
        query = (
            select(
                RECIPIENTS.c.id,
                RECIPIENTS.c.outgoing_id,
                RECIPIENTS.c.email,
                RECIPIENTS.c.attempts,
                priority,
                due_at,
            )
            .join(OUTGOING, OUTGOING.c.id == RECIPIENTS.c.outgoing_id)
            .where(OUTGOING.c.content.is_not(None), OUTGOING.c.send_at <= now, *which)
            .order_by(state, priority, due_at, RECIPIENTS.c.id)
            .limit(number)
            # SQLite has no row locks and needs none: its transaction is the only writer from the start.
            .with_for_update(of=RECIPIENTS, skip_locked=True)
        )
        return list(connection.execute(query)) if number > 0 else []

    def find_due(which: int, number: int) -> list[Row[Any]]:
        return find(number, state == WAITING, priority == which, due_at <= now)

    # What a relay that died had in hand was at the head of the queue already.
    chosen = find(limit, state == SENDING, RECIPIENTS.c.claimed_at < now - LEASE)
    chosen += find_due(FIRST, limit - len(chosen))
    left = limit - len(chosen)
    others = find_due(ORDINARY, left) + find_due(BULK, left)
    others.sort(key=lambda row: (row.next_attempt_at + HANDICAP[row.priority], row.id))
    return chosen + others[:left]


def _record(
    connection: Connection, batch: Batch, attempt: Attempt, ids: Sequence[int], now: datetime
) -> None:
    attempted = (
        update(RECIPIENTS)
        .where(RECIPIENTS.c.id.in_(ids))
        .values(attempts=RECIPIENTS.c.attempts + 1, claimed_at=None, reply=_clean_reply(attempt.reply))
    )
    if attempt.state == SENT:
        # Whoever holds the lease by now: what is sent is sent.
        connection.execute(attempted.values(state=SENT, sent_at=now))
        return
    again = attempted.values(state=attempt.state)
    if attempt.next_attempt_at is not None:
        again = again.values(next_attempt_at=attempt.next_attempt_at)
    connection.execute(again.where(*_still_ours(batch.claimed_at)))


def _read_batches(
    connection: Connection, by_mail: Mapping[int, list[Recipient]], now: datetime
) -> list[Batch]:
    query = select(
        OUTGOING.c.id,
        OUTGOING.c.message_id,
        OUTGOING.c.kind,
        OUTGOING.c.mail_from,
        OUTGOING.c.content,
        OUTGOING.c.personal,
    ).where(OUTGOING.c.id.in_(by_mail))
    mails = {row.id: row for row in connection.execute(query)}
    return [
        Batch(
            outgoing_id=key,
            message_id=mails[key].message_id,
            kind=mails[key].kind,
            mail_from=mails[key].mail_from,
            content=mails[key].content,
            claimed_at=now,
            recipients=tuple(recipients),
            personal=mails[key].personal,
        )
        for key, recipients in by_mail.items()
    ]


def _still_ours(claimed_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """That no other relay has taken a recipient over since it was claimed."""
    return (RECIPIENTS.c.state == SENDING, RECIPIENTS.c.claimed_at == claimed_at)


def _release(connection: Connection, claimed_at: datetime, ids: Sequence[int]) -> None:
    if ids:
        put_back = update(RECIPIENTS).where(RECIPIENTS.c.id.in_(ids), *_still_ours(claimed_at))
        connection.execute(put_back.values(state=WAITING, claimed_at=None))


def _clean_reply(reply: str) -> str:
    """A reply that any database takes: no lone surrogate, no NUL, one line."""
    text = reply.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return " ".join(text.split())[:MAX_REPLY]
