"""Contributions that were found to be one: which leads where, what moved along, and how it goes back.

A contribution that was merged keeps its row and its number; `merged_into_id` leads to the one that was kept. Its
versions belong to that one now, but for those whose language it had already.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from store.links import LINKED
from store.posts import ORIGINAL
from store.sql import id_of
from store.tables import Claim, Contribution, Link, Revision, Version


class Merges:
    """Moves versions, comments and claims from one contribution to another, and back."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find_kept(self, contribution: Contribution) -> Contribution:
        """The contribution that one leads to; itself where it was not merged."""
        way = self.list_way(contribution)
        return way[-1] if way else contribution

    def list_way(self, contribution: Contribution) -> list[Contribution]:
        """What a contribution was merged into, what that was merged into, and so on."""
        way: list[Contribution] = []
        next_id = contribution.merged_into_id
        while next_id is not None:
            way.append(self._session.get_one(Contribution, next_id))
            next_id = way[-1].merged_into_id
        return way

    def list_family(self, contribution: Contribution) -> set[int]:
        """The ids of a contribution and of all that lead to it."""
        family = new = {id_of(contribution)}
        while new:
            query = select(col(Contribution.id)).where(col(Contribution.merged_into_id).in_(new))
            new = {int(found) for found in self._session.execute(query).scalars() if found is not None}
            family = family | new
        return family

    def lock(self, ids: Collection[int]) -> None:
        """Let nobody else change these contributions until this unit of work is over; they are read anew.

        In the order of ids, so that two who lock the same ones do not wait for each other.
        """
        query = select(Contribution).where(col(Contribution.id).in_(ids)).order_by(col(Contribution.id))
        self._session.execute(query.with_for_update().execution_options(populate_existing=True)).all()

    def list_versions(self, contribution_id: int) -> list[Version]:
        """Every version of a contribution, published or not, the oldest first."""
        query = (
            select(Version).where(col(Version.contribution_id) == contribution_id).order_by(col(Version.id))
        )
        return list(self._session.execute(query.execution_options(populate_existing=True)).scalars())

    def list_revisions(self, version: Version) -> list[Revision]:
        """Every text of a version, the oldest first."""
        query = select(Revision).where(col(Revision.version_id) == version.id).order_by(col(Revision.id))
        return list(self._session.execute(query).scalars())

    def move_version(self, version: Version, to: Contribution, role: str, linked_by: str) -> None:
        """Give a version to another contribution, which has no text in its language.

        Where it has the row of one that came to nothing, what is left of that goes into this one.
        """
        query = select(Version).where(
            col(Version.contribution_id) == id_of(to), col(Version.language) == version.language
        )
        empty = self._session.execute(query).scalars().first()
        if empty is not None and empty.id != version.id:
            self.move_revisions(self.list_revisions(empty), version)
            self._session.delete(empty)
            self._session.flush()
        version.contribution_id, version.role = id_of(to), role
        version.linked_by = "" if role == ORIGINAL else linked_by
        self._session.add(version)
        self._session.flush()

    def move_revisions(self, revisions: Collection[Revision], version: Version) -> None:
        """Give texts to another version."""
        for revision in revisions:
            revision.version_id = id_of(version)
            self._session.add(revision)
        self._session.flush()

    def list_moved(self, way: Collection[int], family: Collection[int]) -> list[tuple[Link, Version]]:
        """Links by which versions of a family came to contributions on its way, with those versions."""
        query = (
            select(Link, Version)
            .join(Revision, col(Revision.id) == col(Link.revision_id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .where(
                col(Link.contribution_id).in_(way),
                col(Link.moved_from_id).in_(family),
                col(Link.state) == LINKED,
                col(Link.undone_at).is_(None),
            )
            .order_by(col(Version.id), col(Link.id))
        )
        return [(row[0], row[1]) for row in self._session.execute(query)]

    def find_link(self, version: Version) -> Link | None:
        """The newest link that stands by which a version is where it is."""
        query = (
            select(Link)
            .join(Revision, col(Revision.id) == col(Link.revision_id))
            .where(
                col(Revision.version_id) == version.id,
                col(Link.contribution_id) == version.contribution_id,
                col(Link.state) == LINKED,
                col(Link.undone_at).is_(None),
            )
            .order_by(col(Link.id).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def move_comments(self, gone: Contribution, kept: Contribution) -> None:
        """Comments on a contribution that was merged stand under the one that was kept."""
        for comment in self._list_comments({id_of(gone)}):
            comment.first_parent_id = comment.first_parent_id or comment.parent_id
            comment.parent_id = id_of(kept)
            self._session.add(comment)
        self._session.flush()

    def return_comments(self, way: Collection[int], family: Collection[int], to: Contribution) -> None:
        """Comments that moved along with a family go back under what they answered."""
        for comment in self._list_comments(way):
            if comment.first_parent_id in family:
                comment.parent_id = id_of(to)
                comment.first_parent_id = (
                    None if comment.first_parent_id == to.id else comment.first_parent_id
                )
                self._session.add(comment)
        self._session.flush()

    def move_claims(self, gone: Contribution, kept: Contribution) -> None:
        """Whoever translates a contribution that was merged translates the one that was kept.

        Where somebody has that in hand already, the claim ends: the text is as welcome without it.
        """
        is_open = col(Claim.ended_at).is_(None)
        taken = select(col(Claim.language)).where(col(Claim.contribution_id) == kept.id, is_open)
        ours = update(Claim).where(col(Claim.contribution_id) == gone.id, is_open)
        both = col(Claim.language).in_(list(self._session.execute(taken).scalars()))
        self._session.execute(ours.where(both).values(ended_at=self._now, outcome="merged"))
        self._session.execute(ours.where(~both).values(contribution_id=id_of(kept)))

    def _list_comments(self, parents: Collection[int]) -> list[Contribution]:
        query = (
            select(Contribution)
            .where(col(Contribution.parent_id).in_(parents))
            .order_by(col(Contribution.id))
        )
        return list(self._session.execute(query).scalars())
