"""A revision with what it belongs to, and the states that it can be in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlmodel import col

from store.sql import id_of
from store.tables import Contribution, Revision, Version

HELD = "held"
APPROVED = "approved"
"""Approved, and waiting for its original to be published."""
PUBLISHED = "published"
REJECTED = "rejected"
DISCARDED = "discarded"
WITHDRAWN = "withdrawn"

ORIGINAL = "original"
TRANSLATION = "translation"

COMPLETE = "complete"
PARTIAL = "partial"
MACHINE = "machine"
"""By a machine, and read again by nobody yet."""


@dataclass(frozen=True, slots=True)
class Post:
    """A revision with what it belongs to; each has its id."""

    contribution: Contribution
    version: Version
    revision: Revision

    @property
    def revision_id(self) -> int:
        """The id that moderators use on the command line."""
        return id_of(self.revision)

    @property
    def contribution_id(self) -> int:
        """The id of the language-neutral record."""
        return id_of(self.contribution)

    @property
    def is_correction(self) -> bool:
        """Whether another text of this version is already published."""
        return self.version.current_revision_id not in (None, self.revision.id)


def find_completeness(version: Version, revision: Revision) -> str:
    """What a version is with this as its current text; only a complete one counts. An original is the whole of itself."""
    if version.role != TRANSLATION:
        return COMPLETE
    if revision.machine:
        return MACHINE
    return PARTIAL if find_covered(revision) else COMPLETE


def find_covered(revision: Revision) -> tuple[int, ...]:
    """Which paragraphs of its original a text translates, as (first, last, of); nothing where that is all of them."""
    covers = revision.covers
    if len(covers) != 3 or (covers[0], covers[1]) == (1, covers[2]):
        return ()
    return tuple(covers)


def is_stale(post: Post, original: Post) -> bool:
    """Whether a translation was made from another text than the one that its original has now."""
    source = post.revision.source_revision_id
    return post.version.role == TRANSLATION and source not in (None, original.revision_id)


def select_posts(states: Sequence[str]) -> Select[Contribution, Version, Revision]:
    """Posts in one of these states, oldest first."""
    return (
        select(Contribution, Version, Revision)
        .join(Version, col(Version.contribution_id) == col(Contribution.id))
        .join(Revision, col(Revision.version_id) == col(Version.id))
        .where(col(Revision.state).in_(states))
        .order_by(col(Revision.id))
    )
