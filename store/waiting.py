"""What waits: for a moderator, or for the text that it translates or comments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.posts import APPROVED, HELD, ORIGINAL, TRANSLATION, Post, select_posts
from store.tables import Contribution, Decision, Revision, Version


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

    def list_orphans(self) -> list[Contribution]:
        """Unpublished contributions whose original no longer waits, while a translation or a comment does.

        One whose rejection can still be undone is not among them.
        """
        waiting = (HELD, APPROVED)
        original = (
            select(col(Revision.id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .where(col(Version.contribution_id) == col(Contribution.id), col(Version.role) == ORIGINAL)
        )
        still_waits = original.where(col(Revision.state).in_(waiting)).correlate(Contribution).exists()
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
            .where(col(Revision.state).in_(waiting), or_(comments_it, and_(*translates_it)))
            .correlate(Contribution)
            .exists()
        )
        query = select(Contribution).where(
            col(Contribution.number).is_(None), ~still_waits, ~undoable, depends
        )
        # Of two daemons that look at once, one releases.
        query = query.with_for_update(skip_locked=True, of=Contribution)
        return list(self._session.execute(query).scalars())
