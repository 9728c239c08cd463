"""The calendar in step with the file, notices that are claimed once, snapshots that are taken once, syntheses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.forum import Settings, load_settings
from store.database import Database
from store.spool import Envelope, Spool
from store.tables import Phase, Synthesis
from store.unit import UnitOfWork
from tests.house import FORUM, TestHouse

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
OPENS_1, OPENS_2 = datetime(2013, 6, 30, 22, tzinfo=UTC), datetime(2013, 7, 28, 22, tzinfo=UTC)
CLOSES_1 = datetime(2013, 7, 14, 22, tzinfo=UTC)
SECOND_THEME = """
[[themes]]
number = 3
title = { en = "Money" }
[[themes.questions]]
number = 1
text = { en = "Who pays?" }
[[themes.phases]]
number = 1
questions = [1]
opens = 2013-09-01
closes = 2013-09-14
"""


def read(folder: Path, forum: str = FORUM) -> Settings:
    path = folder / "forum.toml"
    path.write_text(forum, encoding="utf-8")
    return load_settings(path)


@pytest.fixture
def uow(database: Database, tmp_path: Path) -> Iterator[UnitOfWork]:
    with UnitOfWork(database, NOW) as uow:
        uow.phases.keep_in_step(read(tmp_path, FORUM + SECOND_THEME))
        yield uow


def get(uow: UnitOfWork, theme: int, number: int) -> Phase:
    found = uow.phases.find(theme, number)
    assert found is not None
    return found


def test_a_phase_is_half_open_from_local_midnight_to_the_one_after_its_last_day(uow: UnitOfWork) -> None:
    first = get(uow, 2, 1)
    assert (first.opens_at, first.closes_at) == (OPENS_1, CLOSES_1)
    for instant, inside in (
        (OPENS_1 - timedelta(seconds=1), False),
        (OPENS_1, True),
        (CLOSES_1 - timedelta(seconds=1), True),
        (CLOSES_1, False),
    ):
        assert (uow.phases.find_at(instant) is first) is inside


def test_the_next_and_the_previous_phase_are_found(uow: UnitOfWork) -> None:
    first, second, other = get(uow, 2, 1), get(uow, 2, 2), get(uow, 3, 1)
    assert uow.phases.find_next(NOW) is second
    assert uow.phases.find_next(OPENS_2) is other
    assert uow.phases.find_next(datetime(2014, 1, 1, tzinfo=UTC)) is None
    assert uow.phases.find_previous(second) is first
    assert uow.phases.find_previous(first) is None
    assert uow.phases.find_previous(other) is None


def test_a_bare_number_is_the_most_recently_started_themes(database: Database, tmp_path: Path) -> None:
    with UnitOfWork(database, NOW) as uow:
        uow.phases.keep_in_step(read(tmp_path, FORUM + SECOND_THEME))
        uow.commit()
    for now, theme in (
        (datetime(2013, 1, 1, tzinfo=UTC), 2),
        (NOW, 2),
        (datetime(2013, 9, 2, tzinfo=UTC), 3),
    ):
        with UnitOfWork(database, now) as uow:
            found = uow.phases.find_latest(1)
            assert found is not None
            assert uow.phases.theme_number(found) == theme
            assert uow.phases.find_latest(7) is None


def test_a_text_belongs_to_the_theme_that_began_last_else_to_the_first(uow: UnitOfWork) -> None:
    territories, money = get(uow, 2, 1).theme_id, get(uow, 3, 1).theme_id
    days = [datetime(2013, month, 20, tzinfo=UTC) for month in (1, 7, 8, 9, 12)]
    assert [uow.phases.theme_of(day) for day in days] == [territories] * 3 + [money] * 2


def test_what_an_organizer_changed_stands_until_the_file_changes(uow: UnitOfWork, tmp_path: Path) -> None:
    phase = get(uow, 2, 2)
    phase.closes_at += timedelta(days=3)
    changed = phase.closes_at
    uow.phases.keep_in_step(read(tmp_path, FORUM.replace("On question 1.", "On the first question.")))
    assert (phase.closes_at, phase.looks_at["en"]) == (changed, "On the first question.")
    uow.phases.keep_in_step(read(tmp_path, FORUM.replace("closes = 2013-08-11", "closes = 2013-08-12")))
    assert phase.closes_at == datetime(2013, 8, 12, 22, tzinfo=UTC)


def test_keeping_in_step_twice_changes_nothing(uow: UnitOfWork, tmp_path: Path) -> None:
    before = [(theme.number, phase.id) for theme, phase in uow.phases.list_phases()]
    uow.phases.keep_in_step(read(tmp_path, FORUM + SECOND_THEME))
    assert [(theme.number, phase.id) for theme, phase in uow.phases.list_phases()] == before
    assert [theme for theme, _ in before] == [2, 2, 3]


def claim(uow: UnitOfWork, language: str = "en", occasion: str = "", kind: str = "opening") -> bool:
    return uow.phases.claim_notice(kind, "2.1", occasion, language, due_at=NOW, state="enqueued")


def test_a_notice_is_claimed_once(uow: UnitOfWork) -> None:
    assert [claim(uow), claim(uow)] == [True, False]
    assert [claim(uow, "fr"), claim(uow, occasion="3d"), claim(uow, kind="closing")] == [True] * 3
    assert ("opening", "2.1", "3d", "en") in uow.phases.list_notices()
    assert len(uow.phases.list_notices()) == 4


def test_a_claim_that_is_rolled_back_can_be_made_again(database: Database) -> None:
    for _ in range(2):
        with UnitOfWork(database, NOW) as uow:
            assert claim(uow)


def test_a_snapshot_is_taken_by_the_first_who_asks(uow: UnitOfWork) -> None:
    phase, taken = get(uow, 2, 1), []

    def take() -> dict[str, Any]:
        taken.append(1)
        return {"total": len(taken)}

    assert [uow.phases.get_snapshot(phase, "opening", take)["total"] for _ in range(3)] == [1, 1, 1]
    assert uow.phases.get_snapshot(phase, "closing", take) == {"total": 2}
    assert uow.phases.get_snapshot(get(uow, 2, 2), "opening", take) == {"total": 3}


def test_a_forum_without_contributions_counts_nothing(uow: UnitOfWork) -> None:
    found = uow.phases.count(get(uow, 2, 1), ("en", "es", "fr"), NOW)
    assert found["theme"] == found["phase"] == {"total": 0, "lines": [], "folded": []}
    assert (found["comments"], found["lacking"]) == (0, {})


def test_of_the_confirmed_syntheses_the_last_received_stands(database: Database, tmp_path: Path) -> None:
    writer = Spool(database, lambda: None)
    writer.start()
    writer.submit(Envelope("a@example.org", ("sse@example.org",), b"Subject: x\n\ny", NOW, "test")).result()
    writer.stop()
    with UnitOfWork(database, NOW) as uow:
        uow.phases.keep_in_step(read(tmp_path))
        phase = get(uow, 2, 1).id or 0
        rows = []
        for place, (language, hours) in enumerate((("en", 2), ("en", 1), ("fr", 1), ("en", 3))):
            row = Synthesis(
                phase_id=phase,
                language=language,
                delivery_id=1,
                title="",
                text=f"text {place}",
                author_email="o@example.org",
                received_at=NOW + timedelta(hours=hours),
            )
            assert uow.phases.find_synthesis_by_id(uow.phases.add_synthesis(row)) is row
            rows.append(row)
        assert uow.phases.list_syntheses(phase) == {}
        for row in rows[:3]:
            uow.phases.confirm_synthesis(row)
        standing = uow.phases.list_syntheses(phase)
        assert {language: row.text for language, row in standing.items()} == {"en": "text 0", "fr": "text 2"}
        assert uow.phases.list_syntheses(None) == {}
        assert uow.phases.find_synthesis_by_id(None) is None


def test_a_phase_that_left_the_file_is_no_part_of_the_calendar(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    head, _, _ = FORUM.rpartition("[[themes.phases]]")
    (tmp_path / "forum.toml").write_text(head, encoding="utf-8")
    with house.house.unit() as ctx:
        ctx.uow.phases.keep_in_step(load_settings(tmp_path / "forum.toml"))
        first = ctx.uow.phases.find(2, 1)
        assert first is not None
        assert ctx.uow.phases.find_next(first.opens_at) is None
        assert ctx.uow.phases.find_at(datetime(2013, 8, 1, tzinfo=UTC)) is None
        assert [phase.number for _, phase in ctx.uow.phases.list_phases()] == [1]
    house.close()


def test_a_bare_number_is_the_most_recently_started_theme_s(tmp_path: Path) -> None:
    newer = '\n[[themes]]\nnumber = 3\ntitle = { en = "Next", es = "Sigue", fr = "Suite" }\n' + "".join(
        f"[[themes.{part}]]\n{text}\n"
        for part, text in (
            ("questions", 'number = 1\ntext = { en = "A?", es = "A", fr = "A" }'),
            ("phases", "number = 1\nquestions = [1]\nopens = 2013-09-01\ncloses = 2013-09-10"),
            ("phases", "number = 2\nquestions = [1]\nopens = 2013-10-01\ncloses = 2013-10-10"),
        )
    )
    house = TestHouse(tmp_path, FORUM + newer, now=datetime(2013, 9, 5, tzinfo=UTC))
    with house.house.unit() as ctx:
        found = ctx.uow.phases.find_latest(2)
        assert found is not None
        assert ctx.uow.phases.theme_number(found) == 3
    house.close()
