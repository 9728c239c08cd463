"""Deliveries: taken oldest first, each with one outcome; set aside and tried again; the account adds up."""

from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from store.spool import Envelope, Spool, identify
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
MAIL = b"Message-ID: <a@example.org>\r\n\r\nHello\r\n"


def spool(database: Database, content: bytes = MAIL, *to: str, received_at: datetime = NOW) -> None:
    writer = Spool(database, lambda: None)
    writer.start()
    envelope = Envelope("ana@example.org", to or ("sse-fr@example.org",), content, received_at, "test")
    future = writer.submit(envelope)
    writer.stop()
    future.result()


def take(database: Database, outcome: str = "held", revision_id: int | None = None) -> bytes:
    """Finish the next delivery."""
    with UnitOfWork(database, NOW) as uow:
        found = uow.deliveries.find_waiting()
        assert found is not None
        uow.deliveries.finish(found[0], outcome, kind="contribution", revision_id=revision_id)
        uow.commit()
        return found[1]


def test_the_oldest_is_taken_first_and_in_the_order_of_arrival(database: Database) -> None:
    spool(database, MAIL + b"2")
    spool(database, MAIL + b"1", received_at=NOW - timedelta(days=1))
    spool(database, MAIL + b"3")
    assert [take(database)[-1:] for _ in range(3)] == [b"1", b"2", b"3"]
    with UnitOfWork(database, NOW) as uow:
        assert uow.deliveries.find_waiting() is None
        assert uow.deliveries.count_waiting() == 0


def test_the_account_names_every_delivery_also_what_waits_and_what_came_twice(database: Database) -> None:
    for _ in range(3):
        spool(database, MAIL, "sse-fr@example.org", "sse-en@example.org")
    take(database, "published")
    with UnitOfWork(database, NOW) as uow:
        account = uow.deliveries.account()
    assert (account.accepted, account.difference) == (6, 0)
    assert account.outcomes == {"published": 1, "waiting": 1, "duplicate": 4}


def test_a_delivery_that_is_lost_shows_in_the_account(database: Database) -> None:
    spool(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("delete from delivery")
    with UnitOfWork(database, NOW) as uow:
        assert uow.deliveries.account().difference == 1


def test_what_is_set_aside_is_listed_and_can_be_tried_again_once(database: Database) -> None:
    spool(database)
    with UnitOfWork(database, NOW) as uow:
        found = uow.deliveries.find_waiting()
        assert found is not None
        number = found[0].id or 0
        uow.deliveries.shunt(number, "Traceback …")
        uow.commit()
    with UnitOfWork(database, NOW) as uow:
        assert [row.traceback for row in uow.deliveries.list_shunted()] == ["Traceback …"]
        assert uow.deliveries.find_waiting() is None
        assert [uow.deliveries.retry(number), uow.deliveries.retry(number)] == [True, False]
        uow.commit()
    assert take(database) == MAIL
    with UnitOfWork(database, NOW) as uow:
        assert uow.deliveries.get(number).traceback == ""
        assert uow.deliveries.find_outcome(identify(MAIL).key("sse-fr@example.org")) == "held"


def test_an_outcome_changes_when_a_text_is_decided(database: Database) -> None:
    spool(database)
    take(database)
    with UnitOfWork(database, NOW) as uow:
        uow.deliveries.change_outcome(1, "published")
        uow.commit()
    with UnitOfWork(database, NOW) as uow:
        assert uow.deliveries.get(1).outcome == "published"
        with pytest.raises(KeyError):
            uow.deliveries.get(99)


def test_the_same_message_elsewhere_is_found_once_it_is_a_text(database: Database) -> None:
    spool(database, MAIL, "sse-fr@example.org", "sse-en@example.org")
    spool(database, MAIL + b"another", "sse-en@example.org")
    take(database, revision_id=None)
    with UnitOfWork(database, NOW) as uow:
        assert uow.deliveries.find_same_message(uow.deliveries.get(2)) is None
        uow.deliveries.get(1).revision_id = 7
        uow.commit()
    with UnitOfWork(database, NOW) as uow:
        same = uow.deliveries.find_same_message(uow.deliveries.get(2))
        assert same is not None
        assert same.id == 1
        assert uow.deliveries.find_same_message(uow.deliveries.get(3)) is None
        assert uow.deliveries.find_same_message(uow.deliveries.get(1)) is None
