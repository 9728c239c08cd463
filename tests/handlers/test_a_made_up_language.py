"""A forum in a language that nobody has heard of: all of it by mail, in its own words, from one catalogue and one line."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.words import answer_words, command_words
from tests.handlers.steps import pick, say
from tests.house import FORUM, Sent, TestHouse, answer, mail
from tests.languages import CLDR_KNOWS, OWN_NAME, compiled, language, spell, without_translations

__all__ = ["compiled", "language"]

COMMANDS, MADE_UP, EN = "sse@forum.example.org", "sse-mu@forum.example.org", "sse-en@forum.example.org"
MODERATOR, BO, ANA = "moderator-mu@example.org", "bo@example.org", "ana@example.org"
TEXT = "Zimu krabo telisu nefa, vurotip selano kedrim pasulo."
"""In no language: what people write needs none that the program knows."""


@pytest.fixture
def house(tmp_path: Path, language: str) -> Iterator[TestHouse]:
    """A forum whose first language is the made-up one."""
    folder = tmp_path / "forum"
    folder.mkdir()
    forum = FORUM.replace('language = "es"', f'language = "{language}"').replace("sse-es@", "sse-mu@")
    forum = forum.replace('default_language = "en"', f'default_language = "{language}"')
    forum = forum.replace(", es =", f", {language} =").replace("moderator-es@", "moderator-mu@")
    house = TestHouse(folder, forum)
    yield house
    house.close()


def send(house: TestHouse, *lines: str, sender: str = BO) -> list[Sent]:
    """A mail with commands."""
    text = "\n".join(lines)
    assert house.post(mail(text, to=COMMANDS, subject="", sender=sender), COMMANDS) == ["command"]
    return house.outbox()


def check_words(sent: Sent, language: str, *known: str) -> None:
    """Every word of a mail came from the catalogue, but what people, forum.toml and CLDR gave."""
    assert sent.header("Content-Language") == language
    rest = without_translations(f"{sent.subject}\n{sent.body}")
    given = (
        TEXT,
        OWN_NAME,
        "Esperanto",
        "Ana Souza",
        "El foro",
        "Territorios",
        "¿Quién gana?",
        "De la pregunta 1.",
    )
    for text in (*given, *known):
        rest = rest.replace(text, "")
    words = [word for word in rest.split() if word.isalpha() and word.isascii() and len(word) > 2]
    assert words == []


def contribute(house: TestHouse, text: str = TEXT, sender: str = ANA) -> list[Sent]:
    house.post(mail(text, to=MADE_UP, subject="Krabo", sender=sender), MADE_UP)
    return house.outbox()


def test_somebody_joins_is_told_of_the_opening_and_of_the_closing(house: TestHouse, language: str) -> None:
    (asked,) = send(house, f"{spell('join')} {language}")
    assert asked.kind == "confirm_join"
    check_words(asked, language)
    house.post(*answer(asked, spell("yes"), sender=BO))
    (joined,) = house.outbox()
    assert joined.kind == "joined"
    check_words(joined, language)
    pick(contribute(house), "held", MODERATOR)
    house.tick(datetime(2013, 7, 15, 8, tzinfo=UTC))
    check_words(house.one("closing", BO), language)
    house.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    check_words(house.one("opening", BO), language)
    house.tick(datetime(2013, 8, 9, 8, tzinfo=UTC))
    check_words(house.one("reminder", BO), language)


def test_a_moderator_approves_in_its_own_words_and_the_count_says_so(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    for number, word in enumerate(("ok", "I confirm", "publish")):
        sent = contribute(house, f"{TEXT} {number}", sender=f"ana{number}@example.org")
        for one in sent:
            check_words(one, language, "Krabo")
        outcome, sent = say(house, pick(sent, "held", MODERATOR), spell(word))
        assert outcome == "decision"
        for kind in ("contribution", "receipt_published"):
            check_words(pick(sent, kind), language, "Krabo")
    house.tick(datetime(2013, 7, 15, 8, tzinfo=UTC))
    closing = house.one("closing", BO)
    check_words(closing, language, "Krabo")
    form = "1" if language == CLDR_KNOWS else "2"
    assert f"⟦{form}: 3 contributions in total:⟧" in " ".join(closing.body.split())


def test_a_moderator_returns_a_text_in_its_own_word(house: TestHouse, language: str) -> None:
    notice = pick(contribute(house), "held", MODERATOR)
    _, sent = say(house, notice, f"{spell('reject')}: selano kedrim")
    returned = pick(sent, "receipt_rejected", ANA)
    assert "selano kedrim" in returned.body
    check_words(returned, language, "Krabo", "selano kedrim")


def test_what_is_written_in_it_is_translated_out_of_it_and_read(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    say(house, pick(contribute(house), "held", MODERATOR), spell("ok"))
    raw = mail(f"{spell('translate')} 1 en", to=COMMANDS, subject="", sender="luc@example.org")
    house.post(raw, COMMANDS)
    task = house.one("translation_text", "luc@example.org")
    raw, address = answer(
        task, "We keep seeds in our village, and share them each spring.", sender="luc@example.org"
    )
    assert house.post(raw, address) == ["held"]
    say(house, pick(house.outbox(), "held"), "ok")
    (told,) = send(house, f"{spell('get')} 1")
    check_words(told, language, "Krabo")
    assert TEXT in told.body
    (told,) = send(house, f"{spell('get')} 1 en")
    assert "We keep seeds" in told.body
    assert f"{spell('get')} 1".split()[0] in {
        words[0] for words in command_words((language,))[language].values()
    }


def test_what_is_written_in_it_is_found(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    say(house, pick(contribute(house), "held", MODERATOR), spell("ok"))
    for words in ("krabo", "KRÁBO -selanu", '"zimu krabo"'):
        (told,) = send(house, f"{spell('search')} {words}")
        check_words(told, language, words, *words.split(), "Krabo")
        assert "Zimu krabo telisu" in told.body


def test_what_is_asked_in_its_words_is_answered_in_them(house: TestHouse, language: str) -> None:
    house.subscribe(BO, language=language)
    say(house, pick(contribute(house), "held", MODERATOR), spell("ok"))
    for command in ("help", "phases", "list", "counts", "wanted", "mine", "status", "mode", "budget"):
        for told in send(house, spell(command)):
            check_words(told, language, "Krabo", BO)


def test_english_words_work_beside_it_and_another_language_does_not_answer_in_it(
    house: TestHouse, language: str
) -> None:
    house.subscribe(BO, language=language)
    (told,) = send(house, "help")
    assert told.header("Content-Language") in ("en", language)
    assert set(answer_words((language,))["approve"]) >= {spell("ok"), "ok"}
