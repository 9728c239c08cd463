"""Titles: from the subject without prefixes and codes, else from the first line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.titles import MAX_TITLE, clean_subject, find_title, follow_title


@pytest.mark.parametrize(
    "subject",
    [
        "Seeds",
        "Re: Seeds",
        "RE : Seeds",
        "TR : Re: Seeds",
        "RV: Seeds",
        "Fwd: FW: Seeds",
        "Re[2]: Seeds",
        "AW: SV: Seeds",
        "[#12] Seeds",
        "Re: [#12] Seeds",
        "RE: [sse-fr] [#12] Seeds",
        "[sse-fr] Re: Seeds",
        "Re: [t12] Seeds",
        "Seeds [m-abcdefghijklmnopqrstuvwxyz]",
        "  Seeds \t ",
    ],
)
def test_prefixes_list_tags_and_codes_are_no_part_of_a_title(subject: str) -> None:
    assert clean_subject(subject) == "Seeds"


@pytest.mark.parametrize(
    "subject", ["Reuse of water", "Report: water", "Trees", "Water [draft 2]", "10:30 in Re"]
)
def test_words_that_only_look_like_prefixes_stay(subject: str) -> None:
    assert clean_subject(subject) == subject


def test_without_a_subject_the_first_line_is_the_title() -> None:
    assert find_title("", "\n\n  Our   seeds \nMore", answers_notice=False) == "Our seeds"
    assert find_title("Re:", "Our seeds", answers_notice=False) == "Our seeds"


def test_an_address_alone_is_no_title_where_there_is_another() -> None:
    assert find_title("ana@example.org", "Our seeds\nMore", answers_notice=False) == "Our seeds"
    assert find_title("<ana@example.org>", "Our seeds", answers_notice=False) == "Our seeds"
    assert find_title("ana@example.org", "", answers_notice=False) == "ana@example.org"
    assert find_title("Ask ana@example.org", "Our seeds", answers_notice=False) == "Ask ana@example.org"


def test_an_answer_to_a_notice_has_its_own_first_line() -> None:
    assert find_title("Re: Phase 2 of the forum", "Our seeds\nMore", answers_notice=True) == "Our seeds"


def test_a_corrected_text_keeps_its_title_unless_that_was_its_first_line() -> None:
    assert follow_title("Seeds", "We keep them.", "We share them.") == "Seeds"
    assert follow_title("We keep them.", "We keep them.\nHere.", "We share them.\nHere.") == "We share them."
    assert follow_title("We keep them.", "We keep them.", " \n") == "We keep them."


def test_where_nothing_is_said_there_is_no_title() -> None:
    assert find_title("Re: [#12]", " \n", answers_notice=False) == ""


def test_a_long_title_is_cut_at_a_word() -> None:
    title = find_title("seeds and water, " * 20, "", answers_notice=False)
    assert title.endswith(("seeds…", "and…", "water…"))
    assert len(title) <= MAX_TITLE
    assert len(find_title("x" * 500, "", answers_notice=False)) == MAX_TITLE


@given(subject=st.text(max_size=300), text=st.text(max_size=300), answers=st.booleans())
def test_a_title_is_one_short_line(subject: str, text: str, answers: bool) -> None:
    title = find_title(subject, text, answers_notice=answers)
    assert len(title) <= MAX_TITLE
    assert len(title.splitlines()) <= 1
    assert title == title.strip()


def test_a_hostile_subject_is_read_in_linear_time() -> None:
    """Eight kilobytes is what a header may hold; backtracking would take minutes."""
    for subject in ("Re:" * 2_700, "[" * 8_000, "re " * 2_700, "[#" + "1" * 8_000, " " * 8_000 + "x"):
        assert len(find_title(subject, "", answers_notice=False)) <= MAX_TITLE
