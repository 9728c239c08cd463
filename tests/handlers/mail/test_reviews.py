"""A word about a translation is a whole first line with hardly anything below it; everything else is a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.reviews import Review, parse_review

WORDS: dict[Review, tuple[str, ...]] = {
    "still-right": ("still right", "toujours juste"),
    "reread": ("reread", "relue"),
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("still right", "still-right"),
        ("« Toujours juste »\n\nMerci et à bientôt,\nOdile", "still-right"),
        ("REREAD.", "reread"),
        ("relue\n\nOdile Charrette", "reread"),
        ("relue ?", ""),
        ("relue, sauf la fin", ""),
        ("relue\n\nIl reste des fautes au troisième paragraphe.", ""),
        ("still right\n\n" + "words of a text " * 10, ""),
        ("It is still right", ""),
        ("\n\n", ""),
    ],
)
def test_only_a_whole_first_line_says_so(text: str, said: str) -> None:
    assert parse_review(text, WORDS) == said


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert parse_review(text, WORDS) in ("", *WORDS)
