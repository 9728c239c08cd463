"""What falls due happens once: in time, late and saying so, or not at all and reported."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge import clock
from bridge.clock import Clock
from tests.bridge.running import wait
from tests.house import FORUM, Sent, TestHouse, answer, mail

LIST = "sse-en@forum.example.org"
MODERATOR = "moderator-en@example.org"
OPENING = datetime(2013, 7, 29, 7, tzinfo=UTC)
"""09:00 in Paris, on the day that phase 2 opens."""
REMINDER = datetime(2013, 8, 8, 22, tzinfo=UTC)
CLOSES = datetime(2013, 8, 11, 22, tzinfo=UTC)
CLOSING = datetime(2013, 8, 12, 7, tzinfo=UTC)
LATE = "This message should have reached you on"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """Phase 1 is open, and was announced."""
    house = TestHouse(tmp_path)
    yield house
    house.close()


@pytest.fixture
def before(house: TestHouse) -> TestHouse:
    """The day before phase 2 opens; phase 1 is over, and was announced."""
    house.tick(datetime(2013, 7, 28, 12, tzinfo=UTC))
    house.outbox()
    return house


def in_english(mails: list[Sent], kind: str) -> Sent:
    [found] = [m for m in mails if m.kind == kind and m.header("Content-Language") == "en"]
    return found


def kinds(mails: list[Sent]) -> dict[str, int]:
    return dict(Counter(m.kind for m in mails))


def test_nothing_is_announced_before_its_time_and_everything_at_it(before: TestHouse) -> None:
    before.tick(OPENING - timedelta(seconds=1))
    assert before.outbox() == []
    before.tick(OPENING)
    mails = before.outbox()
    assert kinds(mails) == {"opening": 3}
    assert LATE not in in_english(mails, "opening").body


def test_doing_it_twice_changes_nothing(before: TestHouse) -> None:
    for _ in range(3):
        before.tick(OPENING)
    assert kinds(before.outbox()) == {"opening": 3}
    before.tick(CLOSING)
    before.tick(CLOSING + timedelta(days=400))
    assert kinds(before.outbox()) == {"closing": 3, "skipped": 1}


def test_down_over_an_opening_it_is_announced_late_and_says_so(before: TestHouse) -> None:
    before.tick(OPENING + timedelta(days=4))
    mails = before.outbox()
    assert kinds(mails) == {"opening": 3}
    assert f"{LATE} 29 July 2013." in " ".join(in_english(mails, "opening").body.split())


@pytest.mark.parametrize(("minutes", "said"), [(60, False), (61, True)])
def test_an_hour_is_not_late_yet(before: TestHouse, minutes: int, said: bool) -> None:
    before.tick(OPENING + timedelta(minutes=minutes))
    assert (LATE in in_english(before.outbox(), "opening").body) is said


def test_down_over_a_whole_phase_it_is_skipped_and_the_organizers_are_told_once(before: TestHouse) -> None:
    before.tick(datetime(2013, 9, 1, tzinfo=UTC))
    mails = before.outbox()
    assert kinds(mails) == {"closing": 3, "skipped": 1}
    [told] = [m for m in mails if m.kind == "skipped"]
    assert told.recipients == ("organizer@example.org",)
    listed = [line for line in told.body.splitlines() if line.startswith("- ")]
    assert listed == ["- Opening of phase 2.2", "- Reminder of phase 2.2 (3d before its end)"]
    # The last closing has no opening after it, and never stops making sense.
    assert f"{LATE} 12 August 2013." in " ".join(in_english(mails, "closing").body.split())
    before.tick(datetime(2013, 9, 2, tzinfo=UTC))
    assert before.outbox() == []


def test_a_closing_makes_sense_until_the_next_phase_opens(house: TestHouse) -> None:
    house.tick(OPENING)
    mails = house.outbox()
    assert kinds(mails) == {"opening": 3, "skipped": 1}
    [told] = [m for m in mails if m.kind == "skipped"]
    assert "- Closing of phase 2.1" in told.body


def test_a_reminder_comes_on_its_day(before: TestHouse) -> None:
    before.tick(OPENING)
    before.outbox()
    before.tick(CLOSES - timedelta(days=3) + timedelta(hours=12))
    assert kinds(before.outbox()) == {"reminder": 3}
    before.tick(CLOSES - timedelta(hours=1))
    assert before.outbox() == []


def test_mail_received_before_the_close_is_counted_even_when_it_is_handled_after_it(
    tmp_path: Path,
) -> None:
    house = TestHouse(tmp_path, forum=FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.tick(OPENING)
    house.now = CLOSES - timedelta(seconds=1)
    house.spool(mail("In time.\n", subject="In time"), LIST)
    house.now = CLOSES
    house.spool(mail("Too late for this phase.\n", subject="Too late"), LIST)
    house.outbox()
    house.tick(CLOSING)
    body = " ".join(in_english(house.outbox(), "closing").body.split())
    assert "1 contribution" in body
    assert "2 contributions" not in body
    assert house.accounts() == {"published": 2}
    house.close()


def test_a_text_that_is_approved_after_the_close_counts_in_the_phase_it_was_received_in(
    before: TestHouse,
) -> None:
    before.tick(OPENING)
    before.now = CLOSES - timedelta(hours=1)
    before.post(mail(), LIST)
    held = before.one("held", MODERATOR)
    before.now = CLOSING - timedelta(hours=1)
    raw, address = answer(held, "ok", sender=MODERATOR)
    before.post(raw, address, mail_from=MODERATOR)
    before.outbox()
    before.tick(CLOSING)
    assert "1 contribution" in in_english(before.outbox(), "closing").body


def test_every_language_shows_the_same_figures(tmp_path: Path) -> None:
    house = TestHouse(tmp_path, forum=FORUM.replace('moderation = "all"', 'moderation = "none"'))
    house.tick(OPENING - timedelta(days=1))
    house.post(mail("Before the opening.\n", subject="Early"), LIST)
    house.tick(OPENING)
    shown = {m.header("Content-Language"): m.body for m in house.outbox() if m.kind == "opening"}
    assert "1 contribution" in shown["en"]
    assert "1 contribución" in shown["es"]
    assert "1 contribution" in shown["fr"]
    house.close()


def test_the_clock_ticks_in_the_running_loop_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "TICK", 0.02)
    ticks: list[asyncio.AbstractEventLoop] = []

    async def dialogue() -> None:
        ticking = Clock(lambda: ticks.append(asyncio.get_running_loop()))
        ticking.start()
        await wait(lambda: len(ticks) >= 3)
        ticking.stop()
        await asyncio.sleep(0)
        counted = len(ticks)
        await asyncio.sleep(0.06)
        assert len(ticks) == counted
        assert set(ticks) == {asyncio.get_running_loop()}

    asyncio.run(dialogue())
