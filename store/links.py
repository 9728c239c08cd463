"""What texts were taken for: linked to a contribution, or like one; and which pairs somebody said are not one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from store.posts import HELD, Post
from store.sql import insert_into
from store.tables import Contribution, Link, Revision, Separation, Version

LINKED = "linked"
SUGGESTED = "suggested"
REFUSED = "refused"


class Links:
    """A row for each (revision, contribution), with why; a pair of contributions that were separated stays so."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def keep(
        self,
        revision_id: int,
        contribution_id: int,
        *,
        state: str,
        signal: str,
        probability: float | None = None,
        reasons: Iterable[Sequence[str]] = (),
        covers: Sequence[int] = (),
        choice: int = 1,
        made_by: str = "",
        moved_from_id: int | None = None,
    ) -> Link:
        """Write down what a revision is to a contribution; what was written of the pair before is replaced.

        `state` is LINKED, SUGGESTED or REFUSED; `reasons` are `(name, value, …)`; `made_by` is empty where the forum
        itself found it.
        """
        link = self.find(revision_id, contribution_id) or Link(
            revision_id=revision_id, contribution_id=contribution_id, state="", signal="", made_at=self._now
        )
        link.state, link.signal, link.probability = state, signal, probability
        link.reasons = [list(reason) for reason in reasons]
        link.covers, link.choice, link.moved_from_id = list(covers), choice, moved_from_id
        link.made_by, link.made_at = made_by, self._now
        link.undone_by, link.undone_at = "", None
        return self._save(link)

    def find(self, revision_id: int, contribution_id: int) -> Link | None:
        """What is written of a revision and a contribution, undone or not."""
        query = select(Link).where(
            col(Link.revision_id) == revision_id, col(Link.contribution_id) == contribution_id
        )
        return self._session.execute(query).scalars().first()

    def list_for(self, revision_id: int) -> list[Link]:
        """What stands of a revision, in the order in which a moderator was offered it."""
        query = (
            select(Link)
            .where(col(Link.revision_id) == revision_id, col(Link.undone_at).is_(None))
            .order_by(col(Link.choice), col(Link.id))
        )
        return list(self._session.execute(query).scalars())

    def list_last_suggested(self, version_id: int | None, *, before: int) -> list[Link]:
        """What stands suggested of the newest text of a version that waits and is older than one; as `list_for`."""
        waits = (
            col(Revision.version_id) == version_id,
            col(Revision.id) < before,
            col(Revision.state) == HELD,
            col(Link.state) == SUGGESTED,
            col(Link.undone_at).is_(None),
        )
        newest = (
            select(func.max(col(Link.revision_id)))
            .join(Revision, col(Revision.id) == col(Link.revision_id))
            .where(*waits)
        )
        revision_id = self._session.execute(newest).scalar_one()
        return [link for link in self.list_for(revision_id) if link.state == SUGGESTED] if revision_id else []

    def find_linked(self, revision_id: int) -> Link | None:
        """The link that stands of a revision: to the contribution that it is a version of."""
        query = (
            select(col(Version.contribution_id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .where(col(Revision.id) == revision_id)
        )
        now_at = self._session.execute(query).scalar_one_or_none()
        return next(
            (
                link
                for link in self.list_for(revision_id)
                if link.state == LINKED and link.contribution_id == now_at
            ),
            None,
        )

    def list_links(
        self, contribution_id: int | None = None, *, states: Sequence[str] = ()
    ) -> list[tuple[Link, Post]]:
        """Links with what the revision is now, oldest first, undone ones too: all, or those to or from a contribution.

        `states` are those that the revision may be in; empty for any.
        """
        query = (
            select(Link, Contribution, Version, Revision)
            .join(Revision, col(Revision.id) == col(Link.revision_id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
            .order_by(col(Link.revision_id), col(Link.choice), col(Link.id))
        )
        if contribution_id is not None:
            query = query.where(
                or_(
                    col(Link.contribution_id) == contribution_id,
                    col(Link.moved_from_id) == contribution_id,
                    col(Version.contribution_id) == contribution_id,
                )
            )
        if states:
            query = query.where(col(Revision.state).in_(states))
        return [(row[0], Post(*row[1:])) for row in self._session.execute(query)]

    def find_undone(self, revision_id: int) -> Link | None:
        """The link of a revision that was undone last."""
        query = (
            select(Link)
            .where(col(Link.revision_id) == revision_id, col(Link.undone_at).is_not(None))
            .order_by(col(Link.undone_at).desc(), col(Link.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def refuse(self, revision_id: int, by: str) -> None:
        """Somebody decided against what was suggested for a revision, or for one suggestion and against the others."""
        for link in self.list_for(revision_id):
            if link.state == SUGGESTED:
                link.state, link.made_by = REFUSED, by
                self._save(link)

    def accept(self, link: Link, by: str) -> None:
        """Somebody decided that what was suggested is so."""
        link.state, link.made_by = LINKED, by
        self._save(link)

    def undo(self, link: Link, by: str) -> None:
        """A link does not stand any more; that it was made is kept."""
        link.undone_by, link.undone_at = by, self._now
        self._save(link)

    def separate(self, contribution_id: int, other_id: int, by: str) -> None:
        """Two contributions are not one, whichever of them is named first; no link between them stands any more.

        ValueError for one with itself.
        """
        if contribution_id == other_id:
            raise ValueError("a contribution cannot be separated from itself")
        smaller, larger = sorted((contribution_id, other_id))
        insert = insert_into(self._session, Separation).values(
            contribution_id=smaller, other_id=larger, made_by=by, made_at=self._now
        )
        self._session.execute(insert.on_conflict_do_nothing())
        for link in self._list_between(smaller, larger):
            self.undo(link, by)

    def are_separated(self, contribution_id: int, other_id: int) -> bool:
        """Whether somebody said that two contributions are not one."""
        return other_id in self.list_separated(contribution_id)

    def list_separated(self, contribution_id: int) -> set[int]:
        """The ids of the contributions that one was separated from."""
        first, second = col(Separation.contribution_id), col(Separation.other_id)
        query = select(first, second).where(or_(first == contribution_id, second == contribution_id))
        pairs = self._session.execute(query)
        return {other for pair in pairs for other in pair if other != contribution_id}

    def _list_between(self, one: int, other: int) -> list[Link]:
        """Links that stand from a text of one contribution to another, in either direction."""
        query = (
            select(Link)
            .join(Revision, col(Revision.id) == col(Link.revision_id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .where(
                or_(
                    and_(col(Version.contribution_id) == one, col(Link.contribution_id) == other),
                    and_(col(Version.contribution_id) == other, col(Link.contribution_id) == one),
                ),
                col(Link.state) == LINKED,
                col(Link.undone_at).is_(None),
            )
        )
        return list(self._session.execute(query).scalars())

    def _save(self, link: Link) -> Link:
        self._session.add(link)
        self._session.flush()
        return link
