"""The page for participants says in each language what `help` says: every command, with the words that are taught.

The part between the two comments is what the mails say; `MANYVOICES_REWRITE_EXPECTED=1` writes it anew.
"""

import os
import re
from functools import cache, partial
from pathlib import Path

import pytest

from config.i18n import get_catalogue, list_shipped
from config.render import render
from handlers.words import command_words, teach_command

DOCS = Path(__file__).parents[1] / "docs"
COMMANDS = "sse@forum.example.org"
BEGIN, END = "<!-- what help says -->", "<!-- end -->"
GROUPS = {
    "To read": ("list", "get", "next", "attachment", "search", "phases", "counts", "synthesis", "print"),
    "To translate": ("wanted", "translate", "release", "abstract"),
    "What you receive": ("join", "leave", "mode", "budget", "language"),
    "About you": ("mine", "edit", "withdraw", "also", "status", "forget"),
}
"""As `help` has them."""
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
COLUMNS = 120


def find_page(language: str) -> Path:
    return DOCS / ("participant.md" if language == "en" else f"participant.{language}.md")


@cache
def read_page(language: str) -> str:
    return find_page(language).read_text(encoding="utf-8")


def teach(language: str) -> dict[str, object]:
    return {
        "teach": partial(teach_command, language=language),
        "other": "es" if language == "fr" else "fr",
        "commands_address": COMMANDS,
    }


def explain(name: str, language: str) -> list[tuple[str, str]]:
    """(example, what it does), as `help WORD` has them."""
    body = _MARKS.sub("", render("help_command", language, about=name, **teach(language)).body)
    rows = re.findall(r"(?m)^(\S.*)\n((?:  .*\n)+)", body)
    return [(example, " ".join(meaning.split(" ")).replace("\n", " ").strip()) for example, meaning in rows]


def write_words(language: str) -> str:
    """What stands between the comments."""
    gettext = get_catalogue(language).gettext
    lines: list[str] = []
    for heading, names in GROUPS.items():
        lines += [f"### {gettext(heading)}", ""]
        for name in names:
            lines += [
                _wrap(gettext("%(command)s: %(meaning)s") % {"command": f"`{example}`", "meaning": meaning})
                for example, meaning in explain(name, language)
            ]
        lines.append("")
    return "\n".join(lines) + "\n"


def _wrap(text: str) -> str:
    line, lines = "-", []
    for word in re.sub(" +", " ", text).split(" "):
        if len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line = " "
        line += f" {word}"
    return "\n".join([*lines, line])


@pytest.mark.parametrize("language", list_shipped())
def test_the_page_says_of_every_command_what_help_says(language: str) -> None:
    head, _, rest = read_page(language).partition(f"{BEGIN}\n\n")
    found, _, tail = rest.partition(f"{END}\n")
    words = write_words(language)
    if os.environ.get("MANYVOICES_REWRITE_EXPECTED"):
        find_page(language).write_text(f"{head}{BEGIN}\n\n{words}{END}\n{tail}", encoding="utf-8")
        return
    assert found == words


@pytest.mark.parametrize("language", list_shipped())
def test_the_page_names_the_first_word_of_every_command(language: str) -> None:
    page = read_page(language)
    missing = [
        name
        for name, words in command_words((language,))[language].items()
        if not re.search(rf"`{re.escape(words[0])}(?: [^`]*)?`", page)
    ]
    assert missing == []


def test_every_command_is_in_a_group_but_help_itself() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted([*grouped, "help"]) == sorted(command_words(("en",))["en"])


@pytest.mark.parametrize("language", list_shipped())
def test_the_short_help_is_in_the_order_of_the_page(language: str) -> None:
    body = _MARKS.sub("", render("help", language, lists=(), **teach(language)).body)
    words, gettext = command_words((language,))[language], get_catalogue(language).gettext
    place = 0
    for heading, names in GROUPS.items():
        place = body.index(f"\n{gettext(heading)}\n", place)
        for name in names:
            place = body.index(f"\n  {words[name][0]}", place)


@pytest.mark.parametrize("language", list_shipped())
def test_the_page_of_a_language_written_from_the_right_is_shown_from_the_right(language: str) -> None:
    right = get_catalogue(language).right_to_left
    assert read_page(language).startswith('<div dir="rtl">\n\n') == right
    assert read_page(language).endswith("\n\n</div>\n") == right
