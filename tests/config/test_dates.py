"""When a phase opens, closes and is announced."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dates import parse_days, phase_dates, to_instant

PARIS = ZoneInfo("Europe/Paris")
NINE = time(9)
ZONES = st.sampled_from(sorted(zone for zone in available_timezones() if "/" in zone)).map(ZoneInfo)
DAYS = st.dates(date(1975, 1, 1), date(2040, 12, 31))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_phase_of_whole_days_includes_its_last_day() -> None:
    dates = phase_dates(date(2013, 9, 9), date(2013, 9, 21), ["3d"], NINE, PARIS)
    assert dates.opens_at == utc(2013, 9, 8, 22)
    assert dates.closes_at == utc(2013, 9, 21, 22)
    assert dates.opening_due == utc(2013, 9, 9, 7)
    assert dates.closing_due == utc(2013, 9, 22, 7)
    assert dates.reminders == {"3d": utc(2013, 9, 19, 7)}


def test_an_exact_time_is_announced_when_it_comes_never_before() -> None:
    dates = phase_dates(datetime(2013, 9, 9, 14), datetime(2013, 9, 21, 18, tzinfo=PARIS), [], NINE, PARIS)
    assert dates.opens_at == dates.opening_due == utc(2013, 9, 9, 12)
    assert dates.closes_at == utc(2013, 9, 21, 16)
    assert dates.closing_due == utc(2013, 9, 22, 7)


def test_a_midnight_that_the_clocks_skip_is_the_first_instant_after() -> None:
    havana = ZoneInfo("America/Havana")
    assert to_instant(date(2013, 3, 10), time(), havana) == utc(2013, 3, 10, 5)
    assert to_instant(date(2013, 3, 10), time(), havana).astimezone(havana).hour == 1


@pytest.mark.parametrize(("day", "offset"), [(date(2013, 3, 31), 2), (date(2013, 10, 27), 1)])
def test_nine_o_clock_is_nine_o_clock_on_the_days_the_clocks_change(day: date, offset: int) -> None:
    assert to_instant(day, NINE, PARIS) == utc(day.year, day.month, day.day, 9 - offset)


@pytest.mark.parametrize("wrong", ["", "d", "3", "0d", "-1d", "3h", "999d", "٣d"])
def test_a_reminder_that_is_no_number_of_days_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="not a number of days"):
        parse_days(wrong)


@given(DAYS, st.integers(0, 60), ZONES)
def test_instants_come_in_order_in_every_zone(opens: date, days: int, zone: ZoneInfo) -> None:
    dates = phase_dates(opens, opens + timedelta(days=days), ["1d"], NINE, zone)
    # "<=": Samoa had no 30 December 2011, so that a phase of that one day is empty.
    assert dates.opens_at <= dates.closes_at <= dates.closing_due
    assert dates.opens_at <= dates.opening_due
    assert dates.opens_at <= dates.reminders["1d"] <= dates.closing_due


@given(DAYS, ZONES)
def test_consecutive_days_meet_without_a_gap(day: date, zone: ZoneInfo) -> None:
    first = phase_dates(day, day, [], NINE, zone)
    second = phase_dates(day + timedelta(days=1), day + timedelta(days=1), [], NINE, zone)
    assert first.closes_at == second.opens_at
