"""What there is to read in a phase, and what somebody has written: a line each, without the texts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.posts import APPROVED, COMPLETE, HELD, ORIGINAL, PUBLISHED, REJECTED, TRANSLATION, find_covered
from store.sql import size_of
from store.tables import Contribution, Decision, Revision, Version

WAITS, IS_PUBLISHED, IS_RETURNED, IS_WITHDRAWN = "waiting", "published", "returned", "withdrawn"
"""What became of a text, as its author is told."""


@dataclass(frozen=True, slots=True)
class Text:
    """What can be read of a contribution in one language; `size` in bytes."""

    language: str
    title: str
    size: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A published contribution: its texts, the original first, and the numbers of its comments."""

    contribution_id: int
    number: int
    author_name: str
    language: str
    texts: list[Text] = field(default_factory=list)
    comments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A text that somebody wrote, and what became of it; `number` is None while it waits for one.

    `parent` is the number of what it comments; `there` are the languages that its contribution can be read in.
    """

    number: int | None
    parent: int | None
    role: str
    language: str
    title: str
    state: str
    since: datetime
    stale: bool = False
    machine: bool = False
    covers: tuple[int, ...] = ()
    there: tuple[str, ...] = ()


class Contents:
    """Tables of contents."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def has_any(self, phase_ids: Collection[int]) -> set[int]:
        """Which of these phases have a published contribution."""
        query = select(col(Contribution.phase_id)).where(
            col(Contribution.phase_id).in_(phase_ids), col(Contribution.parent_id).is_(None), *_readable()
        )
        return {int(phase_id) for phase_id in self._session.execute(query.distinct()).scalars() if phase_id}

    def list_entries(
        self, theme_id: int, phase_id: int, since: datetime | None, before: datetime | None
    ) -> list[Entry]:
        """The contributions of a phase by number, and those of its theme that came outside any between two instants."""
        outside: list[ColumnElement[bool]] = [col(Contribution.phase_id).is_(None)]
        if since is not None:
            outside.append(col(Contribution.received_at) >= since)
        if before is not None:
            outside.append(col(Contribution.received_at) < before)
        query = (
            select(
                col(Contribution.id),
                col(Contribution.number),
                col(Contribution.author_name),
                col(Contribution.language),
                col(Version.language),
                col(Revision.title),
                size_of(self._session, col(Revision.text)),
                col(Version.completeness),
            )
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.id) == col(Version.current_revision_id))
            .where(
                col(Contribution.theme_id) == theme_id,
                (col(Contribution.phase_id) == phase_id) | and_(*outside),
                col(Contribution.parent_id).is_(None),
                *_readable(),
            )
            .order_by(col(Contribution.number), col(Version.role) != ORIGINAL, col(Version.id))
        )
        texts: dict[int, list[Text]] = {}
        heads: dict[int, tuple[int, str, str]] = {}
        for row in self._session.execute(query):
            heads[int(row[0] or 0)] = (int(row[1] or 0), row[2], row[3])
            text = Text(row[4], row[5], int(row[6]), row[7] == COMPLETE)
            texts.setdefault(int(row[0] or 0), []).append(text)
        comments = self._list_comments(texts)
        return [
            Entry(each, number, author, language, texts[each], tuple(comments.get(each, ())))
            for each, (number, author, language) in heads.items()
        ]

    def list_own(self, emails: Sequence[str]) -> list[Own]:
        """What somebody wrote, by all their addresses, oldest first: what is published, waits or was returned.

        A rejection that a moderator can still take back is none yet; of what a later text replaced nothing is said.
        """
        rows = list(self._session.execute(self._select_own(emails)))
        newest = {version.id: revision.id for _, version, revision, *_ in rows}
        there = self._list_languages({contribution.id for contribution, *_ in rows})
        found = []
        for contribution, version, revision, parent_number, source, decision in rows:
            returned = revision.state == REJECTED and decision is None
            if returned and newest[version.id] != revision.id:
                continue
            found.append(
                Own(
                    number=contribution.number,
                    parent=parent_number,
                    role=version.role,
                    language=version.language,
                    title=revision.title,
                    state=_name_state(contribution, revision, returned=returned),
                    since=revision.published_at or revision.received_at,
                    stale=version.role == TRANSLATION and revision.source_revision_id not in (None, source),
                    machine=revision.machine and version.role == TRANSLATION,
                    covers=find_covered(revision),
                    there=there.get(contribution.id, ()),
                )
            )
        return found

    def _select_own(
        self, emails: Sequence[str]
    ) -> Select[Contribution, Version, Revision, int | None, int | None, int | None]:
        """With the number of what it comments, the text of its original, and a rejection that can be taken back."""
        original, parent = aliased(Version), aliased(Contribution)
        current = col(Revision.id) == col(Version.current_revision_id)
        return (
            select(
                Contribution,
                Version,
                Revision,
                col(parent.number),
                col(original.current_revision_id),
                col(Decision.id),
            )
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .outerjoin(parent, col(parent.id) == col(Contribution.parent_id))
            .outerjoin(
                original,
                and_(
                    col(original.contribution_id) == col(Contribution.id),
                    col(original.language) == col(Contribution.language),
                ),
            )
            .outerjoin(
                Decision,
                and_(
                    col(Decision.revision_id) == col(Revision.id),
                    col(Decision.undone_at).is_(None),
                    col(Decision.takes_effect_at) > self._now,
                ),
            )
            .where(
                col(Revision.author_email).in_(emails),
                current | col(Revision.state).in_((HELD, APPROVED, REJECTED)),
            )
            .order_by(col(Revision.id))
        )

    def _list_comments(self, ids: Collection[int]) -> dict[int, list[int]]:
        query = (
            select(col(Contribution.parent_id), col(Contribution.number))
            .where(col(Contribution.parent_id).in_(ids), *_readable())
            .order_by(col(Contribution.number))
        )
        found: dict[int, list[int]] = {}
        for parent_id, number in self._session.execute(query):
            found.setdefault(int(parent_id or 0), []).append(int(number or 0))
        return found

    def _list_languages(self, ids: Collection[int | None]) -> dict[int | None, tuple[str, ...]]:
        """The languages that each can be read in as a whole."""
        query = select(col(Version.contribution_id), col(Version.language)).where(
            col(Version.contribution_id).in_(ids),
            col(Version.current_revision_id).is_not(None),
            col(Version.completeness) == COMPLETE,
        )
        found: dict[int | None, tuple[str, ...]] = {}
        for contribution_id, language in self._session.execute(query):
            found[contribution_id] = (*found.get(contribution_id, ()), language)
        return found


def _readable() -> tuple[ColumnElement[bool], ...]:
    return (
        col(Contribution.number).is_not(None),
        col(Contribution.withdrawn_at).is_(None),
        col(Contribution.merged_into_id).is_(None),
    )


def _name_state(contribution: Contribution, revision: Revision, *, returned: bool) -> str:
    if contribution.withdrawn_at is not None:
        return IS_WITHDRAWN
    if returned:
        return IS_RETURNED
    return IS_PUBLISHED if revision.state == PUBLISHED else WAITS
