"""Abstracts: what a contribution says, in a few lines, in languages that it is not in. They count for nothing.

What belongs to a contribution that was merged into another serves that other one, where it has none of its own.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from store.posts import HELD, PUBLISHED
from store.sql import id_of
from store.tables import Abstract, Contribution

REPLACED = "replaced"
"""Another took its place: a published one's, or that of one that waited, by the same sender."""
AUTHOR, TRANSLATOR, MODERATOR = "author", "translator", "moderator"
"""Whose an abstract is."""


class Abstracts:
    """Abstracts, of which a contribution has at most one published in each language."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def list_published(self, contribution_ids: Collection[int], language: str) -> dict[int, Abstract]:
        """The abstract of each of these contributions in a language, where there is one."""
        kept = func.coalesce(col(Contribution.merged_into_id), col(Contribution.id))
        query = (
            select(kept, Abstract)
            .join(Contribution, col(Contribution.id) == col(Abstract.contribution_id))
            .where(
                kept.in_(contribution_ids),
                col(Abstract.language) == language,
                col(Abstract.state) == PUBLISHED,
            )
            # Its own last: of two the later row stays.
            .order_by(col(Contribution.merged_into_id).is_(None), col(Abstract.id))
        )
        return {int(contribution_id): abstract for contribution_id, abstract in self._session.execute(query)}

    def find_published(self, contribution_id: int, language: str) -> Abstract | None:
        """The abstract of a contribution in a language."""
        return self.list_published((contribution_id,), language).get(contribution_id)

    def find(self, abstract_id: int) -> Abstract | None:
        """An abstract by its id."""
        return self._session.get(Abstract, abstract_id)

    def lock(self, abstract: Abstract) -> None:
        """Let nobody else decide about it until this unit of work is over; it is read anew."""
        self._session.refresh(abstract, with_for_update=True)

    def list_by(self, contribution_id: int, language: str, email: str) -> list[Abstract]:
        """What an address has given of a contribution in a language, whatever became of it, oldest first."""
        query = (
            select(Abstract)
            .where(
                col(Abstract.contribution_id) == contribution_id,
                col(Abstract.language) == language,
                col(Abstract.author_email) == email,
            )
            .order_by(col(Abstract.id))
        )
        return list(self._session.execute(query).scalars())

    def add(self, abstract: Abstract) -> int:
        """Keep one that waits, or is published with the text that it came in; its id."""
        self._session.add(abstract)
        self._session.flush()
        return id_of(abstract)

    def publish(self, abstract: Abstract) -> bool:
        """Show it from now on, in place of the one that was shown; whether there was none."""
        replaced = self._session.execute(
            update(Abstract)
            .where(
                col(Abstract.contribution_id) == abstract.contribution_id,
                col(Abstract.language) == abstract.language,
                col(Abstract.state) == PUBLISHED,
                col(Abstract.id) != abstract.id,
            )
            .values(state=REPLACED)
            .returning(col(Abstract.id))
        ).all()
        abstract.published_at = self._now
        self.set_state(abstract, PUBLISHED)
        return not replaced

    def set_state(self, abstract: Abstract, state: str) -> None:
        """Move an abstract to another state."""
        abstract.state = state
        self._session.add(abstract)
        self._session.flush()

    def list_waiting(self, language: str | None = None) -> list[Abstract]:
        """What waits for approval, of one language or of all, oldest first."""
        query = select(Abstract).where(col(Abstract.state) == HELD).order_by(col(Abstract.id))
        if language is not None:
            query = query.where(col(Abstract.language) == language)
        return list(self._session.execute(query).scalars())
