"""Two who join and separate at once on a real PostgreSQL: nothing is merged in a circle, and nothing counts twice."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from handlers.context import Context
from handlers.decide import Status
from handlers.joining import link, merge, unlink
from tests.handlers.steps import publish
from tests.house import FORUM, TestHouse
from tests.peers.postgresql import PostgreSQL

NUMBERS = range(1, 7)
LANGUAGES = ("en", "es", "fr")
BY = "moderator-en@example.org"


@pytest.fixture
def house(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[TestHouse]:
    """A forum with two contributions in each language."""
    house = TestHouse(tmp_path, postgresql.place(FORUM))
    for number in NUMBERS:
        to = f"sse-{LANGUAGES[number % 3]}@forum.example.org"
        publish(house, f"The text with number {number}.", to=to, sender=f"author{number}@example.org")
    yield house
    house.close()


def act(house: TestHouse, what: Callable[[Context], Status]) -> Status:
    """As the worker does: a unit of work that the database broke off is done again."""
    while True:
        with house.house.unit() as ctx:
            try:
                status = what(ctx)
                ctx.uow.commit()
            except OperationalError:
                continue
            return status


def merge_numbers(ctx: Context, one: int, other: int) -> Status:
    found = [ctx.uow.contributions.find_numbered(number) for number in (one, other)]
    assert found[0] is not None
    assert found[1] is not None
    return merge(ctx, found[0], found[1], by=BY, how="web")


def test_two_who_merge_the_same_two_at_once_merge_them_once(house: TestHouse) -> None:
    with ThreadPoolExecutor(2) as pool:
        pairs = [(1, 2), (2, 1)]
        done = [pool.submit(act, house, lambda ctx, pair=pair: merge_numbers(ctx, *pair)) for pair in pairs]
        assert sorted(each.result() for each in done) == [Status.DONE, Status.JOINED]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_joined_and_separated_at_once_each_number_leads_to_one_contribution(
    house: TestHouse, seed: int
) -> None:
    chance = random.Random(seed)

    def step(kind: str, one: int, other: int) -> Callable[[Context], Status]:
        def do(ctx: Context) -> Status:
            if kind == "merge":
                return merge_numbers(ctx, one, other)
            post = ctx.uow.contributions.find_post(one)
            target = ctx.uow.contributions.find_by_number(other)
            assert post is not None
            assert target is not None
            if kind == "link":
                return link(ctx, post, target, by=BY, how="web")
            return unlink(ctx, post, by=BY, how="web")

        return do

    steps = [
        step(chance.choice(("merge", "merge", "link", "unlink")), *chance.sample(NUMBERS, 2))
        for _ in range(60)
    ]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(act, house, each) for each in steps]:
            done.result()
    with house.house.unit() as ctx:
        kept = set()
        for number in NUMBERS:
            found = ctx.uow.contributions.find_by_number(number)
            assert found is not None
            assert found.number is not None
            assert found.number <= number
            kept.add(found.id)
        (_, phase), *_ = ctx.uow.phases.list_phases()
        assert ctx.uow.phases.count(phase, LANGUAGES, phase.closes_at)["theme"]["total"] == len(kept)
        texts = [ctx.uow.contributions.find_post(number) for number in NUMBERS]
        assert all(texts)
