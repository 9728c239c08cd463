"""The unit of work: everything or nothing, and one room for each thing that a handler asks."""

from datetime import UTC, datetime

import pytest

from store.database import Database
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)


def languages(database: Database) -> tuple[str, ...]:
    with UnitOfWork(database, NOW) as uow:
        return uow.people.languages("ana@example.org")


def test_what_is_committed_is_there_for_the_next_unit(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        uow.people.subscribe("ana@example.org", "fr")
        uow.journal.write("join", "subscriber", "list fr")
        uow.commit()
    assert languages(database) == ("fr",)


def test_what_is_not_committed_is_gone(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        uow.people.subscribe("ana@example.org", "fr")
        uow.flush()
        assert uow.people.languages("ana@example.org") == ("fr",)
    assert languages(database) == ()


def test_an_error_takes_everything_back(database: Database) -> None:
    def fail() -> None:
        with UnitOfWork(database, NOW) as uow:
            uow.people.subscribe("ana@example.org", "fr")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert languages(database) == ()


def test_the_rooms_share_one_transaction(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        uow.people.subscribe("ana@example.org", "fr")
        assert [reader.email for reader in uow.people.list_subscribers("fr")] == ["ana@example.org"]
        assert uow.people is uow.people
        assert uow.now == NOW
