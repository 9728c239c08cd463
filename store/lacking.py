"""What cannot be read in a language, or not as it should be: what its translators are asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.posts import (
    APPROVED,
    COMPLETE,
    HELD,
    MACHINE,
    ORIGINAL,
    PARTIAL,
    TRANSLATION,
    Post,
    find_covered,
    is_stale,
)
from store.sql import size_of
from store.tables import Claim, Contribution, Revision, Version

Lacks = Literal["", "stale", "partial", "machine"]
"""Nothing is there; or a translation that is out of date, incomplete, or a machine's that nobody has reread."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A published contribution that lacks a language. `size` is that of its original, in bytes.

    `covers` is (first, last, of) of a partial translation; `waiting`: a translation waits for approval; `taken_until`:
    somebody translates it until then.
    """

    contribution_id: int
    number: int
    title: str
    author_name: str
    language: str
    size: int
    theme_id: int | None
    comment: bool
    lacks: Lacks
    covers: tuple[int, ...] = ()
    readable: tuple[str, ...] = ()
    waiting: bool = False
    taken_until: datetime | None = None


def find_lack(translation: Post | None, original: Post) -> Lacks | None:
    """What is wrong with a text that can be read in a language; None where nothing is, "" where there is no text."""
    if translation is None:
        return ""
    return _name_lack(translation.version, stale=is_stale(translation, original)) or None


def _name_lack(version: Version, *, stale: bool) -> Lacks:
    if version.completeness in (PARTIAL, MACHINE):
        return "partial" if version.completeness == PARTIAL else "machine"
    return "stale" if stale else ""


class Wanted:
    """What translators are asked for."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def list_lacking(self, language: str, theme_id: int | None, limit: int) -> tuple[list[Lacking], int]:
        """The first of what lacks a language, and how much there is.

        Of one theme before others, comments after contributions, the shortest first.
        """
        query = self._select(language, theme_id).limit(limit)
        rows = list(self._session.execute(query))
        ids = [row[0].id for row in rows]
        readable, waiting, taken = self._readable(ids), self._waiting(language, ids), self._taken(language)
        found = [
            Lacking(
                contribution_id=contribution.id,
                number=contribution.number,
                title=title,
                author_name=contribution.author_name,
                language=contribution.language,
                size=size,
                theme_id=contribution.theme_id,
                comment=contribution.parent_id is not None,
                # The query has chosen those that lack it: what is complete there is out of date.
                lacks=_name_lack(there, stale=True) if current else "",
                covers=find_covered(current) if current else (),
                readable=tuple(one for one in readable.get(contribution.id, ()) if one != language),
                waiting=contribution.id in waiting,
                taken_until=taken.get(contribution.id),
            )
            for contribution, title, size, there, current, _ in rows
        ]
        return found, int(rows[0][5]) if rows else 0

    def has_waiting(self, contribution_id: int, language: str) -> bool:
        """Whether a text of a contribution in a language waits for approval."""
        return contribution_id in self._waiting(language, [contribution_id])

    def _select(
        self, language: str, theme_id: int | None
    ) -> Select[Contribution, str, int, Version, Revision, int]:
        """Contribution, title, size, version and translation in the language, and how many rows there are in all."""
        original, text = aliased(Version), aliased(Revision)
        version, translation = aliased(Version), aliased(Revision)
        size = size_of(self._session, col(text.text))
        return (
            select(Contribution, col(text.title), size, version, translation, func.count().over())
            .join(
                original,
                (col(original.contribution_id) == col(Contribution.id))
                & (col(original.language) == col(Contribution.language)),
            )
            .join(text, col(text.id) == col(original.current_revision_id))
            .outerjoin(
                version,
                (col(version.contribution_id) == col(Contribution.id)) & (col(version.language) == language),
            )
            .outerjoin(translation, col(translation.id) == col(version.current_revision_id))
            .where(
                col(Contribution.number).is_not(None),
                col(Contribution.withdrawn_at).is_(None),
                col(Contribution.merged_into_id).is_(None),
                col(Contribution.language) != language,
                col(translation.id).is_(None)
                | (col(version.role) == TRANSLATION)
                & (
                    (col(version.completeness) != COMPLETE)
                    | (col(translation.source_revision_id) != col(text.id))
                ),
            )
            .order_by(
                col(Contribution.theme_id).is_distinct_from(theme_id),
                col(Contribution.parent_id).is_not(None),
                size,
                col(Contribution.number),
            )
        )

    def _readable(self, ids: Collection[int]) -> dict[int, list[str]]:
        """The languages in which each contribution is complete, the original's first."""
        query = (
            select(col(Version.contribution_id), col(Version.language))
            .where(
                col(Version.contribution_id).in_(ids),
                col(Version.current_revision_id).is_not(None),
                col(Version.completeness) == COMPLETE,
            )
            .order_by(col(Version.role) != ORIGINAL, col(Version.id))
        )
        found: dict[int, list[str]] = {}
        for contribution_id, language in self._session.execute(query):
            found.setdefault(contribution_id, []).append(language)
        return found

    def _waiting(self, language: str, ids: Collection[int]) -> set[int]:
        query = (
            select(col(Version.contribution_id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .where(
                col(Version.contribution_id).in_(ids),
                col(Version.language) == language,
                col(Revision.state).in_((HELD, APPROVED)),
            )
        )
        return set(self._session.execute(query).scalars())

    def _taken(self, language: str) -> dict[int | None, datetime]:
        query = select(col(Claim.contribution_id), col(Claim.expires_at)).where(
            col(Claim.language) == language, col(Claim.ended_at).is_(None), col(Claim.expires_at) > self._now
        )
        return {row[0]: row[1] for row in self._session.execute(query)}
