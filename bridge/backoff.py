"""When mail that could not be delivered for now is tried again, and when it is given up (RFC 5321 §4.5.4.1)."""

from datetime import datetime, timedelta

FIRST_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
LATER_DELAY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)

MAX_ATTEMPTS = len(FIRST_DELAYS) + -(-(GIVE_UP_AFTER - sum(FIRST_DELAYS, timedelta())) // LATER_DELAY) + 1
"""Attempts that span `GIVE_UP_AFTER`. They are counted rather than the days, so that a forum which was switched
off for a week, or a smarthost which was away, does not use up the patience that a single recipient is given."""


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` (1 or more) that failed for now; None when it is time to give up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + (FIRST_DELAYS[attempts - 1] if attempts <= len(FIRST_DELAYS) else LATER_DELAY)
