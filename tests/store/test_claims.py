"""Claims of translators, watches, and what lacks a language."""

from datetime import timedelta

import pytest

from store.claims import DONE, EXPIRED, RELEASED
from store.database import Database
from store.tables import Claim
from store.unit import UnitOfWork
from tests.store.test_contributions import NOW, contribute

BO, CARO = "bo@example.org", "caro@example.net"
DAY = timedelta(days=1)


def take(uow: UnitOfWork, email: str = BO, language: str = "fr", days: int = 14) -> Claim:
    return uow.claims.take(email, language, NOW + days * DAY, contribution_id=contribute(uow).id)


def test_a_claim_is_of_one_language_of_one_thing(uow: UnitOfWork) -> None:
    claim = take(uow)
    assert uow.claims.find_open("fr", contribution_id=claim.contribution_id) == claim
    assert uow.claims.find_open("es", contribution_id=claim.contribution_id) is None
    assert uow.claims.find_open("fr", phase_id=claim.contribution_id) is None
    assert uow.claims.list_own([BO]) == [claim]


def test_when_its_time_is_over_it_is_open_no_longer_whether_the_clock_was_there_or_not(
    database: Database,
) -> None:
    with UnitOfWork(database, NOW) as uow:
        claim = take(uow, days=2)
        uow.commit()
    with UnitOfWork(database, NOW + 2 * DAY) as uow:
        assert uow.claims.list_open("fr") == []
        uow.claims.finish("fr", contribution_id=claim.contribution_id)
        uow.claims.end_expired()
        uow.commit()
        ended = uow.claims.list_own([BO])
        assert ended == []
    with UnitOfWork(database, NOW + 3 * DAY) as uow:
        uow.claims.end_expired()
        kept = uow._session.get(Claim, claim.id)
        assert kept is not None
        assert (kept.outcome, kept.ended_at) == (EXPIRED, NOW + 2 * DAY)


@pytest.mark.parametrize("outcome", [DONE, RELEASED])
def test_it_ends_when_it_is_done_or_given_back(uow: UnitOfWork, outcome: str) -> None:
    claim, other = take(uow), take(uow, language="es")
    if outcome == DONE:
        uow.claims.finish("fr", contribution_id=claim.contribution_id)
    else:
        uow.claims.release(claim)
    uow._session.refresh(claim)
    assert (claim.outcome, claim.ended_at) == (outcome, NOW)
    assert uow.claims.list_own([BO]) == [other]


def test_extending_never_shortens(uow: UnitOfWork) -> None:
    claim = take(uow)
    uow.claims.extend(claim, NOW + DAY)
    assert claim.expires_at == NOW + 14 * DAY
    uow.claims.extend(claim, NOW + 20 * DAY)
    assert uow.claims.list_ending(NOW + 19 * DAY) == []
    assert uow.claims.list_ending(NOW + 20 * DAY) == [claim]


def test_a_watch_is_kept_once_and_begins_when_it_was_asked_for(uow: UnitOfWork) -> None:
    for language in ("fr", "fr", "es"):
        uow.claims.watch(BO, language)
    assert uow.claims.list_watches(NOW) == []
    assert [watch.language for watch in uow.claims.list_watches(NOW + DAY)] == ["es", "fr"]
    uow.claims.unwatch([BO, CARO], "fr")
    assert [watch.language for watch in uow.claims.list_watches(NOW + DAY)] == ["es"]
    uow.claims.unwatch([BO])
    assert uow.claims.list_watches(NOW + DAY) == []


def test_the_language_that_somebody_took_is_known_afterwards_too(uow: UnitOfWork) -> None:
    claim = take(uow, language="es")
    uow.claims.release(claim)
    assert uow.claims.find_language(BO, claim.contribution_id) == "es"
    assert uow.claims.find_language(CARO, claim.contribution_id) is None
