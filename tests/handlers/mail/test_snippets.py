"""One line of a text around the first word that was looked for."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.snippets import WIDTH, find_snippet

LONG = " ".join(f"word{n}" for n in range(100))


def is_sought(words: Sequence[str]) -> bool:
    return "sought" in words


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Short and sought.", "Short and sought."),
        ("On two\nlines,  sought\r\n", "On two lines, sought"),
        ("", ""),
        ("l'Sought is found", "l'Sought is found"),
    ],
)
def test_a_short_text_is_shown_whole_in_one_line(text: str, line: str) -> None:
    assert find_snippet(text, is_sought) == line


def test_a_long_text_is_shown_around_the_word_and_says_where_it_is_cut() -> None:
    line = find_snippet(f"{LONG} (Sought), {LONG}", is_sought)
    assert "(Sought)," in line
    assert line.startswith("…word95 ")
    assert line.endswith("…")


def test_the_end_of_a_text_fills_the_line() -> None:
    line = find_snippet(f"{LONG} sought", is_sought)
    assert line.endswith(" word99 sought")
    assert len(line) > WIDTH - 10


def test_what_is_not_there_shows_the_beginning() -> None:
    assert find_snippet(LONG, is_sought).startswith("word0 word1 ")


@given(st.text(), st.text(), st.integers(5, 150))
def test_a_line_is_never_longer_and_holds_nothing_else(before: str, after: str, width: int) -> None:
    text = f"{before} sought {after}"
    line = find_snippet(text, is_sought, width)
    assert len(line) <= width
    assert line.removeprefix("…").removesuffix("…") in " ".join(text.split()) or "…" in text
    assert "sought" in line or width < 30
