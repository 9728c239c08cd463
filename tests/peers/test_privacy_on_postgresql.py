"""Forgetting on a real PostgreSQL: nothing is left of a person; of a crowd that asks at once, one question comes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.wiring import make_worker
from tests.handlers.test_forget import ANA, NAME, OWN_FROM, find_traces, forget, relay, take_part
from tests.handlers.test_subscribing import BO, COMMANDS, say
from tests.house import TestHouse, mail
from tests.peers.postgresql import PostgreSQL


@pytest.fixture
def house(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path, postgresql.place(OWN_FROM))
    yield house
    house.close()


def test_nothing_is_left_of_a_person(house: TestHouse) -> None:
    house.subscribe("luz@example.org", "bo@example.org", language="en")
    take_part(house)
    (told,) = say(house, "status", sender=ANA)
    assert "You wrote or translated: no. 1" in told.body
    assert len(set(find_traces(house, ANA, NAME))) > 15
    forget(house)
    relay(house)
    assert find_traces(house, ANA, NAME) == []
    assert house.accounts()


def test_requests_that_several_daemons_handle_at_once_make_one_mail(house: TestHouse) -> None:
    for number in range(40):
        raw = mail("join fr", sender=BO, to=COMMANDS, subject=str(number), message_id=f"x{number}")
        house.spool(raw, COMMANDS, mail_from=f"evil{number}@example.net")
    workers = [make_worker(house.house, lambda: None) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda worker: worker.run_once(), workers))
    assert [sent.kind for sent in house.outbox()] == ["confirm_join"]
    assert set(house.accounts()) == {"command"}
