"""Persons, their subscriptions, and how many answers each address has had today."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from store.sql import id_of, insert_into
from store.tables import Address, Allowance, Person, Postponed, Subscription

ACTIVE = "active"
SUSPENDED = "suspended"
LEFT = "left"

_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One line of a list's members."""

    email: str
    name: str
    language: str
    joined_at: datetime


class People:
    """Who takes part."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def subscribe(
        self, email: str, language: str, name: str = "", *, confirmed: bool = False, mode: str = "full"
    ) -> bool:
        """Put an address on a list, its owner having confirmed it or not; False where it is on it already.

        `mode` (as in `store.readers`) is that of somebody who was not known before.
        """
        address = self._find_address(email) or self._add_address(email, name, mode)
        if confirmed:
            address.confirmed_at = self._now
        subscription = self._find_subscription(address, language)
        if subscription is None:
            subscription = Subscription(
                address_id=id_of(address), language=language, joined_at=self._now, state=ACTIVE
            )
        elif subscription.state == ACTIVE:
            return False
        subscription.state = ACTIVE
        subscription.joined_at = self._now
        subscription.left_at = None
        self._session.add(subscription)
        self._session.flush()
        return True

    def unsubscribe(self, email: str, language: str | None = None) -> tuple[str, ...]:
        """Take an address off one list, or off all; the languages of the lists it has left."""
        left = []
        for subscription in self._active(email):
            if language in (None, subscription.language):
                subscription.state = LEFT
                subscription.left_at = self._now
                self._session.add(subscription)
                left.append(subscription.language)
        self._session.flush()
        return tuple(left)

    def languages(self, email: str) -> tuple[str, ...]:
        """The languages of the lists an address is on, the first joined first."""
        return tuple(subscription.language for subscription in self._active(email))

    def leave(self, emails: Collection[str], language: str) -> bool:
        """Take a person off a list, with all these addresses, suspended ones too; False where none was on it."""
        addresses = select(col(Address.id)).where(col(Address.email).in_(emails))
        left = self._session.execute(
            update(Subscription)
            .where(
                col(Subscription.address_id).in_(addresses),
                col(Subscription.language) == language,
                col(Subscription.state) != LEFT,
            )
            .values(state=LEFT, left_at=self._now)
            .returning(col(Subscription.id))
        )
        return bool(left.all())

    def list_joined(self, emails: Collection[str]) -> tuple[str, ...]:
        """The languages of the lists that a person is on, by any of these addresses, suspended or not."""
        query = (
            select(col(Subscription.language))
            .join(Address, col(Address.id) == col(Subscription.address_id))
            .where(col(Address.email).in_(emails), col(Subscription.state) != LEFT)
            .order_by(col(Subscription.joined_at), col(Subscription.id))
        )
        return tuple(dict.fromkeys(self._session.execute(query).scalars()))

    def list_subscribers(self, language: str | None = None) -> list[Subscriber]:
        """The members of a list, or of all."""
        query = (
            select(
                col(Address.email), col(Person.name), col(Subscription.language), col(Subscription.joined_at)
            )
            .join(Address, col(Address.id) == col(Subscription.address_id))
            .join(Person, col(Person.id) == col(Address.person_id))
            .where(col(Subscription.state) == ACTIVE)
            .order_by(col(Subscription.language), col(Address.email))
        )
        if language is not None:
            query = query.where(col(Subscription.language) == language)
        return [Subscriber(*row) for row in self._session.execute(query)]

    def join_addresses(self, email: str, other: str) -> None:
        """Both addresses are one person's from now on; a name that only the other had is kept."""
        first = self._find_address(email) or self._add_address(email, "")
        second = self._find_address(other) or self._add_address(other, "")
        first.confirmed_at = second.confirmed_at = self._now
        person, former = (
            self._session.get(Person, first.person_id),
            self._session.get(Person, second.person_id),
        )
        if person is not None and former is not None and person is not former:
            person.name = person.name or former.name
            person.language = person.language or former.language
            self._session.execute(
                update(Address).where(col(Address.person_id) == former.id).values(person_id=person.id)
            )
            # Nobody has the former one's name any more.
            self._session.execute(delete(Postponed).where(col(Postponed.person_id) == former.id))
            self._session.flush()
            self._session.delete(former)
        self._session.flush()

    def list_addresses(self, email: str) -> tuple[str, ...]:
        """Every address of the person who has this one, it first; itself alone where nobody is known by it."""
        known = select(col(Address.person_id)).where(col(Address.email) == email.lower()).scalar_subquery()
        query = select(col(Address.email)).where(col(Address.person_id) == known).order_by(col(Address.id))
        others = self._session.execute(query).scalars()
        return (email.lower(), *(other for other in others if other != email.lower()))

    def find_name(self, email: str) -> str:
        """The name that an address was subscribed with; empty where there is none."""
        query = (
            select(col(Person.name))
            .join(Address, col(Address.person_id) == col(Person.id))
            .where(col(Address.email) == email)
        )
        return self._session.execute(query).scalars().first() or ""

    def find_language(self, email: str) -> str | None:
        """The language that a person asked to be written to in."""
        person = self._find_person(email)
        return person.language if person is not None else None

    def set_language(self, email: str, language: str) -> None:
        """Write to a person in a language from now on; whoever is on no list yet is kept with it."""
        person = self._find_person(email)
        if person is None:
            person = self._session.get(Person, self._add_address(email, "").person_id)
        if person is not None:
            person.language = language
            self._session.add(person)
            self._session.flush()

    def lock(self, emails: Collection[str]) -> None:
        """Let nobody else ask a person anything until this unit of work is over: of two at once, one comes first."""
        for email in sorted(emails):
            self.allow(email, _LOCK, 0)

    def allow(self, email: str, kind: str, limit: int) -> bool:
        """Count one answer of a kind for an address; False where it has had `limit` of them today (UTC)."""
        row = {"email": email, "kind": kind, "day": f"{self._now:%Y-%m-%d}", "used": 1}
        add = insert_into(self._session, Allowance).values(row)
        counted = add.on_conflict_do_update(
            index_elements=[col(Allowance.email), col(Allowance.kind), col(Allowance.day)],
            set_={"used": col(Allowance.used) + 1},
        ).returning(col(Allowance.used))
        return int(self._session.execute(counted).scalar_one()) <= limit

    def add_all(self, rows: Iterable[tuple[str, str, str]], mode: str) -> int:
        """Put (email, language, name) rows on their lists, as `subscribe`; how many are new there."""
        return sum(self.subscribe(email, language, name, mode=mode) for email, language, name in rows)

    def _active(self, email: str) -> list[Subscription]:
        query = (
            select(Subscription)
            .join(Address, col(Address.id) == col(Subscription.address_id))
            .where(col(Address.email) == email.lower(), col(Subscription.state) == ACTIVE)
            .order_by(col(Subscription.joined_at), col(Subscription.id))
        )
        return list(self._session.execute(query).scalars())

    def _find_person(self, email: str) -> Person | None:
        address = self._find_address(email)
        return self._session.get(Person, address.person_id) if address is not None else None

    def _find_address(self, email: str) -> Address | None:
        query = select(Address).where(col(Address.email) == email.lower())
        return self._session.execute(query).scalars().first()

    def _find_subscription(self, address: Address, language: str) -> Subscription | None:
        query = select(Subscription).where(
            col(Subscription.address_id) == address.id, col(Subscription.language) == language
        )
        return self._session.execute(query).scalars().first()

    def _add_address(self, email: str, name: str, mode: str = "full") -> Address:
        person = Person(name=name, mode=mode, created_at=self._now)
        self._session.add(person)
        self._session.flush()
        address = Address(email=email.lower(), person_id=id_of(person))
        self._session.add(address)
        self._session.flush()
        return address
