"""What "help" says: short, in the reader's language, and more about each command by any of its words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.words import command_words
from tests.house import FORUM, Sent, TestHouse, mail

COMMANDS = "sse@forum.example.org"
BO = "bo@example.org"
FIVE = ("en", "es", "fr", "pt", "ar")
WORDS = command_words(FIVE)
MOST = {"ar": 3_000}
"""Bytes of the whole help with its closing lines; 2,000 in other languages."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum in five languages."""
    forum = FORUM + "".join(
        f'\n[[lists]]\nlanguage = "{language}"\naddress = "sse-{language}@forum.example.org"\nmoderators = ["m@example.org"]\n'
        for language in ("pt", "ar")
    )
    house = TestHouse(tmp_path, forum)
    yield house
    house.close()


def ask(house: TestHouse, text: str, to: str = COMMANDS, **time: float) -> list[Sent]:
    """What is answered, a minute later or when `time` has gone by."""
    house.wait(**(time or {"minutes": 1}))
    raw = mail(text, sender=BO, to=to, subject="", message_id=f"{house.now.timestamp()}")
    assert house.post(raw, to) == ["command"]
    return house.outbox()


@pytest.mark.parametrize("language", FIVE)
def test_help_is_short_and_names_every_command_in_its_language(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    (told,) = ask(house, WORDS[language]["help"][0])
    assert told.header("Content-Language") == language
    assert len(told.body.encode()) < MOST.get(language, 2_000)
    assert [
        name for name, words in WORDS[language].items() if name != "help" and words[0] not in told.body
    ] == []


@pytest.mark.parametrize("language", FIVE)
def test_help_tells_about_each_command_by_any_of_its_words(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    asked = WORDS[language]["help"][0]
    for name, words in WORDS[language].items():
        if name == "help":
            continue
        (told,) = ask(house, "\n".join(f"{asked} {word}" for word in words))
        said = told.body.partition("\n\n")[0].splitlines()
        assert 2 <= len(said) <= 14, (name, told.body)
        assert words[0] in said[0], "with an example"
        assert len(told.body.encode()) < 2_000
        assert words[0] in told.subject, "one answer, though it was asked by every word"


def test_help_by_address_and_an_empty_mail_are_the_whole_help(house: TestHouse) -> None:
    house.subscribe(BO, language="fr")
    for text, to in (
        ("", COMMANDS),
        ("get", "sse-fr+help@forum.example.org"),
        ("aide quelquechose", COMMANDS),
    ):
        (told,) = ask(house, text, to, days=1)
        assert "Comment participer" in told.body


def test_each_help_is_sent_once_a_day(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    assert [len(ask(house, text)) for text in ("help", "help get")] == [1, 1]
    raw = [
        mail(text, sender=BO, to=COMMANDS, subject=f"x {text}") for text in ("help get", "help find", "help")
    ]
    sent = []
    for one in raw:
        house.post(one, COMMANDS)
        sent += [told.body.splitlines()[0] for told in house.outbox()]
    assert sent == ["search clean water"]


def test_a_word_that_languages_share_is_answered_in_the_writers_own(house: TestHouse) -> None:
    for language, line in (("pt", "modo"), ("es", "modo"), ("fr", "mode"), ("pt", "lista"), ("fr", "budget")):
        house.subscribe(f"{language}@example.org", language=language)
        house.wait(days=1)
        raw = mail(
            line, sender=f"{language}@example.org", to=COMMANDS, subject="", message_id=f"{language}.{line}"
        )
        house.post(raw, COMMANDS)
        (told,) = house.outbox()
        assert told.header("Content-Language") == language, line


def test_a_word_of_a_language_without_a_list_is_understood(tmp_path: Path) -> None:
    """Answered in the reader's own language, or the forum's."""
    house = TestHouse(tmp_path)
    house.subscribe(BO, language="fr")
    for text in ("ajuda", "مساعدة", "help"):
        (told,) = ask(house, text, days=1)
        assert told.header("Content-Language") == ("en" if text == "help" else "fr")
        assert "sse-fr@forum.example.org" in told.body
    house.close()


def test_an_unknown_line_is_answered_with_the_nearest_word(house: TestHouse) -> None:
    for line, nearest, language in (
        ("ayudda", "ayuda", "es"),
        ("sommair", "sommaire", "fr"),
        ("hlep", "help", "en"),
    ):
        (told,) = ask(house, line, days=1)
        assert nearest in told.body
        assert told.header("Content-Language") == language


def test_every_unknown_line_of_a_mail_is_named_once_a_day(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    (told,) = ask(house, "hlep me 1\ncounts\nget\njion 2\nxylophone 3")
    said = ("line: hlep me 1\nDid you mean: help?", "line: jion 2\nDid you mean: join?", "line: xylophone 3")
    places = [told.body.index(words) for words in said]
    assert places == sorted(places)
    assert ask(house, "jion") == []


def test_english_is_everybodys_and_who_chose_a_language_is_answered_in_it(house: TestHouse) -> None:
    """A telephone of seven bits writes no Arabic."""
    house.subscribe(BO, language="en")
    assert len(ask(house, "language ar")) == 1
    for text, language in (("help", "ar"), ("counts", "ar"), ("aide", "fr")):
        (told,) = ask(house, text, days=1)
        assert told.header("Content-Language") == language


def test_leaving_by_the_button_of_a_mail_program_is_asked_in_the_language_of_the_list(
    house: TestHouse,
) -> None:
    """List-Unsubscribe has English words."""
    house.subscribe(BO, language="fr")
    (asked,) = ask(house, "leave fr")
    assert (asked.kind, asked.header("Content-Language")) == ("confirm_leave", "fr")
