"""What waits to be told: texts for those who read by digest, and for those whose budget had no room for them.

A row for each reader and text (`Postponed`) is what makes a digest complete and tells nothing twice, whatever crashes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, literal, select, update
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, SQLModel, col

from store.people import ACTIVE
from store.posts import ORIGINAL, Post
from store.readers import DAILY, WEEKLY, Readers, select_readers
from store.sql import id_of, insert_into
from store.tables import Address, Contribution, Person, Postponed, Revision, Subscription, Version

POSTPONED = SQLModel.metadata.tables[str(Postponed.__tablename__)]
COLUMNS = ["person_id", "revision_id", "language", "since"]
BY_DIGEST = (DAILY, WEEKLY)
CHUNK = 5_000
"""Ids in one statement: SQLite takes 32,766 values."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When some readers have their digests: an hour, None for the forum's; a time zone, None for the forum's."""

    weekly: bool
    hour: int | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose digest is due: `languages` of their lists, the first joined first; `waiting` as revision id → since."""

    person_id: int
    mode: str
    language: str | None
    budget: int | None
    languages: tuple[str, ...]
    email: str
    waiting: Mapping[int, datetime]


class Digests:
    """What is told later, and to whom."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def add(self, post: Post, *, everywhere: bool) -> None:
        """A published text, for those who read by digest: of its list, or `everywhere`. Its author knows it."""
        author = post.revision.author_email
        if everywhere:
            readers = _select_on_any_list(author).subquery("readers")
        else:
            readers = select_readers(post.version.language, Readers(BY_DIGEST, author)).subquery("readers")
        insert_postponed(self._session, readers, post.revision_id, post.version.language, self._now)

    def list_slots(self) -> list[Slot]:
        """The hours and zones of those whom something waits for."""
        weekly = (col(Person.mode) == WEEKLY).label("weekly")
        query = (
            select(weekly, col(Person.digest_hour), col(Person.time_zone))
            .where(col(Person.id).in_(select(col(Postponed.person_id)).where(_untold())))
            .distinct()
        )
        rows = sorted(self._session.execute(query), key=str)
        return [Slot(bool(row[0]), row[1], row[2]) for row in rows]

    def claim(self, slot: Slot, due_at: datetime) -> list[Reader]:
        """Whose digest of an instant is due and not written yet; nobody else gets them for that instant."""
        waits = select(col(Postponed.person_id)).where(_untold(), col(Postponed.since) <= due_at)
        on_a_list = (
            select(col(Address.person_id))
            .join(Subscription, col(Subscription.address_id) == col(Address.id))
            .where(col(Subscription.state) == ACTIVE)
        )
        weekly = col(Person.mode) == WEEKLY
        claimed = (
            update(Person)
            .where(
                weekly if slot.weekly else ~weekly,
                col(Person.digest_hour).is_not_distinct_from(slot.hour),
                col(Person.time_zone).is_not_distinct_from(slot.time_zone),
                col(Person.digested_at).is_(None) | (col(Person.digested_at) < due_at),
                col(Person.id).in_(waits),
                col(Person.id).in_(on_a_list),
            )
            .values(digested_at=self._now)
            .returning(col(Person.id), col(Person.mode), col(Person.language), col(Person.budget))
            .execution_options(synchronize_session=False)
        )
        rows = [
            (id_of(row), row.mode, row.language, row.budget)
            for row in self._session.connection().execute(claimed)
        ]
        rows.sort(key=lambda row: row[0])
        ids = [row[0] for row in rows]
        waiting, lists = self._list_waiting(ids, due_at), self._list_lists(ids)
        return [
            Reader(
                person_id, mode, language, budget, *lists.get(person_id, ((), "")), waiting.get(person_id, {})
            )
            for person_id, mode, language, budget in rows
        ]

    def list_texts(self, revisions: Collection[int]) -> list[Post]:
        """These revisions with what they belong to."""
        query = _select_posts(col(Version.id) == col(Revision.version_id)).where(
            col(Revision.id).in_(revisions)
        )
        return [Post(*row) for row in self._session.execute(query)]

    def list_current(self, contributions: Collection[int]) -> list[Post]:
        """The current text of each language of these contributions, the originals first."""
        query = (
            _select_posts(col(Revision.id) == col(Version.current_revision_id))
            .where(col(Version.contribution_id).in_(contributions))
            .order_by(col(Version.role) != ORIGINAL, col(Version.id))
        )
        return [Post(*row) for row in self._session.execute(query)]

    def mark_told(self, people: Iterable[int], revisions: Collection[int]) -> None:
        """These readers have been told of these texts."""
        everybody = list(people)
        for start in range(0, len(everybody), CHUNK):
            told = update(Postponed).where(
                col(Postponed.person_id).in_(everybody[start : start + CHUNK]),
                col(Postponed.revision_id).in_(revisions),
                _untold(),
            )
            self._session.connection().execute(told.values(told_at=self._now))

    def count_waiting(self, person_id: int) -> int:
        """How many texts wait to be told to somebody."""
        query = select(func.count()).where(col(Postponed.person_id) == person_id, _untold())
        return int(self._session.execute(query).scalar_one())

    def _list_waiting(self, people: list[int], due_at: datetime) -> dict[int, dict[int, datetime]]:
        found: dict[int, dict[int, datetime]] = {}
        for start in range(0, len(people), CHUNK):
            query = select(col(Postponed.person_id), col(Postponed.revision_id), col(Postponed.since)).where(
                col(Postponed.person_id).in_(people[start : start + CHUNK]),
                _untold(),
                col(Postponed.since) <= due_at,
            )
            for person_id, revision_id, since in self._session.execute(query):
                found.setdefault(person_id, {})[revision_id] = since
        return found

    def _list_lists(self, people: list[int]) -> dict[int, tuple[tuple[str, ...], str]]:
        """Person id → languages of their lists, and the address that they joined the first with."""
        found: dict[int, tuple[tuple[str, ...], str]] = {}
        for start in range(0, len(people), CHUNK):
            query = (
                select(col(Address.person_id), col(Subscription.language), col(Address.email))
                .join(Address, col(Address.id) == col(Subscription.address_id))
                .where(
                    col(Address.person_id).in_(people[start : start + CHUNK]),
                    col(Subscription.state) == ACTIVE,
                )
                .order_by(col(Subscription.joined_at), col(Subscription.id))
            )
            for person_id, language, email in self._session.execute(query):
                languages, first = found.get(person_id, ((), email))
                found[person_id] = (tuple(dict.fromkeys((*languages, language))), first)
        return found


