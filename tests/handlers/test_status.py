"""`status` tells its own address everything; `language` is the person's, and nothing is kept about strangers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from store.tables import Address, Person
from tests.handlers.steps import hold, publish
from tests.handlers.test_subscribing import COMMANDS, confirm, say
from tests.house import TestHouse

BO, ANA = "bo@example.org", "ana@example.org"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


def test_status_tells_all_that_is_stored_to_the_sender_alone(house: TestHouse) -> None:
    (asked,) = say(house, "join es", sender=ANA, name="Ana Souza")
    confirm(house, asked)
    publish(house)
    hold(house, "A second text that waits for its moderator.")
    say(house, "translate 1 fr\nwanted fr weekly", sender=ANA)
    (told,) = say(house, "status", sender=ANA)
    assert told.recipients == (ANA,)
    for words in (
        "Your addresses: ana@example.org",
        "On the list in Spanish since 2 July 2013",
        "You receive: whole texts",
        "You wrote or translated: no. 1",
        "Published texts, corrections included: 1",
        "Texts that wait: 1",
        "You translate no. 1 into French until 16 July 2013",
        "every week what is to be translated into: French",
        "Messages of yours that we keep:",
        "To be forgotten: send",
    ):
        assert words in told.body, words
    assert len(told.raw) < 4_000


@pytest.mark.parametrize(
    ("word", "says"),
    [("estado", "Lo que guardamos"), ("état", "Ce que nous gardons"), ("my account", "What we have stored")],
)
def test_status_comes_in_the_language_of_the_word(house: TestHouse, word: str, says: str) -> None:
    house.subscribe(BO, language="en")
    assert says in say(house, word)[0].body.replace("\n", " ")


def test_a_person_with_everything_is_told_in_a_small_mail(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    with house.house.unit() as ctx:
        for number in range(80):
            ctx.uow.people.join_addresses(BO, f"somebody.with.a.long.address.{number}@mail.example.org")
        ctx.uow.commit()
    (told,) = say(house, "status")
    assert len(told.raw) < 8_000


def test_a_stranger_is_told_that_nothing_is_stored_and_nothing_is_kept(house: TestHouse) -> None:
    (told,) = say(house, "status")
    assert "stored nothing" in told.body
    (told,) = say(house, "language fr", sender="eve@example.org")
    assert "join fr" in told.body
    with house.house.database.engine.connect() as connection:
        assert connection.execute(select(col(Person.id))).all() == []
        assert connection.execute(select(col(Address.id))).all() == []


def test_somebody_elses_status_goes_to_them_and_three_times_a_day_at_most(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    sent = [one for _ in range(6) for one in say(house, "status", mail_from="evil@example.net")]
    assert [one.recipients for one in sent] == [(BO,)] * 3


def test_a_language_that_is_set_comes_before_that_of_the_list(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    (told,) = say(house, "language fr")
    assert "Désormais, nous vous écrivons en français" in told.body
    assert "langue en" in told.body
    (told,) = say(house, "status")
    assert "We write to you in French" in told.body or "Nous vous écrivons en français" in told.body
    with house.house.unit() as ctx:
        assert ctx.uow.people.find_language(BO) == "fr"
    # The word of another language is answered in that one all the same.
    assert "Cómo participar" in say(house, "ayuda")[0].body


def test_a_language_that_the_forum_does_not_have_is_answered_with_those_it_has(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    for line in ("language", "language klingon"):
        (told,) = say(house, line, sender=BO)
        assert "language fr" in told.body
        house.wait(days=1)


def test_what_is_not_told_is_not_changed(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    for language in ("fr", "es", "en", "fr", "es"):
        say(house, f"language {language}")
    with house.house.unit() as ctx:
        assert ctx.uow.people.find_language(BO) == "en"


def test_an_author_who_is_on_no_list_can_set_their_language(house: TestHouse) -> None:
    publish(house)
    say(house, "language es", sender=ANA)
    (told,) = say(house, "status", sender=ANA, to=COMMANDS)
    assert "Spanish" in told.body or "español" in told.body
