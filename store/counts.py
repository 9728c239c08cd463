"""Counts contributions by the exact set of languages they can be read in.

One function counts for mail, web, CSV and report. Each language is a bit, so that a contribution's set is the sum
of its versions' bits and one GROUP BY gives the partition: its lines add up to the total by construction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.posts import TRANSLATION
from store.tables import Contribution, Revision, Version

MAX_LINES = 8
"""A partition with more lines is folded into "in exactly k languages"."""

Line = tuple[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Counts:
    """A partition of `total`: each contribution stands in exactly one of `lines` and `folded`."""

    total: int
    lines: tuple[Line, ...]
    folded: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Sets:
    """How many contributions there are of each set of languages: of a theme, and of these in one phase."""

    theme: tuple[Line, ...]
    phase: tuple[Line, ...]


def count_sets(
    connection: Connection,
    languages: Sequence[str],
    *,
    theme_id: int,
    before: datetime,
    phase_id: int | None = None,
) -> Sets:
    """The published contributions of a theme received before an instant, neither ordered nor folded.

    Comments, associated documents, withdrawn and merged ones do not count; nor does a partial version.
    A version counts in the language it is in, also where it is out of date. One statement for theme and phase, so
    that what is published meanwhile is in both or in neither.
    """
    masks = _masks(languages, theme_id, before, phase_id).subquery()
    rows = connection.execute(
        select(masks.c.mask, func.count(), func.sum(masks.c.here)).group_by(masks.c.mask)
    )
    theme, phase = [], []
    for mask, number, here in rows:
        members = _languages_of(int(mask), languages)
        theme.append((members, int(number)))
        if here:
            phase.append((members, int(here)))
    return Sets(tuple(theme), tuple(phase))


def count_comments(connection: Connection, *, theme_id: int, before: datetime) -> int:
    """The published comments of a theme; they have a line of their own, outside the total."""
    query = select(func.count()).where(
        col(Contribution.theme_id) == theme_id,
        col(Contribution.parent_id).is_not(None),
        *_published(before),
    )
    return int(connection.execute(query).scalar_one())


def count_stale(connection: Connection, *, theme_id: int, before: datetime) -> int:
    """How many translations of a theme's contributions are of an earlier text of their original than it has now."""
    original = aliased(Version)
    query = (
        select(func.count())
        .select_from(Contribution)
        .join(Version, col(Version.contribution_id) == col(Contribution.id))
        .join(Revision, col(Revision.id) == col(Version.current_revision_id))
        .join(
            original,
            and_(
                col(original.contribution_id) == col(Contribution.id),
                col(original.language) == col(Contribution.language),
            ),
        )
        .where(
            col(Contribution.theme_id) == theme_id,
            col(Contribution.parent_id).is_(None),
            col(Contribution.genre) == "contribution",
            col(Version.role) == TRANSLATION,
            col(Version.received_at) < before,
            col(Revision.state) == "published",
            # A translation of which nothing is known is not called out of date: NULL differs from nothing.
            col(Revision.source_revision_id) != col(original.current_revision_id),
            *_published(before),
        )
    )
    return int(connection.execute(query).scalar_one())


def partition(languages: Sequence[str], sets: Sequence[Line]) -> Counts:
    """Order the lines: largest sets first, then the more numerous, then the order of the forum's languages."""
    order = {language: place for place, language in enumerate(languages)}
    lines = sorted(
        (line for line in sets if line[1]),
        key=lambda line: (-len(line[0]), -line[1], [order[language] for language in line[0]]),
    )
    total = sum(number for _, number in lines)
    if len(lines) <= MAX_LINES:
        return Counts(total, tuple(lines))
    sizes: dict[int, int] = {}
    for members, number in lines:
        sizes[len(members)] = sizes.get(len(members), 0) + number
    # Sets of one language stay as they are where they alone fit: "in French only" says more than "in 1 language".
    single = tuple(line for line in lines if len(line[0]) == 1)
    if len(single) + len(sizes) - 1 > MAX_LINES:
        single = ()
    else:
        sizes.pop(1, None)
    return Counts(total, single, tuple(sorted(sizes.items(), reverse=True)))


def count_lacking(counts_by_set: Sequence[Line], languages: Sequence[str]) -> dict[str, int]:
    """How many contributions each language lacks, from an unfolded partition."""
    return {
        language: missing
        for language in languages
        if (missing := sum(number for members, number in counts_by_set if language not in members))
    }


def _masks(
    languages: Sequence[str], theme_id: int, before: datetime, phase_id: int | None
) -> Select[Any, Any]:
    """One row a contribution: the sum of its languages' bits, and whether it is the phase's. (contribution, language) is unique, so no bit adds twice."""
    bits = case(
        {language: 1 << place for place, language in enumerate(languages)}, value=col(Version.language)
    )
    here = literal(0) if phase_id is None else case((col(Contribution.phase_id) == phase_id, 1), else_=0)
    return (
        select(func.sum(bits).label("mask"), here.label("here"))
        .select_from(Contribution)
        .join(Version, col(Version.contribution_id) == col(Contribution.id))
        .join(Revision, col(Revision.id) == col(Version.current_revision_id))
        .where(
            col(Contribution.theme_id) == theme_id,
            col(Contribution.parent_id).is_(None),
            col(Contribution.genre) == "contribution",
            col(Version.completeness) == "complete",
            col(Version.received_at) < before,
            col(Version.language).in_(languages),
            col(Revision.state) == "published",
            *_published(before),
        )
        .group_by(col(Contribution.id))
    )


def _published(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Contribution.number).is_not(None),
        col(Contribution.received_at) < before,
        col(Contribution.withdrawn_at).is_(None),
        col(Contribution.merged_into_id).is_(None),
    )


def _languages_of(mask: int, languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(language for place, language in enumerate(languages) if mask >> place & 1)