def insert_postponed(
    session: Session, readers: Subquery, revision_id: int, language: str, now: datetime
) -> None:
    """Let a text be told later to those whose `person_id` is there, in one statement."""
    rows = select(
        readers.c.person_id, literal(revision_id), literal(language), literal(now, POSTPONED.c.since.type)
    ).where(
        # With a condition, because SQLite would read ON CONFLICT as a join's ON.
        literal(True)
    )
    statement = insert_into(session, POSTPONED).from_select(COLUMNS, rows).on_conflict_do_nothing()
    session.connection().execute(statement)


def _select_on_any_list(author: str) -> Select[Any]:
    """Those who read by digest, once each, whichever lists they are on."""
    query: Select[Any] = (
        select(col(Address.person_id).label("person_id"))
        .select_from(Subscription)
        .join(Address, col(Address.id) == col(Subscription.address_id))
        .join(Person, col(Person.id) == col(Address.person_id))
        .where(col(Subscription.state) == ACTIVE, col(Person.mode).in_(BY_DIGEST))
        .distinct()
    )
    if author:
        theirs = select(col(Address.person_id)).where(col(Address.email) == author)
        query = query.where(col(Person.id).not_in(theirs))
    return query


def _select_posts(text: ColumnElement[bool]) -> Select[Contribution, Version, Revision]:
    return (
        select(Contribution, Version, Revision)
        .join(Version, col(Version.contribution_id) == col(Contribution.id))
        .join(Revision, text)
    )


def _untold() -> ColumnElement[bool]:
    return col(Postponed.told_at).is_(None)
