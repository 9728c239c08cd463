"""Translators and several daemons at once on a real PostgreSQL: one has the text, and one list a week goes out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bridge.wiring import make_worker
from handlers.claims import Claimed, Refusal, claim
from tests.handlers.translating import BO, EN, ES, publish, say
from tests.house import TestHouse


def take(house: TestHouse, email: str) -> Claimed | Refusal:
    with house.house.unit() as ctx:
        done = claim(ctx, email, "fr", contribution_id=1)
        ctx.uow.commit()
        return done


def test_of_eight_who_say_at_once_that_they_translate_it_one_has_it(house: TestHouse) -> None:
    publish(house)
    people = [f"person{number}@example.org" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda email: take(house, email), people))
    assert [type(each) for each in done].count(Claimed) == 1
    assert {each.reason for each in done if isinstance(each, Refusal)} == {"taken"}


def test_two_daemons_send_one_list_a_week(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    publish(house, "Seeds \\ and \\x41 with a backslash, and ñ.", EN)
    publish(house, "Agua.", ES)
    (sent,) = say(house, "wanted fr")
    assert sent.body.index("no. 2 ") < sent.body.index("no. 1 ")
    assert "42 bytes" in sent.body
    say(house, "wanted fr weekly")
    house.now = datetime(2013, 7, 8, 8, tzinfo=UTC)
    workers = [make_worker(house.house, lambda: None) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda worker: worker.run_once(), workers))
    assert [sent.kind for sent in house.outbox()].count("wanted_weekly") == 1
