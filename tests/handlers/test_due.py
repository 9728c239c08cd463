"""What is due at an instant: in order, once, late while it still makes sense."""

from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.due import Calendar, Due, find_due, list_notices

PARIS = ZoneInfo("Europe/Paris")
LANGUAGES = ("en", "es", "fr")
NINE = time(9)
SECOND = Calendar(
    subject="2.2",
    opens_at=datetime(2013, 7, 28, 22, tzinfo=UTC),
    closes_at=datetime(2013, 8, 11, 22, tzinfo=UTC),
    next_opens_at=datetime(2013, 9, 8, 22, tzinfo=UTC),
    reminders=("3d", "1d"),
    announce_at=NINE,
)
OPENING = datetime(2013, 7, 29, 7, tzinfo=UTC)


def due(
    now: datetime, known: frozenset[tuple[str, str, str, str]] = frozenset()
) -> list[tuple[str, str, str]]:
    found = find_due([SECOND], LANGUAGES, known, now, PARIS)
    return [(item.kind, item.occasion, language) for item, language in found]


def test_a_phase_has_an_opening_its_reminders_and_a_closing_at_the_announcing_hour() -> None:
    found = {(item.kind, item.occasion): item.due_at for item in list_notices([SECOND], PARIS)}
    assert found == {
        ("opening", ""): OPENING,
        ("reminder", "3d"): datetime(2013, 8, 9, 7, tzinfo=UTC),
        ("reminder", "1d"): datetime(2013, 8, 11, 7, tzinfo=UTC),
        ("closing", ""): datetime(2013, 8, 12, 7, tzinfo=UTC),
    }


def test_nothing_is_due_before_its_instant_and_everything_at_it() -> None:
    assert due(OPENING - timedelta(microseconds=1)) == []
    assert due(OPENING) == [("opening", "", language) for language in LANGUAGES]


def test_what_is_there_is_not_due_again() -> None:
    known = frozenset(
        {("opening", "2.2", "", "en"), ("opening", "2.2", "", "fr"), ("opening", "2.1", "", "es")}
    )
    assert due(OPENING, known) == [("opening", "", "es")]


def test_after_a_long_absence_everything_is_due_in_its_order() -> None:
    kinds = [
        (kind, occasion)
        for kind, occasion, language in due(datetime(2014, 1, 1, tzinfo=UTC))
        if language == "en"
    ]
    assert kinds == [("opening", ""), ("reminder", "3d"), ("reminder", "1d"), ("closing", "")]


@pytest.mark.parametrize(
    ("kind", "valid_until"),
    [("opening", SECOND.closes_at), ("reminder", SECOND.closes_at), ("closing", SECOND.next_opens_at)],
)
def test_it_is_too_late_from_the_instant_at_which_it_makes_no_sense(kind: str, valid_until: datetime) -> None:
    for item in list_notices([SECOND], PARIS):
        if item.kind == kind:
            assert not item.is_skipped(valid_until - timedelta(microseconds=1))
            assert item.is_skipped(valid_until)


def test_the_closing_of_the_last_phase_is_never_too_late() -> None:
    last = Calendar("2.3", SECOND.opens_at, SECOND.closes_at, None, (), NINE)
    closing = list_notices([last], PARIS)[-1]
    assert (closing.kind, closing.is_skipped(datetime(2030, 1, 1, tzinfo=UTC))) == ("closing", False)


@pytest.mark.parametrize(
    ("opens", "due_at"),
    [
        (datetime(2013, 3, 30, 23, tzinfo=UTC), datetime(2013, 3, 31, 7, tzinfo=UTC)),
        (datetime(2013, 10, 26, 22, tzinfo=UTC), datetime(2013, 10, 27, 8, tzinfo=UTC)),
        (datetime(2013, 7, 29, 12, tzinfo=UTC), datetime(2013, 7, 29, 12, tzinfo=UTC)),
    ],
)
def test_an_opening_is_announced_at_nine_local_time_whatever_the_clocks_do(
    opens: datetime, due_at: datetime
) -> None:
    calendar = Calendar("2.1", opens, opens + timedelta(days=14), None, (), NINE)
    assert list_notices([calendar], PARIS)[0].due_at == due_at


@given(
    starts=st.lists(st.integers(0, 400), min_size=1, max_size=4, unique=True),
    ticks=st.lists(st.integers(0, 24 * 500), min_size=1, max_size=6),
)
def test_however_often_one_looks_each_notice_comes_once_and_none_is_forgotten(
    starts: list[int], ticks: list[int]
) -> None:
    base = datetime(2013, 1, 1, tzinfo=UTC)
    calendars = [
        Calendar(
            f"2.{number}",
            base + timedelta(days=day),
            base + timedelta(days=day, hours=20),
            None,
            ("1d",),
            NINE,
        )
        for number, day in enumerate(sorted(starts))
    ]
    known: set[tuple[str, str, str, str]] = set()
    for hours in [*sorted(ticks), 24 * 600]:
        now = base + timedelta(hours=hours)
        for item, language in find_due(calendars, LANGUAGES, known, now, PARIS):
            assert item.due_at <= now
            name = (item.kind, item.subject, item.occasion, language)
            assert name not in known
            known.add(name)
    every: list[Due] = list(list_notices(calendars, PARIS))
    assert known == {
        (item.kind, item.subject, item.occasion, each) for item, each in product(every, LANGUAGES)
    }
