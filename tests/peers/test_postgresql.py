"""The forum on a real PostgreSQL: what it does on SQLite it does there, also with several daemons at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from store.database import open_database
from store.search import is_compared
from store.tables import Contribution, Outgoing
from tests.handlers.steps import hold, pick, publish, say
from tests.house import FORUM, TestHouse, mail
from tests.peers.postgresql import PostgreSQL

EN, FR = "sse-en@forum.example.org", "sse-fr@forum.example.org"


@pytest.fixture
def forum(postgresql: PostgreSQL) -> str:
    """A forum.toml with a database of its own."""
    return postgresql.place(FORUM)


@pytest.fixture
def house(tmp_path: Path, forum: str) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, forum)
    yield house
    house.close()


def test_the_migrations_make_the_tables_that_the_code_knows(postgresql: PostgreSQL) -> None:
    database = open_database(postgresql.create_database())
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_compared}
        )
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_a_contribution_a_translation_a_comment_and_the_closing_count(house: TestHouse) -> None:
    house.subscribe("reader@example.org", language="en")
    publish(house)
    translation = mail(
        "Nous gardons des semences au village et les partageons.", sender="luc@example.org", to=FR
    )
    assert house.post(translation, "sse-fr+t1@forum.example.org") == ["held"]
    assert say(house, house.one("held", "moderator-fr@example.org"), "ok")[0] == "decision"
    comment = mail(
        "In our valley too, and the school helps.", sender="ben@example.org", subject="Re: [#1] Seeds"
    )
    assert house.post(comment, EN) == ["held"]
    assert say(house, house.one("held"), "ok")[0] == "decision"
    house.tick(datetime(2013, 7, 15, 8, tzinfo=UTC))
    closing = house.one("closing", "reader@example.org")
    assert "1 contribution in total" in closing.body
    assert "1 contribution in English and French" in closing.body


def test_two_moderators_who_answer_at_once_decide_once(house: TestHouse, tmp_path: Path, forum: str) -> None:
    _, sent = hold(house, to=FR)
    notices = [one for one in sent if one.kind == "held"]
    assert len(notices) == 2
    (tmp_path / "other").mkdir()
    other = TestHouse(tmp_path / "other", forum)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(say, *pair, "ok") for pair in zip((house, other), notices, strict=True)]:
            done.result()
    with house.house.database.engine.connect() as connection:
        published = select(func.count()).select_from(Outgoing).where(col(Outgoing.kind) == "contribution")
        assert connection.execute(published).scalar_one() == 1
    other.close()


def test_daemons_that_work_at_once_give_each_number_once(tmp_path: Path, forum: str) -> None:
    """Forty posts by four daemons on one database, in a forum where nobody waits."""
    houses = []
    for place in range(4):
        (tmp_path / str(place)).mkdir()
        houses.append(TestHouse(tmp_path / str(place), forum.replace('"all"', '"none"')))
    for place in range(40):
        text = (
            f"Our seed bank number {place} has its own house, its own book and its own keys since the spring."
        )
        houses[0].spool(mail(text, sender=f"writer{place}@example.org", subject=f"Seeds {place}"), EN)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(house.worker.run_once) for house in houses]:
            done.result()
    with houses[0].house.database.engine.connect() as connection:
        numbers = connection.execute(select(col(Contribution.number))).scalars().all()
    assert sorted(number or 0 for number in numbers) == list(range(1, 41))
    assert houses[0].accounts() == {"published": 40}
    for house in houses:
        house.close()


def test_an_opening_is_announced_once_by_daemons_that_wake_at_once(tmp_path: Path, forum: str) -> None:
    houses = []
    for place in range(3):
        (tmp_path / str(place)).mkdir()
        houses.append(TestHouse(tmp_path / str(place), forum, now=datetime(2013, 7, 20, tzinfo=UTC)))
    houses[0].subscribe("reader@example.org", language="en")
    for house in houses:
        house.now = datetime(2013, 7, 29, 8, tzinfo=UTC)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(house.worker.run_once) for house in houses]:
            done.result()
    assert pick(houses[0].outbox(), "opening", "reader@example.org")
    with houses[0].house.database.engine.connect() as connection:
        openings = select(func.count()).select_from(Outgoing).where(col(Outgoing.kind) == "opening")
        assert connection.execute(openings).scalar_one() == 3
    for house in houses:
        house.close()
