"""Two texts side by side: every paragraph of both once and in order; by numbers, by count, else by length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.alignment import Pair, align, locate, render_pairs
from handlers.mail.paragraphs import split_paragraphs

words = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=9)
paragraphs = st.lists(st.lists(words, min_size=1, max_size=30).map(" ".join), max_size=14)


@given(paragraphs, paragraphs)
def test_every_paragraph_of_both_is_there_once_and_in_order(one: list[str], other: list[str]) -> None:
    pairs = align("\n\n".join(one), "\n\n".join(other))
    assert [text for pair in pairs for text in pair.original] == one
    assert [text for pair in pairs for text in pair.translation] == other


@given(paragraphs, st.integers(1, 14), st.integers(1, 14))
def test_the_same_where_only_a_part_is_there(one: list[str], first: int, last: int) -> None:
    pairs = align("\n\n".join(one), "\n\n".join(one[first - 1 : last]), (first, last, len(one)))
    assert [text for pair in pairs for text in pair.original] == one
    assert [text for pair in pairs for text in pair.translation] == one[first - 1 : last]


def test_long_texts_are_put_side_by_side_by_their_proportions() -> None:
    one = [f"Paragraph {number} of the longer text." for number in range(600)]
    other = [f"Párrafo {number}." for number in range(300)]
    pairs = align("\n\n".join(one), "\n\n".join(other))
    assert [text for pair in pairs for text in pair.original] == one
    assert [text for pair in pairs for text in pair.translation] == other
    assert abs(next(pair.number for pair in pairs if "Párrafo 150." in pair.translation) - 300) < 10


LONG, SHORT = "We keep seeds in our village and share them each spring with whoever asks. " * 4, "Why seeds?"
LANGO, CORTO = "Guardamos semillas en el pueblo y las damos cada primavera a quien pida. " * 4, "¿Por qué?"


@pytest.mark.parametrize(
    ("ours", "theirs", "shape"),
    [
        ((SHORT, LONG, SHORT), (CORTO, LANGO, CORTO), [(1, 1), (1, 1), (1, 1)]),
        ((SHORT, LONG, LONG), (CORTO, LANGO + LANGO), [(1, 1), (2, 1)]),
        ((SHORT, LONG + LONG, SHORT), (CORTO, LANGO, LANGO, CORTO), [(1, 1), (1, 2), (1, 1)]),
        ((LONG, SHORT, LONG), (LANGO, LANGO), [(2, 1), (1, 1)]),
        ((LONG,), (), [(1, 0)]),
        ((), (LANGO,), [(0, 1)]),
    ],
)
def test_where_the_counts_differ_the_lengths_say_what_belongs_together(
    ours: tuple[str, ...], theirs: tuple[str, ...], shape: list[tuple[int, int]]
) -> None:
    pairs = align("\n\n".join(ours), "\n\n".join(theirs))
    assert [(len(pair.original), len(pair.translation)) for pair in pairs] == shape


def test_what_is_missing_inside_is_left_out_of_the_translation() -> None:
    pairs = align("a\n\nb\n\nc\n\nd", "A\n\n[2-3 …]\n\nD", (1, 1, 4))
    assert [(pair.number, pair.translation) for pair in pairs] == [(1, ("A",)), (2, ()), (3, ()), (4, ("D",))]
    assert locate("a\n\nb\n\nc\n\nd", "A\n\n[2-3 …]\n\nD", (1, 1, 4)) == {1: "A", 4: "D"}


def test_an_original_that_has_another_length_by_now_is_aligned_as_a_whole() -> None:
    pairs = align("a\n\nb\n\nc", "A\n\nB", (1, 2, 9))
    assert [text for pair in pairs for text in pair.translation] == ["A", "B"]


def test_both_are_shown_one_under_the_other() -> None:
    text = render_pairs((Pair(1, ("We keep seeds.",), ("Guardamos semillas " * 6,)), Pair(0, (), ("Más.",))))
    assert text.startswith("[1] We keep seeds.\n\n    Guardamos")
    assert all(line.startswith("    ") or not line for line in text.splitlines()[1:])
    assert max(map(len, text.splitlines())) <= 72


@given(paragraphs)
def test_a_translation_with_as_many_paragraphs_is_found_by_number(one: list[str]) -> None:
    assert list(locate("\n\n".join(one), "\n\n".join(one)).values()) == list(
        split_paragraphs("\n\n".join(one))
    )
