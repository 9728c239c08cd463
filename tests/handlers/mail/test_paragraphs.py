"""Paragraphs are numbered, answers that keep the numbers are read, lists and footnotes are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.paragraphs import (
    find_runs,
    find_span,
    join_pieces,
    number_paragraphs,
    parse_numbered,
    split_paragraphs,
)

NINE = tuple(f"Paragraph {name} of the original, some words long." for name in "abcdefghi")

words = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=1, max_size=12)
paragraphs = st.lists(st.lists(words, min_size=1, max_size=8).map(" ".join), min_size=1, max_size=12)


def covered(text: str, original: tuple[str, ...] = NINE) -> tuple[int, ...] | None:
    numbered = parse_numbered(text, original)
    return numbered.covered if numbered else None


def test_each_paragraph_gets_its_number_and_the_title_the_zero() -> None:
    assert number_paragraphs("One\ntwo.\n\n\n  Three.", "Seeds") == "[0] Seeds\n\n[1] One\ntwo.\n\n[2] Three."


@given(paragraphs)
def test_what_was_numbered_is_read_back(original: list[str]) -> None:
    text = "\n\n".join(original)
    numbered = parse_numbered(number_paragraphs(text, "A title"), original)
    assert numbered is not None
    assert (numbered.text, numbered.title) == (text, "A title")
    assert numbered.covered == tuple(range(1, len(original) + 1))


@given(paragraphs, st.randoms(use_true_random=False))
def test_any_part_in_any_order_is_read_back_in_order(original: list[str], random: object) -> None:
    numbers = random.sample(range(1, len(original) + 1), random.randint(1, len(original)))  # type: ignore[attr-defined]
    text = "\n\n".join(f"[{number}] {original[number - 1]}" for number in numbers)
    numbered = parse_numbered(text, original)
    assert numbered is not None
    assert numbered.covered == tuple(sorted(numbers))
    assert all(numbered.pieces[number] == original[number - 1] for number in numbers)


@given(st.text(st.sampled_from("[]()§.1234 9\n٣ab"), max_size=200))
def test_reading_numbers_is_total_and_fits_the_original(text: str) -> None:
    numbered = parse_numbered(text, NINE)
    if numbered:
        assert set(numbered.covered) <= set(range(1, 10))
        assert numbered.covered


@pytest.mark.parametrize(
    "text",
    [
        "[7] Sept.\n\n[8] Huit.\n\n[9] Neuf.",
        "[9] Neuf.\n\n[7] Sept.\n\n[8] Huit.",
        "[7] Sept.\n[8] Huit.\n[9] Neuf.",
        "[7] Sept. [8] Huit.\n[9] Neuf.",
        "Bonjour,\nvoici la suite.\n\n[7] Sept.\n\n[8] Huit.\n\n[9] Neuf.",
        "[7]\nSept.\n\n[8]\nHuit.\n\n[9]\nNeuf.",
        "[7]Sept.\n\n[8]Huit.\n\n[9]Neuf.",
        "[ 7 ] Sept.\n\n**[8]** Huit.\n\n\\[9\\] Neuf.",
        "7. Sept.\n\n8. Huit.\n\n9. Neuf.",
        "7) Sept.\n\n8) Huit.\n\n9) Neuf.",
        "(7) Sept.\n\n(8) Huit.\n\n(9) Neuf.",
        "§7 Sept.\n\n§ 8 Huit.\n\n§9. Neuf.",
        "[٧] سبعة.\n\n[٨] ثمانية.\n\n[٩] تسعة.",
        "[7] Sept.\n\n[8] Huit.\n\nNeuf.",
        "[7] Sept.\n\nHuit.\n\n[9] Neuf.",
    ],
)
def test_ways_to_keep_the_numbers(text: str) -> None:
    assert covered(text) == (7, 8, 9)


def test_the_text_is_left_without_numbers_or_greeting() -> None:
    numbered = parse_numbered("Hello\n\n[2] Two. [3] Three,\nand more.\n\n[1] One.", NINE)
    assert numbered is not None
    assert numbered.text == "One.\n\nTwo.\n\nThree,\nand more."
    assert numbered.before == "Hello"


@pytest.mark.parametrize(
    "text",
    [
        "We have three wishes.\n\n1. Water.\n\n2. Seeds.\n\n3. Land.",
        "1. Water.\n2. Seeds.\n3. Land.\n\nThese are our wishes.\n\nAnd we hope.\n\nFor them.",
        "1. Water.\n\n2. Seeds.\n\nSome more.\n\nAnd more.\n\nAnd this.\n\nThe end.",
        "1. Water.\n\n3. Seeds.\n\n2. Land.",
        "10. Ten.\n\n11. Eleven.",
        "1.5 tons of wheat were sold.\n\n2.5 tons were kept.",
        "2013 was dry.\n\n2014 was wet.",
        "[10] Ten.",
        "Our text is long." * 60 + "\n\n[1] A source.\n\n[2] Another source.",
        "As was said [1] and said again [2], we keep seeds.",
        "No number at all.",
        "",
        "[0] A title alone.",
    ],
)
def test_numbers_of_a_text_are_its_own(text: str) -> None:
    assert covered(text) is None


def test_a_list_that_the_original_has_is_no_numbering() -> None:
    original = ("1. Water.", "2. Seeds.", "3. Land.")
    assert parse_numbered("1. Agua.\n\n2. Semillas.\n\n3. Tierra.", original) is None
    numbered = parse_numbered("[1] 1. Agua.\n\n[2] 2. Semillas.", original)
    assert numbered is not None
    assert numbered.text == "1. Agua.\n\n2. Semillas."


def test_footnotes_below_numbered_paragraphs_stay() -> None:
    text = "[1] As said [1].\n\n[2] And [2] again.\n\n[1] A source.\n\n[2] Another."
    numbered = parse_numbered(text, ("a", "b"))
    assert numbered is not None
    assert numbered.text == "As said [1].\n\nAnd [2] again.\n\n[1] A source.\n\n[2] Another."


@pytest.mark.parametrize(
    ("numbers", "span"),
    [((1, 2, 3), None), ((1, 2), (1, 2, 3)), ((2, 3), (2, 3, 3)), ((1, 3), (1, 1, 3)), ((), None)],
)
def test_what_is_there_without_a_hole(numbers: tuple[int, ...], span: tuple[int, int, int] | None) -> None:
    assert find_span(numbers, 3) == span


def test_a_hole_says_what_is_missing_and_is_read_back() -> None:
    text = join_pieces({1: "One.", 2: "Two.", 5: "Five.", 7: "Seven."})
    assert text == "One.\n\nTwo.\n\n[3-4 …]\n\nFive.\n\n[6 …]\n\nSeven."
    assert find_runs(split_paragraphs(text), (1, 2, 9), 9) == [
        (1, 2, ("One.", "Two.")),
        (5, 5, ("Five.",)),
        (7, 7, ("Seven.",)),
    ]


@pytest.mark.parametrize("size", [60_000])
def test_hostile_texts_take_no_time(size: int) -> None:
    for unit in ("[1] ", "[1]\n", "1. a\n\n", "\n \n", "[1] a. [2] ", "(1)\n\n"):
        parse_numbered(unit * (size // len(unit)), NINE * 1_000)
        split_paragraphs(unit * (size // len(unit)))
