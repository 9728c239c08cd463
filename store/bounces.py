"""What came back: bounces by address, and the score that is counted from them (one a day at the most counts)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from store.people import ACTIVE, SUSPENDED
from store.tables import Address, Bounce, Outgoing, OutgoingRecipient, Subscription

WINDOW = timedelta(days=30)
"""What came back longer ago no longer counts."""


@dataclass(frozen=True, slots=True)
class Bouncing:
    """An address whose mail came back: how often since an instant, when last, with what status, and whether it is suspended."""

    email: str
    bounces: int
    last_at: datetime
    status: str
    suspended: bool


class Bounces:
    """Keeps reports and answers how an address is doing."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def record(
        self,
        email: str,
        weight: float,
        status: str,
        *,
        probe: bool = False,
        outgoing_id: int | None = None,
        delivery_id: int | None = None,
    ) -> None:
        """Keep one report; `email` is empty where it names nobody."""
        self._session.add(
            Bounce(
                email=email,
                at=self._now,
                weight=weight,
                status=status,
                probe=probe,
                outgoing_id=outgoing_id,
                delivery_id=delivery_id,
            )
        )
        self._session.flush()

    def score(self, email: str) -> float:
        """The days on which mail came back, each with its greatest weight, since the window began or a probe was sent."""
        since = self._now - WINDOW
        address = self._find_address(email)
        if address is not None and address.probed_at is not None:
            since = max(since, address.probed_at)
        query = select(col(Bounce.at), col(Bounce.weight)).where(
            col(Bounce.email) == email, col(Bounce.at) > since
        )
        return count_score((at.date(), weight) for at, weight in self._session.execute(query))

    def begin_probe(self, email: str) -> None:
        """From now on only what comes back anew counts."""
        if (address := self._find_address(email)) is not None:
            address.probed_at = self._now
            self._session.add(address)

    def suspend(self, email: str) -> tuple[str, ...]:
        """Send nothing more to an address; the languages of the lists that it was on."""
        return self._change(email, ACTIVE, SUSPENDED)

    def resume(self, email: str) -> tuple[str, ...]:
        """It is back on the lists that it was suspended from; their languages."""
        return self._change(email, SUSPENDED, ACTIVE)

    def has_unattributed(self, since: datetime) -> bool:
        """Whether a report since an instant named nobody: then a return path for each recipient helps."""
        query = select(col(Bounce.id)).where(col(Bounce.email) == "", col(Bounce.at) > since).limit(1)
        return self._session.execute(query).first() is not None

    def list_bouncing(self, since: datetime, before: datetime | None = None) -> list[Bouncing]:
        """Every address whose mail came back since an instant (and before another), the worst first."""
        query = (
            select(col(Bounce.email), func.count(), func.max(col(Bounce.at)), func.max(col(Bounce.status)))
            .where(col(Bounce.at) >= since)
            .group_by(col(Bounce.email))
            .order_by(func.count().desc(), col(Bounce.email))
        )
        if before is not None:
            query = query.where(col(Bounce.at) < before)
        rows = list(self._session.execute(query))
        asleep = self._list_suspended() if rows else set()
        return [
            Bouncing(email, int(bounces), last_at, status, email in asleep)
            for email, bounces, last_at, status in rows
        ]

    def find_outgoing(self, mail_from: str) -> Outgoing | None:
        """The mail that left with a return path."""
        query = select(Outgoing).where(col(Outgoing.mail_from) == mail_from).order_by(col(Outgoing.id))
        return self._session.execute(query.limit(1)).scalars().first()

    def find_recipient(self, recipient_id: int) -> tuple[Outgoing, str] | None:
        """The mail and the address of one recipient's row."""
        query = (
            select(Outgoing, col(OutgoingRecipient.email))
            .join(OutgoingRecipient, col(OutgoingRecipient.outgoing_id) == col(Outgoing.id))
            .where(col(OutgoingRecipient.id) == recipient_id)
        )
        row = self._session.execute(query).first()
        return (row[0], row[1]) if row else None

    def was_sent_to(self, outgoing_id: int, emails: Iterable[str]) -> set[str]:
        """Which of these addresses a mail was for."""
        query = select(col(OutgoingRecipient.email)).where(
            col(OutgoingRecipient.outgoing_id) == outgoing_id,
            col(OutgoingRecipient.email).in_(list(emails)),
        )
        return set(self._session.execute(query).scalars())

    def _list_suspended(self) -> set[str]:
        query = (
            select(col(Address.email))
            .join(Subscription, col(Subscription.address_id) == col(Address.id))
            .where(col(Subscription.state) == SUSPENDED)
        )
        return set(self._session.execute(query).scalars())

    def _find_address(self, email: str) -> Address | None:
        return self._session.execute(select(Address).where(col(Address.email) == email)).scalars().first()

    def _change(self, email: str, before: str, after: str) -> tuple[str, ...]:
        query = (
            select(Subscription)
            .join(Address, col(Address.id) == col(Subscription.address_id))
            .where(col(Address.email) == email, col(Subscription.state) == before)
            .order_by(col(Subscription.joined_at), col(Subscription.id))
        )
        changed = []
        for subscription in self._session.execute(query).scalars():
            subscription.state = after
            self._session.add(subscription)
            changed.append(subscription.language)
        self._session.flush()
        return tuple(changed)


def count_score(reports: Iterable[tuple[date, float]]) -> float:
    """A day on which everything came back is one bad day, however much was sent on it."""
    days: dict[date, float] = {}
    for day, weight in reports:
        days[day] = max(weight, days.get(day, 0.0))
    return sum(days.values())
