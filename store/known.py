"""What is stored about a person, by all their addresses: read and counted, so that they can be told everything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all
from sqlmodel import Session, col

from store.people import LEFT
from store.tables import (
    Abstract,
    Address,
    Bounce,
    Claim,
    Contribution,
    Decision,
    Delivery,
    Message,
    Outgoing,
    OutgoingRecipient,
    Person,
    Phase,
    Postponed,
    Revision,
    Subscription,
    Synthesis,
    Token,
    Version,
    Watch,
)

WEEK = timedelta(days=7)
BOUNCED_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Membership:
    """A list that somebody is on ("active" or "suspended"), or was ("left"), since when."""

    language: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody translates until when: a contribution by its number, or the synthesis of a phase."""

    number: int
    synthesis: bool
    language: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """How much there is of each kind; sizes in bytes, mail sent and bounced of the last 7 and 30 days."""

    attachments: int = 0
    abstracts: int = 0
    syntheses: int = 0
    decisions: int = 0
    mails: int = 0
    mail_bytes: int = 0
    sent: int = 0
    sent_bytes: int = 0
    bounces: int = 0
    postponed: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """Everything about a person; `person` is None for somebody who is on no list and asked for nothing.

    `numbers` are of the published contributions that they wrote a text of, `texts` how many there are in each state.
    """

    person: Person | None
    addresses: tuple[str, ...]
    lists: tuple[Membership, ...]
    numbers: tuple[int, ...]
    texts: dict[str, int]
    work: tuple[Work, ...]
    watches: tuple[str, ...]
    questions: dict[str, int]
    figures: Figures


class Known:
    """Reads what there is of a person; `emails` are all their addresses, in small letters."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def is_known(self, emails: Collection[str], apart_from: int | None = None) -> bool:
        """Whether anything is stored about them, apart from the delivery of one mail."""
        places: tuple[ColumnElement[bool], ...] = (
            col(Address.email).in_(emails),
            col(Revision.author_email).in_(emails),
            col(Abstract.author_email).in_(emails),
            col(Synthesis.author_email).in_(emails),
            col(Claim.email).in_(emails),
            col(Watch.email).in_(emails),
            col(Decision.moderator).in_(emails),
            col(OutgoingRecipient.email).in_(emails),
            col(Delivery.mail_from).in_(emails) & (col(Delivery.id) != (apart_from or 0)),
        )
        found = (select(literal(1)).where(place).limit(1) for place in places)
        return any(self._session.execute(query).first() is not None for query in found)

    def get_record(self, emails: Collection[str]) -> Record:
        """Everything, as of now."""
        person = self._session.execute(
            select(Person).join(Address, col(Address.person_id) == col(Person.id)).where(
                col(Address.email).in_(emails)
            )
        ).scalars().first()  # fmt: skip
        numbers = (
            select(col(Contribution.number))
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .where(
                col(Revision.author_email).in_(emails),
                col(Revision.published_at).is_not(None),
                col(Contribution.number).is_not(None),
            )
            .distinct()
            .order_by(col(Contribution.number))
        )
        watches = select(col(Watch.language)).where(col(Watch.email).in_(emails)).distinct()
        return Record(
            person=person,
            addresses=tuple(emails),
            lists=self._list_memberships(emails),
            numbers=tuple(int(number or 0) for number in self._session.execute(numbers).scalars()),
            texts=self._count_by(col(Revision.state), col(Revision.author_email).in_(emails)),
            work=self._list_work(emails),
            watches=tuple(sorted(self._session.execute(watches).scalars())),
            questions=self._count_by(
                col(Token.purpose),
                col(Token.email).in_(emails),
                col(Token.used_at).is_(None),
                col(Token.dead_at).is_(None),
                col(Token.expires_at) > self._now,
            ),
            figures=self._count_figures(emails, person),
        )

    def _list_memberships(self, emails: Collection[str]) -> tuple[Membership, ...]:
        since = func.coalesce(col(Subscription.left_at), col(Subscription.joined_at))
        query = (
            select(col(Subscription.language), col(Subscription.state), since)
            .join(Address, col(Address.id) == col(Subscription.address_id))
            .where(col(Address.email).in_(emails))
            .order_by(col(Subscription.state) == LEFT, col(Subscription.joined_at))
        )
        return tuple(Membership(*row) for row in self._session.execute(query))

    def _list_work(self, emails: Collection[str]) -> tuple[Work, ...]:
        number = func.coalesce(col(Contribution.number), col(Phase.number), 0)
        query = (
            select(number, col(Claim.phase_id).is_not(None), col(Claim.language), col(Claim.expires_at))
            .outerjoin(Contribution, col(Contribution.id) == col(Claim.contribution_id))
            .outerjoin(Phase, col(Phase.id) == col(Claim.phase_id))
            .where(
                col(Claim.email).in_(emails),
                col(Claim.ended_at).is_(None),
                col(Claim.expires_at) > self._now,
            )
            .order_by(col(Claim.id))
        )
        return tuple(Work(int(row[0]), bool(row[1]), row[2], row[3]) for row in self._session.execute(query))

    def _count_by(self, what: Any, *whose: ColumnElement[bool]) -> dict[str, int]:
        query = select(what, func.count()).where(*whose).group_by(what).order_by(what)
        return {row[0]: int(row[1]) for row in self._session.execute(query)}

    def _count_figures(self, emails: Collection[str], person: Person | None) -> Figures:
        own = col(Revision.author_email).in_(emails)
        attached = func.coalesce(func.sum(func.json_array_length(col(Revision.attachments))), 0)
        mails = self._sum(
            select(func.count(), func.coalesce(func.sum(col(Message.size)), 0)).where(
                col(Message.id).in_(select_own_messages(emails))
            )
        )
        sent = self._sum(
            select(func.count(), func.coalesce(func.sum(func.length(col(Outgoing.content))), 0))
            .join(OutgoingRecipient, col(OutgoingRecipient.outgoing_id) == col(Outgoing.id))
            .where(
                col(OutgoingRecipient.email).in_(emails), col(OutgoingRecipient.sent_at) > self._now - WEEK
            )
        )
        since = self._now - BOUNCED_SINCE
        return Figures(
            attachments=self._sum(select(attached).where(own))[0],
            abstracts=self._count(col(Abstract.author_email).in_(emails)),
            syntheses=self._count(col(Synthesis.author_email).in_(emails)),
            decisions=self._count(col(Decision.moderator).in_(emails)),
            mails=mails[0],
            mail_bytes=mails[1],
            sent=sent[0],
            sent_bytes=sent[1],
            bounces=self._count(col(Bounce.email).in_(emails), col(Bounce.at) > since),
            postponed=self._count(
                col(Postponed.person_id) == (person.id if person else 0), col(Postponed.told_at).is_(None)
            ),
        )

    def _count(self, *whose: ColumnElement[bool]) -> int:
        return self._sum(select(func.count()).where(*whose))[0]

    def _sum(self, query: Any) -> tuple[int, ...]:
        return tuple(int(value) for value in self._session.execute(query).one())


def select_own_messages(emails: Collection[str]) -> Any:
    """The ids of the messages that came from an address, or brought a text of it."""
    texts = union_all(
        select(col(Revision.delivery_id)).where(col(Revision.author_email).in_(emails)),
        select(col(Abstract.delivery_id)).where(col(Abstract.author_email).in_(emails)),
        select(col(Synthesis.delivery_id)).where(col(Synthesis.author_email).in_(emails)),
    ).subquery()
    return select(col(Delivery.message)).where(
        or_(col(Delivery.mail_from).in_(emails), col(Delivery.id).in_(select(texts.c[0])))
    )
