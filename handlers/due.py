"""What is due at an instant? Pure: phases and what was announced before in, what is to be announced out.

An opening is announced late while its phase is open, a reminder too, a closing until the next phase opens; what is
later than that is skipped and reported.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.dates import PhaseDates, phase_dates

Known = Collection[tuple[str, str, str, str]]
"""(kind, subject, occasion, language) of every notice there is."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One phase's instants, aware UTC; `subject` names it in its notices, "2.3"."""

    subject: str
    opens_at: datetime
    closes_at: datetime
    next_opens_at: datetime | None
    reminders: tuple[str, ...]
    announce_at: time


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that ought to be out. `valid_until` is when it stops making sense, None for never."""

    kind: str
    subject: str
    occasion: str
    due_at: datetime
    valid_until: datetime | None

    def is_skipped(self, now: datetime) -> bool:
        """Whether it is too late for it."""
        return self.valid_until is not None and now >= self.valid_until


def find_due(
    calendars: Iterable[Calendar], languages: Collection[str], known: Known, now: datetime, zone: ZoneInfo
) -> tuple[tuple[Due, str], ...]:
    """Every (notice, language) that is due at `now` and not there yet, in the order in which they fell due."""
    found = [
        (due, language)
        for due in list_notices(calendars, zone)
        if due.due_at <= now
        for language in languages
        if (due.kind, due.subject, due.occasion, language) not in known
    ]
    return tuple(sorted(found, key=lambda item: item[0].due_at))


def list_notices(calendars: Iterable[Calendar], zone: ZoneInfo) -> tuple[Due, ...]:
    """Every notice of the calendar, due or not."""
    notices: list[Due] = []
    for phase in calendars:
        dates = phase_dates(phase.opens_at, phase.closes_at, phase.reminders, phase.announce_at, zone)
        notices.append(Due("opening", phase.subject, "", dates.opening_due, phase.closes_at))
        notices.extend(
            Due("reminder", phase.subject, occasion, due_at, phase.closes_at)
            for occasion, due_at in dates.reminders.items()
        )
        notices.append(
            Due("closing", phase.subject, "", dates.closing_due, _closing_valid_until(phase, dates))
        )
    return tuple(notices)


def _closing_valid_until(phase: Calendar, dates: PhaseDates) -> datetime | None:
    """Until the next phase opens; where that is before the closing is due, because they touch, for a day."""
    if phase.next_opens_at is None or phase.next_opens_at > dates.closing_due:
        return phase.next_opens_at
    return dates.closing_due + timedelta(days=1)
