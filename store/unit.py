"""The unit of work: one transaction, and everything that a handler may ask of the store or write to it.

A handler loads, decides, saves and enqueues; whoever opened the unit commits it.
"""

from datetime import datetime
from functools import cached_property
from types import TracebackType

from sqlmodel import Session

from store.attachments import Attachments
from store.bounces import Bounces
from store.claims import Claims
from store.contributions import Contributions
from store.database import Database
from store.deliveries import Deliveries
from store.journal import Journal
from store.lacking import Wanted
from store.links import Links
from store.merges import Merges
from store.outbox import Outbox
from store.people import People
from store.phases import Phases
from store.policies import Policies
from store.tokens import Tokens
from store.vectors import Vectors
from store.waiting import Waiting


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

    @cached_property
    def deliveries(self) -> Deliveries:
        """Spooled mail and its outcomes."""
        return Deliveries(self._session, self.now)

    @cached_property
    def contributions(self) -> Contributions:
        """Contributions, their versions, revisions and decisions."""
        return Contributions(self._session, self.now)

    @cached_property
    def attachments(self) -> Attachments:
        """What came along with texts."""
        return Attachments(self._session, self.now)

    @cached_property
    def claims(self) -> Claims:
        """Who translates what, and who wants to hear of it."""
        return Claims(self._session, self.now)

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
    def journal(self) -> Journal:
        """Who did what, when."""
        return Journal(self._session, self.now)
