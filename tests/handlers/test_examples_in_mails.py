"""Whatever a mail tells its reader to send is understood when it is sent just so, in every language that is shipped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from config.i18n import LOCALES, get_catalogue, list_shipped
from handlers.mail.commands import parse_commands
from handlers.requests import is_commands_only
from handlers.words import answer_words, command_words, get_lexicon, teach_command
from tests.house import FORUM, TestHouse

_TOLD = re.compile(r'(?:send|reply with|write) \\?"|reply: |for example: ')
"""What an English text says in front of an example."""
_QUOTED = re.compile(r'"([^"]+)"|«\s*([^»]+?)\s*»|“([^”]+)”')
_BARE = re.compile(r"(?:reply|[Ff]or example): (?!\\w+@)[^\"]+$")
"""An example without quotation marks, at the end of a text."""
VALUES = {
    "number": "12",
    "place": "1",
    "code": "fr",
    "other": "fr",
    "language": "fr",
    "word": "12",
    "parts": "2",
    "part": "1",
}
"""What stands for a number or a language in them; a whole command is taught elsewhere."""
NOT_COMMANDS = {"subscribe", "unsubscribe"}
"""Words for another program."""


def list_examples(language: str) -> Iterator[tuple[str, str]]:
    """(English text, example in its translation) of every text that tells somebody to send something."""
    with (LOCALES / language / "LC_MESSAGES" / "manyvoices.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        examples = [fill(found[1]) for found in re.finditer('"([^"]+)"', ids[0])]
        if not message.id or not _TOLD.search(ids[0]) or (examples and not any(examples)):
            continue
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for text in texts:
            for found in _QUOTED.finditer(str(text)):
                yield ids[0], next(filter(None, found.groups()))
            if _BARE.search(ids[0]):
                yield ids[0], re.split("[,،]", str(text).rpartition(":")[2])[0].strip()


def fill(example: str) -> str:
    """With a number or a language where a value goes; empty where all of it is a value."""
    return (
        ""
        if re.fullmatch(r"%\(\w+\)s( .*)?", example)
        else re.sub(r"%\((\w+)\)s", lambda value: VALUES.get(value[1], ""), example)
    )


@pytest.fixture
def five(tmp_path: Path) -> TestHouse:
    """A forum in every language."""
    lists = "".join(
        f'\n[[lists]]\nlanguage = "{code}"\naddress = "sse-{code}@forum.example.org"\nmoderators = []\n'
        for code in list_shipped()
        if f'language = "{code}"' not in FORUM
    )
    return TestHouse(tmp_path, FORUM.replace("\n[[themes]]", f"{lists}\n[[themes]]", 1))


@pytest.mark.parametrize("language", list_shipped())
def test_every_example_is_a_command_or_an_answer(five: TestHouse, language: str) -> None:
    languages = five.settings.languages
    words = answer_words(languages).values()
    answers = {word for alternatives in words for word in alternatives}
    tried, misunderstood = 0, []
    with five.house.unit() as ctx:
        for text, example in list_examples(language):
            line = fill(example)
            if not line or line in NOT_COMMANDS or line in answers:
                continue
            tried += 1
            (*commands,) = parse_commands("", line, get_lexicon(languages))
            free = ("search", "also", "abstract")
            if len(commands) != 1 or not is_commands_only(line, ctx, free=free):
                misunderstood.append((text, line))
    assert misunderstood == []
    assert tried > 30


@pytest.mark.parametrize("language", list_shipped())
def test_every_word_that_is_taught_means_what_it_is_taught_for(language: str) -> None:
    lexicon = get_lexicon((language, "en"))
    for name in command_words((language,))[language]:
        (command,) = parse_commands("", teach_command(name, language), lexicon)
        assert command.name == name, get_catalogue(language).own_name
