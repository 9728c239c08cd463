"""The calendar as the database knows it: phases in step with `forum.toml`, their notices, snapshots and syntheses."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from config.dates import PhaseDates
from config.forum import Settings
from store.counts import (
    Counts,
    count_comments,
    count_lacking,
    count_sets,
    count_stale,
    partition,
)
from store.sql import id_of, insert_into
from store.tables import Notice, Phase, Question, Snapshot, Synthesis, Theme

ENQUEUED = "enqueued"
SKIPPED = "skipped"

_IN_CALENDAR = col(Phase.removed_at).is_(None)


class Phases:
    """Finds phases by number and by instant, and keeps what was announced about them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def keep_in_step(self, settings: Settings) -> None:
        """Bring themes, questions and phases up to date with the file.

        A date that an organizer changed stands until the file's own value changes.
        """
        kept: set[tuple[int, int]] = set()
        for theme in settings.themes:
            row = self._theme(theme.number) or Theme(number=theme.number)
            row.title = dict(theme.title)
            self._session.add(row)
            self._session.flush()
            for question in theme.questions:
                self._keep_question(id_of(row), question.number, dict(question.text))
            for phase in theme.phases:
                dates = phase.dates(settings.forum)
                found = self.find(theme.number, phase.number) or _new_phase(id_of(row), phase.number, dates)
                if (found.file_opens_at, found.file_closes_at) != (dates.opens_at, dates.closes_at):
                    found.opens_at = found.file_opens_at = dates.opens_at
                    found.closes_at = found.file_closes_at = dates.closes_at
                found.removed_at = None
                kept.add((theme.number, phase.number))
                found.questions = list(phase.questions)
                found.looks_at = dict(phase.looks_at)
                found.reminders = list(phase.reminders)
                self._session.add(found)
        for row, phase_row in self.list_phases():
            if (row.number, phase_row.number) not in kept:
                phase_row.removed_at = self._now
                self._session.add(phase_row)
        self._session.flush()

    def find(self, theme: int, number: int) -> Phase | None:
        """A phase by the numbers of its theme and its own."""
        query = (
            select(Phase)
            .join(Theme, col(Theme.id) == col(Phase.theme_id))
            .where(col(Theme.number) == theme, col(Phase.number) == number)
        )
        return self._session.execute(query).scalars().first()

    def find_latest(self, number: int) -> Phase | None:
        """A bare number is the phase of the most recently started theme that has one; else of the first to start."""
        begins: dict[int, datetime] = {}
        found: dict[int, Phase] = {}
        for _, phase in self.list_phases():
            begins.setdefault(phase.theme_id, phase.opens_at)
            if phase.number == number:
                found[phase.theme_id] = phase
        started = [theme for theme in found if begins[theme] <= self._now]
        if started:
            return found[max(started, key=begins.__getitem__)]
        return found[min(found, key=begins.__getitem__)] if found else None

    def find_at(self, instant: datetime) -> Phase | None:
        """The phase that is open at an instant; phases do not overlap."""
        query = select(Phase).where(
            _IN_CALENDAR, col(Phase.opens_at) <= instant, col(Phase.closes_at) > instant
        )
        return self._session.execute(query).scalars().first()

    def find_next(self, instant: datetime) -> Phase | None:
        """The first phase that opens after an instant."""
        query = (
            select(Phase)
            .where(_IN_CALENDAR, col(Phase.opens_at) > instant)
            .order_by(col(Phase.opens_at))
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def find_previous(self, phase: Phase) -> Phase | None:
        """The phase of the same theme that opened last before this one."""
        query = (
            select(Phase)
            .where(_IN_CALENDAR, col(Phase.theme_id) == phase.theme_id, col(Phase.opens_at) < phase.opens_at)
            .order_by(col(Phase.opens_at).desc())
            .limit(1)
        )
        return self._session.execute(query).scalars().first()

    def theme_of(self, instant: datetime) -> int | None:
        """Id of the theme that a text received at an instant belongs to: the open one, else the last that began."""
        query = (
            select(col(Phase.theme_id))
            .where(_IN_CALENDAR, col(Phase.opens_at) <= instant)
            .order_by(col(Phase.opens_at).desc())
            .limit(1)
        )
        found = self._session.execute(query).scalar_one_or_none()
        if found is None and (first := self.find_next(instant)):
            return first.theme_id
        return found

    def list_phases(self) -> list[tuple[Theme, Phase]]:
        """All phases with their themes, by opening."""
        query = (
            select(Theme, Phase)
            .join(Phase, col(Phase.theme_id) == col(Theme.id))
            .where(_IN_CALENDAR)
            .order_by(col(Phase.opens_at))
        )
        return [(row[0], row[1]) for row in self._session.execute(query)]

    def theme_number(self, phase: Phase) -> int:
        """The number of a phase's theme."""
        query = select(col(Theme.number)).where(col(Theme.id) == phase.theme_id)
        return int(self._session.execute(query).scalar_one())

    # Notices: one of each kind, subject, occasion and language, whatever happens.

    def claim_notice(
        self, kind: str, subject: str, occasion: str, language: str, *, due_at: datetime, state: str
    ) -> bool:
        """Write a notice's row; False where it is there already, also by another daemon."""
        row = {
            "kind": kind,
            "subject": subject,
            "occasion": occasion,
            "language": language,
            "state": state,
            "due_at": due_at,
            "enqueued_at": self._now,
        }
        insert = insert_into(self._session, Notice).values(row)
        claimed = insert.on_conflict_do_nothing().returning(col(Notice.id))
        return self._session.execute(claimed).first() is not None

    def list_notices(self) -> set[tuple[str, str, str, str]]:
        """(kind, subject, occasion, language) of every notice that was enqueued or skipped."""
        query = select(
            col(Notice.kind), col(Notice.subject), col(Notice.occasion), col(Notice.language)
        ).where(col(Notice.kind).in_(("opening", "reminder", "closing")))
        return {(row[0], row[1], row[2], row[3]) for row in self._session.execute(query)}

    # Counts: taken once for each phase and kind.

    def count(self, phase: Phase, languages: Sequence[str], before: datetime) -> dict[str, Any]:
        """The theme's counts before an instant and, of these, the phase's; as a snapshot keeps them."""
        connection = self._session.connection()
        theme_id = phase.theme_id
        sets = count_sets(connection, languages, theme_id=theme_id, before=before, phase_id=id_of(phase))
        return {
            "theme": _plain(partition(languages, sets.theme)),
            "phase": _plain(partition(languages, sets.phase)),
            "comments": count_comments(connection, theme_id=theme_id, before=before),
            "lacking": count_lacking(sets.theme, languages),
            "out_of_date": count_stale(connection, theme_id=theme_id, before=before),
        }

    def get_snapshot(self, phase: Phase, kind: str, take: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The stored count of a phase and kind; taken and stored by the first who asks."""
        query = select(Snapshot).where(col(Snapshot.phase_id) == phase.id, col(Snapshot.kind) == kind)
        found = self._session.execute(query).scalars().first()
        if found is None:
            row = {"phase_id": phase.id, "kind": kind, "taken_at": self._now, "counts": take()}
            insert = insert_into(self._session, Snapshot).values(row)
            self._session.execute(insert.on_conflict_do_nothing())
            found = self._session.execute(query).scalars().one()
        return dict(found.counts)

    # Syntheses.

    def add_synthesis(self, synthesis: Synthesis) -> int:
        """Keep what an organizer wrote; it stands once it is confirmed."""
        self._session.add(synthesis)
        self._session.flush()
        return id_of(synthesis)

    def find_synthesis_by_id(self, synthesis_id: int | None) -> Synthesis | None:
        """A synthesis by its id."""
        return self._session.get(Synthesis, synthesis_id) if synthesis_id is not None else None

    def confirm_synthesis(self, synthesis: Synthesis) -> None:
        """From now on it is the phase's, in its language."""
        synthesis.confirmed_at = self._now
        self._session.add(synthesis)
        self._session.flush()

    def list_syntheses(self, phase_id: int | None) -> dict[str, Synthesis]:
        """The synthesis of a phase in each language it was confirmed in; the last one received wins."""
        query = (
            select(Synthesis)
            .where(col(Synthesis.phase_id) == phase_id, col(Synthesis.confirmed_at).is_not(None))
            .order_by(col(Synthesis.received_at), col(Synthesis.id))
        )
        return {synthesis.language: synthesis for synthesis in self._session.execute(query).scalars()}

    def _theme(self, number: int) -> Theme | None:
        return self._session.execute(select(Theme).where(col(Theme.number) == number)).scalars().first()

    def _keep_question(self, theme_id: int, number: int, text: dict[str, str]) -> None:
        query = select(Question).where(col(Question.theme_id) == theme_id, col(Question.number) == number)
        row = self._session.execute(query).scalars().first() or Question(theme_id=theme_id, number=number)
        row.text = text
        self._session.add(row)


def _new_phase(theme_id: int, number: int, dates: PhaseDates) -> Phase:
    return Phase(
        theme_id=theme_id,
        number=number,
        opens_at=dates.opens_at,
        closes_at=dates.closes_at,
        file_opens_at=dates.opens_at,
        file_closes_at=dates.closes_at,
    )


def _plain(counts: Counts) -> dict[str, Any]:
    """Counts as JSON keeps them."""
    return {
        "total": counts.total,
        "lines": [[list(members), number] for members, number in counts.lines],
        "folded": [list(pair) for pair in counts.folded],
    }
