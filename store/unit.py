"""The unit of work: one transaction, and everything that a handler may ask of the store or write to it.

A handler loads, decides, saves and enqueues; whoever opened the unit commits it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import TypeVar

from sqlmodel import Session

from store.abstracts import Abstracts
from store.attachments import Attachments
from store.booklets import Booklets
from store.bounces import Bounces
from store.budgets import Budgets
from store.claims import Claims
from store.contents import Contents
from store.contributions import Contributions
from store.database import Database
from store.deliveries import Deliveries
from store.digests import Digests
from store.journal import Journal
from store.known import Known
from store.lacking import Wanted
from store.links import Links
from store.merges import Merges
from store.outbox import Outbox
from store.people import People
from store.phases import Phases
from store.policies import Policies
from store.privacy import Privacy
from store.readings import Readings
from store.search import Search
from store.tokens import Tokens
from store.vectors import Vectors
from store.waiting import Waiting
from store.wishes import Wishes

T = TypeVar("T")


class UnitOfWork:
    """`with UnitOfWork(database, now) as uow: …; uow.commit()`; what is not committed is rolled back."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._session = Session(database.engine, expire_on_commit=False)
        self.now = now

    def __enter__(self) -> "UnitOfWork":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.rollback()
        self._session.close()

    def commit(self) -> None:
        """Make everything since the beginning durable, together."""
        self._session.commit()

    def flush(self) -> None:
        """Write what was changed into the transaction, so that the statements after it see it."""
        self._session.flush()

    def attempt(self, act: Callable[[], T], keep: Callable[[T], bool]) -> T:
        """Do something, and undo all that it wrote where its result is not to be kept; the result."""
        nested = self._session.begin_nested()
        result = act()
        if keep(result):
            nested.commit()
        else:
            nested.rollback()
        return result

    @cached_property
    def deliveries(self) -> Deliveries:
        """Spooled mail and its outcomes."""
        return Deliveries(self._session, self.now)

    @cached_property
    def contributions(self) -> Contributions:
        """Contributions, their versions, revisions and decisions."""
        return Contributions(self._session, self.now)

    @cached_property
    def abstracts(self) -> Abstracts:
        """What contributions say, in a few lines, in languages that they are not in."""
        return Abstracts(self._session, self.now)

    @cached_property
    def attachments(self) -> Attachments:
        """What came along with texts."""
        return Attachments(self._session, self.now)

    @cached_property
    def booklets(self) -> Booklets:
        """What is printed of a phase."""
        return Booklets(self._session, self.now)

    @cached_property
    def claims(self) -> Claims:
        """Who translates what, and who wants to hear of it."""
        return Claims(self._session, self.now)

    @cached_property
    def contents(self) -> Contents:
        """What there is to read, and what somebody has written, a line each."""
        return Contents(self._session, self.now)

    @cached_property
    def budgets(self) -> Budgets:
        """What people were sent this week without asking."""
        return Budgets(self._session, self.now)

    @cached_property
    def digests(self) -> Digests:
        """What waits to be told, and to whom."""
        return Digests(self._session, self.now)

    @cached_property
    def wishes(self) -> Wishes:
        """What people want sent."""
        return Wishes(self._session, self.now)

    @cached_property
    def readings(self) -> Readings:
        """Which part of a long text an address has had last."""
        return Readings(self._session, self.now)

    @cached_property
    def wanted(self) -> Wanted:
        """What translators are asked for."""
        return Wanted(self._session, self.now)

    @cached_property
    def links(self) -> Links:
        """What texts were taken for, and which contributions are not one."""
        return Links(self._session, self.now)

    @cached_property
    def merges(self) -> Merges:
        """Contributions that were found to be one, and what moved along."""
        return Merges(self._session, self.now)

    @cached_property
    def vectors(self) -> Vectors:
        """What the content matcher compares."""
        return Vectors(self._session, self.now)

    @cached_property
    def waiting(self) -> Waiting:
        """What is not published, or not yet."""
        return Waiting(self._session, self.now)

    @cached_property
    def people(self) -> People:
        """Persons, subscriptions and what was sent to whom today."""
        return People(self._session, self.now)

    @cached_property
    def known(self) -> Known:
        """What is stored about a person."""
        return Known(self._session, self.now)

    @cached_property
    def privacy(self) -> Privacy:
        """Forgets people."""
        return Privacy(self._session, self.now)

    @cached_property
    def tokens(self) -> Tokens:
        """The hashes of secrets that let somebody decide once."""
        return Tokens(self._session, self.now)

    @cached_property
    def bounces(self) -> Bounces:
        """What came back, and who is suspended for it."""
        return Bounces(self._session, self.now)

    @cached_property
    def phases(self) -> Phases:
        """The calendar, its notices and snapshots, and the syntheses."""
        return Phases(self._session, self.now)

    @cached_property
    def policies(self) -> Policies:
        """What authors' domains ask of mail in their name."""
        return Policies(self._session, self.now)

    @cached_property
    def outbox(self) -> Outbox:
        """Mail to be sent."""
        return Outbox(self._session, self.now)

    @cached_property
    def search(self) -> Search:
        """The index over published texts."""
        return Search(self._session, self.now)

    @cached_property
    def journal(self) -> Journal:
        """Who did what, when."""
        return Journal(self._session, self.now)
