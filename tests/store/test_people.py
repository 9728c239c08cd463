"""Subscriptions by address and language, and how many answers an address has had on a day."""

from datetime import UTC, datetime, timedelta

from store.database import Database
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)
ANA = "ana@example.org"


def test_an_address_is_on_a_list_once(uow: UnitOfWork) -> None:
    assert uow.people.subscribe(ANA, "fr", "Ana")
    assert not uow.people.subscribe("ANA@example.org", "fr")
    assert len(uow.people.list_subscribers("fr")) == 1
    assert [(who.email, who.name) for who in uow.people.list_subscribers("fr")] == [(ANA, "Ana")]


def test_an_address_can_be_on_several_lists_and_leave_one_or_all(uow: UnitOfWork) -> None:
    for language in ("fr", "en", "es"):
        uow.people.subscribe(ANA, language)
    assert uow.people.languages("Ana@Example.org") == ("fr", "en", "es")
    assert uow.people.unsubscribe(ANA, "en") == ("en",)
    assert uow.people.unsubscribe(ANA, "en") == ()
    assert uow.people.unsubscribe(ANA) == ("fr", "es")
    assert uow.people.languages(ANA) == ()


def test_who_left_can_come_back(uow: UnitOfWork) -> None:
    uow.people.subscribe(ANA, "fr")
    uow.people.unsubscribe(ANA)
    assert uow.people.subscribe(ANA, "fr")
    assert len(uow.people.list_subscribers("fr")) == 1


def test_nobody_leaves_a_list_without_being_on_it(uow: UnitOfWork) -> None:
    assert uow.people.unsubscribe("nobody@example.org") == ()


def test_members_are_listed_by_list_and_address(uow: UnitOfWork) -> None:
    rows = [("b@example.org", "fr", ""), ("a@example.org", "fr", ""), (ANA, "en", ""), (ANA, "en", "")]
    assert uow.people.add_all(rows, "notice") == 3
    found = [(who.language, who.email) for who in uow.people.list_subscribers()]
    assert found == [("en", ANA), ("fr", "a@example.org"), ("fr", "b@example.org")]


def test_an_allowance_is_for_an_address_a_kind_and_a_day(database: Database) -> None:
    with UnitOfWork(database, NOW) as uow:
        assert [uow.people.allow(ANA, "receipt", 2) for _ in range(4)] == [True, True, False, False]
        assert uow.people.allow(ANA, "help", 1)
        assert uow.people.allow("bo@example.org", "receipt", 1)
        uow.commit()
    with UnitOfWork(database, NOW + timedelta(hours=15)) as uow:
        assert not uow.people.allow(ANA, "receipt", 2)
    with UnitOfWork(database, NOW + timedelta(hours=16)) as uow:
        assert uow.people.allow(ANA, "receipt", 2)
