"""The sentence vectors of texts, kept so that nothing is encoded twice; and the texts that may be translations of others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.posts import APPROVED, DISCARDED, HELD, PUBLISHED, REJECTED, WITHDRAWN
from store.sql import insert_into
from store.tables import Contribution, Revision, SentenceVectors, Separation, Version

ALIVE = (HELD, APPROVED, PUBLISHED)
GONE = (REJECTED, DISCARDED, WITHDRAWN)
CHUNK = 500
"""Rows that are in memory at once while an index is loaded: some megabytes."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One text as it is compared: by the id of its revision, with what it belongs to now.

    `taken`: its contribution has a text in the language that was asked about, published or waiting.
    """

    revision_id: int
    contribution_id: int
    phase_id: int | None
    language: str
    received_at: datetime
    compared: str
    vectors: bytes
    taken: bool = False


class Vectors:
    """What the content matcher compares."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def keep(self, revision_id: int, model: str, compared: str, vectors: bytes) -> None:
        """Keep the vectors of a text; those of an earlier model give way."""
        row = {"revision_id": revision_id, "model": model, "compared": compared, "vectors": vectors}
        insert = insert_into(self._session, SentenceVectors).values(row)
        self._session.execute(
            insert.on_conflict_do_update(index_elements=[col(SentenceVectors.revision_id)], set_=row)
        )

    def find(self, revision_id: int, model: str) -> bytes | None:
        """The vectors of a text, of this model."""
        query = select(col(SentenceVectors.vectors)).where(
            col(SentenceVectors.revision_id) == revision_id, col(SentenceVectors.model) == model
        )
        return self._session.execute(query).scalar_one_or_none()

    def list_after(self, model: str, revision_id: int) -> Iterator[Stored]:
        """Every text of this model with a larger id, in the order of ids; comments are not among them."""
        query = (
            _select_stored()
            .where(col(SentenceVectors.model) == model, col(SentenceVectors.revision_id) > revision_id)
            .order_by(col(SentenceVectors.revision_id))
        )
        for row in self._session.execute(query.execution_options(yield_per=CHUNK)):
            yield Stored(*row)

    def list_candidates(self, model: str, revision_ids: Collection[int], language: str) -> list[Stored]:
        """Of these texts, in the same order, those that one in a language may be a version of, or a sibling.

        Neither comments nor what was withdrawn, merged, returned or deleted; a text that was replaced stands for its
        contribution all the same.
        """
        there, text = aliased(Version), aliased(Revision)
        taken = (
            select(col(text.id))
            .join(there, col(there.id) == col(text.version_id))
            .where(
                col(there.contribution_id) == col(Contribution.id),
                col(there.language) == language,
                or_(col(text.id) == col(there.current_revision_id), col(text.state).in_((HELD, APPROVED))),
            )
            .correlate(Contribution)
            .exists()
        )
        query = (
            _select_stored()
            .add_columns(taken)
            .where(
                col(SentenceVectors.model) == model,
                col(SentenceVectors.revision_id).in_(revision_ids),
                _can_be_joined(),
            )
        )
        found = {row[0]: Stored(*row) for row in self._session.execute(query)}
        return [found[key] for key in revision_ids if key in found]

    def list_missing(
        self, model: str, languages: Sequence[str], limit: int
    ) -> list[tuple[int, str, str, str]]:
        """(revision, text, language, author's address) of texts that have no vectors of this model, the newest first."""
        query = (
            select(col(Revision.id), col(Revision.text), col(Version.language), col(Revision.author_email))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
            .outerjoin(
                SentenceVectors,
                and_(
                    col(SentenceVectors.revision_id) == col(Revision.id),
                    col(SentenceVectors.model) == model,
                ),
            )
            .where(
                col(SentenceVectors.revision_id).is_(None),
                col(Version.language).in_(languages),
                _can_be_joined(),
            )
            .order_by(col(Revision.id).desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2], row[3]) for row in self._session.execute(query)]

    def list_earlier(self, language: str, author_email: str, limit: int) -> list[str]:
        """The last texts of an address, and of a language's list by anybody: what recurs in them is no part of a text."""
        by_author = col(Revision.author_email) == author_email if author_email else None
        found: list[str] = []
        for condition in (by_author, col(Version.language) == language):
            if condition is None:
                continue
            query = (
                select(col(Revision.text))
                .join(Version, col(Version.id) == col(Revision.version_id))
                # Not "in" those that are alive: SQLite would then sort all of them for the sake of the last ones.
                .where(condition, col(Revision.state).not_in(GONE))
                .order_by(col(Revision.id).desc())
                .limit(limit)
            )
            found.extend(self._session.execute(query).scalars())
        return list(dict.fromkeys(found))

    def list_own(self, language: str, author_email: str, limit: int) -> list[tuple[int, int, str]]:
        """(revision, contribution, text) of the last originals of an address in a language: published, or waiting."""
        query = (
            select(col(Revision.id), col(Contribution.id), col(Revision.text))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
            .where(
                col(Revision.author_email) == author_email,
                col(Version.language) == language,
                or_(
                    col(Revision.id) == col(Version.current_revision_id),
                    col(Revision.state).in_((HELD, APPROVED)),
                ),
                _can_be_joined(),
            )
            .order_by(col(Revision.id).desc())
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in self._session.execute(query)]

    def list_separated(self, text_hash: str) -> set[int]:
        """Contributions that somebody said are not what texts in these very words belong to."""
        own = (
            select(col(Version.contribution_id))
            .join(Revision, col(Revision.version_id) == col(Version.id))
            .where(col(Revision.text_hash) == text_hash)
        )
        first, other = col(Separation.contribution_id), col(Separation.other_id)
        query = select(first, other).where(or_(first.in_(own), other.in_(own)))
        return {each for row in self._session.execute(query) for each in row}

    def count(self, model: str) -> int:
        """How many texts can be found."""
        query = select(func.count()).where(col(SentenceVectors.model) == model)
        return int(self._session.execute(query).scalar_one())


def _select_stored() -> Select[int | None, int | None, int | None, str, datetime, str, bytes]:
    return (
        select(
            col(Revision.id),
            col(Contribution.id),
            col(Contribution.phase_id),
            col(Version.language),
            col(Revision.received_at),
            col(SentenceVectors.compared),
            col(SentenceVectors.vectors),
        )
        .join(Revision, col(Revision.id) == col(SentenceVectors.revision_id))
        .join(Version, col(Version.id) == col(Revision.version_id))
        .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
    )


def _can_be_joined() -> ColumnElement[bool]:
    return and_(
        col(Contribution.parent_id).is_(None),
        col(Contribution.genre) == "contribution",
        col(Contribution.withdrawn_at).is_(None),
        col(Contribution.merged_into_id).is_(None),
        col(Revision.state).in_(ALIVE),
    )
