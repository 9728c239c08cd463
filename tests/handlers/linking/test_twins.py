"""Nearly the same text in the same language: a correction that came as a new mail."""

from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.twins import FEWEST_WORDS, find_twin

TEXT = """We began the seed bank with nine families and one borrowed shed. Each family brings back twice what it took,
and the school keeps the book in which everybody writes. After the second harvest the council lent us a field, and a
neighbour who has a van drives the seeds to the market of the next valley on Saturdays."""
OTHER = """The water committee meets on the first Monday. Each house pays for what its meter shows, and whoever
cannot pay works one day a month on the pipes. The council wanted to sell the spring to a company from the capital;
the assembly said no by two hundred votes to eleven, and since then we clean the tanks ourselves."""


def test_a_corrected_text_is_near_its_first_form() -> None:
    corrected = TEXT.replace("nine families", "eleven families") + " Since March there are three sheds."
    twin = find_twin(corrected, [(7, OTHER), (8, TEXT)])
    assert twin is not None
    assert twin.key == 8
    assert twin.share > 0.8


def test_another_text_on_a_like_subject_is_not() -> None:
    assert find_twin(OTHER, [(8, TEXT)]) is None


def test_the_very_same_words_are_a_duplicate_and_no_correction() -> None:
    assert find_twin(TEXT.upper(), [(8, TEXT)]) is None


def test_a_longer_text_that_holds_the_earlier_one_is_near_it() -> None:
    assert find_twin(f"{TEXT} {OTHER}", [(8, TEXT)]) is not None


def test_short_texts_share_too_much_by_chance() -> None:
    short = " ".join(TEXT.split()[: FEWEST_WORDS - 2])
    assert find_twin(short + " today", [(8, short)]) is None


@given(st.text(), st.lists(st.tuples(st.integers(), st.text())))
def test_anything_may_be_compared(text: str, others: list[tuple[int, str]]) -> None:
    twin = find_twin(text, others)
    assert twin is None or 0.6 <= twin.share <= 1
