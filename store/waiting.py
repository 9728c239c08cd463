"""What waits: for a moderator, or for the text that it translates or comments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.posts import (
    APPROVED,
    DISCARDED,
    HELD,
    ORIGINAL,
    PUBLISHED,
    REJECTED,
    TRANSLATION,
    WITHDRAWN,
    Post,
    select_posts,
)
from store.tables import Contribution, Decision, Revision, Version


@dataclass(frozen=True, slots=True)
class Form:
    """A text that waits for a version, without its words: whose, of when, and why it waits."""

    revision_id: int
    author_email: str
    received_at: datetime
    hold_reasons: tuple[str, ...]


class Waiting:
    """Posts that are not published, or not yet."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def list_posts(self, states: Sequence[str], contribution_id: int | None = None) -> list[Post]:
        """Posts in one of these states, oldest first; all, or the versions of one contribution."""
        query = select_posts(states)
        if contribution_id is not None:
            query = query.where(col(Contribution.id) == contribution_id)
        return [Post(*row) for row in self._session.execute(query)]

    def list_depending(self, states: Sequence[str], contribution_id: int) -> list[Post]:
        """Posts in one of these states that are versions of a contribution or comment it, oldest first."""
        query = select_posts(states).where(
            (col(Contribution.id) == contribution_id) | (col(Contribution.parent_id) == contribution_id)
        )
        return [Post(*row) for row in self._session.execute(query)]

    def list_forms(self, version_id: int | None) -> list[Form]:
        """What waits for a version, oldest first; in one statement, however many there are."""
        query = (
            select(
                col(Revision.id),
                col(Revision.author_email),
                col(Revision.received_at),
                col(Revision.hold_reasons),
            )
            .where(col(Revision.version_id) == version_id, col(Revision.state).in_((HELD, APPROVED)))
            .order_by(col(Revision.id))
        )
        return [Form(int(row[0] or 0), row[1], row[2], tuple(row[3])) for row in self._session.execute(query)]

    def find_newest(self, version_id: int | None, emails: Collection[str]) -> Revision | None:
        """What a person sent last for a version, where it waits."""
        return self._find_newest(version_id, col(Revision.author_email).in_(emails))

    def find_newest_by_another(self, version_id: int | None, email: str) -> Revision | None:
        """What anybody but an address sent last for a version, where it waits."""
        return self._find_newest(version_id, col(Revision.author_email) != email)

    def _find_newest(self, version_id: int | None, who: ColumnElement[bool]) -> Revision | None:
        """One statement, however many wait: whoever sends a thousand does not make each of them dearer."""
        query = (
            select(Revision)
            .where(col(Revision.version_id) == version_id, col(Revision.state).in_((HELD, APPROVED)), who)
            .order_by(col(Revision.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def list_orphans(self) -> list[Contribution]:
        """Unpublished contributions whose original no longer waits, while a translation or a comment does.

        One whose rejection can still be undone is not among them.
        """
        # Not "in" those two: SQLite would then look at all that waits once for each contribution that waits.
        waiting = col(Revision.state).not_in((PUBLISHED, REJECTED, DISCARDED, WITHDRAWN))
        original = (
            select(col(Revision.id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .where(col(Version.contribution_id) == col(Contribution.id), col(Version.role) == ORIGINAL)
        )
        still_waits = original.where(waiting).correlate(Contribution).exists()
        undoable = (
            original.join(Decision, col(Decision.revision_id) == col(Revision.id))
            .where(col(Decision.undone_at).is_(None), col(Decision.takes_effect_at) > self._now)
            .correlate(Contribution)
            .exists()
        )
        other = aliased(Contribution)
        comments_it = col(other.parent_id) == col(Contribution.id)
        translates_it = col(other.id) == col(Contribution.id), col(Version.role) == TRANSLATION
        depends = (
            select(col(Revision.id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(other, col(other.id) == col(Version.contribution_id))
            .where(waiting, or_(comments_it, and_(*translates_it)))
            .correlate(Contribution)
            .exists()
        )
        query = select(Contribution).where(
            col(Contribution.number).is_(None), ~still_waits, ~undoable, depends
        )
        # Of two daemons that look at once, one releases.
        query = query.with_for_update(skip_locked=True, of=Contribution)
        return list(self._session.execute(query).scalars())
