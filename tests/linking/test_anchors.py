"""Figures and names are found again in another language, however it writes them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.anchors import find_anchors, find_figures, share


@pytest.mark.parametrize(
    "written",
    [
        "1,234.5",
        "1 234,5",
        "1.234,5",
        "1\u202f234,5",
        "1\u00a0234,5",
        "1'234.5",
        "١٬٢٣٤٫٥",
        "۱۲۳۴٫۵",
        "1234.5",
    ],
)
def test_one_figure_in_all_locales(written: str) -> None:
    assert find_figures(f"({written} kg)") == {"12345": written}


def test_figures_beside_each_other_stay_apart() -> None:
    assert set(find_figures("In 2013 300 people came, 12 of them on 9/11; 3,200 did not.")) == {
        "2013", "300", "12", "9", "11", "3200",
    }  # fmt: skip


def test_a_very_long_row_of_digits_is_no_figure() -> None:
    assert find_figures("4" * 60) == {}


def test_names_acronyms_and_addresses_are_found_in_any_script() -> None:
    english = find_anchors(
        "Write to Ana Okafor of UNESCO, ana@example.org, or see https://www.example.org/seeds."
    )
    arabic = find_anchors("اكتب إلى أنا Okafor من UNESCO على ana@example.org أو http://example.org/seeds")
    shared = share(english, arabic)
    assert shared.names.both == {"okafor", "unesco", "ana@example.org", "example.org/seeds"}
    assert shared.names.first == {"ana"}


def test_a_capital_at_the_beginning_of_a_sentence_makes_no_name() -> None:
    assert set(find_anchors("Seeds matter. Markets too.\nWater as well, says Pedro.").names) == {"pedro"}


def test_a_name_is_known_by_the_same_word_without_its_capital_or_accent() -> None:
    shared = share(find_anchors("We met José in March."), find_anchors("Encontramos a jose en marzo."))
    assert shared.names.both == {"jose"}
    assert shared.names.first == {"march"}


@pytest.mark.parametrize(
    "bomb", ["1" * 100_000, "1." * 50_000, "1 " * 50_000, "A" * 100_000, "a@" * 50_000, "http://" * 20_000, "A-" * 50_000, "1 234" * 20_000]
)  # fmt: skip
def test_a_bomb_takes_no_time(bomb: str) -> None:
    began = time.process_time()
    find_anchors(bomb)
    assert time.process_time() - began < 10


@given(st.text(max_size=400))
def test_whatever_comes_has_anchors_that_agree_with_themselves(text: str) -> None:
    anchors = find_anchors(text)
    shared = share(anchors, anchors)
    assert not shared.figures.first | shared.figures.second | shared.names.first | shared.names.second
    assert all(digits.isdecimal() and digits[0] != "0" for digits in anchors.figures)


@given(st.integers(min_value=1_000, max_value=999_999_999))
def test_thousands_are_grouped_as_people_like(number: int) -> None:
    for separator in (",", ".", " ", "\u202f", "'"):
        assert list(find_figures(f"{number:,}".replace(",", separator))) == [str(number)]
