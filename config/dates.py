"""From the calendar of `forum.toml` to instants: when a phase opens, closes and is announced.

Pure. Local dates and times become aware UTC; a date opens at its local midnight and closes at the next one
after it, and a midnight that a change of clocks skips is the first instant after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class PhaseDates:
    """The instants of one phase, aware UTC; `reminders` by occasion ("3d")."""

    opens_at: datetime
    closes_at: datetime
    opening_due: datetime
    closing_due: datetime
    reminders: dict[str, datetime]


def to_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local date and time as UTC; one that the clocks skip is the first instant after the gap.

    Of an hour that comes twice the first is meant (PEP 495, fold=0).
    """
    local = datetime.combine(day, at, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # In a gap, fold=0 reads the clock before the change and fold=1 the one after it:
    # the change itself lies between the two readings.
    low, high = sorted((local.replace(fold=1).astimezone(UTC), instant))
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def phase_dates(
    opens: date | datetime,
    closes: date | datetime,
    reminders: Iterable[str],
    announce_at: time,
    zone: ZoneInfo,
) -> PhaseDates:
    """Everything that is due in a phase. Reminders are days before the end ("3d"), at the announcing hour."""
    opens_at = _start(opens, zone)
    closes_at = _end(closes, zone)
    opening_day = opens_at.astimezone(zone).date()
    day_after = (closes_at - timedelta(microseconds=1)).astimezone(zone).date() + timedelta(days=1)
    return PhaseDates(
        opens_at=opens_at,
        closes_at=closes_at,
        opening_due=max(opens_at, to_instant(opening_day, announce_at, zone)),
        closing_due=max(closes_at, to_instant(day_after, announce_at, zone)),
        reminders={
            occasion: max(
                opens_at, to_instant(day_after - timedelta(days=parse_days(occasion)), announce_at, zone)
            )
            for occasion in reminders
        },
    )


def find_latest(now: datetime, at: time, zone: ZoneInfo, *, weekly: bool = False) -> datetime:
    """The last instant, now or before, at which it was a local time of day, or that time on a Monday."""
    day = now.astimezone(zone).date()
    day -= timedelta(days=day.weekday() if weekly else 0)
    instant = to_instant(day, at, zone)
    return instant if instant <= now else to_instant(day - timedelta(days=7 if weekly else 1), at, zone)


def parse_days(occasion: str) -> int:
    """The days in "3d"; ValueError for anything else."""
    number, unit = occasion[:-1], occasion[-1:]
    if unit != "d" or not (number.isascii() and number.isdigit()) or not 1 <= int(number) <= 365:
        raise ValueError(f'"{occasion}" is not a number of days such as "3d"')
    return int(number)


def _start(opens: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(opens, datetime):
        return _exact(opens, zone)
    return to_instant(opens, time(), zone)


def _end(closes: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(closes, datetime):
        return _exact(closes, zone)
    return to_instant(closes + timedelta(days=1), time(), zone)


def _exact(moment: datetime, zone: ZoneInfo) -> datetime:
    """A date-time without an offset is local."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return to_instant(moment.date(), moment.time(), zone)
