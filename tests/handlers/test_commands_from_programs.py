"""Every command in every language, as the mail programs that people use write it; what they quote asks for nothing."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.render import render
from handlers.mail.commands import MAX_COMMANDS, Command, fold_words, parse_commands
from handlers.mail.parse import parse_mail
from handlers.mail.quotes import clean_reply
from handlers.words import command_words, get_lexicon, teach_command
from tests.handlers.mailprograms import LANGUAGES, PROGRAMS, write_mail
from tests.house import FORUM, TestHouse, answer, mail

FIVE = ("en", "es", "fr", "pt", "ar")
WORDS = command_words(FIVE)
COMMANDS = "sse@forum.example.org"

ARGUMENTS = {
    "join": "fr",
    "leave": "fr",
    "get": "12 fr",
    "attachment": "12 1",
    "wanted": "fr",
    "translate": "12 fr",
    "release": "12 fr",
    "edit": "12",
    "withdraw": "12",
    "also": "bo.second@example.net",
    "synthesis": "2",
    "print": "2 fr",
    "language": "fr",
    "list": "2 fr",
    "budget": "50k",
    "abstract": "12 fr",
}
SEARCHED = {
    "en": "clean water",
    "es": "agua potable",
    "fr": "eau potable",
    "pt": "água potável",
    "ar": "ماء نظيف",
}


WRITTEN = [
    (program, language)
    for program in PROGRAMS
    for language in LANGUAGES
    if (program, language) != ("nokia", "ar")
]
"""Seven bits hold no Arabic."""


def list_commands(language: str, *, every: bool = False) -> list[tuple[str, str, str]]:
    """(name, word, line): what somebody writes for each command, by the word that we teach or by every word."""
    lines = []
    for name, words in WORDS[language].items():
        behind = SEARCHED[language] if name == "search" else ARGUMENTS.get(name, "")
        lines += [(name, word, f"{word} {behind}".strip()) for word in words[: None if every else 1]]
    return lines


def help_of_ours(language: str) -> str:
    """A mail of ours that is full of commands."""
    lists = ((language, f"sse-{language}@forum.example.org"),)
    teach = partial(teach_command, language=language)
    return render("help", language, lists=lists, commands_address=COMMANDS, teach=teach, other="fr").body


def read(raw: bytes, sent: str = "") -> tuple[Command, ...]:
    mail = parse_mail(raw)
    return parse_commands(
        mail.subject if not sent else "",
        clean_reply(mail.text, [sent] if sent else []).text,
        get_lexicon(FIVE),
    )


def shown(commands: tuple[Command, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(command.name, command.arguments) for command in commands]


def expected(name: str, word: str, line: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, fold_words(line)[len(fold_words(word)) :])]


@pytest.mark.parametrize(("program", "language"), WRITTEN)
def test_every_command_is_read_in_the_subject_of_a_mail(program: str, language: str) -> None:
    wrong = {
        line: shown(found)
        for name, word, line in list_commands(language)
        if shown(found := read(write_mail(program, language, subject=line))) != expected(name, word, line)
    }
    assert wrong == {}


@pytest.mark.parametrize(("program", "language"), WRITTEN)
def test_every_command_is_read_in_an_answer_that_quotes_a_mail_full_of_commands(
    program: str, language: str
) -> None:
    ours = help_of_ours(language)
    wrong = {
        line: shown(found)
        for name, word, line in list_commands(language)
        if shown(found := read(write_mail(program, language, text=line, quoted=ours), ours))
        != expected(name, word, line)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_command_means_it_in_a_forum_of_any_languages(language: str) -> None:
    """Also in one that has no list in this language, as long as its own languages do not mean something else by it."""
    wrong = {
        line: shown(found)
        for name, word, line in list_commands(language, every=True)
        if shown(found := parse_commands("", line, get_lexicon((language, "en"))))
        != expected(name, word, line)
    }
    assert wrong == {}


def test_no_word_means_different_commands_in_two_languages() -> None:
    """Where one did, whoever writes it would get what the forum's first language means by it."""
    meant: dict[tuple[str, ...], set[str]] = {}
    for commands in WORDS.values():
        for name, words in commands.items():
            for word in words:
                meant.setdefault(fold_words(word), set()).add(name)
    assert {word: names for word, names in meant.items() if len(names) > 1} == {}


FIVE_LISTS = FORUM + "".join(
    f'\n[[lists]]\nlanguage = "{language}"\naddress = "sse-{language}@forum.example.org"\nmoderators = ["m@example.org"]\n'
    for language in ("pt", "ar")
)
BO = "bo@example.org"
TEXT = "We keep the seeds of our village."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum in five languages, with one contribution."""
    house = TestHouse(tmp_path, FIVE_LISTS)
    house.post(mail(TEXT, subject="Seeds"), "sse-en@forum.example.org")
    notice = house.one("held")
    house.post(*answer(notice, "ok", sender=notice.recipients[0]))
    house.outbox()
    yield house
    house.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_every_program_sends_is_answered_in_the_language_of_its_writer(
    house: TestHouse, language: str
) -> None:
    """First help, then an answer to it, in which a contribution is asked for."""
    house.subscribe(BO, language=language)
    words = {name: words[0] for name, words in WORDS[language].items()}
    for program in [program for program, written in WRITTEN if written == language]:
        house.wait(days=1)
        assert house.post(write_mail(program, language, subject=words["help"]), COMMANDS) == ["command"]
        (helped,) = house.outbox()
        assert (helped.recipients, helped.header("Content-Language")) == ((BO,), language), program
        raw = write_mail(program, language, text=f"{words['get']} 1", quoted=helped.body)
        raw = raw.replace(b"<answers.wxyz@forum.example.org>", helped.header("Message-ID").encode())
        assert house.post(raw, COMMANDS) == ["command"]
        (told,) = house.outbox()
        assert (told.kind, told.header("Content-Language")) == ("answers", language), program
        assert TEXT in told.body
        assert len(told.raw) < 2_000, "no other answer, and no word about lines that were not understood"


EVERY_LINE = [line for language in LANGUAGES for _, _, line in list_commands(language, every=True)]
WORDS_OF_OTHERS = st.lists(st.text(min_size=1, max_size=60), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(EVERY_LINE), min_size=1, max_size=4, unique=True),
    WORDS_OF_OTHERS,
    WORDS_OF_OTHERS,
)
def test_commands_keep_their_order_whatever_is_quoted_below_and_signed(
    lines: list[str], quoted: list[str], signed: list[str]
) -> None:
    text = "\n".join(
        [*lines, "", "On Tue, 2 Jul 2013 at 10:05, the forum <sse@forum.example.org> wrote:"]
        + [f"> {' '.join(line.split())}" for line in ["help", *quoted]]
        + ["", "-- ", *(" ".join(line.split()) for line in signed[:2])]
    )
    alone = [parse_commands("", line, get_lexicon(FIVE))[0] for line in lines]
    expected = list(dict.fromkeys((command.name, command.arguments) for command in alone))
    assert shown(parse_commands("Hello", clean_reply(text).text, get_lexicon(FIVE))) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300),
    st.lists(st.sampled_from(EVERY_LINE) | st.text(max_size=80), max_size=30).map("\n".join),
)
def test_no_mail_is_an_error(subject: str, text: str) -> None:
    found = parse_commands(subject, text, get_lexicon(FIVE))
    assert len(found) <= MAX_COMMANDS
    assert all(command.name in WORDS["en"] or not command.name for command in found)
