"""What a translator sends after a part of a translation completes it, also without numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.completion import complete, parse_part

ORIGINAL = "\n\n".join(f"This is what the paragraph number {word} of the original says." for word in "abcdef")
PARTS = [f"Voici ce que dit le paragraphe numéro {word} dans la traduction." for word in "abcdef"]
WHOLE = "\n\n".join(PARTS)


def join(first: int, last: int) -> str:
    return "\n\n".join(PARTS[first - 1 : last])


RENDERED = ["Des semences gardées par les gens du lieu", "Un four à pain où chacun cuit le samedi"]


def test_the_rest_without_numbers() -> None:
    rest = "\n\n".join(RENDERED)
    assert complete(ORIGINAL, join(1, 4), (1, 4, 6), rest) == (f"{join(1, 4)}\n\n{rest}", ())
    assert complete(ORIGINAL, join(1, 3), (1, 3, 6), rest) == (f"{join(1, 3)}\n\n{rest}", (1, 5, 6))
    assert complete(ORIGINAL, join(3, 6), (3, 6, 6), rest) == (f"{rest}\n\n{join(3, 6)}", ())
    text, covers = complete(ORIGINAL, join(4, 6), (4, 6, 6), rest)
    assert (text, covers) == (f"{rest}\n\n[3 …]\n\n{join(4, 6)}", (1, 2, 6))


def test_the_same_part_again_stays_a_part_and_a_longer_one_grows() -> None:
    corrected = join(1, 4).replace("dit", "raconte", 1)
    assert complete(ORIGINAL, join(1, 4), (1, 4, 6), corrected) == (corrected, (1, 4, 6))
    assert complete(ORIGINAL, join(1, 4), (1, 4, 6), join(1, 5)) == (join(1, 5), (1, 5, 6))
    assert complete(ORIGINAL, join(1, 4), (1, 4, 6), WHOLE) == (WHOLE, ())


def test_nothing_is_joined_where_the_whole_was_there_or_the_original_is_another() -> None:
    assert complete(ORIGINAL, WHOLE, (), "Autre chose.") == ("Autre chose.", ())
    assert complete(ORIGINAL, join(1, 4), (1, 4, 9), "Autre chose.") == ("Autre chose.", ())


@given(st.integers(1, 6), st.integers(1, 6), st.text(max_size=80))
def test_what_is_covered_is_within_the_original(one: int, other: int, text: str) -> None:
    first, last = sorted((one, other))
    covers = () if (first, last) == (1, 6) else (first, last, 6)
    _, found = complete(ORIGINAL, join(first, last), covers, text)
    assert found == () or (1 <= found[0] <= found[1] <= found[2] == 6 and (found[0], found[1]) != (1, 6))


@pytest.mark.parametrize(
    ("line", "covers"),
    [
        ("§1-6 of 9", (1, 6, 9)),
        ("§ 1–6 sur 9", (1, 6, 9)),
        ("(§§1-6/9)", (1, 6, 9)),
        ("[§7 de 9]", (7, 7, 9)),
        ("Paragraphes §1-6 sur 9.", (1, 6, 9)),
    ],
)
def test_a_first_line_says_which_part_it_is(line: str, covers: tuple[int, ...]) -> None:
    assert parse_part(f"{line}\n\n{WHOLE}") == (WHOLE, covers)


@pytest.mark.parametrize(
    "text",
    [
        "§1-9 of 9\n\nText",
        "§6-1 of 9\n\nText",
        "§1-6 of 9",
        "§12 of the law\n\nText",
        "1-6 of 9\n\nText",
        "",
        "§",
    ],
)
def test_another_first_line_says_nothing(text: str) -> None:
    assert parse_part(text) == (text, ())
