"""A budget of bytes a week: what fits is sent, of what does not fit there is a line each, and nothing is dropped."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.handlers.reading import about, ask, digests, reader
from tests.handlers.steps import EN
from tests.house import FORUM, Sent, TestHouse, mail

BO = "bo@example.org"
NEXT = datetime(2013, 7, 3, 7, tzinfo=UTC)
DAY = timedelta(days=1)
MONDAY = datetime(2013, 7, 8, 7, tzinfo=UTC)


@pytest.fixture
def free(tmp_path: Path) -> TestHouse:
    """A forum that publishes at once and compares nothing."""
    forum = FORUM.replace('moderation = "all"', 'moderation = "none"')
    return TestHouse(tmp_path, forum.replace("[server]", '[server]\nlinking = "explicit"'))


def write(house: TestHouse, *sizes: int, first: int = 1) -> list[Sent]:
    """Contributions of so many bytes; the mail that they led to."""
    for number, size in enumerate(sizes, first):
        text = f"Text {number}. " + "word " * ((size - 10) // 5)
        house.spool(mail(text, to=EN, subject=f"Title {number}", sender=f"author{number}@example.org"), EN)
    house.worker.run_once()
    return house.outbox()


def pushed(sent: list[Sent], email: str = BO) -> int:
    """Bytes that somebody is sent without asking."""
    return sum(len(mail.raw) for mail in sent if email in mail.recipients and mail.mail_from)


def test_a_budget_is_set_shown_and_taken_back(free: TestHouse) -> None:
    reader(free, "bo")
    (told,) = ask(free, "budget 50k a week")
    assert "We send you at most 50 kB a week" in told.body
    assert 'To undo it: send "budget none"' in told.body
    sent = write(free, 3_000)
    (shown,) = ask(free, "budget")
    used = re.search(r"since\s+Monday:\s+(\d+)\s+kB", shown.body)
    assert used
    assert int(used[1]) == -(-pushed(sent) // 1_000)
    (told,) = ask(free, "budget none")
    assert 'To undo it: send "budget 50000"' in told.body


@pytest.mark.parametrize("said", ["budget much", "budget 50k a day", "budget 100 bytes"])
def test_what_is_not_understood_changes_nothing(free: TestHouse, said: str) -> None:
    reader(free, "bo", "budget 20k")
    (told,) = ask(free, said)
    assert "Nothing has been changed." in told.body
    assert "at most 20 kB a week" in " ".join(told.body.split())


def test_nothing_is_pushed_over_the_budget_and_the_rest_is_told_in_a_line_each(free: TestHouse) -> None:
    reader(free, "bo", "budget 12k")
    reader(free, "cy")
    sent = write(free, 4_000, 4_000, 4_000, 2_000)
    assert [mail.subject[:4] for mail in sent if BO in mail.recipients] == ["[#1]", "[#2]"]
    assert [mail.subject[:4] for mail in about(sent, "contribution")] == ["[#1]", "[#2]", "[#3]", "[#4]"]
    (told,) = digests(free, NEXT)
    assert told.recipients == (BO,)
    assert "no room for these texts in what we may send you (12 kB a week)" in " ".join(told.body.split())
    lines = re.findall(r"^#.*", told.body, re.MULTILINE)
    assert lines == ["#3 Title 3 (4 kB): get 3", "#4 Title 4 (2 kB): get 4"]
    assert pushed([*sent, told]) <= 12_000
    assert digests(free, NEXT + DAY) == []


def test_what_is_asked_for_does_not_count(free: TestHouse) -> None:
    reader(free, "bo", "budget 10k")
    write(free, 4_000)
    for _ in range(3):
        assert ask(free, "get 1")
    assert about(write(free, 1_000, first=2), "contribution")[0].recipients == (BO,)


def test_announcements_always_come_and_count(free: TestHouse) -> None:
    reader(free, "bo", "budget 5k")
    free.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    (opening,) = [mail for mail in free.outbox() if mail.kind == "opening" and BO in mail.recipients]
    room = 5_000 - len(opening.raw)
    assert BO not in [to for mail in about(write(free, room), "contribution") for to in mail.recipients]


def test_a_new_week_begins_on_monday_in_the_time_zone_of_the_forum(free: TestHouse) -> None:
    reader(free, "bo", "budget 5k")
    assert about(write(free, 3_000), "contribution")
    free.now = datetime(2013, 7, 7, 21, 59, tzinfo=UTC)
    assert not about(write(free, 3_000, first=2), "contribution")
    free.now = datetime(2013, 7, 7, 22, 1, tzinfo=UTC)
    assert about(write(free, 3_000, first=3), "contribution")


def test_where_no_room_is_left_even_for_a_list_it_comes_on_monday_and_budget_says_that_it_waits(
    free: TestHouse,
) -> None:
    reader(free, "bo", "budget 5k")
    sent = write(free, 3_000, 3_000)
    assert [mail.subject for mail in sent if BO in mail.recipients] == ["[#1] Title 1"]
    for day in range(5):
        assert digests(free, NEXT + day * DAY) == []
    (shown,) = ask(free, "budget")
    assert "1 text did not fit" in shown.body
    (told,) = digests(free, MONDAY)
    assert "#2 Title 2" in told.body


def test_whoever_never_has_room_has_a_list_once_a_week_all_the_same(free: TestHouse) -> None:
    reader(free, "bo", "budget 5k")
    told = []
    for week in range(4):
        # Right after midnight, before the hour of the list, what is left would fit nothing.
        free.now = datetime(2013, 7, 8, 0, tzinfo=UTC) + week * 7 * DAY
        if week < 3:
            write(free, 3_400, 3_400, first=10 * week + 1)
        for day in range(7):
            told += digests(free, MONDAY + (week * 7 + day) * DAY)
    assert [re.findall(r"^#(\d+)", mail.body, re.MULTILINE) for mail in told] == [["2", "4"], ["6"]]
    assert all(len(mail.raw) <= 2_000 for mail in told)


def test_the_digest_of_a_daily_reader_fits_what_is_left_and_the_rest_comes_later(free: TestHouse) -> None:
    reader(free, "bo", "mode daily", "budget 5k")
    write(free, *[500] * 80)
    seen: list[str] = []
    pushed_in: dict[int, int] = {}
    for day in range(14):
        now = NEXT + day * DAY
        for told in digests(free, now):
            week = now.isocalendar().week
            pushed_in[week] = pushed_in.get(week, 0) + len(told.raw)
            seen += re.findall(r"^#(\d+) ", told.body, re.MULTILINE)
    assert max(pushed_in.values()) <= 5_000
    assert sorted(map(int, seen)) == list(range(1, 81))


def test_lines_of_one_who_reads_notices_are_the_same(free: TestHouse) -> None:
    reader(free, "bo", "mode notice", "budget 5k")
    sent = write(free, *[2_000] * 8)
    assert pushed(sent) <= 5_000
    missed = 8 - len([mail for mail in sent if BO in mail.recipients])
    assert missed > 0
    told = [mail for day in range(6) for mail in digests(free, NEXT + day * DAY)]
    assert sum(len(re.findall(r"^#\d+ ", mail.body, re.MULTILINE)) for mail in told) == missed
