"""An organizer's synthesis: the first paragraphs say where the forum is, the first URL is where the whole is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.synthesis import MAX_PARAGRAPHS, MAX_SUMMARY, parse_synthesis


def test_the_paragraphs_before_the_link_are_the_summary() -> None:
    found = parse_synthesis("One,\nin two lines.\n\nTwo.\n\nThe whole: https://example.org/s1.\n\nThree.")
    assert found.paragraphs == ("One,\nin two lines.", "Two.")
    assert found.link == "https://example.org/s1"


def test_three_paragraphs_are_enough() -> None:
    assert parse_synthesis("1\n\n2\n\n3\n\n4").paragraphs == ("1", "2", "3")


@pytest.mark.parametrize("rule", ["---", "* * *", "======", "~~~~"])
def test_a_ruled_line_ends_the_summary(rule: str) -> None:
    assert parse_synthesis(f"One.\n\n{rule}\n\nTwo.").paragraphs == ("One.",)


def test_a_first_paragraph_with_the_link_is_kept() -> None:
    found = parse_synthesis("See https://example.org/s1 for all of it.\n\nMore.")
    assert found.paragraphs[0].startswith("See")
    assert found.link == "https://example.org/s1"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See (http://example.org/a).", "http://example.org/a"),
        ("Voir « https://example.org/é » !", "https://example.org/é"),
        ("<https://example.org/a?b=c&d=e#f>", "https://example.org/a?b=c&d=e#f"),
        ("https://example.org/1 and https://example.org/2", "https://example.org/1"),
        ("www.example.org, ftp://example.org, javascript:alert(1)", None),
        ("http://", None),
    ],
)
def test_the_link_is_the_first_web_address_without_what_stands_around_it(text: str, link: str | None) -> None:
    assert parse_synthesis(text).link == link


@pytest.mark.parametrize("text", ["", "\n\n \n", "---"])
def test_nothing_is_no_synthesis(text: str) -> None:
    assert parse_synthesis(text).paragraphs == ()


@given(text=st.text(st.sampled_from("ab \n-h:/.é"), max_size=400))
def test_a_summary_is_of_the_text_and_few(text: str) -> None:
    found = parse_synthesis(text)
    assert len(found.paragraphs) <= MAX_PARAGRAPHS
    assert all(paragraph in text and paragraph.strip() for paragraph in found.paragraphs)


def test_long_paragraphs_after_the_first_are_left_out() -> None:
    found = parse_synthesis("One.\n\n" + "x" * MAX_SUMMARY + "\n\nThree.")
    assert found.paragraphs == ("One.",)
