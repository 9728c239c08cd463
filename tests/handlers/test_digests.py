"""Digests: at a local hour, once, with everything that is new, in the reader's language and within 8 kB."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dates import find_latest
from store.posts import HELD
from tests.handlers.reading import COMMANDS, about, ask, digests, reader, write
from tests.handlers.steps import EN, ES, hold, pick, say
from tests.house import FORUM, TestHouse, mail

NEXT = datetime(2013, 7, 3, 7, tzinfo=UTC)
"""The morning after everything that is told here: 9:00 in Paris."""
MONDAY = datetime(2013, 7, 8, 7, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def free(tmp_path: Path) -> TestHouse:
    """A forum that publishes at once."""
    forum = FORUM.replace('moderation = "all"', 'moderation = "none"')
    return TestHouse(tmp_path, forum.replace("[server]", '[server]\nlinking = "explicit"'))


def test_a_digest_comes_once_at_its_hour_and_not_again(house: TestHouse) -> None:
    bo = reader(house, "bo", "mode daily")
    write(house, "Seeds")
    assert digests(house, NEXT - timedelta(seconds=1)) == []
    (told,) = digests(house, NEXT)
    assert told.recipients == (bo,)
    assert "1 new contribution\n" in told.body
    assert "\n#1 Seeds (" in told.body
    assert "We keep seeds" in told.body
    for days in (0, 1, 2):
        assert digests(house, NEXT + timedelta(days=days, minutes=10)) == []


def test_the_hour_is_that_of_the_city_where_its_reader_is(house: TestHouse) -> None:
    reader(house, "bo", "mode daily 7 Bamako")
    write(house, "Seeds")
    assert digests(house, datetime(2013, 7, 3, 6, 59, tzinfo=UTC)) == []
    assert len(digests(house, datetime(2013, 7, 3, 7, 0, tzinfo=UTC))) == 1


def test_a_weekly_digest_comes_on_monday(house: TestHouse) -> None:
    reader(house, "bo", "mode weekly")
    write(house, "Seeds")
    assert digests(house, MONDAY - timedelta(seconds=1)) == []
    assert len(digests(house, MONDAY)) == 1


def test_a_daemon_that_was_down_sends_one_digest_late_and_the_next_in_time(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    (late,) = digests(house, NEXT + timedelta(days=2, hours=3))
    assert "Seeds" in late.body
    write(house, "Bread", "The oven belongs to us.")
    (following,) = digests(house, NEXT + timedelta(days=3))
    assert "Bread" in following.body


def test_two_daemons_send_one(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    house.now = NEXT
    second = house.house.unit()
    with second as ctx:  # the other daemon has looked, and is slower
        slots = ctx.uow.digests.list_slots()
        ctx.uow.commit()
    assert len(digests(house, NEXT)) == 1
    with house.house.unit() as ctx:
        assert ctx.uow.digests.claim(slots[0], NEXT) == []


def test_what_fails_while_it_is_written_is_told_at_the_next_look(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    with house.house.unit() as ctx:
        from handlers.digest import send_digests

        house.now = NEXT
        send_digests(ctx)  # and the process ends before it commits
    assert len(digests(house, NEXT + timedelta(minutes=1))) == 1


def test_readers_with_the_same_digest_have_one_mail_and_its_author_is_not_told(house: TestHouse) -> None:
    readers = [reader(house, name, "mode daily") for name in ("bo", "cy", "di")]
    reader(house, "ana", "mode daily")
    write(house, "Seeds")
    (told,) = digests(house, NEXT)
    assert told.recipients == tuple(readers)


def test_other_languages_are_told_of_by_title_after_ones_own(house: TestHouse) -> None:
    reader(house, "eva", "modo diario", language="es")
    write(house, "Seeds")
    write(
        house, "El agua", "De agosto a noviembre el canal casi no trae nada.", "es", sender="luz@example.org"
    )
    (told,) = digests(house, NEXT)
    assert "2 contribuciones nuevas en 2 idiomas" in told.body
    contents = re.findall(r"^#(\d+) (.*)$", told.body, re.MULTILINE)
    assert [number for number, _ in contents] == ["2", "1"]
    assert contents[1][1].startswith("Seeds (Ana Souza, inglés, ")
    assert "De agosto" in told.body
    assert "We keep seeds" not in told.body
    assert told.header("To") == ES


def test_a_comment_and_a_correction_are_counted_apart_and_what_was_withdrawn_is_not_told(
    house: TestHouse,
) -> None:
    reader(house, "bo", "mode daily")
    reader(house, "cy")
    sent = write(house, "Seeds")
    write(house, "Bread", "The oven belongs to us.", sender="eli@example.org")
    _, held = say(house, pick(sent, "contribution"), "We do the same with beans.", "di@example.org")
    say(house, pick(held, "held"), "ok")
    with house.house.unit() as ctx:
        bread = ctx.uow.contributions.find_by_number(2)
        assert bread is not None
        bread.withdrawn_at = house.now
        ctx.uow.contributions.give_number(bread)
        ctx.uow.commit()
    (told,) = digests(house, NEXT)
    assert "1 new contribution\n1 comment\n" in told.body
    assert re.findall(r"^#(\d+)", told.body, re.MULTILINE) == ["1", "3"]
    assert "comment on 1" in told.body
    assert "Bread" not in told.body


def test_a_digest_of_a_hundred_texts_fits_8_kb_and_says_how_many_come_next_time(free: TestHouse) -> None:
    reader(free, "bo", "mode daily")
    for number in range(130):
        raw = mail(
            f"Text {number} of many: {'word ' * 40}",
            to=EN,
            subject=f"The title number {number} of many titles",
            sender=f"author{number}@example.org",
        )
        free.spool(raw, EN)
    free.worker.run_once()
    free.outbox()
    (first,) = digests(free, NEXT)
    numbers = re.findall(r"^#(\d+) ", first.body, re.MULTILINE)
    left = re.search(r"(\d+) more texts had no room here", first.body)
    assert left
    assert 7_800 < len(first.raw) <= 8_000
    assert len(numbers) + int(left[1]) == 130
    assert f"{len(numbers)} new contributions\n" in first.body
    assert first.subject == f"The forum: {len(numbers)} new texts"
    (second,) = digests(free, NEXT + timedelta(days=1))
    others = re.findall(r"^#(\d+) ", second.body, re.MULTILINE)
    assert sorted(map(int, numbers + others)) == list(range(1, 131))
    assert "more text" not in second.body


def test_a_hostile_title_writes_no_header_and_no_line_of_its_own(free: TestHouse) -> None:
    reader(free, "bo", "mode daily", "mode notice until 2 July")
    title = "=?utf-8?q?Seeds=0D=0ABcc:_evil=40example.org=0A=0A------------------------------?= \u202e=?utf-8?q?x?="
    raw = mail("Text.", to=EN, subject="x").replace(
        b"Subject: x", b"Subject: " + title.encode("ascii", "ignore")
    )
    free.post(raw, EN)
    assert len(about(free.outbox(), "notice")) == 1
    ask(free, "mode daily")
    raw = mail("Another.", to=EN, subject="x", sender="eli@example.org").replace(
        b"Subject: x", b"Subject: " + title.encode("ascii", "ignore")
    )
    free.post(raw, EN)
    free.outbox()
    (told,) = digests(free, NEXT)
    assert "bcc" not in [name.lower() for name in told.message]
    assert len(re.findall(r"^#\d+ ", told.body, re.MULTILINE)) == 1


def test_first_lines_are_cut_before_texts_are_left_out(free: TestHouse) -> None:
    reader(free, "bo", "mode daily")
    for number in range(30):
        free.spool(
            mail(
                f"Text {number}: {'word ' * 60}",
                to=EN,
                subject=f"Title {number}",
                sender=f"a{number}@example.org",
            ),
            EN,
        )
    free.worker.run_once()
    free.outbox()
    (told,) = digests(free, NEXT)
    assert len(told.raw) <= 8_000
    assert len(re.findall(r"^#\d+ ", told.body, re.MULTILINE)) == 30
    assert len(re.findall(r"^\[#\d+\] ", told.body, re.MULTILINE)) == 30
    assert "had no room" not in told.body


def test_get_in_answer_to_a_digest_brings_a_text(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    (told,) = digests(house, NEXT)
    outcome, (text,) = say(house, told, "get 1")
    assert outcome == "command"
    assert "We keep seeds" in text.body


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_answer_to_a_digest_is_a_comment_on_what_it_names_and_else_waits(
    house: TestHouse, language: str
) -> None:
    reader(house, "bo", "mode daily", language=language)
    write(house, "Seeds")
    (told,) = digests(house, NEXT)
    said = "[#1] I agree with all of this, and we do the same with beans."
    assert say(house, told, said, "bo@example.org")[0] == "held"
    with house.house.unit() as ctx:
        (post,) = ctx.uow.waiting.list_posts([HELD])
        first = ctx.uow.contributions.find_by_number(1)
        assert first is not None
        assert post.contribution.parent_id == first.id
        assert post.revision.title.startswith("[#1] I agree") or post.revision.title.startswith("I agree")


def test_an_answer_to_a_digest_without_a_number_waits_even_where_nothing_else_does(free: TestHouse) -> None:
    reader(free, "bo", "mode daily")
    free.post(mail(to=EN), EN)
    free.outbox()
    (told,) = digests(free, NEXT)
    outcome, sent = say(
        free, told, "This is very interesting, and the whole village should read it.", "bo@example.org"
    )
    assert outcome == "held"
    assert pick(sent, "held")


def test_an_answer_to_a_digest_over_one_mailbox_without_plus_addresses(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    (told,) = digests(house, NEXT)
    raw = mail(
        "[#1] I agree.", sender="bo@example.org", to=COMMANDS, subject=f"Re: {told.subject}",
        in_reply_to=told.header("Message-ID"),
    )  # fmt: skip
    assert house.post(raw, COMMANDS) == ["held"]


def test_whoever_goes_back_to_whole_texts_is_told_what_waited(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    write(house, "Seeds")
    ask(house, "mode full")
    (told,) = digests(house, NEXT)
    assert "#1 Seeds" in told.body


def test_an_archive_is_in_no_digest(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    house.post(mail(to=EN), EN, live=False)
    assert digests(house, NEXT) == []


def test_nobody_has_a_digest_of_what_waits_for_approval(house: TestHouse) -> None:
    reader(house, "bo", "mode daily")
    hold(house)
    house.outbox()
    assert digests(house, NEXT) == []


@pytest.mark.parametrize(
    ("now", "at", "expected"),
    [
        # 02:30 does not come on 31 March: the first instant after is 03:00, which is 01:00 UTC.
        (datetime(2013, 3, 31, 0, 59, tzinfo=UTC), time(2, 30), datetime(2013, 3, 30, 1, 30, tzinfo=UTC)),
        (datetime(2013, 3, 31, 1, 0, tzinfo=UTC), time(2, 30), datetime(2013, 3, 31, 1, 0, tzinfo=UTC)),
        # It comes twice on 27 October: the first counts.
        (datetime(2013, 10, 27, 0, 30, tzinfo=UTC), time(2, 30), datetime(2013, 10, 27, 0, 30, tzinfo=UTC)),
        (datetime(2013, 10, 27, 1, 30, tzinfo=UTC), time(2, 30), datetime(2013, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_clocks_change_and_an_hour_comes_once(now: datetime, at: time, expected: datetime) -> None:
    assert find_latest(now, at, PARIS) == expected


@given(
    st.datetimes(datetime(2013, 1, 1), datetime(2014, 12, 31), timezones=st.just(UTC)),
    st.sampled_from([time(0), time(2, 30), time(9), time(23)]),
    st.sampled_from(["Europe/Paris", "Africa/Bamako", "America/Lima", "Australia/Lord_Howe", "Asia/Gaza"]),
    st.booleans(),
)
def test_the_last_hour_is_the_last_one_and_never_in_the_future(
    now: datetime, at: time, zone: str, weekly: bool
) -> None:
    found = find_latest(now, at, ZoneInfo(zone), weekly=weekly)
    assert found <= now
    assert now - found <= timedelta(days=7 if weekly else 1, hours=2)
    assert find_latest(found, at, ZoneInfo(zone), weekly=weekly) == found
    if weekly:
        assert found.astimezone(ZoneInfo(zone)).weekday() == 0
