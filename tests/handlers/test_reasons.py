"""Named reasons become one plain sentence of a language, whatever people's texts put into them."""

import unicodedata
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.reasons import ReasonName
from handlers.reasons import MAX_VALUE, describe_reasons

WHY = [["figures", "29", "2013"], ["sentences", "2", "4", "7"], ["length"]]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "same figures: 29, 2013; sentences 2, 4 and 7 match; about as long"),
        ("es", "mismas cifras: 29, 2013; coinciden las frases 2, 4 y 7; más o menos igual de largo"),
        (
            "fr",
            "mêmes chiffres\u00a0: 29, 2013\u00a0; les phrases 2, 4 et 7 correspondent\u00a0; à peu près aussi long",
        ),
    ],
)
def test_reasons_are_said_in_the_readers_language(language: str, said: str) -> None:
    assert describe_reasons(WHY, language) == said


def test_one_sentence_is_one() -> None:
    assert describe_reasons([["sentences", "4"]], "en") == "sentence 4 matches"


def test_words_that_are_shared_are_a_share() -> None:
    assert describe_reasons([["shared-words", "87"]], "en") == "87% of the words are the same"
    assert describe_reasons([["shared-words", "100"]], "en") == "100% of the words are the same"
    assert describe_reasons([["shared-words", "many"]], "en") == "many of the same words"


@pytest.mark.parametrize("name", get_args(ReasonName))
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_reason_of_the_matcher_has_words_of_its_own(name: str, language: str) -> None:
    said = describe_reasons([[name, "29"]], language)
    assert said
    assert language == "en" or said != describe_reasons([[name, "29"]], "en")


def test_what_is_not_known_or_names_nothing_is_left_out() -> None:
    assert describe_reasons([["colour", "red"], ["figures"], ["names"], ["length"]], "en") == "about as long"
    assert describe_reasons([], "en") == ""


def test_names_out_of_texts_are_short_and_hide_nothing() -> None:
    said = describe_reasons([["names", "Aguas\r\nBcc: x@example.org", "\u202eevil", "N" * 5_000]], "en")
    assert said == f"same names: Aguas Bcc: x@example.org, evil, {'N' * MAX_VALUE}"


VALUES = st.lists(st.text(max_size=60), max_size=9)


@given(st.lists(st.tuples(st.sampled_from(get_args(ReasonName)), VALUES), max_size=12))
def test_whatever_the_values_are_it_is_one_line_that_hides_nothing(
    reasons: list[tuple[str, list[str]]],
) -> None:
    said = describe_reasons([[name, *values] for name, values in reasons], "en")
    assert not [
        char
        for char in said
        if unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or (unicodedata.category(char) == "Cf" and char not in "\u200c\u200d")
    ]
