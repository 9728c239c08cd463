"""What an answer by mail says beside what was asked for: which text it is, what to do next, all in one language."""

from tests.handlers.test_commands_by_mail import BO, command, publish
from tests.house import TestHouse


def test_who_gets_a_text_in_another_language_is_told_how_to_translate_it(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "Nous gardons des semences.", "sse-fr@forum.example.org")
    said = 'It cannot be read in English yet. To translate it: send\n"translate 1 en" to sse@'
    assert said in command(house, "get 1")[0].body
    assert said not in command(house, "get 1 fr")[0].body


def test_a_text_has_its_number_above_it_and_its_title_once(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, "Our seeds\n\nWe keep them in jars.", subject="")
    publish(house, "We share a roof.", subject="Water")
    (told,) = command(house, "get 1\nget 2")
    assert told.body.startswith("[#1]\n")
    assert "\n[#2] Water\n" in told.body
    assert told.body.count("Our seeds") == 1


def test_an_answer_is_in_one_language_when_that_was_just_chosen(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    (told,) = command(house, "language fr")
    assert "Désormais" in told.body
    assert "Aide" in told.body
    assert "Help" not in told.body


def test_an_answer_does_not_tell_how_to_leave_a_list_that_its_reader_may_not_be_on(house: TestHouse) -> None:
    (told,) = command(house, "counts")
    assert 'send "help"' in told.body
    assert "leave the list" not in told.body


def test_each_weekly_list_that_begins_is_told(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    assert "English" in command(house, "wanted weekly")[0].body
    assert "French" in command(house, "wanted fr weekly")[0].body
    assert command(house, "wanted fr weekly", subject="x") == []
