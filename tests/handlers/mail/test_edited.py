"""A text that was sent to be corrected, and comes back as phones and mail programs send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.edited import RULE, find_sent_text, put_part, read_edited
from handlers.mail.parts import split_parts
from handlers.mail.quotes import clean_reply

TEXT = """\
We keep seeds in our vilage, and share them each spring with
whoever asks for some of them.

Last year 29 families came, more than ever before.

What would help us most is a dry room, and somebody who can repair
the roof before the rains."""
SENT = f"""\
This is your text no. 12: Seeds

To correct it: reply to this message and change the text between the two
lines, or write above it the whole text as it should be.
A moderator will read it; until then the earlier text stays.

{RULE}
{TEXT}
{RULE}

Help: send "help" to sse@forum.example.org

The organizing team
"""
RIGHT = TEXT.replace("vilage", "village")
INTRO = "On Tue, 2 Jul 2013, The forum wrote:\n"


def quoted(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" if line else f"{mark.strip()}\n" for line in text.split("\n"))


def read(answer: str, sent: str = SENT) -> str:
    return read_edited(answer, sent, clean_reply(answer, [sent])).text


def test_the_whole_text_written_above_the_quote_is_the_text() -> None:
    assert read(f"{RIGHT}\n\n{INTRO}{quoted(SENT)}") == RIGHT


def test_the_whole_text_without_a_quote_is_the_text() -> None:
    assert read(f"{RIGHT}\n") == RIGHT


@pytest.mark.parametrize("mark", ["> ", ">", "\u200e> "])
def test_a_word_changed_inside_the_quote_is_the_text_without_its_marks(mark: str) -> None:
    assert read(INTRO + quoted(SENT.replace("vilage", "village"), mark)) == RIGHT


def test_a_word_changed_where_a_program_quotes_without_marks() -> None:
    head = (
        "From: The forum <sse@forum.example.org>\nSent: Tuesday, 2 July 2013\nTo: Ana\nSubject: Your text\n\n"
    )
    assert read(head + SENT.replace("vilage", "village")) == RIGHT


def test_a_paragraph_added_inside_the_quote_without_a_mark_is_kept() -> None:
    added = quoted(SENT).replace("> What would", "This year it was 40.\n>\n> What would")
    assert "before.\n\nThis year it was 40.\n\nWhat would" in read(INTRO + added)


def test_a_paragraph_removed_inside_the_quote_is_gone() -> None:
    shorter = SENT.replace("Last year 29 families came, more than ever before.\n\n", "")
    assert "29 families" not in read(INTRO + quoted(shorter))


def test_a_remark_above_a_changed_quote_is_cut_and_shown_to_the_moderator() -> None:
    answer = f"I have corrected one word. Thank you!\n\n{INTRO}{quoted(SENT.replace('vilage', 'village'))}"
    found = read_edited(answer, SENT, clean_reply(answer, [SENT]))
    assert found.text == RIGHT
    assert "corrected one word" in found.cut


def test_a_remark_above_an_unchanged_quote_is_what_its_author_wrote() -> None:
    assert (
        read(f"Please change vilage to village.\n\n{INTRO}{quoted(SENT)}")
        == "Please change vilage to village."
    )


@pytest.mark.parametrize("answer", ["", INTRO + quoted(SENT), SENT])
def test_nothing_changed_is_nothing_written(answer: str) -> None:
    assert read(answer) == ""


def test_a_changed_quote_whose_two_lines_were_deleted_is_still_the_text() -> None:
    changed = "".join(
        line
        for line in quoted(SENT.replace("vilage", "village")).splitlines(keepends=True)
        if RULE not in line
    )
    assert read(INTRO + changed) == RIGHT


def test_a_quote_of_the_authors_own_keeps_its_mark() -> None:
    sent = SENT.replace("Last year", "> as my mother said\nLast year")
    assert "\n> as my mother said\nLast year" in read(INTRO + quoted(sent.replace("vilage", "village")), sent)


def test_direction_marks_that_we_wrote_are_no_part_of_the_text() -> None:
    text = "\u200fنحفظ البذور\u200e في 2013"
    sent = f"نصكم\n{RULE}\n{text}\n{RULE}\n"
    assert read(quoted(sent.replace("2013", "2014")), sent) == "نحفظ البذور في 2014"


def test_one_part_of_a_long_text_is_replaced_and_the_others_stay() -> None:
    base = "\n\n".join(f"Paragraph {number}. " + "words " * 150 for number in range(12))
    parts = split_parts(base)
    assert len(parts) > 1
    sent = f"frame\n{RULE}\n{parts[1]}\n{RULE}\n"
    whole = put_part("Another second part.", sent, base, base)
    assert whole == base.replace(parts[1], "Another second part.")
    # The first part was corrected before, and waits.
    newest = base.replace("Paragraph 0.", "Paragraph zero.")
    assert put_part("Second.", sent, base, newest).startswith("Paragraph zero.")
    assert put_part(" ", sent, base, base) == " "


def test_a_text_of_one_part_is_replaced_as_a_whole() -> None:
    assert put_part("New.", f"{RULE}\nOld.\n{RULE}", "Old.", "Old.") == "New."


LINE = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=40)


@given(st.lists(LINE, max_size=8), st.booleans())
def test_whatever_comes_back_is_read(lines: list[str], with_rules: bool) -> None:
    answer = "\n".join([*lines, RULE, *lines, RULE] if with_rules else lines)
    assert isinstance(read(answer), str)


def test_the_text_of_our_mail_is_found_between_its_lines() -> None:
    assert find_sent_text(SENT) == TEXT
    assert find_sent_text("no lines") == "no lines"
