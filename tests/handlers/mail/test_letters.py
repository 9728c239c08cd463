"""Letters that people write differently, and mean the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.letters import fold_letters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مُسَاعَدَة", "مساعده"),
        ("إلى", "الي"),
        ("أؤكد", "اوكد"),
        ("جزء", "جز"),
        ("هـــات", "هات"),
        ("کتاب یک", "كتاب يك"),
        ("طلب \u200f١٢", "طلب 12"),
        ("طلب ۱۲", "طلب 12"),
        ("SÍ, él’s", "si, el's"),
        ("ﻻ", "لا"),
    ],
)
def test_two_spellings_are_one(one: str, other: str) -> None:
    assert fold_letters(one) == fold_letters(other) == other


@pytest.mark.parametrize(("one", "other"), [("سوق", "ساق"), ("لا", "لي"), ("12", "21"), ("ok", "ko")])
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert fold_letters(one) != fold_letters(other)


@given(st.text(alphabet=st.characters(max_codepoint=0x6FF), max_size=40))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = fold_letters(text)
    assert fold_letters(once) == once
