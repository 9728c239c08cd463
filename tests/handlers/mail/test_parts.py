"""A long text in parts: each fits, and together they hold every word in its order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.parts import PART, clip_words, cut_text, split_parts

TEXT = st.text(st.sampled_from("abcdé中🌱 \n\t"), max_size=400)


@given(text=TEXT, limit=st.integers(4, 80))
def test_parts_fit_and_hold_everything_but_white_space(text: str, limit: int) -> None:
    parts = split_parts(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    assert all(part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(text=TEXT)
def test_words_that_fit_are_neither_cut_nor_joined(text: str) -> None:
    words = text.split()
    limit = max((len(word.encode()) for word in words), default=1)
    parts = split_parts(text, limit)
    assert [word for part in parts for word in part.split()] == words
    assert "" not in parts


def test_a_text_is_cut_between_paragraphs_else_lines_else_words() -> None:
    assert split_parts("one two\n\nthree", 9) == ("one two", "three")
    assert split_parts("one two\nthree", 9) == ("one two", "three")
    assert split_parts("one two three", 9) == ("one two", "three")
    assert split_parts("abcdefghij", 4) == ("abcd", "efgh", "ij")
    assert split_parts("ééé", 4) == ("éé", "é")


@pytest.mark.parametrize("text", ["", " \n\n\t"])
def test_nothing_has_no_parts(text: str) -> None:
    assert split_parts(text) == ()
    assert cut_text(text, 10) == ("", True)


def test_a_text_of_one_part_is_whole() -> None:
    assert split_parts("a" * PART) == ("a" * PART,)
    assert len(split_parts("a" * PART + " b")) == 2
    assert cut_text("one two", 100) == ("one two", True)
    assert cut_text("one two", 5) == ("one", False)


def test_a_huge_text_is_split_in_linear_time() -> None:
    """A few hundred kilobytes of short words and of none; quadratic code would take minutes."""
    assert len(split_parts("word " * 60_000)) == 300_000 // PART
    assert len(split_parts("x" * 300_000)) == 300_000 // PART


@given(text=TEXT, most=st.integers(8, 80))
def test_a_line_is_cut_at_a_word_and_shows_that_it_was(text: str, most: int) -> None:
    line, shown = " ".join(text.split()), clip_words(text, most)
    assert shown == line or (shown.endswith("…") and line.startswith(shown[:-1]) and len(shown) <= most + 1)
