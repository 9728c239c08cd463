"""Several daemons at once on a real PostgreSQL: each reader has one digest, and a budget is counted as on SQLite."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from bridge.wiring import make_worker
from tests.handlers.reading import about, ask, digests, reader, write
from tests.house import TestHouse

NEXT = datetime(2013, 7, 3, 7, tzinfo=UTC)


def test_three_daemons_send_each_reader_one_digest(house: TestHouse) -> None:
    readers = [
        reader(house, "bo", "mode daily"),
        reader(house, "cy", "mode daily 7 London"),
        reader(house, "eva", "modo diario", language="es"),
    ]
    write(house, "Seeds")
    house.now = datetime(2013, 7, 3, 8, tzinfo=UTC)
    workers = [make_worker(house.house, lambda: None) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda worker: worker.run_once(), workers))
    told = [email for mail in about(house.outbox(), "digest") for email in mail.recipients]
    assert sorted(told) == sorted(readers)


def test_a_budget_keeps_a_text_back_and_its_line_comes(house: TestHouse) -> None:
    bo = reader(house, "bo", "budget 5k")
    whole = "We keep seeds in our village, and share them each spring. " * 50
    assert about(write(house, "Seeds", whole), "contribution")[0].recipients == (bo,)
    assert about(write(house, "Bread", whole.replace("seeds", "bread")), "contribution") == []
    (shown,) = ask(house, "budget")
    assert "1 text did not fit" in shown.body
    (told,) = digests(house, datetime(2013, 7, 8, 7, tzinfo=UTC))
    assert "#2 Bread" in told.body
